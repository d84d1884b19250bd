/* Decoding, encoding and what a row says about registers and control flow; all derived from isa.def. See isa.h.
 * Invariant: an encoding is legal exactly when one row's opcode and constants equal it. Text of instructions is not here. */
#include "config.h"

#include "sim/isa/isa.h"

#include <assert.h>
#include <string.h>

const struct insn_row insn_rows[N_OPS_ALL] = {
#define INSN(kind_, name_, opcode_, fields_, src_, off_, imm_, group_, cpu_, text_, W, expr) \
    [OP_##name_] = { \
        .name = #name_, .text = text_, .opcode = opcode_, .fields = fields_, .kind = KIND_##kind_, .group = GROUP_##group_, \
        .cpu = cpu_, .width_bits = W, .src = src_, .off = off_, .imm = imm_, \
    },
#include "sim/isa/isa.def"
    [OP_lddw_tail] = { .name = "lddw_tail", .text = "", .kind = KIND_NONE },
    [OP_illegal] = { .name = "illegal", .text = "", .kind = KIND_NONE },
};

/* The opcode column once more and densely: the index for decoding, searched with memchr. */
static const uint8_t opcodes[N_OPS] = {
#define INSN(kind, name, opcode, ...) [OP_##name] = opcode,
#include "sim/isa/isa.def"
};

/* A row of each opcode, the last one; N_OPS - 1 for bytes that are none: its own opcode tells. */
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
static const uint8_t row_of_opcode[256] = {
    [0 ... 255] = N_OPS - 1,
#define INSN(kind, name, opcode, ...) [opcode] = OP_##name,
#include "sim/isa/isa.def"
};
#pragma GCC diagnostic pop

/* What instructions of a kind read and write beyond the fields of their row. */
struct uses {
    uint8_t read_fields, written_fields; /* Fd, Fs */
    uint16_t read_regs, written_regs;    /* masks, whatever the fields say */
};

enum { ARGUMENTS = 0x3e, CLOBBERED = 0x3f };

static const struct uses uses[KIND_NONE + 1] = {
    [KIND_ALU] = { Fd | Fs, Fd, 0, 0 },
    [KIND_NEG] = { Fd, Fd, 0, 0 },
    [KIND_MOVSX] = { Fs, Fd, 0, 0 },
    [KIND_SWAP] = { Fd, Fd, 0, 0 },
    [KIND_ADDRSPACE] = { Fs, Fd, 0, 0 },
    [KIND_JCC] = { Fd | Fs, 0, 0, 0 },
    [KIND_CALL] = { 0, 0, ARGUMENTS, CLOBBERED },
    [KIND_CALLL] = { 0, 0, ARGUMENTS, CLOBBERED },
    [KIND_CALLK] = { 0, 0, ARGUMENTS, CLOBBERED },
    [KIND_CALLX] = { Fd, 0, ARGUMENTS, CLOBBERED },
    [KIND_EXIT] = { 0, 0, 1 << REG_0, 0 },
    [KIND_LDX] = { Fs, Fd, 0, 0 },
    [KIND_LDSX] = { Fs, Fd, 0, 0 },
    [KIND_ST] = { Fd, 0, 0, 0 },
    [KIND_STX] = { Fd | Fs, 0, 0, 0 },
    [KIND_ATOMIC] = { Fd | Fs, 0, 0, 0 },
    [KIND_ATOMIC_FETCH] = { Fd | Fs, Fs, 0, 0 },
    [KIND_ATOMIC_CMPXCHG] = { Fd | Fs, 0, 1 << REG_0, 1 << REG_0 },
    [KIND_LDACQ] = { Fs, Fd, 0, 0 },
    [KIND_STREL] = { Fd | Fs, 0, 0, 0 },
    [KIND_LDDW] = { 0, Fd, 0, 0 },
    [KIND_LDABS] = { 0, 0, 1 << REG_6, CLOBBERED },
    [KIND_LDIND] = { Fs, 0, 1 << REG_6, CLOBBERED },
};

/* The fields of one slot, apart. */
struct fields {
    uint8_t opcode, dst, src;
    int16_t off;
    int32_t imm;
};

