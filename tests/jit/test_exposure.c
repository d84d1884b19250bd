/* What depends on addresses, on stack that nobody has written, or on the world, is said to; what is generated for the kernel does not. */
#include "config.h"

#include "jit/diff/exposure.h"

#include "jit/diff/fuzz.h"
#include "jit/diff/kernel.h"
#include "jit/diff/rng.h"
#include "sim/base/base.h"
#include "sim/base/buf.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdlib.h>

enum { MAX_INSNS = 10 };

static const struct {
    const char *name;
    bool exposes;
    struct insn code[MAX_INSNS]; /* what follows the last one is exits */
} cases[] = {
    { "a number", false, { { .op = OP_mov64_k, .dst = REG_0, .imm = 1 } } },
    { "the stack's address", true, { { .op = OP_mov64_x, .dst = REG_0, .src = REG_10 } } },
    { "half of it", true, { { .op = OP_mov32_x, .dst = REG_0, .src = REG_10 } } },
    { "what it is times two", true, { { .op = OP_mov64_x, .dst = REG_0, .src = REG_1 }, { .op = OP_mul64_k, .dst = REG_0, .imm = 2 } } },
    { "an address that is overwritten", false,
      { { .op = OP_mov64_x, .dst = REG_0, .src = REG_1 }, { .op = OP_mov32_k, .dst = REG_0, .imm = 2 } } },
    { "a field of the context", false, { { .op = OP_ldx_w, .dst = REG_0, .src = REG_1, .off = 12 } } },
    { "the packet's address", true, { { .op = OP_ldx_w, .dst = REG_0, .src = REG_1, .off = 0 } } },
    { "stack that was not written", true, { { .op = OP_ldx_dw, .dst = REG_0, .src = REG_10, .off = -8 } } },
    { "stack that was written", false,
      { { .op = OP_st_dw, .dst = REG_10, .off = -8, .imm = 7 }, { .op = OP_ldx_w, .dst = REG_0, .src = REG_10, .off = -6 } } },
    { "stack that was written in part", true,
      { { .op = OP_st_w, .dst = REG_10, .off = -8, .imm = 7 }, { .op = OP_ldx_w, .dst = REG_0, .src = REG_10, .off = -6 } } },
    { "a kept address", false,
      { { .op = OP_stx_dw, .dst = REG_10, .src = REG_1, .off = -16 },
        { .op = OP_ldx_dw, .dst = REG_2, .src = REG_10, .off = -16 },
        { .op = OP_ldx_w, .dst = REG_0, .src = REG_2, .off = 12 } } },
    { "a part of a kept address", true,
      { { .op = OP_stx_dw, .dst = REG_10, .src = REG_1, .off = -16 }, { .op = OP_ldx_b, .dst = REG_0, .src = REG_10, .off = -16 } } },
    { "an address in a map", true,
      { { .op = OP_ld_map_val, .dst = REG_2, .imm = SUBJECT_STATE }, { .op = OP_stx_dw, .dst = REG_2, .src = REG_1 } } },
    { "an address of a map, added to one", true,
      { { .op = OP_ld_map_val, .dst = REG_2, .imm = SUBJECT_STATE }, { .op = OP_atomic_add64, .dst = REG_2, .src = REG_2 } } },
    { "the kernel's map", true,
      { { .op = OP_ld_map_fd, .dst = REG_2, .imm = SUBJECT_HASH }, { .op = OP_ldx_w, .dst = REG_0, .src = REG_2 } } },
    { "a comparison with an address", true,
      { { .op = OP_mov64_k, .dst = REG_0 }, { .op = OP_jgt64_k, .dst = REG_1, .imm = 5, .off = 0 } } },
    { "the end of the packet", false,
      { { .op = OP_mov64_k, .dst = REG_0 },
        { .op = OP_ldx_w, .dst = REG_2, .src = REG_1, .off = 0 },
        { .op = OP_ldx_w, .dst = REG_3, .src = REG_1, .off = 4 },
        { .op = OP_add64_k, .dst = REG_2, .imm = 14 },
        { .op = OP_jgt64_x, .dst = REG_2, .src = REG_3, .off = 0 } } },
    { "an address on one way of two", true,
      { { .op = OP_ldx_w, .dst = REG_0, .src = REG_1, .off = 12 },
        { .op = OP_jeq64_k, .dst = REG_0, .imm = 1, .off = 1 },
        { .op = OP_mov64_x, .dst = REG_0, .src = REG_1 } } },
    { "a key that was not written", true,
      { { .op = OP_mov64_x, .dst = REG_2, .src = REG_10 },
        { .op = OP_add64_k, .dst = REG_2, .imm = -4 },
        { .op = OP_ld_map_fd, .dst = REG_1, .imm = SUBJECT_HASH },
        { .op = OP_call, .imm = BPF_FUNC_map_delete_elem } } },
    { "a key that was written", false,
      { { .op = OP_mov64_x, .dst = REG_2, .src = REG_10 },
        { .op = OP_add64_k, .dst = REG_2, .imm = -4 },
        { .op = OP_st_w, .dst = REG_2, .imm = 1 },
        { .op = OP_ld_map_fd, .dst = REG_1, .imm = SUBJECT_HASH },
        { .op = OP_call, .imm = BPF_FUNC_map_delete_elem } } },
    { "a task", true, { { .op = OP_call, .imm = BPF_FUNC_get_current_task } } },
    { "time, which is replaced", false, { { .op = OP_call, .imm = BPF_FUNC_ktime_get_ns } } },
    { "an address that a function returns", true,
      { { .op = OP_call_local, .imm = 1 }, { .op = OP_exit }, { .op = OP_mov64_x, .dst = REG_0, .src = REG_10 } } },
    { "a number that a function returns", false,
      { { .op = OP_call_local, .imm = 1 }, { .op = OP_exit }, { .op = OP_mov64_k, .dst = REG_0, .imm = 1 } } },
    { "a loop that turns a number into an address", true,
      { { .op = OP_mov64_k, .dst = REG_0 },
        { .op = OP_mov64_k, .dst = REG_2, .imm = 2 },
        { .op = OP_mov64_x, .dst = REG_3, .src = REG_0 },
        { .op = OP_mov64_x, .dst = REG_0, .src = REG_1 },
        { .op = OP_sub64_k, .dst = REG_2, .imm = 1 },
        { .op = OP_jne64_k, .dst = REG_2, .off = -4 },
        { .op = OP_mov64_x, .dst = REG_0, .src = REG_3 } } },
};

