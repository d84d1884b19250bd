/* The kernel's view of single instructions: bpf_opcode_in_insntable(), resolve_pseudo_ldimm64(), check_alu_op() and their like in
 * kernel/bpf/verifier.c of Linux 6.18. What decoding took for granted is looked up in the encoding. */
#include "config.h"

#include "sim/object/findings.h"

#include "sim/object/layout.h"

#include <string.h>

enum { LAST_HELPER = 211 }; /* bpf_cgrp_storage_delete; there will be no more, kfuncs took their place */

enum { CLASS_LD, CLASS_LDX, CLASS_ST, CLASS_STX, CLASS_ALU, CLASS_JMP, CLASS_JMP32, CLASS_ALU64 };

/* The encoding of a slot. */
struct raw {
    uint8_t opcode, dst, src;
    int16_t off;
    int32_t imm;
};

static struct raw
raw_at(const struct program *p, uint32_t pc)
{
    const uint8_t *slot = p->code + (size_t)pc * SLOT_BYTES;
    struct raw raw = { .opcode = slot[0], .dst = slot[1] & 15, .src = slot[1] >> 4 };
    memcpy(&raw.off, slot + 2, sizeof raw.off);
    memcpy(&raw.imm, slot + 4, sizeof raw.imm);
    return raw;
}

static bool
is_atomic(int32_t imm)
{
    for (uint32_t op = 0; op < N_OPS; op++)
        if (insn_rows[op].opcode == 0xc3 && insn_rows[op].imm == imm)
            return true;
    return false;
}

static void
check_reserved(const struct raw *raw, uint32_t pc, struct findings *f)
{
    static const char *const classes[] = { "BPF_LD_[ABS|IND]", "BPF_LDX", "BPF_ST", "BPF_STX", "BPF_ALU", "BPF_JMP/JMP32", "BPF_JMP/JMP32",
                                           "BPF_ALU" };
    static const struct {
        uint8_t mask, opcode;
        const char *name;
    } special[] = {
        { 0xff, 0x18, "BPF_LD_IMM64" }, { 0xf7, 0x05, "BPF_JA" },  { 0xff, 0x06, "BPF_JA" },  { 0xff, 0x85, "BPF_CALL" },
        { 0xff, 0x95, "BPF_EXIT" },     { 0xf7, 0xb4, "BPF_MOV" }, { 0xf7, 0xb7, "BPF_MOV" }, { 0xf7, 0xbc, "BPF_MOV" },
        { 0xf7, 0xbf, "BPF_MOV" },      { 0xff, 0x84, "BPF_NEG" }, { 0xff, 0x87, "BPF_NEG" }, { 0xff, 0xd4, "BPF_END" },
        { 0xff, 0xd7, "BPF_END" },      { 0xff, 0xdc, "BPF_END" },
    };
    const char *name = classes[raw->opcode & 7];
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((raw->opcode & special[i].mask) == special[i].opcode)
            name = special[i].name;
    if (raw->opcode == 0xe5)
        findings_add(f, pc, "invalid may_goto imm %d", raw->imm);
    else if ((raw->opcode == 0xcb || raw->opcode == 0xd3) && is_atomic(raw->imm))
        findings_add(f, pc, "invalid atomic operand size");
    else if ((raw->opcode & 0xe7) == 0xc3)
        findings_add(f, pc, "BPF_ATOMIC uses invalid atomic opcode %02x", (unsigned)raw->imm);
    else
        findings_add(f, pc, "%s uses reserved fields", name);
}

static bool
has_row(uint8_t opcode)
{
    for (uint32_t op = 0; op < N_OPS; op++)
        if (insn_rows[op].opcode == opcode)
            return true;
    return false;
}

/* Why a slot was not decoded, in the order in which the kernel finds out. */
static void
check_illegal(const struct program *p, uint32_t pc, struct findings *f)
{
    struct raw raw = raw_at(p, pc);
    if (!has_row(raw.opcode)) {
        findings_add(f, pc, "unknown opcode %02x", raw.opcode);
    } else if (raw.opcode == 0x18) {
        struct raw tail = pc + 1 < p->n_slots ? raw_at(p, pc + 1) : (struct raw){ .opcode = 1 };
        bool is_split = tail.opcode || tail.dst || tail.src || tail.off;
        findings_add(f, pc, is_split ? "invalid bpf_ld_imm64 insn (its second half is missing)" : "unrecognized bpf_ld_imm64 insn");
    } else if (raw.dst >= N_REGS || raw.src >= N_REGS) {
        findings_add(f, pc, "R%u is invalid", raw.src >= N_REGS ? raw.src : raw.dst);
    } else {
        check_reserved(&raw, pc, f);
    }
}

