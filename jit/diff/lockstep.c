/* Running two engines side by side, and finding the piece that makes the difference. See lockstep.h.
 *
 * The base is a copy of both machines, taken at the start and whenever they were found equal as a whole. From there any piece can be reached
 * again, because a piece of a deterministic program is deterministic: that is how what was found late is looked for by halves, and how
 * the machines before a difference are had without copying them before every piece. */
#include "config.h"

#include "jit/diff/lockstep_private.h"
#include "jit/jit.h"
#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Pieces between two comparisons of all memory; and, where much memory is in use, for each page of it, so that comparing takes about as
 * long as running. */
enum { PIECES_PER_LOOK = 4096, PIECES_PER_PAGE = 16 };

/* Instructions of the left engine between two looks at the interrupt flag when everything is one piece. */
#define SLICE UINT64_C(1 << 24)

/* How a stretch of pieces ended. */
enum outcome {
    AGREED,
    DIFFERS_NOW,  /* by the last piece */
    DIFFERS_LATE, /* in memory, by some piece since the base */
    GIVEN_UP,     /* interrupted; not compared */
};

const struct lockstep_engines lockstep_jit = {
    .left = &interp_engine,
    .right = { [LOCKSTEP_INSN] = &jit_step_engine, [LOCKSTEP_BLOCK] = &jit_block_engine, [LOCKSTEP_WHOLE] = &jit_engine },
};

/* ---------------------------------------------------------------- one piece */

static struct stop
run_left(struct lockstep *ls, uint64_t budget, uint32_t how)
{
    return ls->engines->left->run(ls->left, ls->m, budget, how | RUN_PIECE);
}

static struct stop
run_right(struct lockstep *ls, uint64_t budget, uint32_t how)
{
    return ls->engines->right[ls->granularity]->run(ls->right[ls->granularity], ls->twin, budget, how | RUN_PIECE);
}

/* Notes the bytes that the instruction at the left pc is about to store. */
static void
note_store(struct lockstep *ls)
{
    const struct machine *m = ls->m;
    if (m->pc >= ls->program->n_slots)
        return;
    const struct insn *insn = &ls->program->insns[m->pc];
    switch (insn_kind(insn)) {
    case KIND_ST:
    case KIND_STX:
    case KIND_STREL:
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG: break;
    default: return;
    }
    uint64_t addr = m->regs[insn->dst] + (uint64_t)(int64_t)insn->off;
    uint32_t n = insn_row(insn)->width_bits / 8;
    if (addr < GUEST_LO || addr > GUEST_HI - n)
        return;
    struct written *w = &ls->written;
    w->list = grow(w->list, w->n, &w->cap, sizeof *w->list);
    w->list[w->n].addr = addr;
    w->list[w->n++].n = n;
}

/* Brings the left machine to the count of the right one, by single instructions whose stores are noted. */
static struct stop
follow_by_insn(struct lockstep *ls, uint64_t target, uint32_t how)
{
    struct stop stop = { 0 };
    while (ls->m->n_insns < target && !(stop.reasons & ~(uint32_t)STOP_BUDGET)) {
        note_store(ls);
        stop = run_left(ls, 1, how);
        how = 0;
    }
    return stop;
}

/* The same in large steps. */
static struct stop
follow_whole(struct lockstep *ls, uint64_t target, uint32_t how)
{
    struct stop stop = { 0 };
    while (ls->m->n_insns < target && !(stop.reasons & ~(uint32_t)STOP_BUDGET) && !ls->is_interrupted) {
        uint64_t left = target - ls->m->n_insns;
        stop = run_left(ls, left < SLICE ? left : SLICE, how);
        how = 0;
        ls->is_interrupted = !ls->has_difference && *ls->interrupt && ls->m->n_insns < target;
        if (ls->options.progress && left > SLICE)
            ls->options.progress(ls->options.arg, ls->m);
    }
    return stop;
}

