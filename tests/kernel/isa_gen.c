/* Programs that execute one row on many operands. See isa_gen.h.
 * Registers: r6 = packet data for the whole program; a case uses any of the others. */
#include "config.h"

#include "tests/kernel/isa_gen.h"

#include "sim/base/base.h"
#include "sim/object/program.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct insn
insn_of(enum op op, uint8_t dst, uint8_t src, int16_t off, int64_t imm)
{
    const struct insn_row *row = &insn_rows[op];
    return (struct insn){ .op = (uint16_t)op,
                          .dst = row->fields & Fd ? dst : 0,
                          .src = row->fields & Fs ? src : row->src,
                          .off = row->fields & Fo ? off : row->off,
                          .imm = row->fields & Fi ? imm : row->imm };
}

void
gen_put(struct gen *g, enum op op, uint8_t dst, uint8_t src, int16_t off, int64_t imm)
{
    assert(g->n < ARRAY_LEN(g->insns));
    g->insns[g->n] = insn_of(op, dst, src, off, imm);
    g->n_slots += insn_slots(&g->insns[g->n++]);
}

struct program *
gen_program(const struct gen *g)
{
    uint8_t *code = xcalloc(g->n_slots, SLOT_BYTES);
    uint32_t slot = 0;
    for (uint32_t i = 0; i < g->n; i++)
        slot += insn_encode(&g->insns[i], code + (size_t)slot * SLOT_BYTES);
    struct program *p = program_from_code(code, slot);
    free(code);
    return p;
}

/* ---------------------------------------------------------------- registers of a case */

static uint8_t
any_reg(struct gen *g)
{
    static const uint8_t regs[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9 };
    return regs[dice_below(g->dice, ARRAY_LEN(regs))];
}

static uint8_t
other_reg(struct gen *g, uint8_t a, uint8_t b)
{
    uint8_t reg;
    do
        reg = any_reg(g);
    while (reg == a || reg == b);
    return reg;
}

static int16_t
case_off(uint32_t i, int result)
{
    return (int16_t)(i * CASE_BYTES + (result < 0 ? 0 : CASE_RESULTS + result * 8));
}

/* dst = operand a, src = operand b of case i (the same value when they are one register). */
static void
load_operands(struct gen *g, uint32_t i, uint8_t dst, uint8_t src)
{
    gen_put(g, OP_ldx_dw, src, 6, (int16_t)(case_off(i, -1) + 8), 0);
    gen_put(g, OP_ldx_dw, dst, 6, case_off(i, -1), 0);
}

static void
store_result(struct gen *g, uint32_t i, int result, uint8_t reg)
{
    gen_put(g, OP_stx_dw, 6, reg, case_off(i, result), 0);
}

/* ---------------------------------------------------------------- bodies by kind */

static bool
is_shift(const struct insn_row *row)
{
    return (row->opcode & 0xf0) == 0x60 || (row->opcode & 0xf0) == 0x70 || (row->opcode & 0xf0) == 0xc0;
}

static bool
is_division(const struct insn_row *row)
{
    return (row->opcode & 0xf0) == 0x30 || (row->opcode & 0xf0) == 0x90;
}

static int64_t
draw_imm(struct gen *g, enum op op)
{
    const struct insn_row *row = &insn_rows[op];
    int32_t imm = (int32_t)dice_operand(g->dice);
    if (row->kind == KIND_ALU && is_shift(row))
        imm &= row->width_bits - 1;
    if (row->kind == KIND_ALU && is_division(row) && !imm)
        imm = 3;
    return imm;
}

static void
case_alu(struct gen *g, uint32_t i, enum op op)
{
    uint8_t dst = any_reg(g), src = any_reg(g);
    load_operands(g, i, dst, src);
    gen_put(g, op, dst, src, 0, draw_imm(g, op));
    store_result(g, i, 0, dst);
    store_result(g, i, 1, src);
}

/* An unconditional jump, forward over code that a branch before it can reach (the verifier refuses unreachable code), or back. */
static void
case_jump(struct gen *g, uint32_t i, enum op op)
{
    uint8_t dst = any_reg(g), src = any_reg(g), flag = other_reg(g, dst, src);
    load_operands(g, i, dst, src);
    gen_put(g, OP_mov64_k, flag, 0, 0, 0);
    if (dice_below(g->dice, 2)) {
        gen_put(g, OP_jeq64_x, dst, src, 2, 0);
        gen_put(g, OP_mov64_k, flag, 0, 0, 1);
        gen_put(g, op, 0, 0, 1, 1);
        gen_put(g, OP_mov64_k, flag, 0, 0, 2);
    } else {
        gen_put(g, OP_ja, 0, 0, 2, 0);
        gen_put(g, OP_mov64_k, flag, 0, 0, 3);
        gen_put(g, OP_ja, 0, 0, 1, 0);
        gen_put(g, op, 0, 0, -3, -3);
    }
    store_result(g, i, 0, flag);
}

