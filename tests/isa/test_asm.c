/* The assembler reads both syntaxes back, what people write by hand, and says what is wrong where. */
#include "config.h"

#include "sim/isa/asm.h"
#include "sim/isa/disasm.h"

#include "tests/isa/random.h"

#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int32_t
helper_id(const char *name)
{
    return !strcmp(name, "bpf_map_lookup_elem") ? 1 : !strcmp(name, "bpf_ktime_get_ns") ? 5 : -1;
}

Test(asm, reads_back_what_the_disassembler_writes)
{
    uint64_t seed = random_seed(), state = seed;
    for (uint32_t op = 0; op < N_OPS; op++)
        for (int i = 0; i < 50; i++)
            for (int syntax = SYNTAX_KERNEL; syntax <= SYNTAX_MNEMONIC; syntax++) {
                struct insn insn = random_insn(op, &state);
                struct buf text = BUF_EMPTY;
                struct errinfo e;
                uint8_t want[16], *code;
                uint32_t n_slots;
                insn_disasm(&insn, 0, syntax, NULL, &text);
                enum err err = asm_program(buf_text(&text), text.len, NULL, &code, &n_slots, NULL, &e);
                cr_assert_eq(err, OK, "%s: %s at column %" PRIu64 ", seed %" PRIu64, buf_text(&text), e.subject, e.a, seed);
                cr_assert_eq(n_slots, insn_encode(&insn, want));
                cr_assert_arr_eq(code, want, n_slots * SLOT_BYTES, "%s (%s), seed %" PRIu64, buf_text(&text), insn_rows[op].name, seed);
                free(code);
                buf_free(&text);
            }
}

/* From the other end: whatever bytes decode as legal, their text makes the same bytes. */
Test(asm, makes_the_bytes_that_were_disassembled)
{
    uint64_t seed = random_seed(), state = seed;
    uint32_t n_legal = 0;
    for (int i = 0; i < 40000; i++) {
        uint64_t slots[2] = { random_next(&state), random_next(&state) << 32 };
        if (i & 1)
            slots[0] &= UINT64_C(0x000003ff000001ff) << (i & 2 ? 0 : 3); /* few bits: constants become likely */
        slots[0] = (slots[0] & ~UINT64_C(0xff)) | insn_rows[random_next(&state) % N_OPS].opcode;
        struct insn insn;
        if (insn_decode((uint8_t *)slots, 2, 0, &insn, NULL) != OK)
            continue;
        struct buf text = BUF_EMPTY;
        uint8_t *code;
        uint32_t n_slots;
        insn_disasm(&insn, 0, i & 4 ? SYNTAX_KERNEL : SYNTAX_MNEMONIC, NULL, &text);
        enum err err = asm_program(buf_text(&text), text.len, NULL, &code, &n_slots, NULL, NULL);
        cr_assert_eq(err, OK, "%s, seed %" PRIu64, buf_text(&text), seed);
        cr_assert_eq(n_slots, insn_slots(&insn));
        cr_assert_arr_eq(code, slots, n_slots * SLOT_BYTES, "%s, seed %" PRIu64, buf_text(&text), seed);
        free(code);
        buf_free(&text);
        n_legal++;
    }
    cr_assert(n_legal > 1000, "%u legal encodings", n_legal);
}

struct sample {
    const char *text;
    struct insn insn;
};