/* The left engine does what the right one has done. */
static struct stop
follow(struct lockstep *ls, const struct stop *right, uint32_t how)
{
    struct machine *m = ls->m;
    uint64_t target = ls->twin->n_insns, start = m->n_insns;
    bool is_block = ls->granularity == LOCKSTEP_BLOCK;
    /* A right engine that miscounts must not lead far away: no block is longer than the program. */
    if (is_block && !right->reasons && target > start + ls->program->n_slots)
        target = start + ls->program->n_slots;
    if (target > ls->limit)
        target = ls->limit; /* nor past the budget */
    struct stop stop = is_block ? follow_by_insn(ls, target, how) : follow_whole(ls, target, how);
    bool is_there = m->n_insns >= target && !(stop.reasons & (STOP_EXIT | STOP_FAULT)) && !ls->is_interrupted;
    uint32_t missing = right->reasons & ~stop.reasons & (STOP_FAULT | STOP_TRAP);
    if (is_there && m->n_insns > start && missing)
        stop = run_left(ls, 1, 0); /* faults as well; looks at the points here */
    else if (is_there && m->n_insns == start) /* the right one found a reason to stay, or it hangs */
        stop = run_left(ls, right->reasons & (STOP_FAULT | STOP_TRAP) || !right->reasons, how);
    if (!right->reasons)
        stop.reasons &= ~(uint32_t)STOP_TRAP; /* which an early return leaves to the next call */
    stop.reasons |= right->reasons & STOP_INTERRUPT; /* it came to the right one only */
    if (m->n_insns == ls->limit && !(stop.reasons & STOP_FAULT))
        stop.reasons |= STOP_BUDGET;
    return stop;
}

/* Where the budget ends nobody has looked at the points of the pc yet: to the engines it was a piece's end. */
static void
look_at_points(struct lockstep *ls, int side, uint32_t how)
{
    struct machine *m = side == LEFT ? ls->m : ls->twin;
    struct points *points = side == LEFT ? ls->points : ls->right_points;
    bool is_passed_by = how & RUN_RESUME && m->n_insns == ls->piece_start;
    if (m->n_insns != ls->limit || ls->stop[side].reasons != STOP_BUDGET || ls->options.how & RUN_PIECE || is_passed_by)
        return;
    if (points_reached(points, m, 0))
        ls->stop[side].reasons |= STOP_TRAP;
}

/* Runs the next piece on both sides. */
static void
advance(struct lockstep *ls)
{
    uint32_t how = ls->how;
    ls->how = 0;
    ls->written.n = 0;
    ls->piece_pc = ls->m->pc;
    ls->piece_start = ls->m->n_insns;
    uint64_t left = ls->limit - ls->m->n_insns;
    if (ls->granularity == LOCKSTEP_INSN) {
        note_store(ls);
        ls->stop[LEFT] = run_left(ls, left ? 1 : 0, how);
        ls->stop[RIGHT] = run_right(ls, left ? 1 : 0, how);
    } else {
        ls->stop[RIGHT] = run_right(ls, left, how);
        ls->stop[LEFT] = follow(ls, &ls->stop[RIGHT], how);
    }
    if (ls->m->n_insns < ls->limit)
        ls->stop[LEFT].reasons &= ~(uint32_t)STOP_BUDGET; /* only the piece's */
    if (ls->twin->n_insns < ls->limit)
        ls->stop[RIGHT].reasons &= ~(uint32_t)STOP_BUDGET;
    look_at_points(ls, LEFT, how);
    look_at_points(ls, RIGHT, how);
}

/* ---------------------------------------------------------------- the base */

static struct machine *
spare(struct lockstep *ls, struct machine **machine)
{
    if (!*machine) {
        *machine = machine_new(ls->program, ls->costs, NULL);
        pages_note(&ls->pages, &(*machine)->mem);
    }
    return *machine;
}

static void
forget_seen(struct lockstep *ls)
{
    ls->seen = (struct seen){ .n_outputs = 0 };
}

/* Both machines are equal here, and noted: the base is moved. */
static void
keep(struct lockstep *ls)
{
    machine_copy(spare(ls, &ls->base), ls->m, &ls->pages);
    ls->base_how = ls->how;
    points_copy_counts(ls->base_points, ls->points);
    ls->n_since_base = 0;
}

static void
rewind_to_base(struct lockstep *ls)
{
    pages_note(&ls->pages, &ls->m->mem);
    pages_note(&ls->pages, &ls->twin->mem);
    machine_copy(ls->m, ls->base, &ls->pages);
    machine_copy(ls->twin, ls->base, &ls->pages);
    ls->how = ls->base_how;
    points_copy_counts(ls->points, ls->base_points);
    points_copy_counts(ls->right_points, ls->base_points);
    ls->n_since_base = 0;
    forget_seen(ls);
}

/* ---------------------------------------------------------------- many pieces */

static bool
is_piece_equal(struct lockstep *ls)
{
    return compare_state(ls->m, ls->twin, &ls->seen) && compare_stop(&ls->stop[LEFT], &ls->stop[RIGHT]) &&
           compare_written(ls->m, ls->twin, &ls->written) && points_same_counts(ls->points, ls->right_points, NULL);
}