static struct fields
fields_read(const uint8_t slot[SLOT_BYTES])
{
    return (struct fields){
        .opcode = slot[0],
        .dst = slot[1] & 15,
        .src = slot[1] >> 4,
        .off = (int16_t)(slot[2] | slot[3] << 8),
        .imm = (int32_t)(slot[4] | slot[5] << 8 | slot[6] << 16 | (uint32_t)slot[7] << 24),
    };
}

static void
fields_write(struct fields f, uint8_t slot[SLOT_BYTES])
{
    slot[0] = f.opcode;
    slot[1] = (uint8_t)(f.dst | f.src << 4);
    for (int i = 0; i < 2; i++)
        slot[2 + i] = (uint8_t)((uint16_t)f.off >> 8 * i);
    for (int i = 0; i < 4; i++)
        slot[4 + i] = (uint8_t)((uint32_t)f.imm >> 8 * i);
}

/* First row from `from` on with this opcode, N_OPS when there is none. */
static uint32_t
next_row(uint8_t opcode, uint32_t from)
{
    const uint8_t *hit = memchr(opcodes + from, opcode, N_OPS - from);
    return hit ? (uint32_t)(hit - opcodes) : N_OPS;
}

/* THE rule: every field is an operand or equals the row's constant. */
static bool
constants_match(const struct insn_row *row, const struct fields *f)
{
    return (row->fields & Fd || f->dst == 0) && (row->fields & Fs || f->src == row->src) &&
           (row->fields & Fo || f->off == row->off) && (row->fields & Fi || f->imm == row->imm);
}

/* True when this row, and no other one with its opcode, is meant by the constants that tell those rows apart (src of a call, imm
 * of an atomic...). What is left to be wrong are then reserved fields. */
static bool
is_selected(uint32_t op, const struct fields *f)
{
    const struct insn_row *row = &insn_rows[op];
    for (uint32_t i = next_row(row->opcode, 0); i < N_OPS; i = next_row(row->opcode, i + 1)) {
        const struct insn_row *other = &insn_rows[i];
        bool decides = other->src != row->src   ? f->src == row->src
                       : other->off != row->off ? f->off == row->off
                       : other->imm != row->imm ? f->imm == row->imm
                                                : true;
        if (!decides)
            return false;
    }
    return true;
}

/* The row of an encoding, OP_illegal when there is none; *is_reserved tells that a reserved field is wrong. */
static uint32_t
find_row(const struct fields *f, bool *is_reserved)
{
    *is_reserved = false;
    uint32_t likely_row = row_of_opcode[f->opcode];
    if (opcodes[likely_row] == f->opcode && constants_match(&insn_rows[likely_row], f))
        return likely_row; /* no other one matches: rows don't overlap */
    uint32_t first = next_row(f->opcode, 0);
    for (uint32_t i = first; i < N_OPS; i = next_row(f->opcode, i + 1))
        if (constants_match(&insn_rows[i], f))
            return i;
    *is_reserved = true;
    for (uint32_t i = first; i < N_OPS; i = next_row(f->opcode, i + 1))
        if (is_selected(i, f))
            return i;
    *is_reserved = false;
    return OP_illegal;
}

static void
fill(struct insn *out, uint32_t op, const struct fields *f, bool is_reserved)
{
    const struct insn_row *row = &insn_rows[op];
    *out = (struct insn){
        .op = (uint16_t)op,
        .dst = row->fields & Fd ? f->dst : 0,
        .src = row->fields & Fs ? f->src : row->src,
        .off = row->fields & Fo ? f->off : row->off,
        .flags = is_reserved ? INSN_RESERVED : 0,
        .imm = row->fields & Fi ? f->imm : row->imm,
    };
}

/* The high half of a LDDW's constant stands in a slot that is zero but for its imm. */
static bool
read_tail(const uint8_t *code, uint32_t n_slots, uint32_t pc, uint32_t *high)
{
    if (pc + 1 >= n_slots)
        return false;
    struct fields tail = fields_read(code + (size_t)(pc + 1) * SLOT_BYTES);
    *high = (uint32_t)tail.imm;
    return !tail.opcode && !tail.dst && !tail.src && !tail.off;
}