Test(asm, forms_written_by_hand)
{
    static const struct sample samples[] = {
        { "r1 = *(u32 *)(r2 + 4)", { .op = OP_ldx_w, .dst = 1, .src = 2, .off = 4 } },
        { "r1=*(u32*)(r2+0x4)", { .op = OP_ldx_w, .dst = 1, .src = 2, .off = 4 } },
        { "w1 = *(u8 *)(r2 - 0x1)", { .op = OP_ldx_b, .dst = 1, .src = 2, .off = -1 } },
        { "r1 = *(s16 *)(r2)", { .op = OP_ldsx_h, .dst = 1, .src = 2 } },
        { "*(u8 *)(r10 - 1) = w3", { .op = OP_stx_b, .dst = 10, .off = -1, .src = 3 } },
        { "*(u64 *)(r10 - 8) = 0x7f", { .op = OP_st_dw, .dst = 10, .off = -8, .imm = 127 } },
        { "  w0 = 0  ", { .op = OP_mov32_k } },
        { "r0 = -1", { .op = OP_mov64_k, .imm = -1 } },
        { "r0 = - 1", { .op = OP_mov64_k, .imm = -1 } },
        { "r0 = 0xffffffff", { .op = OP_mov64_k, .imm = -1 } },
        { "r0 = 0x1122334455667788ll", { .op = OP_lddw, .imm = 0x1122334455667788 } },
        { "r0 = -1 ll", { .op = OP_lddw, .imm = -1 } },
        { "call 1", { .op = OP_call, .imm = 1 } },
        { "call bpf_map_lookup_elem", { .op = OP_call, .imm = 1 } },
        { "call bpf_whatever#77", { .op = OP_call, .imm = 77 } },
        { "call +3", { .op = OP_call_local, .src = 1, .imm = 3 } },
        { "goto +3", { .op = OP_ja, .off = 3 } },
        { "goto -1 <LBB0_1>", { .op = OP_ja, .off = -1 } },
        { "if r1 == r2 goto +0x10", { .op = OP_jeq64_x, .dst = 1, .src = 2, .off = 16 } },
        { "if w1 s<= -5 goto pc+1", { .op = OP_jsle32_k, .dst = 1, .imm = -5, .off = 1 } },
        { "if r1&1 goto pc+1", { .op = OP_jset64_k, .dst = 1, .imm = 1, .off = 1 } },
        { "lock *(u32 *)(r1 + 0) += w2", { .op = OP_atomic_add32, .dst = 1, .src = 2 } },
        { "w2 = atomic_fetch_or((u32 *)(r1 + 0), w2)", { .op = OP_fetch_or32, .dst = 1, .src = 2 } },
        { "r2 = atomic_fetch_or((u64 *)(r1 + 0), r2)", { .op = OP_fetch_or64, .dst = 1, .src = 2 } },
        { "w2 = xchg32_32(r1 + 4, w2)", { .op = OP_xchg32, .dst = 1, .src = 2, .off = 4 } },
        { "r2 = xchg_64(r1 + 8, r2)", { .op = OP_xchg64, .dst = 1, .src = 2, .off = 8 } },
        { "r0 = cmpxchg_64(r1 + 8, r0, r2)", { .op = OP_cmpxchg64, .dst = 1, .src = 2, .off = 8 } },
        { "w0 = cmpxchg32_32(r1 + 8, w0, w2)", { .op = OP_cmpxchg32, .dst = 1, .src = 2, .off = 8 } },
        { "r0 = *(u16 *)skb[r1]", { .op = OP_ld_ind_h, .src = 1 } },
        { "mov %r1, %r2", { .op = OP_mov64_x, .dst = 1, .src = 2 } },
        { "ldxw %r1, [%r2+4]", { .op = OP_ldx_w, .dst = 1, .src = 2, .off = 4 } },
        { "swap32 %r3", { .op = OP_bswap32, .dst = 3 } },
        { "lock fetch add32 [%r10-8], %r1", { .op = OP_fetch_add32, .dst = 10, .off = -8, .src = 1 } },
        { "lock add [r10-8], r1", { .op = OP_atomic_add64, .dst = 10, .off = -8, .src = 1 } },
        { "r1 = addr_space_cast(r2, 0x0, 0x1)", { .op = OP_cast_kern, .dst = 1, .src = 2 } },
        { "exit # done", { .op = OP_exit } },
        { "exit// done", { .op = OP_exit } },
        { "\n\n  exit;;", { .op = OP_exit } },
        { "exit\r\n", { .op = OP_exit } },
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct errinfo e;
        uint8_t want[16], *code;
        uint32_t n_slots;
        enum err err = asm_program(samples[i].text, strlen(samples[i].text), helper_id, &code, &n_slots, NULL, &e);
        cr_assert_eq(err, OK, "%s: %s at column %" PRIu64, samples[i].text, e.subject, e.a);
        cr_assert_eq(n_slots, insn_encode(&samples[i].insn, want), "%s", samples[i].text);
        cr_expect_arr_eq(code, want, n_slots * SLOT_BYTES, "%s", samples[i].text);
        free(code);
    }
}

Test(asm, labels_lines_and_distances)
{
    static const char text[] = "start: r1 = 5 ll // two slots\n"
                               "again:\n"
                               "  r1 += -1\n"
                               "  if r1 != 0 goto again; call mix\n"
                               "goto out\n"
                               "mix: out: exit\n"
                               "gotol start";
    static const struct insn want[] = {
        { .op = OP_lddw, .dst = 1, .imm = 5 },
        { .op = OP_lddw_tail },
        { .op = OP_add64_k, .dst = 1, .imm = -1 },
        { .op = OP_jne64_k, .dst = 1, .off = -2 },
        { .op = OP_call_local, .src = 1, .imm = 1 },
        { .op = OP_ja, .off = 0 },
        { .op = OP_exit },
        { .op = OP_gotol, .imm = -8 },
    };
    static const uint32_t want_lines[] = { 1, 1, 3, 4, 4, 5, 6, 7 };
    uint8_t *code;
    uint32_t n_slots, *lines;
    struct insn insns[ARRAY_LEN(want)];
    cr_assert_eq(asm_program(text, sizeof text - 1, NULL, &code, &n_slots, &lines, NULL), OK);
    cr_assert_eq(n_slots, ARRAY_LEN(want));
    cr_assert_arr_eq(lines, want_lines, sizeof want_lines);
    insn_decode_all(code, n_slots, insns);
    for (size_t pc = 0; pc < ARRAY_LEN(want); pc++) {
        cr_expect_eq(insns[pc].op, want[pc].op, "pc %zu", pc);
        cr_expect_eq(insns[pc].off, want[pc].off, "pc %zu", pc);
        cr_expect_eq(insns[pc].imm, want[pc].imm, "pc %zu", pc);
    }
    free(code);
    free(lines);
}