/* Compares all memory; the base is moved, so that the next look need not go back further. */
static enum outcome
look(struct lockstep *ls)
{
    if (!compare_memory(ls->m, ls->twin, &ls->pages))
        return DIFFERS_LATE;
    ls->pieces_per_look = PIECES_PER_LOOK + (uint64_t)PIECES_PER_PAGE * ls->pages.n;
    if (!ls->options.is_quick)
        keep(ls);
    ls->n_since_base = 0;
    if (ls->options.progress)
        ls->options.progress(ls->options.arg, ls->m);
    return AGREED;
}

/* The interrupt flag is set: nothing is executed any more, but what else holds here is found out. */
static enum outcome
stop_here(struct lockstep *ls)
{
    uint64_t limit = ls->limit;
    *ls->interrupt = 0;
    ls->limit = ls->m->n_insns;
    advance(ls);
    ls->limit = limit;
    bool is_equal = is_piece_equal(ls);
    for (int i = 0; i < 2; i++) {
        if (ls->m->n_insns < limit)
            ls->stop[i].reasons &= ~(uint32_t)STOP_BUDGET;
        ls->stop[i].reasons |= STOP_INTERRUPT;
    }
    return !is_equal ? DIFFERS_NOW : compare_memory(ls->m, ls->twin, &ls->pages) ? AGREED : DIFFERS_LATE;
}

/* Runs until both stop or differ. */
static enum outcome
run_pieces(struct lockstep *ls)
{
    for (;;) {
        if (*ls->interrupt && !ls->m->has_exited)
            return stop_here(ls);
        advance(ls);
        if (ls->is_interrupted)
            return GIVEN_UP;
        ls->n_pieces++;
        ls->n_since_base++;
        if (!is_piece_equal(ls))
            return DIFFERS_NOW;
        bool is_end = ls->stop[LEFT].reasons;
        if (is_end)
            return compare_memory(ls->m, ls->twin, &ls->pages) ? AGREED : DIFFERS_LATE;
        if (ls->n_since_base >= ls->pieces_per_look && look(ls) != AGREED)
            return DIFFERS_LATE;
    }
}

static void
replay(struct lockstep *ls, uint64_t n_pieces)
{
    rewind_to_base(ls);
    while (n_pieces--)
        advance(ls);
}

/* Moves the base to right before the first piece that makes a difference; n pieces after it there is one. */
static void
halve(struct lockstep *ls, uint64_t n)
{
    while (n > 1) {
        replay(ls, n / 2);
        if (is_piece_equal(ls) && compare_memory(ls->m, ls->twin, &ls->pages)) {
            n -= n / 2;
            keep(ls);
        } else {
            n /= 2;
        }
    }
}

/* ---------------------------------------------------------------- the difference */

/* Lists what differs now. False: nothing. */
static bool
list_items(struct lockstep *ls)
{
    struct lockstep_difference *d = &ls->difference;
    struct lockstep_items items;
    bool is_same = compare_all(ls->m, ls->twin, ls->stop, &ls->pages, &items);
    is_same &= points_same_counts(ls->points, ls->right_points, &items);
    if (is_same)
        return false;
    d->items = items;
    d->granularity = ls->granularity;
    d->pc = ls->piece_pc;
    d->n_before = ls->piece_start - ls->start;
    d->n_insns = ls->m->n_insns - ls->piece_start;
    memcpy(d->stop, ls->stop, sizeof d->stop);
    return true;
}

/* After a block whose instructions were miscounted the left machine stands somewhere else. Brings it from the base to where it is what the
 * right one is, but for the counts. False: there is no such place near by. */
static bool
align(struct lockstep *ls)
{
    struct machine *m = ls->m, *twin = ls->twin;
    machine_copy(m, ls->base, &ls->pages);
    for (uint32_t i = 0; i <= ls->program->n_slots; i++) {
        if (run_left(ls, 1, i == 0 ? ls->base_how : 0).reasons & (STOP_EXIT | STOP_FAULT))
            return false;
        if (m->pc == twin->pc && m->depth == twin->depth && !memcmp(m->regs, twin->regs, sizeof m->regs) &&
            compare_memory(m, twin, &ls->pages))
            break;
    }
    ls->stop[LEFT] = (struct stop){ .pc = m->pc };
    return m->pc == twin->pc;
}

/* The base stands before a piece that differs: runs it again and writes down what differs. */
static bool
describe_piece(struct lockstep *ls)
{
    const struct lockstep_items *items = &ls->difference.items;
    replay(ls, 1);
    if (!list_items(ls))
        return false;
    if (ls->granularity != LOCKSTEP_BLOCK || ls->stop[RIGHT].reasons || ls->m->pc == ls->twin->pc)
        return true;
    uint32_t n = items->n; /* the explanation with fewer differences is the better one */
    if (align(ls) && list_items(ls) && items->n <= n)
        return true;
    replay(ls, 1);
    return list_items(ls);
}

