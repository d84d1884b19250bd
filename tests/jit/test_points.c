/* Random points on random programs under the interpreter and the JIT: breakpoints, register and memory watches, with random conditions and
 * ignore counts, in slices of random length, with sets, traps, registers and counts changed between them. The same stops, states and counts,
 * point by point. The seed of a difference is printed; EBPFDBG_SEED starts elsewhere, EBPFDBG_ROUNDS says how many. */
#include "config.h"

#include "jit/auto.h"
#include "jit/diff/generate.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/machine/progtype.h"
#include "tests/jit/random_points.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ROUNDS = 400, MEMORY_BYTES = 256, MOST_POINTS = 6, N_SLICES = 24 };

static struct cost_model costs;

static uint64_t
setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

/* ---------------------------------------------------------------- two engines */

struct side {
    const struct engine *engine;
    struct code *code;
    struct machine *machine;
    struct points *set;
    struct stop stop;
};

static void
side_open(struct side *s, const struct engine *engine, const struct program *p)
{
    uint8_t bytes[MEMORY_BYTES];
    for (uint32_t i = 0; i < MEMORY_BYTES; i++)
        bytes[i] = (uint8_t)(i * 37);
    struct input input = { .ctx = bytes, .ctx_bytes = sizeof bytes };
    struct errinfo e;
    *s = (struct side){ .engine = engine, .code = engine->open(p, &costs, &e), .machine = machine_new(p, &costs, NULL) };
    cr_assert_not_null(s->code);
    cr_assert_eq(machine_start(s->machine, 0, prog_type_named("generic"), &input, &e), OK);
}

static void
side_close(struct side *s)
{
    s->engine->close(s->code);
    machine_free(s->machine);
    points_free(s->set);
}

/* A set of its own for each side; the conditions are shared. */
static void
change_set(struct side pair[2], const struct point *list, uint32_t n)
{
    for (int i = 0; i < 2; i++) {
        struct points *old = pair[i].set;
        pair[i].set = points_new(list, n);
        pair[i].engine->set_points(pair[i].code, pair[i].set);
        points_free(old);
    }
}

#define ASSERT_SAME(x, y) cr_assert_eq((x), (y), "%s: %s %" PRIx64 " and %" PRIx64, where, #x, (uint64_t)(x), (uint64_t)(y))

static void
assert_same_point(const char *where, const struct point *a, const struct point *b)
{
    ASSERT_SAME(a->n_hits, b->n_hits);
    ASSERT_SAME(a->ignore, b->ignore);
    ASSERT_SAME(a->fired, b->fired);
    ASSERT_SAME(a->is_unsure, b->is_unsure);
    ASSERT_SAME(a->old, b->old);
    ASSERT_SAME(a->before, b->before);
    if (a->kind != POINT_MEMORY)
        return;
    cr_assert_arr_eq(a->old_bytes, b->old_bytes, a->len, "%s", where);
    cr_assert_arr_eq(a->before_bytes, b->before_bytes, a->len, "%s", where);
}

static void
assert_same(uint64_t seed, uint32_t slice, const struct side *a, const struct side *b)
{
    char where[80];
    snprintf(where, sizeof where, "%s, seed %" PRIu64 ", slice %u", b->engine->name, seed, slice);
    ASSERT_SAME(a->stop.reasons, b->stop.reasons);
    ASSERT_SAME(a->machine->pc, b->machine->pc);
    ASSERT_SAME(a->stop.pc, b->stop.pc);
    ASSERT_SAME(a->stop.fault.kind, b->stop.fault.kind);
    ASSERT_SAME(a->machine->n_insns, b->machine->n_insns);
    ASSERT_SAME(a->machine->n_cycles, b->machine->n_cycles);
    for (int reg = 0; reg < N_REGS; reg++)
        ASSERT_SAME(a->machine->regs[reg], b->machine->regs[reg]);
    cr_assert_eq(machine_digest(a->machine), machine_digest(b->machine), "%s: memory", where);
    for (uint32_t i = 0; i < a->set->n; i++)
        assert_same_point(where, &a->set->list[i], &b->set->list[i]);
}

/* What somebody at the debugger might do between two runs. */
static void
meddle(uint64_t *state, struct side pair[2], const struct program *p, uint32_t *how)
{
    uint32_t what = random_below(state, 12), k = random_below(state, MOST_POINTS), pc = random_below(state, p->n_slots);
    uint64_t value = random_constant(state);
    bool on = random_below(state, 2);
    for (int i = 0; i < 2; i++) {
        struct side *s = &pair[i];
        if (what == 0)
            s->machine->regs[random_below(&(uint64_t){ value }, REG_10)] = value;
        else if (what <= 2 && k < s->set->n)
            s->set->list[k].ignore = value % 16;
        else if (what <= 4)
            s->engine->set_trap(s->code, pc, on);
    }
    *how = what == 5 ? 0 : RUN_RESUME;
}

static uint64_t
any_budget(uint64_t *state)
{
    return random_below(state, 3) == 0 ? random_below(state, 30) : random_below(state, 2) ? random_below(state, 3000) : 20000;
}

static void
compare(uint64_t seed, const struct engine *engine)
{
    static uint8_t code[GENERATE_MAX_SLOTS * SLOT_BYTES];
    struct program *p = program_from_code(code, generate_program(seed, &generate_everything, MEMORY_BYTES, code));
    struct point list[4 * MOST_POINTS]; /* all that were ever in a set */
    uint32_t n = 0, first = 0, how = 0, n_faults = 0;
    uint64_t state = seed;
    struct side pair[2];
    side_open(&pair[0], &interp_engine, p);
    side_open(&pair[1], engine, p);
    uint32_t memory = (uint32_t)pair[0].machine->regs[REG_1];
    for (uint32_t slice = 0; slice < N_SLICES && !pair[0].machine->has_exited && n_faults < 3; slice++) {
        if (slice == 0 || (n < 3 * MOST_POINTS && random_below(&state, 6) == 0)) {
            first = random_below(&state, 3) ? n : first; /* or what there is and more */
            for (uint32_t k = 1 + random_below(&state, MOST_POINTS); k > 0; k--)
                list[n++] = random_point(&state, p, memory, MEMORY_BYTES);
            change_set(pair, list + first, n - first);
        }
        uint64_t budget = any_budget(&state);
        for (int i = 0; i < 2; i++)
            pair[i].stop = pair[i].engine->run(pair[i].code, pair[i].machine, budget, how);
        assert_same(seed, slice, &pair[0], &pair[1]);
        n_faults += pair[0].stop.reasons & STOP_FAULT ? 1 : 0;
        meddle(&state, pair, p, &how);
    }
    for (int i = 0; i < 2; i++)
        side_close(&pair[i]);
    for (uint32_t i = 0; i < n; i++)
        free((void *)list[i].condition);
    program_free(p);
}

static void
compare_many(const struct engine *engine)
{
    uint64_t first = setting("EBPFDBG_SEED", 1), rounds = setting("EBPFDBG_ROUNDS", N_ROUNDS);
    for (uint64_t seed = first; seed < first + rounds; seed++) {
        if (seed % 2)
            cost_model_table(&costs);
        else
            cost_model_unit(&costs);
        compare(seed, engine);
    }
}

Test(random_points, jit, .timeout = 0)
{
    compare_many(&jit_engine);
}

Test(random_points, jit_step, .timeout = 0)
{
    compare_many(&jit_step_engine);
}

Test(random_points, automatic, .timeout = 0)
{
    compare_many(&auto_eager_engine);
}
