/* The text of instructions, as the kernel's verifier log and the conformance vectors write it. */
#include "config.h"

#include "sim/isa/disasm.h"

#include "sim/base/base.h"

#include <criterion/criterion.h>

struct sample {
    struct insn insn;
    const char *kernel, *mnemonic;
};

static const struct sample samples[] = {
    { { .op = OP_add64_k, .dst = 1, .imm = -5 }, "r1 += -5", "add r1, -5" },
    { { .op = OP_add32_x, .dst = 1, .src = 2 }, "w1 += w2", "add32 r1, r2" },
    { { .op = OP_mov64_x, .dst = 6, .src = 10 }, "r6 = r10", "mov r6, r10" },
    { { .op = OP_sdiv64_x, .dst = 1, .src = 2 }, "r1 s/= r2", "sdiv r1, r2" },
    { { .op = OP_arsh32_k, .dst = 1, .imm = 31 }, "w1 s>>= 31", "arsh32 r1, 31" },
    { { .op = OP_neg32, .dst = 3 }, "w3 = -w3", "neg32 r3" },
    { { .op = OP_movsx8_64, .dst = 1, .src = 2, .off = 8 }, "r1 = (s8)r2", "movsx864 r1, r2" },
    { { .op = OP_movsx16_32, .dst = 1, .src = 2, .off = 16 }, "w1 = (s16)w2", "movsx1632 r1, r2" },
    { { .op = OP_be16, .dst = 1, .imm = 16 }, "r1 = be16 r1", "be16 r1" },
    { { .op = OP_bswap64, .dst = 1, .imm = 64 }, "r1 = bswap64 r1", "bswap64 r1" },
    { { .op = OP_cast_kern, .dst = 1, .src = 2 }, "r1 = addr_space_cast(r2, 0, 1)", "addr_space_cast r1, r2, 0, 1" },
    { { .op = OP_cast_user, .dst = 1, .src = 2 }, "r1 = addr_space_cast(r2, 1, 0)", "addr_space_cast r1, r2, 1, 0" },
    { { .op = OP_jsgt64_k, .dst = 1, .imm = 5, .off = 3 }, "if r1 s> 0x5 goto pc+3", "jsgt r1, 5, +3" },
    { { .op = OP_jne32_k, .dst = 1, .imm = -1, .off = -3 }, "if w1 != 0xffffffff goto pc-3", "jne32 r1, -1, -3" },
    { { .op = OP_jset64_x, .dst = 1, .src = 2 }, "if r1 & r2 goto pc+0", "jset r1, r2, +0" },
    { { .op = OP_ja, .off = 3 }, "goto pc+3", "ja +3" },
    { { .op = OP_gotol, .imm = -70000 }, "gotol pc-70000", "gotol -70000" },
    { { .op = OP_may_goto, .off = 1 }, "may_goto pc+1", "may_goto +1" },
    { { .op = OP_call, .imm = 7 }, "call unknown#7", "call 7" },
    { { .op = OP_call_local, .src = 1, .imm = 3 }, "call pc+3", "call local +3" },
    { { .op = OP_call_kfunc, .src = 2, .imm = 71000 }, "call kernel-function#71000", "call kernel-function#71000" },
    { { .op = OP_call_kfunc, .src = 2, .imm = 71000, .off = 1 }, "call kernel-function#71000:1", "call kernel-function#71000:1" },
    { { .op = OP_callx, .dst = 3 }, "callx r3", "callx r3" },
    { { .op = OP_exit }, "exit", "exit" },
    { { .op = OP_ldx_w, .dst = 1, .src = 2, .off = 4 }, "r1 = *(u32 *)(r2 +4)", "ldxw r1, [r2+4]" },
    { { .op = OP_ldx_b, .dst = 1, .src = 10, .off = -1 }, "r1 = *(u8 *)(r10 -1)", "ldxb r1, [r10-1]" },
    { { .op = OP_ldsx_h, .dst = 1, .src = 2 }, "r1 = *(s16 *)(r2 +0)", "ldsxh r1, [r2]" },
    { { .op = OP_st_dw, .dst = 10, .off = -8, .imm = -1 }, "*(u64 *)(r10 -8) = -1", "stdw [r10-8], -1" },
    { { .op = OP_stx_h, .dst = 10, .off = -8, .src = 3 }, "*(u16 *)(r10 -8) = r3", "stxh [r10-8], r3" },
    { { .op = OP_atomic_add64, .dst = 1, .src = 2 }, "lock *(u64 *)(r1 +0) += r2", "lock add [r1], r2" },
    { { .op = OP_fetch_xor32, .dst = 1, .src = 2, .off = 4 }, "r2 = atomic_fetch_xor((u32 *)(r1 +4), r2)", "lock fetch_xor32 [r1+4], r2" },
    { { .op = OP_xchg64, .dst = 1, .src = 2 }, "r2 = atomic64_xchg((u64 *)(r1 +0), r2)", "lock xchg [r1], r2" },
    { { .op = OP_cmpxchg64, .dst = 1, .src = 2 }, "r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)", "lock cmpxchg [r1], r2" },
    { { .op = OP_ldacq_b, .dst = 1, .src = 2 }, "r1 = load_acquire((u8 *)(r2 +0))", "ldacqb r1, [r2]" },
    { { .op = OP_strel_dw, .dst = 1, .src = 2, .off = 8 }, "store_release((u64 *)(r1 +8), r2)", "streldw [r1+8], r2" },
    { { .op = OP_lddw, .dst = 1, .imm = 0x12 }, "r1 = 0x12 ll", "lddw r1, 0x12" },
    { { .op = OP_ld_map_fd, .dst = 1, .src = 1, .imm = 3 }, "r1 = map_fd[3] ll", "lddw r1, map_fd[3]" },
    { { .op = OP_ld_map_val, .dst = 1, .src = 2, .imm = 16ll << 32 | 3 }, "r1 = map_val[3]+16 ll", "lddw r1, map_val[3]+16" },
    { { .op = OP_ld_abs_h, .imm = 12 }, "r0 = *(u16 *)skb[12]", "ldabsh 12" },
    { { .op = OP_ld_ind_b, .src = 1, .imm = -4 }, "r0 = *(u8 *)skb[r1 + -4]", "ldindb r1, -4" },
    { { .op = OP_lddw_tail }, "(second half)", "(second half)" },
    { { .op = OP_illegal }, "(illegal)", "(illegal)" },
};