enum err
insn_decode(const uint8_t *code, uint32_t n_slots, uint32_t pc, struct insn *out, struct errinfo *e)
{
    assert(pc < n_slots);
    struct fields f = fields_read(code + (size_t)pc * SLOT_BYTES);
    bool is_reserved;
    uint32_t op = find_row(&f, &is_reserved);
    fill(out, op, &f, is_reserved);
    if (op == OP_illegal)
        return err_set(e, ERR_ILLEGAL_INSN, NULL, pc, f.opcode, 0);
    uint8_t fields = insn_rows[op].fields;
    unsigned reg = fields & Fd && f.dst >= N_REGS ? f.dst : fields & Fs && f.src >= N_REGS ? f.src : 0;
    if (reg) {
        fill(out, OP_illegal, &f, false);
        return err_set(e, ERR_BAD_REGISTER, NULL, pc, reg, 0);
    }
    if (insn_kind(out) == KIND_LDDW) {
        uint32_t high;
        if (!read_tail(code, n_slots, pc, &high)) {
            fill(out, OP_illegal, &f, false);
            return err_set(e, ERR_SPLIT_LDDW, NULL, pc, f.opcode, 0);
        }
        out->imm = (int64_t)((uint64_t)high << 32 | (uint32_t)f.imm);
    }
    return is_reserved ? err_set(e, ERR_RESERVED_FIELD, NULL, pc, f.opcode, 0) : OK;
}

uint32_t
insn_decode_all(const uint8_t *code, uint32_t n_slots, struct insn *out)
{
    uint32_t n_bad = 0;
    for (uint32_t pc = 0; pc < n_slots; pc++) {
        n_bad += insn_decode(code, n_slots, pc, &out[pc], NULL) != OK;
        if (insn_slots(&out[pc]) == 2) {
            pc++;
            out[pc] = (struct insn){ .op = OP_lddw_tail };
        }
    }
    return n_bad;
}

uint32_t
insn_encode(const struct insn *insn, uint8_t out[16])
{
    assert(insn->op < N_OPS);
    const struct insn_row *row = insn_row(insn);
    fields_write((struct fields){
        .opcode = row->opcode,
        .dst = row->fields & Fd ? insn->dst : 0,
        .src = row->fields & Fs ? insn->src : row->src,
        .off = row->fields & Fo ? insn->off : row->off,
        .imm = row->fields & Fi ? (int32_t)insn->imm : row->imm,
    }, out);
    if (row->kind != KIND_LDDW)
        return 1;
    fields_write((struct fields){ .imm = (int32_t)(insn->imm >> 32) }, out + SLOT_BYTES);
    return 2;
}

bool
insn_is_branch(const struct insn *insn)
{
    switch (insn_kind(insn)) {
    case KIND_JCC:
    case KIND_JA:
    case KIND_MAYGOTO:
    case KIND_CALLL:
    case KIND_CALLX:
    case KIND_EXIT:
        return true;
    default:
        return false;
    }
}

int64_t
insn_target(const struct insn *insn, uint32_t pc)
{
    switch (insn_kind(insn)) {
    case KIND_JCC:
    case KIND_JA:
    case KIND_MAYGOTO:
    case KIND_CALLL:
        return (int64_t)pc + 1 + (insn_row(insn)->fields & Fo ? insn->off : insn->imm);
    default:
        return -1;
    }
}

/* The registers in those fields that are operands of the row. */
static uint16_t
field_regs(const struct insn *insn, uint8_t fields)
{
    fields &= insn_row(insn)->fields;
    return (uint16_t)((fields & Fd ? 1u << insn->dst : 0) | (fields & Fs ? 1u << insn->src : 0));
}

uint16_t
insn_reads(const struct insn *insn)
{
    const struct uses *use = &uses[insn_kind(insn)];
    bool is_mov = insn_kind(insn) == KIND_ALU && (insn_row(insn)->opcode & 0xf0) == 0xb0;
    return use->read_regs | field_regs(insn, is_mov ? Fs : use->read_fields);
}

uint16_t
insn_writes(const struct insn *insn)
{
    const struct uses *use = &uses[insn_kind(insn)];
    return use->written_regs | field_regs(insn, use->written_fields);
}
