/* Stepping backwards. See back.h.
 * Where to stop is found first, from what control did (struct past); then the way there is searched for hits. */
#include "config.h"

#include "debugger/back.h"

#include "debugger/history.h"
#include "debugger/hits.h"
#include "debugger/run.h"
#include "debugger/search.h"
#include "debugger/step.h"
#include "sim/base/base.h"

#include <stdlib.h>

static uint64_t
now(const struct session *s)
{
    return s->machine->n_insns;
}

/* ---------------------------------------------------------------- going there */

static void
arrive(struct session *s, enum event_kind kind)
{
    struct stop stop = { .pc = s->machine->pc };
    s->frame = 0;
    run_set_event(s, kind, &stop);
}

void
back_give_up(struct session *s, uint64_t moment)
{
    struct stop stop;
    history_go(s, moment, &stop);
    arrive(s, EVENT_INTERRUPT);
}

/* Back to the moment, or to what is hit before. `kind` is what it is called when that is reached. */
static void
go_back(struct session *s, uint64_t moment, enum event_kind kind)
{
    uint64_t start = now(s);
    struct stop stop;
    enum search_result result = hits_are_possible(s) ? search_hits(s, moment) : SEARCH_NOTHING;
    if (result == SEARCH_FOUND) {
        stop = (struct stop){ .pc = s->machine->pc };
        s->frame = 0;
        run_set_hits(s, &stop);
    } else if (result == SEARCH_INTERRUPTED || !history_go(s, moment, &stop)) {
        back_give_up(s, start);
    } else {
        arrive(s, kind);
    }
}

void
back_to_hit(struct session *s)
{
    go_back(s, history_first(s), EVENT_HISTORY);
}

void
back_or_forth(struct session *s, uint64_t moment, struct buf *out)
{
    struct stop stop;
    bool is_there = history_go(s, moment, &stop);
    run_show_outputs(s, out);
    s->frame = 0;
    if (s->machine->has_exited)
        run_set_event(s, EVENT_EXIT, &stop);
    else if (is_there)
        arrive(s, EVENT_STEP);
    else
        run_set_event(s, stop.reasons & STOP_FAULT ? EVENT_FAULT : EVENT_INTERRUPT, &stop);
}

/* ---------------------------------------------------------------- where control was */

/* A window onto the past, which moves backwards. */
struct past {
    struct session *s;
    uint64_t first; /* moment of at[0] */
    uint32_t n;
    struct where {
        uint32_t pc, depth;
    } *at;
};

enum { WINDOW_LEAST = 64, WINDOW_MOST = 1 << 16 };

static struct where
here(const struct session *s)
{
    return (struct where){ .pc = s->machine->pc, .depth = s->machine->depth };
}

/* Moves the window to end at the moment. False when that was interrupted. */
static bool
look_back(struct past *p, uint64_t moment)
{
    struct stop stop;
    uint32_t n = p->n < WINDOW_LEAST ? WINDOW_LEAST : p->n < WINDOW_MOST ? p->n * 2 : WINDOW_MOST;
    uint64_t room = moment - history_first(p->s) + 1;
    p->n = room < n ? (uint32_t)room : n;
    p->first = moment + 1 - p->n;
    p->at = xrealloc(p->at, p->n * sizeof *p->at);
    for (uint32_t i = 0; i < p->n; i++) {
        if (!history_go(p->s, p->first + i, &stop))
            return false;
        p->at[i] = here(p->s);
    }
    return true;
}

/* Where control was at a moment that is not later than any asked for before. */
static bool
where_at(struct past *p, uint64_t moment, struct where *out)
{
    if ((!p->at || moment < p->first || moment - p->first >= p->n) && !look_back(p, moment))
        return false;
    *out = p->at[moment - p->first];
    return true;
}

/* Moves *moment, at which control is deeper, back to the last one at which it was at this depth or above: the call. To the beginning when
 * there is none. */
static bool
skip_callee(struct past *p, uint32_t depth, uint64_t *moment)
{
    enum { NEAR = 4096 };
    struct session *s = p->s;
    struct where w;
    struct stop stop;
    for (uint32_t i = 0; i < NEAR; i++, --*moment) {
        if (!where_at(p, *moment, &w))
            return false;
        if (w.depth <= depth || *moment == history_first(s))
            return true;
    }
    if (!history_go(s, *moment, &stop))
        return false;
    uint32_t return_pc = s->machine->frames[depth + 1].return_pc;
    uint32_t pcs[] = { return_pc ? return_pc - 1 : 0, return_pc }; /* a callback returns to the call itself */
    enum search_result result = search_slots(s, history_first(s), pcs, ARRAY_LEN(pcs), depth, moment);
    if (result == SEARCH_NOTHING)
        *moment = history_first(s);
    return result != SEARCH_INTERRUPTED;
}

