/* How long the JIT takes from a linked program to one that can run: the whole engine opened and closed, its tables and its memory
 * for code included. Its time is linear in the program; what a program costs however small it is shows in the second figure. */
#include "config.h"

#include "tests/bench/figures.h"

#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/object/program.h"
#include "sim/timing/timing.h"

#include <stdio.h>
#include <stdlib.h>

enum { LARGE_INSNS = 10000, SMALL_INSNS = 50, FUNCTION_INSNS = 100, LARGE_TIMES = 60, SMALL_TIMES = 2000 };

/* What compilers write, in about their proportions: field loads, arithmetic, tests that skip ahead, spills. */
static const struct insn pattern[] = {
    { .op = OP_ldx_w, .dst = 2, .src = 1, .off = 4 },
    { .op = OP_ldx_w, .dst = 3, .src = 1, .off = 8 },
    { .op = OP_lsh64_k, .dst = 2, .imm = 32 },
    { .op = OP_rsh64_k, .dst = 2, .imm = 32 },
    { .op = OP_mov64_x, .dst = 4, .src = 2 },
    { .op = OP_add64_k, .dst = 4, .imm = 14 },
    { .op = OP_jgt64_x, .dst = 4, .src = 3, .off = 4 },
    { .op = OP_stx_dw, .dst = 10, .src = 4, .off = -16 },
    { .op = OP_ldx_b, .dst = 5, .src = 6, .off = 12 },
    { .op = OP_lsh64_k, .dst = 5, .imm = 8 },
    { .op = OP_or64_x, .dst = 5, .src = 2 },
    { .op = OP_and64_k, .dst = 5, .imm = 255 },
    { .op = OP_jne64_k, .dst = 5, .imm = 8, .off = 2 },
    { .op = OP_mov64_k, .dst = 0, .imm = 1 },
    { .op = OP_ldx_dw, .dst = 7, .src = 10, .off = -16 },
    { .op = OP_xor64_x, .dst = 0, .src = 7 },
    { .op = OP_mul64_k, .dst = 0, .imm = 33 },
    { .op = OP_stx_w, .dst = 6, .src = 0, .off = 16 },
    { .op = OP_add64_k, .dst = 8, .imm = -1 },
    { .op = OP_jne64_k, .dst = 8, .imm = 0, .off = -4 },
};

static struct program *
make_program(uint32_t n_insns)
{
    uint8_t *code = xcalloc(n_insns + 1, SLOT_BYTES); /* insn_encode may write two slots */
    for (uint32_t i = 0; i < n_insns; i++) {
        struct insn insn = pattern[i % FUNCTION_INSNS % ARRAY_LEN(pattern)];
        if (i % FUNCTION_INSNS == FUNCTION_INSNS - 1 || i == n_insns - 1)
            insn = (struct insn){ .op = OP_exit };
        insn_encode(&insn, code + i * SLOT_BYTES);
    }
    struct program *p = program_from_code(code, n_insns);
    free(code);
    return p;
}

/* The least of so many times, in ns; negative when it can't be opened. */
static double
time_open(uint32_t n_insns, uint32_t times)
{
    struct cost_model costs;
    cost_model_unit(&costs);
    struct program *p = make_program(n_insns);
    double least = -1;
    for (uint32_t i = 0; i < times; i++) {
        struct errinfo e;
        uint64_t before = now_ns();
        struct code *code = jit_engine.open(p, &costs, &e);
        if (!code) {
            complain("jit", &e);
            least = -1;
            break;
        }
        jit_engine.close(code);
        double ns = (double)(now_ns() - before);
        if (least < 0 || ns < least)
            least = ns;
    }
    program_free(p);
    return least;
}

bool
time_compilation(json_t *figures)
{
    double large = time_open(LARGE_INSNS, LARGE_TIMES), small = time_open(SMALL_INSNS, SMALL_TIMES);
    if (large < 0 || small < 0)
        return false;
    printf("%-24s %8.1f ns   of %d\n%-24s %8.2f us   with %d instructions\n\n", "jit open, per insn", large / LARGE_INSNS, LARGE_INSNS,
           "jit open, per program", small / 1000, SMALL_INSNS);
    add_figure(figures, "jit.compile_ns_per_insn", large / LARGE_INSNS, "ns", NULL);
    add_figure(figures, "jit.open_us_per_small_program", small / 1000, "us", NULL);
    return true;
}