/* Moves the base to right before the piece that run_pieces has found, and describes that. False: it did not come again. */
static bool
go_to_piece(struct lockstep *ls, enum outcome outcome)
{
    uint64_t n = ls->n_since_base;
    if (outcome == DIFFERS_LATE) {
        halve(ls, n);
    } else if (n > 1) {
        replay(ls, n - 1);
        pages_note(&ls->pages, &ls->m->mem);
        if (compare_memory(ls->m, ls->twin, &ls->pages))
            keep(ls);
        else
            halve(ls, n - 1); /* an earlier piece has stored elsewhere, and this one has read it */
    }
    return describe_piece(ls);
}

/* Opens the right engine of a granularity when that has not been done. False: there is none, or it can't. */
static bool
open_right(struct lockstep *ls, enum lockstep_granularity granularity, struct errinfo *e)
{
    const struct engine *engine = ls->engines->right[granularity];
    struct code **code = &ls->right[granularity];
    if (!engine || *code)
        return *code;
    *code = engine->open(ls->program, ls->costs, e);
    for (uint32_t pc = 0; *code && pc <= ls->program->n_slots; pc++)
        if (ls->traps[pc / 64] >> pc % 64 & 1)
            engine->set_trap(*code, pc, true);
    if (*code && ls->right_points)
        engine->set_points(*code, ls->right_points);
    return *code;
}

/* The piece before which the base stands differs: tries to find the difference with smaller pieces of it. False: they agree, and all is as it was,
 * but for the two machines. */
static bool
try_smaller(struct lockstep *ls, enum lockstep_granularity granularity)
{
    const struct lockstep_difference *d = &ls->difference;
    const enum lockstep_granularity old_granularity = ls->granularity;
    const uint64_t old_limit = ls->limit;
    const uint32_t old_how = ls->base_how;
    if (!open_right(ls, granularity, NULL))
        return false;
    machine_copy(spare(ls, &ls->before), ls->base, &ls->pages);
    ls->granularity = granularity;
    ls->limit = ls->start + d->n_before + d->n_insns + 1; /* one more: it may fault */
    rewind_to_base(ls);
    enum outcome outcome = run_pieces(ls);
    if ((outcome == DIFFERS_NOW || outcome == DIFFERS_LATE) && go_to_piece(ls, outcome))
        return true;
    machine_copy(ls->base, ls->before, &ls->pages);
    ls->granularity = old_granularity;
    ls->limit = old_limit;
    ls->base_how = old_how;
    return false;
}

/* Something differs: finds out where, and leaves the caller's machine before it. */
static void
narrow(struct lockstep *ls, enum outcome outcome)
{
    struct lockstep_difference *d = &ls->difference;
    ls->has_difference = true;
    ls->twin->interrupt = &ls->never;
    *d = (struct lockstep_difference){ .found_by = ls->granularity };
    list_items(ls);
    d->found_pc = d->pc;
    if (ls->options.is_quick) {
        d->after[LEFT] = ls->m;
        d->after[RIGHT] = ls->twin;
        return;
    }
    d->is_reproduced = go_to_piece(ls, outcome);
    if (!d->is_reproduced)
        return;
    d->found_pc = d->pc;
    for (int g = (int)ls->granularity - 1; g >= 0; g--)
        try_smaller(ls, (enum lockstep_granularity)g);
    describe_piece(ls);
    machine_copy(spare(ls, &ls->before), ls->base, &ls->pages);
    machine_copy(ls->base, ls->m, &ls->pages);
    machine_copy(ls->m, ls->before, &ls->pages);
    d->before = ls->before;
    d->after[LEFT] = ls->base;
    d->after[RIGHT] = ls->twin;
}

/* ---------------------------------------------------------------- the interface */

struct lockstep *
lockstep_open(const struct program *program, const struct cost_model *costs, const struct lockstep_engines *engines,
              enum lockstep_granularity granularity, struct errinfo *e)
{
    assert(engines->right[granularity] && "somebody to compare with");
    struct lockstep *ls = xcalloc(1, sizeof *ls);
    *ls = (struct lockstep){ .program = program, .costs = costs, .engines = engines, .chosen = granularity };
    ls->traps = xcalloc(program->n_slots / 64 + 1, sizeof *ls->traps);
    pages_open(&ls->pages);
    spare(ls, &ls->twin);
    ls->left = engines->left->open(program, costs, e);
    if (ls->left && open_right(ls, granularity, e))
        return ls;
    lockstep_close(ls);
    return NULL;
}

