/* From breakpoints to the engine's points and back. See hits.h. */
#include "config.h"

#include "debugger/hits.h"

#include "debugger/breakpoints.h"
#include "debugger/format.h"
#include "debugger/history.h"
#include "debugger/uninit.h"
#include "debugger/watch.h"
#include "sim/base/base.h"

#include <stdlib.h>

/* Whether a fired point means a hit without another look. */
static bool
engine_decides(const struct breakpoint *b)
{
    return (!b->condition || b->translated) && !(b->catch && catch_is_filtered(b->catch)) && (!b->watch || b->watch->is_direct) && b->type != BREAKPOINT_MOMENT;
}

/* Whether the engine counts down `ignore`: it does so for each point alone. */
static bool
engine_ignores(const struct breakpoint *b)
{
    return engine_decides(b) && (b->watch || b->n_pcs == 1);
}

/* ---- to the engine */

struct list {
    struct point *points;
    uint32_t *owners;
    uint32_t n;
    size_t cap_points, cap_owners;
};

static void
add_point(struct list *list, struct point point, const struct breakpoint *b, uint32_t owner)
{
    if (engine_decides(b))
        point.condition = b->translated;
    list->points = grow(list->points, list->n, &list->cap_points, sizeof *list->points);
    list->owners = grow(list->owners, list->n, &list->cap_owners, sizeof *list->owners);
    list->points[list->n] = point;
    list->owners[list->n++] = owner;
}

static void
add_breakpoint(struct list *list, const struct breakpoint *b, uint32_t owner)
{
    struct point point;
    for (uint32_t i = 0; i < b->n_pcs; i++)
        add_point(list, (struct point){ .kind = POINT_PC, .pc = b->pcs[i] }, b, owner);
    for (uint32_t i = 0; b->watch && i < b->watch->reads.n; i++) {
        if (watch_point(b->watch, i, b->type, &point))
            add_point(list, point, b, owner);
    }
}

static void
rebuild(struct session *s)
{
    struct list list = { 0 };
    struct points *old = s->points;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        if (s->breakpoints[i].is_enabled)
            add_breakpoint(&list, &s->breakpoints[i], i);
    }
    s->points = list.n ? points_new(list.points, list.n) : NULL;
    s->engine->set_points(s->code, s->points);
    memory_watch(&s->machine->mem, NULL, 0); /* it knows the old set until the engine runs again */
    points_free(old);
    free(s->point_owners);
    s->point_owners = list.owners;
    free(list.points);
    s->points_are_stale = false;
}

void
hits_begin(struct session *s)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *b = &s->breakpoints[i];
        if (b->is_enabled && b->watch)
            watch_refresh(s, b->watch, NULL, NULL);
    }
}

/* Whether the session follows what was written. Going back in time it does not. */
static bool
follows_writes(const struct session *s)
{
    for (uint32_t i = 0; i < s->n_breakpoints && !s->is_searching; i++) {
        const struct breakpoint *b = &s->breakpoints[i];
        if (b->is_enabled && b->catch && b->catch->kind == CATCH_UNINIT)
            return true;
    }
    return false;
}

void
hits_arm(struct session *s)
{
    if (follows_writes(s))
        uninit_before(s);
    if (s->points_are_stale)
        rebuild(s);
    for (uint32_t i = 0; s->points && i < s->points->n; i++) {
        const struct breakpoint *b = &s->breakpoints[s->point_owners[i]];
        s->points->list[i].ignore = engine_ignores(b) ? b->n_ignore : 0;
    }
    for (uint32_t i = 0; i < s->n_breakpoints; i++)
        s->breakpoints[i].is_ahead = moment_distance(s, &s->breakpoints[i].moment) != 0;
}

uint64_t
hits_room(const struct session *s)
{
    uint64_t room = UINT64_MAX;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        const struct breakpoint *b = &s->breakpoints[i];
        uint64_t distance = b->is_enabled ? moment_distance(s, &b->moment) : 0;
        if (b->is_enabled && b->watch && b->watch->is_stepped)
            room = room < 1 ? room : 1;
        if (b->is_enabled && b->catch && b->catch->kind == CATCH_UNINIT)
            return uninit_is_checked(s); /* none, if the instruction at pc was not looked at */
        if (distance && distance < room)
            room = distance;
    }
    return room;
}

