/* The table is consistent, and decoding and encoding follow from it by the one rule. */
#include "config.h"

#include "sim/isa/isa.h"

#include "tests/isa/random.h"

#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

/* Two rows overlap when no field tells them apart: each is an operand in one of them, or both constants are equal. */
static bool
rows_overlap(const struct insn_row *a, const struct insn_row *b)
{
    uint8_t constants = ~(a->fields | b->fields);
    return a->opcode == b->opcode && !(constants & Fs && a->src != b->src) && !(constants & Fo && a->off != b->off) &&
           !(constants & Fi && a->imm != b->imm);
}

Test(isa, no_two_rows_overlap)
{
    for (uint32_t i = 0; i < N_OPS; i++)
        for (uint32_t j = i + 1; j < N_OPS; j++)
            cr_expect(!rows_overlap(&insn_rows[i], &insn_rows[j]), "%s and %s", insn_rows[i].name, insn_rows[j].name);
}

Test(isa, operand_fields_have_no_constant)
{
    for (uint32_t i = 0; i < N_OPS; i++) {
        const struct insn_row *row = &insn_rows[i];
        cr_expect(!(row->fields & Fs && row->src) && !(row->fields & Fo && row->off) && !(row->fields & Fi && row->imm), "%s", row->name);
    }
}

static bool
insn_equal(const struct insn *a, const struct insn *b)
{
    return a->op == b->op && a->dst == b->dst && a->src == b->src && a->off == b->off && a->flags == b->flags && a->imm == b->imm;
}

Test(isa, decode_and_encode_are_inverse)
{
    uint64_t seed = random_seed(), state = seed;
    for (uint32_t op = 0; op < N_OPS; op++)
        for (int i = 0; i < 200; i++) {
            struct insn in = random_insn(op, &state), out;
            uint8_t code[16], again[16];
            uint32_t n = insn_encode(&in, code);
            cr_assert_eq(n, insn_slots(&in));
            cr_assert_eq(insn_decode(code, n, 0, &out, NULL), OK, "%s, seed %" PRIu64, insn_rows[op].name, seed);
            cr_assert(insn_equal(&in, &out), "%s decoded as %s, seed %" PRIu64, insn_rows[op].name, insn_row(&out)->name, seed);
            cr_assert_eq(insn_encode(&out, again), n);
            cr_assert_arr_eq(code, again, n * SLOT_BYTES);
        }
}

/* Changes one constant field of a legal encoding: then it is another row, a reserved field or no instruction, but never OK as this row. */
Test(isa, wrong_constants_are_refused)
{
    uint64_t seed = random_seed(), state = seed;
    for (uint32_t op = 0; op < N_OPS; op++)
        for (unsigned bit = 8; bit < 64; bit++) {
            struct insn in = random_insn(op, &state), out;
            uint8_t code[16];
            uint32_t n = insn_encode(&in, code);
            code[bit / 8] ^= 1u << bit % 8;
            uint8_t field = bit < 12 ? Fd : bit < 16 ? Fs : bit < 32 ? Fo : Fi;
            enum err err = insn_decode(code, n, 0, &out, NULL);
            if (insn_rows[op].fields & field) {
                bool is_reg = field & (Fd | Fs);
                cr_assert(err == OK || (is_reg && err == ERR_BAD_REGISTER), "%s bit %u, seed %" PRIu64, insn_rows[op].name, bit, seed);
            } else if (err == OK) {
                cr_assert_neq(out.op, op, "%s bit %u, seed %" PRIu64, insn_rows[op].name, bit, seed);
            } else if (err == ERR_RESERVED_FIELD) {
                cr_assert_eq(out.flags, INSN_RESERVED);
                cr_assert_neq(out.op, OP_illegal);
            } else {
                cr_assert_eq(out.op, OP_illegal, "%s bit %u, seed %" PRIu64, insn_rows[op].name, bit, seed);
            }
        }
}

Test(isa, every_opcode_byte_without_a_row_is_illegal)
{
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        bool is_known = false;
        for (uint32_t op = 0; op < N_OPS; op++)
            is_known |= insn_rows[op].opcode == opcode;
        struct insn out;
        struct errinfo e;
        uint8_t code[8] = { (uint8_t)opcode };
        enum err err = insn_decode(code, 1, 0, &out, &e);
        if (!is_known) {
            cr_expect_eq(err, ERR_ILLEGAL_INSN, "opcode %#x", opcode);
            cr_expect_eq(e.a, opcode);
            cr_expect_eq(out.op, OP_illegal);
        }
    }
}

struct malformed {
    uint64_t slot;
    enum err err;
    enum op op;
};