Test(exposure, cases)
{
    static struct subject s;
    for (uint32_t i = 0; i < ARRAY_LEN(cases); i++) {
        s = (struct subject){ .type = prog_type_named("xdp"), .n_input = 64 };
        for (uint32_t k = 0; k < MAX_INSNS; k++) {
            const struct insn end = { .op = OP_exit };
            const struct insn *insn = cases[i].code[k].op || cases[i].code[k].dst || k == 0 ? &cases[i].code[k] : &end;
            s.n_slots += insn_encode(insn, &s.code[(size_t)s.n_slots * SLOT_BYTES]);
        }
        const char *why = subject_exposes(&s);
        cr_assert_eq(why != NULL, cases[i].exposes, "%s: %s", cases[i].name, why ? why : "nothing");
    }
}

Test(exposure, generated_programs_show_nothing)
{
    static struct subject s;
    struct generate_options options = generate_everything;
    struct generator g;
    options.for_kernel = true;
    generator_init(&g, &options);
    for (uint32_t seed = 0; seed < 3000; seed++) {
        generate_subject(&g, seed, &s);
        const char *why = subject_exposes(&s);
        cr_assert_null(why, "seed %u: %s", seed, why);
    }
}

/* Any code ends the walk, and stays within it. */
Test(exposure, takes_anything)
{
    static struct subject s;
    struct generator g;
    generator_init(&g, &generate_everything);
    for (uint32_t seed = 0; seed < 1000; seed++) {
        struct rng r = { seed };
        generate_subject(&g, seed, &s);
        for (uint32_t i = 0; i < 20; i++)
            s.code[rng_below(&r, s.n_slots * SLOT_BYTES)] = (uint8_t)rng_next(&r);
        subject_exposes(&s);
    }
}

/* Mutations read and write what they should not; what the verifier takes of them is compared with the kernel all the same. */
Test(exposure, mutations_agree_with_the_kernel)
{
    enum { N_CORPUS = 50, N_PROGRAMS = 400 };
    static struct subject corpus[N_CORPUS];
    static struct find find;
    const struct subject *list[N_CORPUS];
    struct generate_options generate = generate_everything;
    struct generator g;
    struct errinfo e;
    const char *why;
    if (!kernel_available(&why))
        cr_skip("the kernel can't be asked: %s", why);
    generate.for_kernel = true;
    generator_init(&g, &generate);
    for (uint32_t i = 0; i < N_CORPUS; i++) {
        generate_subject(&g, i, &corpus[i]);
        list[i] = &corpus[i];
    }
    const struct fuzz_options options = { .engines = { &interp_engine }, .n_engines = 1, .with_kernel = true, .seed = 1,
                                          .lockstep = LOCKSTEP_WHOLE, .generate = generate,
                                          .corpus = list, .n_corpus = N_CORPUS, .mutate_percent = 100 };
    struct fuzz *f = fuzz_new(&options, &e);
    cr_assert_not_null(f);
    for (uint32_t i = 0; i < N_PROGRAMS; i++) {
        struct buf text = BUF_EMPTY;
        bool is_find = fuzz_step(f, &find);
        if (is_find)
            find_text(&find, &text);
        cr_assert_not(is_find, "program %u: %s", i, buf_text(&text));
    }
    cr_assert_gt(fuzz_stats(f)->n_accepted, N_PROGRAMS / 10);
    fuzz_free(f);
}
