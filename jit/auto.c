/* Interpreter and JIT in turn. See auto.h.
 *
 * When to compile. Compiling takes about 20 us and 75 ns a slot, in a process that has not compiled before; an instruction takes 0.7 ns in
 * the interpreter and 0.1 ns in native code. So compiling pays after 0.25 instructions for each ns that it takes... or never: nobody knows
 * how long a program goes on. To compile once the interpreter has lost as much as compiling takes costs at most twice what the better
 * choice would have cost, whatever comes, and no rule that doesn't know the future does better.
 *
 * The same goes for breakpoints that have come or gone, each of which compiles a block again: two system calls, some us. */
#include "config.h"

#include "jit/auto.h"

#include "jit/jit.h"
#include "jit/tally.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Instructions that take the interpreter as much longer as compiling takes: so many, and so many more for each slot. */
struct limits {
    uint32_t warm, warm_per_slot;           /* of a program */
    uint32_t changed, changed_per_16_slots; /* of what changed breakpoints touch */
    uint32_t few;                           /* asked for: never compiled for, nor counted */
};

static const struct limits everyday_limits = {
    .warm = 25000, .warm_per_slot = 125, .changed = 7000, .changed_per_16_slots = 10, .few = 256
};
static const struct limits eager_limits = { .warm = 5, .changed = 2, .few = 1 };

struct code {
    const struct program *program;
    const struct cost_model *costs;
    const struct limits *limits;
    struct code *interp, *jit; /* NULL: not needed yet */
    bool has_no_memory;        /* the JIT could not be opened */
    uint64_t n_interpreted;    /* instructions, of requests that are not few, before there was a JIT */
    uint64_t *traps;           /* bitmap over slots */
    uint64_t *jit_traps;       /* likewise, of those that the JIT knows */
    struct points *points;
    struct counts *counts;
    struct tally tally;
    void (*made)(void *arg, struct code *code); /* of native_ops.follow */
    void *made_arg;
};

static size_t
bitmap_words(const struct code *code)
{
    return (code->program->n_slots + 63) / 64;
}

/* ---------------------------------------------------------------- the engines behind it */

/* Makes an engine's traps those of `wanted`; `known` are those that it has. */
static void
send_traps(const struct engine *engine, struct code *to, const uint64_t *wanted, uint64_t *known, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++) {
        for (uint64_t changed = wanted[i] ^ known[i]; changed; changed &= changed - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(changed);
            engine->set_trap(to, (uint32_t)i * 64 + bit, wanted[i] >> bit & 1);
        }
        known[i] = wanted[i];
    }
}

static struct code *
interp_of(struct code *code)
{
    if (code->interp)
        return code->interp;
    struct errinfo e;
    uint64_t *known = xcalloc(bitmap_words(code), sizeof *known);
    code->interp = interp_engine.open(code->program, code->costs, &e); /* never fails for a linked program */
    send_traps(&interp_engine, code->interp, code->traps, known, bitmap_words(code));
    interp_engine.set_points(code->interp, code->points);
    interp_engine.set_counts(code->interp, code->counts);
    free(known);
    return code->interp;
}

static void
made_code(void *arg, struct code *jit)
{
    struct code *code = arg;
    (void)jit;
    code->made(code->made_arg, code);
}

/* The JIT with the traps as they are now. NULL with *e filled: no memory. */
static struct code *
jit_of(struct code *code, struct errinfo *e)
{
    if (!code->jit) {
        code->jit = jit_engine.open(code->program, code->costs, e);
        code->has_no_memory = !code->jit;
        if (!code->jit)
            return NULL;
        jit_count_into(code->jit, &code->tally);
        jit_engine.set_points(code->jit, code->points);
        jit_engine.set_counts(code->jit, code->counts);
        if (code->made)
            jit_engine.native->follow(code->jit, made_code, code);
    }
    send_traps(&jit_engine, code->jit, code->traps, code->jit_traps, bitmap_words(code));
    return code->jit;
}

/* ---------------------------------------------------------------- running */

/* Instructions after which compiling has been earned. */
static uint64_t
warm_insns(const struct code *code)
{
    return code->limits->warm + (uint64_t)code->limits->warm_per_slot * code->program->n_slots;
}

/* How many instructions of a request for `budget` the interpreter executes first, and why. */
static uint64_t
lead(const struct code *code, uint64_t budget, enum tally_kind *why)
{
    const struct limits *limits = code->limits;
    uint64_t n = 0;
    if (budget <= limits->few) {
        *why = TALLY_FEW;
        return budget;
    }
    if (code->has_no_memory) {
        *why = TALLY_NO_MEMORY;
        return budget;
    }
    if (!code->jit) {
        uint64_t warm = warm_insns(code);
        *why = TALLY_WARM;
        n = warm > code->n_interpreted ? warm - code->n_interpreted : 0;
    } else if (memcmp(code->traps, code->jit_traps, bitmap_words(code) * sizeof *code->traps) != 0) {
        *why = TALLY_CHANGED;
        n = limits->changed + (uint64_t)limits->changed_per_16_slots * code->program->n_slots / 16;
    }
    return n < budget ? n : budget;
}