/* ---------------------------------------------------------------- instructions */

static bool
is_arrived(const struct session *s)
{
    return s->event.kind == EVENT_STEP;
}

static void
one_call_back(struct session *s)
{
    struct past past = { .s = s };
    struct where w;
    uint64_t start = now(s), moment = start - 1;
    uint32_t depth = s->machine->depth;
    bool is_good = where_at(&past, moment, &w);
    if (is_good && w.depth > depth)
        is_good = skip_callee(&past, depth, &moment);
    struct stop stop;
    is_good = history_go(s, start, &stop) && is_good;
    free(past.at);
    if (is_good)
        go_back(s, moment, EVENT_STEP);
    else
        back_give_up(s, start);
}

void
back_insns(struct session *s, uint64_t n, bool over)
{
    uint64_t room = now(s) - history_first(s);
    if (!over) {
        go_back(s, n > room ? history_first(s) : now(s) - n, n > room ? EVENT_HISTORY : EVENT_STEP);
        return;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (now(s) == history_first(s))
            arrive(s, EVENT_HISTORY);
        else
            one_call_back(s);
        if (!is_arrived(s))
            return;
    }
}

/* ---------------------------------------------------------------- lines */

static bool
is_inside(const struct range *r, const struct where *w)
{
    return w->depth == r->depth && w->pc >= r->lo && w->pc < r->hi;
}

/* Whether a step forwards could end here, coming from there. */
static bool
is_begin(const struct program *p, const struct where *w, const struct range *from)
{
    const struct line *l = program_line_at(p, w->pc);
    return l && l->pc == w->pc && l->is_stmt && (from->depth != w->depth || from->line != l->line || from->file != l->file);
}

/* The moment at which the line began that was executed last. *is_beginning when it is none, but the beginning of history. */
static bool
find_line(struct past *p, bool over, uint64_t *moment, bool *is_beginning)
{
    const struct session *s = p->s;
    const struct program *program = s->program;
    uint64_t start = now(s), at = start; /* of `w`; the line r is entered there, as far as is known */
    struct where w = here(s), before;
    struct range r = step_range_of(program, w.pc, w.depth);
    for (;;) {
        *moment = at;
        *is_beginning = at == history_first(s);
        if (*is_beginning) {
            *is_beginning = at == start || !is_begin(program, &w, &(struct range){ .depth = MAX_FRAMES });
            return true;
        }
        uint64_t previous = at - 1;
        if (!where_at(p, previous, &before))
            return false;
        bool is_skipped = before.depth > w.depth && (over || (!program_line_at(program, before.pc) && !s->settings.step_mode));
        if (is_skipped && (!skip_callee(p, w.depth, &previous) || !where_at(p, previous, &before)))
            return false;
        if (!is_inside(&r, &before)) {
            struct range from = step_range_of(program, before.pc, before.depth);
            if (at != start && is_begin(program, &w, &from))
                return true;
            r = from;
        }
        at = previous;
        w = before;
    }
}

static void
one_line_back(struct session *s, bool over, struct buf *out)
{
    struct past past = { .s = s };
    struct range r = step_range_of(s->program, s->machine->pc, s->machine->depth);
    uint64_t start = now(s), moment = start;
    bool is_beginning = start == history_first(s), is_good = true;
    struct stop stop;
    if (!r.line)
        step_announce_no_lines(r.function, out);
    if (!is_beginning && r.line)
        is_good = find_line(&past, over, &moment, &is_beginning);
    else if (!is_beginning && r.depth)
        is_good = skip_callee(&past, r.depth - 1, &moment);
    else
        is_beginning = true;
    free(past.at);
    is_good = history_go(s, start, &stop) && is_good;
    if (is_good)
        go_back(s, is_beginning ? history_first(s) : moment, is_beginning ? EVENT_HISTORY : EVENT_STEP);
    else
        back_give_up(s, start);
}

void
back_lines(struct session *s, uint64_t n, bool over, struct buf *out)
{
    for (uint64_t i = 0; i < n; i++) {
        one_line_back(s, over, out);
        if (!is_arrived(s))
            return;
    }
}

/* ---------------------------------------------------------------- functions */

enum err
back_finish(struct session *s, struct errinfo *e)
{
    struct past past = { .s = s };
    struct stop stop;
    uint32_t depth = s->machine->depth - s->frame;
    uint64_t start = now(s), moment = start;
    if (!depth)
        return err_set(e, ERR_OUTERMOST, "reverse-finish", 0, 0, 0);
    bool is_good = skip_callee(&past, depth - 1, &moment);
    free(past.at);
    is_good = history_go(s, start, &stop) && is_good;
    if (is_good)
        go_back(s, moment, EVENT_STEP);
    else
        back_give_up(s, start);
    return OK;
}