void
lockstep_close(struct lockstep *ls)
{
    if (!ls)
        return;
    if (ls->left)
        ls->engines->left->close(ls->left);
    for (int g = 0; g < N_LOCKSTEP_GRANULARITIES; g++)
        if (ls->right[g])
            ls->engines->right[g]->close(ls->right[g]);
    machine_free(ls->twin);
    machine_free(ls->base);
    machine_free(ls->before);
    points_free(ls->right_points);
    points_free(ls->base_points);
    pages_close(&ls->pages);
    free(ls->written.list);
    free(ls->traps);
    free(ls);
}

void
lockstep_set_trap(struct lockstep *ls, uint32_t pc, bool on)
{
    if (pc > ls->program->n_slots) /* behind the last one control can arrive */
        return;
    uint64_t bit = UINT64_C(1) << pc % 64;
    ls->traps[pc / 64] = on ? ls->traps[pc / 64] | bit : ls->traps[pc / 64] & ~bit;
    ls->engines->left->set_trap(ls->left, pc, on);
    for (int g = 0; g < N_LOCKSTEP_GRANULARITIES; g++)
        if (ls->right[g])
            ls->engines->right[g]->set_trap(ls->right[g], pc, on);
}

void
lockstep_set_points(struct lockstep *ls, struct points *points)
{
    memory_watch(&ls->twin->mem, NULL, 0);
    points_free(ls->right_points);
    points_free(ls->base_points);
    ls->points = points;
    ls->right_points = points ? points_new(points->list, points->n) : NULL;
    ls->base_points = points ? points_new(points->list, points->n) : NULL;
    ls->engines->left->set_points(ls->left, points);
    for (int g = 0; g < N_LOCKSTEP_GRANULARITIES; g++)
        if (ls->right[g])
            ls->engines->right[g]->set_points(ls->right[g], ls->right_points);
}

static void
start(struct lockstep *ls, struct machine *m, uint64_t budget, const struct lockstep_options *options)
{
    uint64_t room = (uint64_t)INT64_MAX - m->n_insns;
    ls->options = *options;
    ls->m = m;
    ls->granularity = ls->chosen;
    ls->start = m->n_insns;
    ls->limit = m->n_insns + (budget < room ? budget : room);
    ls->how = options->how & RUN_RESUME;
    ls->has_difference = ls->is_interrupted = false;
    ls->n_pieces = ls->n_since_base = 0;
    ls->pieces_per_look = PIECES_PER_LOOK;
    forget_seen(ls);
    pages_note(&ls->pages, &m->mem);
    if (!ls->twin_is_noted)
        pages_note(&ls->pages, &ls->twin->mem);
    if (!options->is_equal)
        machine_copy(ls->twin, m, &ls->pages);
    if (!(options->how & (RUN_PIECE | RUN_LAST)))
        points_begin(ls->points, m);
    points_begin(ls->right_points, ls->twin);
    points_copy_counts(ls->right_points, ls->points);
    if (!options->is_quick)
        keep(ls);
    ls->never = 0;
    ls->interrupt = m->interrupt;
    m->interrupt = &ls->never;
    ls->twin->interrupt = ls->chosen == LOCKSTEP_WHOLE ? ls->interrupt : &ls->never;
}

struct stop
lockstep_run(struct lockstep *ls, struct machine *m, uint64_t budget, const struct lockstep_options *options)
{
    start(ls, m, budget, options);
    enum outcome outcome = run_pieces(ls);
    struct stop stop = ls->stop[LEFT];
    if (outcome == GIVEN_UP) {
        *ls->interrupt = 0;
        stop = (struct stop){ .reasons = STOP_INTERRUPT, .pc = m->pc };
    } else if (outcome != AGREED) {
        narrow(ls, outcome);
        stop = (struct stop){ .reasons = STOP_DIFFERENCE, .pc = m->pc };
    }
    ls->twin_is_noted = outcome != GIVEN_UP;
    m->interrupt = ls->interrupt;
    ls->twin->interrupt = &ls->never;
    return stop;
}

struct machine *
lockstep_twin(struct lockstep *ls)
{
    ls->twin_is_noted = false;
    return ls->twin;
}

uint64_t
lockstep_pieces(const struct lockstep *ls)
{
    return ls->n_pieces;
}

const struct lockstep_difference *
lockstep_difference(const struct lockstep *ls)
{
    return ls->has_difference ? &ls->difference : NULL;
}
