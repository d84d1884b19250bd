/* Random points on random programs under the interpreter and the JIT: breakpoints, register and memory watches, with random conditions and
 * ignore counts, in slices of random length, with sets, traps, registers and counts changed between them. The same stops, states and counts,
 * point by point. The seed of a difference is printed; EBPFDBG_SEED starts elsewhere, EBPFDBG_ROUNDS says how many. */
#include "config.h"

#include "jit/auto.h"
#include "jit/diff/generate.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ROUNDS = 400, MEMORY_BYTES = 256, MOST_POINTS = 6, MOST_NODES = 40, N_SLICES = 24 };

static struct cost_model costs;

static uint64_t
setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

/* ---------------------------------------------------------------- random things */

/* splitmix64 */
static uint64_t
any(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t
below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(any(state) % n);
}

static uint64_t
any_constant(uint64_t *state)
{
    switch (below(state, 4)) {
    case 0:
        return any(state);
    case 1:
        return (uint64_t)-(int64_t)below(state, 100);
    default:
        return below(state, 10);
    }
}

/* An address that is mostly good: the memory that r1 pointed to, or the first frames. */
static uint32_t
any_address(uint64_t *state, uint32_t memory)
{
    if (below(state, 2))
        return memory + below(state, MEMORY_BYTES - 8);
    return (uint32_t)STACK_TOP - FRAME_STRIDE * below(state, 3) - 8 - (below(state, 4) ? below(state, 56) : below(state, STACK_BYTES - 8));
}

/* Appends a random tree; its root is the last node. */
static void
any_tree(uint64_t *state, struct condition *c, uint32_t depth, uint32_t memory)
{
    struct cond_node node = { .is_signed = below(state, 2) };
    uint32_t n_operands = 0;
    if (depth == 0 || c->n > MOST_NODES || below(state, 5) == 0) {
        node.op = below(state, 3) ? COND_REG : COND_CONST;
        node.value = node.op == COND_REG ? below(state, N_REGS) : any_constant(state);
    } else if (below(state, 6) == 0) { /* a load: mostly at address + (x & 7) */
        any_tree(state, c, depth - 1, memory);
        if (below(state, 20)) {
            uint16_t x = (uint16_t)(c->n - 1);
            c->nodes[c->n++] = (struct cond_node){ .op = COND_CONST, .value = 7 };
            c->nodes[c->n++] = (struct cond_node){ .op = COND_AND, .a = x, .b = (uint16_t)(x + 1) };
            c->nodes[c->n++] = (struct cond_node){ .op = COND_CONST, .value = any_address(state, memory) };
            c->nodes[c->n++] = (struct cond_node){ .op = COND_ADD, .a = (uint16_t)(x + 2), .b = (uint16_t)(x + 3) };
        }
        node.op = COND_LOAD;
        node.value = UINT64_C(1) << below(state, 4);
        node.a = (uint16_t)(c->n - 1);
    } else {
        node.op = (uint8_t)(COND_EXTEND + below(state, COND_SELECT - COND_EXTEND + 1));
        node.value = UINT64_C(8) << below(state, 3);
        n_operands = node.op <= COND_LOGNOT ? 1 : node.op == COND_SELECT ? 3 : 2;
        uint16_t *operands[] = { &node.a, &node.b, &node.c };
        for (uint32_t i = 0; i < n_operands; i++) {
            any_tree(state, c, depth - 1, memory);
            *operands[i] = (uint16_t)(c->n - 1);
        }
    }
    c->nodes[c->n++] = node;
}

static struct condition *
any_condition(uint64_t *state, uint32_t memory)
{
    struct condition *c = calloc(1, sizeof *c + (MOST_NODES * 8) * sizeof *c->nodes);
    any_tree(state, c, below(state, 5), memory);
    cr_assert_leq(c->n, COND_MAX_NODES);
    return c;
}

static struct point
any_point(uint64_t *state, const struct program *p, uint32_t memory)
{
    struct point point = { .kind = below(state, 4) ? POINT_PC : POINT_MEMORY, .pc = below(state, p->n_slots + 1) };
    if (below(state, 3) == 0) {
        point.kind = POINT_REGISTER;
        point.reg = (uint8_t)below(state, N_REGS);
        point.mask = below(state, 3) ? UINT64_MAX : below(state, 4) ? UINT32_MAX : UINT16_MAX;
    }
    point.addr = any_address(state, memory);
    point.len = 1 + (below(state, 3) ? below(state, 8) : below(state, 40));
    point.access = (uint8_t)(1 + below(state, 3));
    point.on_change = below(state, 2);
    point.ignore = below(state, 2) ? 0 : below(state, 30);
    point.condition = below(state, 3) ? any_condition(state, memory) : NULL;
    return point;
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
    uint32_t what = below(state, 12), k = below(state, MOST_POINTS), pc = below(state, p->n_slots);
    uint64_t value = any_constant(state);
    bool on = below(state, 2);
    for (int i = 0; i < 2; i++) {
        struct side *s = &pair[i];
        if (what == 0)
            s->machine->regs[below(&(uint64_t){ value }, REG_10)] = value;
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
    return below(state, 3) == 0 ? below(state, 30) : below(state, 2) ? below(state, 3000) : 20000;
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
        if (slice == 0 || (n < 3 * MOST_POINTS && below(&state, 6) == 0)) {
            first = below(&state, 3) ? n : first; /* or what there is and more */
            for (uint32_t k = 1 + below(&state, MOST_POINTS); k > 0; k--)
                list[n++] = any_point(&state, p, memory);
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
