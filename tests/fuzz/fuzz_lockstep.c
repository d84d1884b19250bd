/* Fuzz target: a program and its input (case.h) under the interpreter and the JIT, compared after every instruction or after every block of
 * the code that production uses; with CASE_POINTS from point to point: a breakpoint that ignores some hits, a watched register and watched
 * bytes of the stack. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "tests/fuzz/case.h"
#include "tests/fuzz/twins.h"

enum { MOST_INSNS = 2000, MOST_STOPS = 20 };

/* The case's points. Those that are unconditional fire often, so the breakpoint counts. */
static struct points *
make_points(const struct fuzz_case *c)
{
    struct point list[] = {
        { .kind = POINT_PC, .pc = c->trap, .ignore = c->budget_log2 },
        { .kind = POINT_REGISTER, .reg = c->watched_reg, .mask = c->options & CASE_COSTS ? UINT32_MAX : UINT64_MAX },
        { .kind = POINT_MEMORY, .addr = c->watched_addr, .len = 8, .access = MEM_READ | MEM_WRITE, .on_change = c->options & CASE_TC },
    };
    return points_new(list, ARRAY_LEN(list));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct fuzz_case c;
    struct cost_model costs;
    struct points *points = NULL;
    if (!case_read(bytes, n, &c))
        return -1;
    case_costs(&c, &costs);
    struct program *program = subject_program(&c.subject);
    struct machine *m = machine_new(program, &costs, NULL);
    struct lockstep *ls = twins_open(program, &costs, c.options & CASE_BLOCKS ? LOCKSTEP_BLOCK : LOCKSTEP_INSN);
    if (c.options & CASE_POINTS) {
        points = make_points(&c);
        lockstep_set_points(ls, points);
    }
    if (case_start(&c, m))
        for (int i = 0; i < MOST_STOPS && m->n_insns < MOST_INSNS; i++)
            if (twins_run(ls, m, MOST_INSNS - m->n_insns, i ? RUN_RESUME : 0).reasons & ~(uint32_t)(STOP_TRAP | STOP_WATCH))
                break;
    lockstep_close(ls);
    machine_free(m);
    points_free(points);
    program_free(program);
    return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t max, unsigned seed)
{
    return case_mutate(bytes, n, max, seed, LLVMFuzzerMutate);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t max, unsigned seed)
{
    return case_cross(a, n_a, b, n_b, out, max, seed);
}