/* flag = taken; the branch goes forward or back. */
static void
case_branch(struct gen *g, uint32_t i, enum op op)
{
    uint8_t dst = any_reg(g), src = any_reg(g), flag = other_reg(g, dst, src);
    int64_t imm = draw_imm(g, op);
    load_operands(g, i, dst, src);
    gen_put(g, OP_mov64_k, flag, 0, 0, 0);
    if (dice_below(g->dice, 2)) {
        gen_put(g, op, dst, src, 1, imm);
        gen_put(g, OP_mov64_k, flag, 0, 0, 1);
    } else {
        gen_put(g, OP_ja, 0, 0, 2, 0);
        gen_put(g, OP_mov64_k, flag, 0, 0, 2);
        gen_put(g, OP_ja, 0, 0, 1, 0);
        gen_put(g, op, dst, src, -3, imm);
    }
    store_result(g, i, 0, flag);
    store_result(g, i, 1, dst);
}

static void
case_lddw(struct gen *g, uint32_t i, enum op op)
{
    uint8_t dst = any_reg(g);
    gen_put(g, op, dst, 0, 0, (int64_t)dice_operand(g->dice));
    store_result(g, i, 0, dst);
}

/* Loads from anywhere in the case's operands, aligned or not, through a base that is a little off. */
static void
case_load(struct gen *g, uint32_t i, enum op op)
{
    uint32_t bytes = insn_rows[op].width_bits / 8u;
    int16_t at = (int16_t)dice_below(g->dice, 16 - bytes + 1), skew = (int16_t)dice_below(g->dice, 64);
    uint8_t base = any_reg(g), dst = dice_below(g->dice, 4) ? other_reg(g, base, base) : base;
    gen_put(g, OP_mov64_x, base, 6, 0, 0);
    gen_put(g, OP_add64_k, base, 0, 0, skew);
    gen_put(g, op, dst, base, (int16_t)(case_off(i, -1) + at - skew), 0);
    store_result(g, i, 0, dst);
}

/* Stores to anywhere in the case's results, aligned or not. */
static void
case_store(struct gen *g, uint32_t i, enum op op)
{
    uint32_t bytes = insn_rows[op].width_bits / 8u;
    int16_t at = (int16_t)dice_below(g->dice, 24 - bytes + 1), skew = (int16_t)dice_below(g->dice, 64);
    uint8_t src = any_reg(g), base = other_reg(g, src, src);
    load_operands(g, i, src, src);
    gen_put(g, OP_mov64_x, base, 6, 0, 0);
    gen_put(g, OP_sub64_k, base, 0, 0, skew);
    gen_put(g, op, base, src, (int16_t)(case_off(i, 0) + at + skew), (int32_t)dice_operand(g->dice));
}

/* Two stack slots hold a and b; the operation works at an offset aligned to its width in them; then both slots, the source register and r0
 * are looked at. r0 (what cmpxchg compares) is a or b, sometimes with other high bits. */
static void
case_atomic(struct gen *g, uint32_t i, enum op op)
{
    uint32_t bytes = insn_rows[op].width_bits / 8u;
    int16_t at = (int16_t)(-16 + (int16_t)(dice_below(g->dice, 16 / bytes) * bytes));
    int16_t skew = (int16_t)dice_below(g->dice, 32);
    bool is_load = insn_rows[op].kind == KIND_LDACQ;
    uint8_t a = any_reg(g), b = other_reg(g, a, a), value = dice_below(g->dice, 2) ? b : 0, base = other_reg(g, 0, value);
    load_operands(g, i, a, b);
    gen_put(g, OP_stx_dw, 10, a, -16, 0);
    gen_put(g, OP_stx_dw, 10, b, -8, 0);
    gen_put(g, dice_below(g->dice, 2) ? OP_mov64_x : OP_mov32_x, 0, dice_below(g->dice, 2) ? a : b, 0, 0);
    gen_put(g, OP_ldx_dw, value, 10, -8, 0);
    gen_put(g, OP_mov64_x, base, 10, 0, 0);
    gen_put(g, OP_add64_k, base, 0, 0, -skew);
    gen_put(g, op, is_load ? value : base, is_load ? base : value, (int16_t)(at + skew), 0);
    store_result(g, i, 2, value);
    store_result(g, i, 3, 0);
    gen_put(g, OP_ldx_dw, value, 10, -16, 0);
    store_result(g, i, 0, value);
    gen_put(g, OP_ldx_dw, value, 10, -8, 0);
    store_result(g, i, 1, value);
}

/* A loop of up to 7 rounds that may_goto could leave earlier: within its budget it never does. */
static void
case_may_goto(struct gen *g, uint32_t i, enum op op)
{
    uint8_t count = any_reg(g);
    gen_put(g, OP_mov64_k, count, 0, 0, 0);
    gen_put(g, op, 0, 0, 2, 0);
    gen_put(g, OP_add64_k, count, 0, 0, 1);
    gen_put(g, OP_jlt64_k, count, 0, -3, 1 + dice_below(g->dice, 7));
    store_result(g, i, 0, count);
}