void
hits_forget(struct session *s)
{
    if (s->code)
        s->engine->set_points(s->code, NULL);
    if (s->machine)
        memory_watch(&s->machine->mem, NULL, 0);
    points_free(s->points);
    free(s->point_owners);
    s->points = NULL;
    s->point_owners = NULL;
    s->points_are_stale = true;
}

/* ---- from the engine */

static void
clear(struct session *s)
{
    for (uint32_t i = 0; i < s->n_hits; i++) {
        free(s->hits[i].before);
        free(s->hits[i].now);
    }
    s->n_hits = 0;
}

void
hits_free(struct session *s)
{
    hits_forget(s);
    clear(s);
    free(s->hits);
}

/* Whether the condition holds, or can't be evaluated. Conditions see the innermost frame. */
static bool
condition_holds(struct session *s, const struct breakpoint *b, struct buf *out)
{
    struct errinfo e;
    struct value v;
    uint32_t mark = s->n_scratch;
    if (!b->condition)
        return true;
    bool may_edit = b->condition->has_side_effects;
    if (may_edit)
        history_settle(s, out);
    enum err err = expr_eval(s, b->condition, &v, NULL, &e);
    if (may_edit && s->is_searching)
        history_take_back(s); /* what it did then is in the history */
    else if (may_edit)
        history_settle(s, out);
    if (may_edit)
        history_before_run(s, out);
    session_scratch_release(s, mark);
    if (!err)
        return value_is_true(&v);
    buf_printf(out, "Error in testing condition for breakpoint %u:\n", b->number);
    err_text(&e, out);
    buf_putc(out, '\n');
    return true;
}

/* Takes the counts of breakpoint i from its points, which start at *k. Returns the point that fired, NULL when none has. */
static struct point *
take_counts(struct session *s, uint32_t i, uint32_t *k)
{
    struct breakpoint *b = &s->breakpoints[i];
    struct point *fired = NULL;
    for (; s->points && *k < s->points->n && s->point_owners[*k] == i; ++*k) {
        struct point *p = &s->points->list[*k];
        if (engine_decides(b))
            b->n_hits += p->n_hits;
        if (engine_ignores(b))
            b->n_ignore = p->ignore;
        p->n_hits = 0;
        if (p->fired)
            fired = p;
    }
    return fired;
}

/* What the engine has left to the session: the condition and the counts. */
static bool
is_hit(struct session *s, struct breakpoint *b, bool is_decided, bool is_unsure, bool is_counted_down, struct buf *out)
{
    if ((!is_decided || is_unsure) && !condition_holds(s, b, out)) {
        b->n_hits -= is_decided; /* it could be evaluated after all */
        return false;
    }
    b->n_hits += !is_decided;
    if (!is_counted_down && b->n_ignore) {
        b->n_ignore--;
        return false;
    }
    return true;
}

/* Judges a breakpoint whose point fired, or which the session looks after (fired NULL). */
static bool
stops(struct session *s, struct breakpoint *b, const struct point *fired, struct hit *hit, struct buf *out)
{
    /* before another look makes it something else */
    bool is_decided = engine_decides(b), is_counted_down = engine_ignores(b), is_computed = b->watch && !b->watch->is_direct;
    bool had_before = false;
    struct value before = { 0 };
    *hit = (struct hit){ .number = b->number, .type = b->type, .is_temporary = b->is_temporary };
    if (b->catch && fired && catch_is_filtered(b->catch) && !catch_applies(s, b->catch))
        return false;
    struct value old, now;
    struct sides watched = { .watch = b->watch };
    if (is_computed && !watch_refresh(s, b->watch, &before, &had_before))
        return false;
    if (b->watch && !is_computed && fired) {
        watch_sides(b->watch, fired, &old, &now);
        watched.old = &old;
        watched.now = &now;
    } else if (is_computed) {
        watched.old = had_before ? &before : NULL;
        watched.now = b->watch->has_value ? &b->watch->value : NULL;
    }
    s->watched = b->watch ? &watched : NULL;
    bool is = is_hit(s, b, is_decided, fired && fired->is_unsure, is_counted_down, out);
    s->watched = NULL;
    if (is && is_computed) {
        hit->before = watch_value_text(s, b->watch, &before, had_before);
        hit->now = watch_value_text(s, b->watch, &b->watch->value, b->watch->has_value);
    } else if (is && b->watch) {
        watch_values(s, b->watch, fired, &hit->before, &hit->now);
    }
    free((void *)before.bytes);
    return is;
}