static void
check_constant(const struct insn *insn, uint32_t pc, struct findings *f)
{
    const struct insn_row *row = insn_row(insn);
    uint8_t operation = row->opcode & 0xf0;
    if (row->fields & Fs)
        return;
    if ((operation == 0x30 || operation == 0x90) && insn->imm == 0)
        findings_add(f, pc, "div by zero");
    if ((operation == 0x60 || operation == 0x70 || operation == 0xc0) && (insn->imm < 0 || insn->imm >= row->width_bits))
        findings_add(f, pc, "invalid shift %d", (int)insn->imm);
}

/* Accesses through r10 itself; what goes through copies of it takes more than a first look. */
static void
check_stack(const struct insn *insn, uint32_t pc, struct findings *f)
{
    const struct insn_row *row = insn_row(insn);
    enum insn_kind kind = insn_kind(insn);
    bool is_load = kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
    int bytes = row->width_bits / 8, off = insn->off;
    if ((is_load ? insn->src : insn->dst) != REG_10)
        return;
    if (off % bytes)
        findings_add(f, pc, "misaligned stack access off 0+0+%d size %d", off, bytes);
    else if (off < -STACK_BYTES || off + bytes > 0)
        findings_add(f, pc, "invalid %s stack R10 off=%d size=%d (a frame is fp-%d to fp-1)", is_load ? "read from" : "write to", off,
                     bytes, STACK_BYTES);
}

static void
check_unresolved(const struct program *p, uint32_t pc, struct findings *f)
{
    const struct insn *insn = &p->insns[pc];
    struct raw raw = raw_at(p, pc);
    if (insn->op == OP_ld_map_fd || insn->op == OP_ld_map_val)
        findings_add(f, pc, "fd %d is not pointing to valid bpf_map", raw.imm);
    else if (insn->op == OP_ld_func)
        findings_add(f, pc, "call to invalid destination");
    else if (program_ref_at(p, pc, REF_CORE))
        findings_add(f, pc, "invalid func unknown#195896080 (if it is reached: libbpf calls that where CO-RE finds nothing)");
    else
        findings_add(f, pc, "unresolved: it refers to what the object does not have (libbpf refuses to load it)");
}

static void
check_insn(const struct program *p, uint32_t pc, struct findings *f)
{
    const struct insn *insn = &p->insns[pc];
    enum insn_kind kind = insn_kind(insn);
    if (insn->flags & INSN_RESERVED) {
        struct raw raw = raw_at(p, pc);
        check_reserved(&raw, pc, f);
    }
    if (insn->flags & INSN_UNRESOLVED)
        check_unresolved(p, pc, f);
    if (insn_writes(insn) & 1u << REG_10)
        findings_add(f, pc, "frame pointer is read only");
    if (kind == KIND_ALU)
        check_constant(insn, pc, f);
    else if (kind >= KIND_LDX && kind <= KIND_STREL)
        check_stack(insn, pc, f);
    else if (kind == KIND_CALLX)
        findings_add(f, pc, "unknown opcode %02x (indirect calls)", insn_row(insn)->opcode);
    else if (kind == KIND_ADDRSPACE)
        findings_add(f, pc, "addr_space_cast insn can only be used in a program that has an associated arena");
    else if (kind == KIND_CALL && (insn->imm <= 0 || insn->imm > LAST_HELPER))
        findings_add(f, pc, insn->imm == 0 ? "program of this type cannot use helper bpf_unspec#0" : "invalid func unknown#%d",
                     (int)insn->imm);
}

void
check_insns(const struct program *p, struct findings *f)
{
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        if (p->insns[pc].op == OP_illegal)
            check_illegal(p, pc, f);
        else if (p->insns[pc].op != OP_lddw_tail)
            check_insn(p, pc, f);
    }
}