/* bpf_get_smp_processor_id: the one helper that every type has, and both worlds run on the same CPU. Saved registers stay. */
static void
case_helper(struct gen *g, uint32_t i, enum op op)
{
    load_operands(g, i, 7, 8);
    gen_put(g, op, 0, 0, 0, 8);
    store_result(g, i, 0, 0);
    store_result(g, i, 1, 7);
    store_result(g, i, 2, 8);
}

/* Target is the function that gen_row appends: the distance is filled in there. */
static void
case_local_call(struct gen *g, uint32_t i, enum op op)
{
    load_operands(g, i, 1, 2);
    gen_put(g, OP_mov64_x, 7, 1, 0, 0);
    gen_put(g, OP_mov64_x, 8, 2, 0, 0);
    gen_put(g, op, 0, 0, 0, -1 - (int64_t)g->n_slots);
    store_result(g, i, 0, 0);
    store_result(g, i, 1, 7);
    store_result(g, i, 2, 8);
}

/* Uses r6-r9 and the stack of its own. */
static void
put_callee(struct gen *g)
{
    gen_put(g, OP_mov64_x, 6, 1, 0, 0);
    gen_put(g, OP_mov64_x, 7, 2, 0, 0);
    gen_put(g, OP_mov64_k, 8, 0, 0, 8);
    gen_put(g, OP_stx_dw, 10, 6, -8, 0);
    gen_put(g, OP_ldx_dw, 0, 10, -8, 0);
    gen_put(g, OP_sub64_x, 0, 7, 0, 0);
    gen_put(g, OP_exit, 0, 0, 0, 0);
}

typedef void case_fn(struct gen *g, uint32_t i, enum op op);

static case_fn *
body_of(enum op op)
{
    switch ((enum insn_kind)insn_rows[op].kind) {
    case KIND_ALU:
    case KIND_NEG:
    case KIND_MOVSX:
    case KIND_SWAP: return case_alu;
    case KIND_JCC: return case_branch;
    case KIND_JA: return case_jump;
    case KIND_MAYGOTO: return case_may_goto;
    case KIND_CALL: return case_helper;
    case KIND_CALLL: return case_local_call;
    case KIND_LDX:
    case KIND_LDSX: return case_load;
    case KIND_ST:
    case KIND_STX: return case_store;
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
    case KIND_LDACQ:
    case KIND_STREL: return case_atomic;
    case KIND_LDDW: return op == OP_lddw ? case_lddw : NULL;
    default: return NULL;
    }
}

bool
gen_has_row(enum op op)
{
    return body_of(op) != NULL;
}

static void
put_prologue(struct gen *g)
{
    gen_put(g, OP_ldx_w, 6, 1, 0, 0);
    gen_put(g, OP_ldx_w, 2, 1, 4, 0);
    gen_put(g, OP_mov64_x, 1, 6, 0, 0);
    gen_put(g, OP_add64_k, 1, 0, 0, GEN_PACKET_BYTES);
    gen_put(g, OP_jle64_x, 1, 2, 2, 0);
    gen_put(g, OP_mov64_k, 0, 0, 0, -1);
    gen_put(g, OP_exit, 0, 0, 0, 0);
    for (uint8_t reg = 0; reg <= 9; reg++)
        if (reg != 6)
            gen_put(g, OP_mov64_k, reg, 0, 0, reg);
}

void
gen_row(struct gen *g, enum op op)
{
    g->n = g->n_slots = 0;
    put_prologue(g);
    for (uint32_t i = 0; i < N_CASES; i++) {
        case_fn *body = body_of(op);
        /* A call leaves r1-r5 unreadable, and all others may be what a case reads: give them values again. */
        if (i && (insn_rows[op].kind == KIND_CALL || insn_rows[op].kind == KIND_CALLL))
            for (uint8_t reg = 1; reg <= 5; reg++)
                gen_put(g, OP_mov64_k, reg, 0, 0, reg);
        body(g, i, op);
    }
    gen_put(g, OP_ldx_dw, 0, 6, case_off(N_CASES - 1, 0), 0);
    gen_put(g, OP_exit, 0, 0, 0, 0);
    for (uint32_t i = 0; i < g->n; i++)
        if (g->insns[i].op == OP_call_local)
            g->insns[i].imm += g->n_slots;
    if (insn_rows[op].kind == KIND_CALLL)
        put_callee(g);
}

void
gen_packet(struct dice *d, uint8_t *packet)
{
    for (uint32_t i = 0; i < GEN_PACKET_BYTES; i += 8) {
        uint64_t value = dice_operand(d);
        memcpy(packet + i, &value, sizeof value);
    }
    for (uint32_t i = 0; i < GEN_PACKET_BYTES; i += 2 * CASE_BYTES) /* equal operands, or nearly: what comparisons are about */
        memcpy(packet + i + 8, packet + i, dice_below(d, 2) ? 8 : 4);
}