struct mistake {
    const char *text;
    uint32_t line, column;
    const char *message;
};

Test(asm, mistakes)
{
    static const struct mistake mistakes[] = {
        { "", 1, 1, "expected an instruction" },
        { "# nothing", 1, 1, "expected an instruction" },
        { "exit\nbogus r1", 2, 1, "expected an instruction" },
        { "exit now", 1, 6, "expected the end of the line" },
        { "  r1 = *(u32 *)(r2 + 4", 1, 23, "expected ')'" },
        { "r1 += r11", 1, 7, "expected a number of 32 bits or a register (r0-r10)" },
        { "w1 += r1", 1, 7, "expected a number of 32 bits or a register (w0-w10)" },
        { "r1 = 0x100000000", 1, 17, "expected 'll'" },
        { "r1 = -w1", 1, 7, NULL },
        { "r1 = -r2", 1, 7, NULL },
        { "if r1 == 5 r2", 1, 12, "expected 'goto'" },
        { "ldxw r1, [r2+32768]", 1, 13, "expected an offset of 16 bits" },
        { "r1 = *(u32 *)(r2 + 0xffff)", 1, 18, NULL },
        { "goto nowhere", 1, 6, "no such label or helper: nowhere" },
        { "call bpf_nothing\nx: exit", 1, 6, "no such label or helper: bpf_nothing" },
        { "x: exit\nx: exit", 2, 1, "label defined twice: x" },
        { "stxw [r10-4]", 1, 13, "expected ','" },
        { "ifr1 == 5 goto +1", 1, 1, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        const struct mistake *m = &mistakes[i];
        struct errinfo e = { 0 };
        uint8_t *code;
        uint32_t n_slots;
        cr_assert_eq(asm_program(m->text, strlen(m->text), helper_id, &code, &n_slots, NULL, &e), ERR_SYNTAX, "%s", m->text);
        cr_expect_eq(e.off, m->line, "%s: line %" PRIu64, m->text, e.off);
        cr_expect_eq(e.a, m->column, "%s: column %" PRIu64 ", %s", m->text, e.a, e.subject);
        if (m->message)
            cr_expect_str_eq(e.subject, m->message);
    }
}

Test(asm, distance_of_a_label_has_a_limit)
{
    struct buf text = BUF_EMPTY;
    buf_puts(&text, "goto far\n");
    for (int i = 0; i < 32767; i++)
        buf_puts(&text, "exit\n");
    buf_puts(&text, "far: exit\n");
    uint8_t *code;
    uint32_t n_slots;
    struct errinfo e;
    cr_assert_eq(asm_program(buf_text(&text), text.len, NULL, &code, &n_slots, NULL, NULL), OK);
    free(code);
    buf_clear(&text);
    buf_puts(&text, "far:\n");
    for (int i = 0; i < 32768; i++)
        buf_puts(&text, "exit\n");
    buf_puts(&text, "goto far\n");
    cr_assert_eq(asm_program(buf_text(&text), text.len, NULL, &code, &n_slots, NULL, &e), ERR_SYNTAX);
    cr_assert_eq(e.off, 32770);
    buf_free(&text);
}

/* Any bytes, and texts made of pieces that almost fit: an error or code, nothing else. Run under asan by the suite. */
Test(asm, hostile_text)
{
    static const char *const pieces[] = {
        "r1", "w2", " = ", "*(u32 *)", "(r2 +4)", "0x", "ll", "-", "99999999999999999999", "if ", "goto ", "pc+", "x", ":", ";", "\n", "#",
        "//", "lock ", "call ", "local ", "bpf_x#", "[", "]", ",", "skb", "add32 ", "map_fd[3]",
        "map_val[", "<", ">", "kernel-function#", "atomic64_", "%", "\t", "exit", "fetch", " ", "+", "addr_space_cast(", "s>>=",
    };
    uint64_t seed = random_seed(), state = seed;
    for (int i = 0; i < 3000; i++) {
        struct buf text = BUF_EMPTY;
        uint64_t n = random_next(&state) % 24;
        for (uint64_t k = 0; k < n; k++)
            if (i % 4 == 0)
                buf_putc(&text, (char)random_next(&state));
            else
                buf_puts(&text, pieces[random_next(&state) % ARRAY_LEN(pieces)]);
        char *exact = xmalloc(text.len); /* no NUL behind it: asan sees a read past the end */
        memcpy(exact, buf_text(&text), text.len);
        uint8_t *code;
        uint32_t n_slots;
        struct errinfo e = { 0 };
        enum err err = asm_program(exact, text.len, helper_id, &code, &n_slots, NULL, &e);
        cr_assert(err == OK || (err == ERR_SYNTAX && e.off >= 1 && e.a >= 1 && e.subject[0]), "seed %" PRIu64, seed);
        if (err == OK)
            free(code);
        free(exact);
        buf_free(&text);
    }
}