static struct stop
interpret(struct code *code, struct machine *m, uint64_t budget, uint32_t how, enum tally_kind why)
{
    uint64_t before = m->n_insns;
    struct stop stop = interp_engine.run(interp_of(code), m, budget, how);
    tally_add(&code->tally, why, m->n_insns - before);
    if (why == TALLY_WARM)
        code->n_interpreted += m->n_insns - before;
    return stop;
}

static struct stop
run_code(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    enum tally_kind why;
    struct errinfo e;
    tally_begin(&code->tally, m);
    uint64_t n = lead(code, budget, &why);
    if (n == budget)
        return interpret(code, m, budget, how, why);
    if (n) {
        if (!(how & (RUN_PIECE | RUN_LAST)))
            points_begin(code->points, m);
        uint64_t before = m->n_insns;
        struct stop stop = interpret(code, m, n, how | RUN_PIECE, why);
        stop.reasons &= ~(uint32_t)STOP_BUDGET; /* only this piece's */
        if (stop.reasons)
            return stop;
        how = (how & ~(uint32_t)RUN_RESUME) | RUN_LAST;
        budget -= budget == UINT64_MAX ? 0 : m->n_insns - before;
    }
    if (!jit_of(code, &e))
        return interpret(code, m, budget, how, TALLY_NO_MEMORY);
    return jit_engine.run(code->jit, m, budget, how);
}

static void
set_trap(struct code *code, uint32_t pc, bool on)
{
    if (pc >= code->program->n_slots)
        return;
    uint64_t bit = UINT64_C(1) << pc % 64;
    code->traps[pc / 64] = on ? code->traps[pc / 64] | bit : code->traps[pc / 64] & ~bit;
    if (code->interp)
        interp_engine.set_trap(code->interp, pc, on);
}

static void
set_points(struct code *code, struct points *points)
{
    code->points = points;
    if (code->interp)
        interp_engine.set_points(code->interp, points);
    if (code->jit)
        jit_engine.set_points(code->jit, points);
}

static void
set_counts(struct code *code, struct counts *counts)
{
    code->counts = counts;
    if (code->interp)
        interp_engine.set_counts(code->interp, counts);
    if (code->jit)
        jit_engine.set_counts(code->jit, counts);
}

/* ---------------------------------------------------------------- telling */

static void
explain(struct code *code, struct buf *out)
{
    if (code->jit)
        jit_engine.explain(code->jit, out);
    else
        tally_text(&code->tally, out);
    if (!code->jit && !code->has_no_memory)
        buf_printf(out,
                   "There is no native code yet. What is asked for by %u instructions or fewer is interpreted, and of the rest the first\n"
                   "%" PRIu64 ": then compiling pays.\n",
                   code->limits->few, warm_insns(code));
}

static bool
view_code(struct code *code, struct native_view *out, struct errinfo *e)
{
    return jit_of(code, e) && jit_engine.native->view(code->jit, out, e);
}

static void
describe_piece(struct code *code, const struct native_piece *piece, struct buf *out)
{
    jit_engine.native->describe(code->jit, piece, out);
}

static enum err
disassemble_piece(struct code *code, const struct native_view *view, const struct native_piece *piece, const struct native_style *style,
                  struct buf *out, struct errinfo *e)
{
    return jit_engine.native->disassemble(code->jit, view, piece, style, out, e);
}

static void
follow_code(struct code *code, void (*made)(void *arg, struct code *code), void *arg)
{
    code->made = made;
    code->made_arg = arg;
    if (code->jit)
        jit_engine.native->follow(code->jit, made_code, code);
}

static const struct native_ops native_ops = {
    .view = view_code,
    .describe = describe_piece,
    .disassemble = disassemble_piece,
    .follow = follow_code,
};

/* ---------------------------------------------------------------- the engine */

static struct code *
open_limited(const struct program *program, const struct cost_model *costs, const struct limits *limits)
{
    struct code *code = xcalloc(1, sizeof *code);
    *code = (struct code){ .program = program, .costs = costs, .limits = limits };
    code->traps = xcalloc(bitmap_words(code), sizeof *code->traps);
    code->jit_traps = xcalloc(bitmap_words(code), sizeof *code->jit_traps);
    return code;
}

static struct code *
open_everyday(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    (void)e;
    return open_limited(program, costs, &everyday_limits);
}

static struct code *
open_eager(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    (void)e;
    return open_limited(program, costs, &eager_limits);
}

static void
close_code(struct code *code)
{
    if (code->interp)
        interp_engine.close(code->interp);
    if (code->jit)
        jit_engine.close(code->jit);
    free(code->traps);
    free(code->jit_traps);
    free(code);
}

#define AUTO_ENGINE(given_name, given_open) \
    { \
        .name = given_name, .open = given_open, .close = close_code, .set_trap = set_trap, .set_points = set_points, \
        .set_counts = set_counts, .run = run_code, \
        .native = &native_ops, .explain = explain, \
    }

const struct engine auto_engine = AUTO_ENGINE("auto", open_everyday);
const struct engine auto_eager_engine = AUTO_ENGINE("auto-eager", open_eager);