Test(isa, what_is_reserved_and_what_is_unknown)
{
    static const struct malformed cases[] = {
        { 0x00000007000010b7, ERR_RESERVED_FIELD, OP_mov64_k },                /* src of an immediate form */
        { 0x00000007000000bf, ERR_RESERVED_FIELD, OP_mov64_x },                /* imm of a register form */
        { 0x0000000000c000bf, ERR_ILLEGAL_INSN, OP_illegal },                  /* sign extension from 192 bits */
        { 0x00000010000000db, ERR_ILLEGAL_INSN, OP_illegal },                 /* atomic sub */
        { 0x000000e0000000db, ERR_ILLEGAL_INSN, OP_illegal },                 /* xchg without fetch */
        { 0x0000000100003085, ERR_ILLEGAL_INSN, OP_illegal },                  /* call with src 3 */
        { 0x0000000100020085, ERR_RESERVED_FIELD, OP_call },                   /* call with an off */
        { 0x00000008000000dc, ERR_ILLEGAL_INSN, OP_illegal },                  /* be8 */
        { 0x0000000000000b95, ERR_RESERVED_FIELD, OP_exit },                   /* reserved dst, even one that is no register */
        { 0x0000000000000bb7, ERR_BAD_REGISTER, OP_illegal },                  /* r11 */
        { 0x000000000000b0bf, ERR_BAD_REGISTER, OP_illegal },
        { 0x0000000000000018, ERR_SPLIT_LDDW, OP_illegal },                    /* no second slot */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct insn out;
        uint8_t code[8];
        memcpy(code, &cases[i].slot, 8);
        cr_expect_eq(insn_decode(code, 1, 0, &out, NULL), cases[i].err, "case %zu", i);
        cr_expect_eq(out.op, cases[i].op, "case %zu is %s", i, insn_row(&out)->name);
    }
}

Test(isa, second_half_of_a_long_load)
{
    uint8_t code[4 * SLOT_BYTES] = { 0x18, 0x01, 0, 0, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0xf0, 0xde, 0xbc, 0x9a, 0x95 };
    struct insn out[4];
    cr_assert_eq(insn_decode_all(code, 4, out), 1); /* slot 3 is opcode 0 */
    cr_assert_eq(out[0].op, OP_lddw);
    cr_assert_eq((uint64_t)out[0].imm, 0x9abcdef012345678);
    cr_assert_eq(out[1].op, OP_lddw_tail);
    cr_assert_eq(out[2].op, OP_exit);
    cr_assert_eq(out[3].op, OP_illegal);
    for (int byte = 8; byte < 12; byte++) {
        code[byte] = 0x10;
        cr_expect_eq(insn_decode(code, 4, 0, &out[0], NULL), ERR_SPLIT_LDDW, "byte %d", byte);
        code[byte] = 0;
    }
    struct insn alone[1];
    cr_assert_eq(insn_decode_all(code, 1, alone), 1);
    cr_assert_eq(alone[0].op, OP_illegal);
}

Test(isa, targets)
{
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_ja, .off = -3 }, 10), 8);
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_gotol, .imm = 70000 }, 0), 70001);
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_jeq32_x, .off = 2 }, 5), 8);
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_may_goto, .off = 1 }, 0), 2);
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_call_local, .imm = -1 }, 4), 4);
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_call, .imm = 4 }, 4), -1);
    cr_expect_eq(insn_target(&(struct insn){ .op = OP_lddw_tail }, 4), -1);
    cr_expect(!insn_is_branch(&(struct insn){ .op = OP_call }));
    cr_expect(insn_is_branch(&(struct insn){ .op = OP_exit }));
    cr_expect(!insn_is_branch(&(struct insn){ .op = OP_illegal }));
}

Test(isa, registers_read_and_written)
{
    static const struct { struct insn insn; uint16_t reads, writes; } cases[] = {
        { { .op = OP_add64_k, .dst = 3 }, 1 << 3, 1 << 3 },
        { { .op = OP_add32_x, .dst = 3, .src = 4 }, 1 << 3 | 1 << 4, 1 << 3 },
        { { .op = OP_mov64_k, .dst = 3 }, 0, 1 << 3 },
        { { .op = OP_mov32_x, .dst = 3, .src = 4 }, 1 << 4, 1 << 3 },
        { { .op = OP_movsx8_64, .dst = 3, .src = 4 }, 1 << 4, 1 << 3 },
        { { .op = OP_jeq64_k, .dst = 6 }, 1 << 6, 0 },
        { { .op = OP_stx_b, .dst = 10, .src = 4 }, 1 << 10 | 1 << 4, 0 },
        { { .op = OP_st_b, .dst = 10 }, 1 << 10, 0 },
        { { .op = OP_ldx_b, .dst = 1, .src = 10 }, 1 << 10, 1 << 1 },
        { { .op = OP_fetch_add64, .dst = 10, .src = 4 }, 1 << 10 | 1 << 4, 1 << 4 },
        { { .op = OP_cmpxchg32, .dst = 10, .src = 4 }, 1 << 10 | 1 << 4 | 1, 1 },
        { { .op = OP_call }, 0x3e, 0x3f },
        { { .op = OP_exit }, 1, 0 },
        { { .op = OP_ld_ind_h, .src = 7 }, 1 << 6 | 1 << 7, 0x3f },
        { { .op = OP_may_goto }, 0, 0 },
        { { .op = OP_lddw_tail }, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cr_expect_eq(insn_reads(&cases[i].insn), cases[i].reads, "%s", insn_row(&cases[i].insn)->name);
        cr_expect_eq(insn_writes(&cases[i].insn), cases[i].writes, "%s", insn_row(&cases[i].insn)->name);
    }
}