/* A dprintf says its piece. */
static void
print(struct session *s, const struct breakpoint *b, struct buf *out)
{
    struct errinfo e;
    uint32_t mark = s->n_scratch;
    if (printf_text(s, b->format, out, &e) != OK) {
        buf_printf(out, "Error in dprintf %u: ", b->number);
        err_text(&e, out);
        buf_putc(out, '\n');
    }
    session_scratch_release(s, mark);
}

/* What the session finds out without the engine: moments, faults, reads of what was never written. */
static bool
has_happened(struct session *s, const struct breakpoint *b, const struct stop *stop)
{
    if (b->type == BREAKPOINT_CATCH && b->catch->kind == CATCH_FAULT)
        return stop->reasons & STOP_FAULT;
    if (b->type == BREAKPOINT_CATCH && b->catch->kind == CATCH_UNINIT)
        return !s->is_searching && uninit_reads(s);
    return b->is_ahead && !moment_distance(s, &b->moment);
}

bool
hits_collect(struct session *s, const struct stop *stop, struct buf *out)
{
    uint32_t k = 0;
    bool has_ended = stop->reasons & STOP_EXIT;
    clear(s);
    s->frame = 0;
    if (follows_writes(s))
        uninit_after(s);
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *b = &s->breakpoints[i];
        struct point *fired = take_counts(s, i, &k);
        bool is_stepped = b->watch && b->watch->is_stepped;
        bool has_come = b->is_enabled && !has_ended && has_happened(s, b, stop);
        struct hit hit;
        if (!b->is_enabled || has_ended || !(fired || is_stepped || has_come) || !stops(s, b, fired, &hit, out))
            continue;
        if (b->format) {
            if (!s->is_searching)
                print(s, b, out);
            continue;
        }
        s->hits = grow(s->hits, s->n_hits, &s->cap_hits, sizeof *s->hits);
        s->hits[s->n_hits++] = hit;
        if (!s->is_searching)
            breakpoint_spend(s, b);
    }
    return s->n_hits != 0;
}

/* ---- from the past */

bool
hits_are_possible(const struct session *s)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++)
        if (s->breakpoints[i].is_enabled)
            return true;
    return false;
}

void
hits_search(struct session *s, bool on)
{
    s->is_searching = on;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *b = &s->breakpoints[i];
        if (on) {
            b->kept_hits = b->n_hits;
            b->kept_ignore = b->n_ignore;
            b->n_ignore = 0;
        } else {
            b->n_hits = b->kept_hits;
            b->n_ignore = b->kept_ignore;
        }
    }
}

bool
hits_pass(struct session *s, uint32_t number)
{
    struct breakpoint *b = breakpoint_numbered(s, number);
    b->kept_hits++;
    if (!b->kept_ignore)
        return true;
    b->kept_ignore--;
    return false;
}

static bool
is_in(const uint32_t *numbers, uint32_t n, uint32_t number)
{
    for (uint32_t i = 0; i < n; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Going back it is the other way round. */
static void
swap_values(struct hit *hit)
{
    if (hit->before) {
        char *before = hit->before;
        hit->before = hit->now;
        hit->now = before;
    }
}

void
hits_turn(struct session *s, const uint32_t *numbers, uint32_t n)
{
    struct hit *old = s->hits;
    uint32_t n_old = s->n_hits;
    s->hits = NULL;
    s->n_hits = 0;
    s->cap_hits = 0;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *b = &s->breakpoints[i];
        if (!is_in(numbers, n, b->number))
            continue;
        struct hit hit = { .number = b->number, .type = b->type, .is_temporary = b->is_temporary };
        for (uint32_t k = 0; k < n_old; k++) {
            if (old[k].number != b->number || !b->watch)
                continue;
            hit = old[k];
            old[k] = (struct hit){ 0 };
            swap_values(&hit);
        }
        s->hits = grow(s->hits, s->n_hits, &s->cap_hits, sizeof *s->hits);
        s->hits[s->n_hits++] = hit;
        breakpoint_spend(s, b);
    }
    for (uint32_t k = 0; k < n_old; k++) {
        free(old[k].before);
        free(old[k].now);
    }
    free(old);
}
