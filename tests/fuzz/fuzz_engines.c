/* Fuzz target: a program and its input (case.h) under the interpreter and the JIT as it is used: whole, and from breakpoint to breakpoint.
 * Nothing that can be observed may differ. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/case.h"
#include "tests/fuzz/twins.h"

enum { MOST_TRAPS = 20 };

static void
run_whole(struct lockstep *ls, struct machine *m, const struct fuzz_case *c)
{
    uint64_t budget = UINT64_C(1) << c->budget_log2;
    if (case_start(c, m) && twins_run(ls, m, budget, 0).reasons == STOP_BUDGET)
        twins_run(ls, m, budget, RUN_RESUME);
}

/* The traps move while the program runs: code is compiled again, and what it was comes back. */
static void
run_trapped(struct lockstep *ls, struct machine *m, const struct fuzz_case *c)
{
    uint64_t budget = UINT64_C(1) << c->budget_log2;
    if (!case_start(c, m))
        return;
    lockstep_set_trap(ls, c->trap, true);
    for (uint32_t i = 0; i < MOST_TRAPS && twins_run(ls, m, budget, i ? RUN_RESUME : 0).reasons == STOP_TRAP; i++)
        lockstep_set_trap(ls, (c->trap + i * 3) % c->subject.n_slots, i % 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct fuzz_case c;
    struct cost_model costs;
    if (!case_read(bytes, n, &c))
        return -1;
    case_costs(&c, &costs);
    struct program *program = subject_program(&c.subject);
    struct machine *m = machine_new(program, &costs, NULL);
    struct lockstep *ls = twins_open(program, &costs, LOCKSTEP_WHOLE);
    run_whole(ls, m, &c);
    run_trapped(ls, m, &c);
    lockstep_close(ls);
    machine_free(m);
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