Test(disasm, both_syntaxes)
{
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf out = BUF_EMPTY;
        insn_disasm(&samples[i].insn, 0, SYNTAX_KERNEL, NULL, &out);
        cr_expect_str_eq(buf_text(&out), samples[i].kernel);
        buf_clear(&out);
        insn_disasm(&samples[i].insn, 0, SYNTAX_MNEMONIC, NULL, &out);
        cr_expect_str_eq(buf_text(&out), samples[i].mnemonic);
        buf_free(&out);
    }
}

static const char *
name_helper(void *arg, int32_t id)
{
    return id == 1 ? "bpf_map_lookup_elem" : NULL;
}

static const char *
name_target(void *arg, uint32_t pc)
{
    return pc == 13 ? arg : NULL;
}

static const char *
name_constant(void *arg, uint32_t pc)
{
    return pc == 9 ? "map[flows]" : NULL;
}

Test(disasm, names)
{
    const struct insn_names names = { name_helper, name_target, name_constant, (char[]){ "LBB0_3" } };
    static const struct sample cases[] = {
        { { .op = OP_call, .imm = 1 }, "call bpf_map_lookup_elem#1", NULL },
        { { .op = OP_call, .imm = 2 }, "call unknown#2", NULL },
        { { .op = OP_ja, .off = 3 }, "goto pc+3 <LBB0_3>", NULL },
        { { .op = OP_ja, .off = 2 }, "goto pc+2", NULL },
        { { .op = OP_ja, .off = -11 }, "goto pc-11", NULL }, /* before the program: no name is asked for */
        { { .op = OP_ld_map_fd, .dst = 1, .imm = 3 }, "r1 = map[flows] ll", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = BUF_EMPTY;
        insn_disasm(&cases[i].insn, 9, SYNTAX_KERNEL, &names, &out);
        cr_expect_str_eq(buf_text(&out), cases[i].kernel);
        buf_free(&out);
    }
}
