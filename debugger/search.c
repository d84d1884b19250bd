/* Searching the past. See search.h. */
#include "config.h"

#include "debugger/search.h"

#include "debugger/breakpoints.h"
#include "debugger/history.h"
#include "debugger/hits.h"
#include "debugger/profile.h"
#include "sim/base/base.h"

#include <stdlib.h>

enum { UNFINISHED = STOP_INTERRUPT | STOP_DIFFERENCE };

/* How many of the latest sightings of an interval are kept, and twice as many as there are breakpoints: a moment is never all there is. */
enum { N_SIGHTINGS = 4096 };

struct sighting {
    uint64_t moment; /* where going back would stop */
    uint32_t number; /* of the breakpoint */
};

struct log {
    uint32_t cap;
    uint64_t n; /* ever seen; the last `cap` of them are there */
    struct sighting list[];
};

static struct log *
log_new(const struct session *s)
{
    uint32_t cap = N_SIGHTINGS + 2 * s->n_breakpoints;
    struct log *log = xmalloc(sizeof *log + cap * sizeof *log->list);
    *log = (struct log){ .cap = cap };
    return log;
}

static void
log_add(struct log *log, uint64_t moment, uint32_t number)
{
    log->list[log->n++ % log->cap] = (struct sighting){ .moment = moment, .number = number };
}

/* Where to begin executing in order to see all that stops at [lo, hi): what is at lo itself shows after the instruction before it. */
static uint64_t
begin_of(const struct session *s, uint64_t lo, uint64_t hi)
{
    uint64_t from = history_before(s, hi);
    if (lo && from < lo - 1)
        from = lo - 1;
    return from < history_first(s) ? history_first(s) : from;
}

/* ---------------------------------------------------------------- break- and watchpoints */

/* The hits that are watchpoints, or those that are not, if their moment is in [lo, limit). */
static void
log_hits(const struct session *s, bool are_watches, uint64_t moment, uint64_t lo, uint64_t limit, struct log *log)
{
    for (uint32_t i = 0; i < s->n_hits && moment >= lo && moment < limit; i++)
        if (breakpoint_is_watch(s->hits[i].type) == are_watches)
            log_add(log, moment, s->hits[i].number);
}

/* Executes up to hi with the breakpoints armed, and logs what stops at [lo, limit). False when it was interrupted. */
static bool
watch_interval(struct session *s, uint64_t lo, uint64_t hi, uint64_t limit, struct log *log)
{
    struct machine *m = s->machine;
    struct buf unheard = BUF_EMPTY;
    uint32_t how = history_is_unseen(s) ? 0 : RUN_RESUME;
    uint32_t reasons = 0;
    hits_begin(s);
    profile_hold(s);
    while (m->n_insns < hi && !(reasons & (UNFINISHED | STOP_EXIT | STOP_FAULT))) {
        uint64_t left = hi - m->n_insns, rooms[] = { hits_room(s), history_room(s) }, before = m->n_insns, start = now_ns();
        for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
            left = rooms[i] < left ? rooms[i] : left;
        hits_arm(s);
        struct stop stop = s->engine->run(s->code, m, left, how);
        history_ran(s, m->n_insns - before, now_ns() - start);
        how = RUN_RESUME;
        reasons = stop.reasons;
        if (!hits_collect(s, &stop, &unheard))
            continue;
        log_hits(s, true, m->n_insns - 1, lo, limit, log);
        log_hits(s, false, m->n_insns, lo, limit, log);
    }
    profile_release(s);
    buf_free(&unheard);
    return !(reasons & UNFINISHED);
}

/* Goes back through the log, which is ascending. True when something stops at *moment, then for these numbers. *oldest is the moment of the
 * oldest ones when they were not looked at: others of that moment were overwritten. */
static bool
follow_log(struct session *s, const struct log *log, uint64_t *moment, uint32_t *numbers, uint32_t *n_numbers, uint64_t *oldest)
{
    uint64_t first = log->n > log->cap ? log->n - log->cap : 0;
    *oldest = first ? log->list[first % log->cap].moment : UINT64_MAX;
    for (uint64_t i = log->n; i > first;) {
        *moment = log->list[(i - 1) % log->cap].moment;
        if (*moment == *oldest)
            return false;
        *n_numbers = 0;
        for (; i > first && log->list[(i - 1) % log->cap].moment == *moment; i--) {
            uint32_t number = log->list[(i - 1) % log->cap].number;
            if (hits_pass(s, number))
                numbers[(*n_numbers)++] = number;
        }
        if (*n_numbers)
            return true;
    }
    return false;
}

/* At the moment that was found: what the watchpoints among the hits have to say is seen by executing once more. */
static bool
land(struct session *s, uint64_t moment, const uint32_t *numbers, uint32_t n)
{
    struct stop stop;
    struct log *log = log_new(s);
    bool has_watch = false;
    for (uint32_t i = 0; i < n; i++)
        has_watch |= breakpoint_numbered(s, numbers[i])->watch != NULL;
    bool is_done = history_go(s, moment, &stop);
    if (is_done && has_watch)
        is_done = watch_interval(s, moment, moment + 1, moment + 1, log) && history_go(s, moment, &stop);
    free(log);
    return is_done;
}

enum search_result
search_hits(struct session *s, uint64_t lo)
{
    struct log *log = log_new(s);
    uint32_t *numbers = xcalloc(s->n_breakpoints + 1u, sizeof *numbers), n = 0;
    uint64_t hi = s->machine->n_insns, limit = hi, moment = 0, oldest;
    enum search_result result = SEARCH_NOTHING;
    hits_search(s, true);
    while (result == SEARCH_NOTHING && limit > lo) {
        struct stop stop;
        uint64_t from = begin_of(s, lo, hi);
        log->n = 0;
        if (!history_go(s, from, &stop) || !watch_interval(s, lo, hi, limit, log))
            result = SEARCH_INTERRUPTED;
        else if (follow_log(s, log, &moment, numbers, &n, &oldest))
            result = SEARCH_FOUND;
        else if (oldest != UINT64_MAX)
            hi = limit = oldest + 1;
        else if (from <= lo && (!lo || from < lo || from == history_first(s)))
            break;
        else
            limit = (hi = from) + 1;
    }
    if (result == SEARCH_FOUND && !land(s, moment, numbers, n))
        result = SEARCH_INTERRUPTED;
    hits_search(s, false);
    if (result == SEARCH_FOUND)
        hits_turn(s, numbers, n);
    free(numbers);
    free(log);
    return result;
}

/* ---------------------------------------------------------------- on code of its own */

/* Executes up to hi; what stops in between is told to `seen`. False when it was interrupted. */
static bool
run_interval(struct session *s, uint64_t hi, bool is_unseen, void (*seen)(void *arg, const struct machine *m, const struct stop *stop), void *arg)
{
    const struct engine *engine;
    struct code *code = history_code(s, &engine);
    struct machine *m = s->machine;
    struct stop stop = { .reasons = 0 };
    uint32_t how = is_unseen ? 0 : RUN_RESUME;
    while (code && m->n_insns < hi && !(stop.reasons & (UNFINISHED | STOP_EXIT | STOP_FAULT))) {
        uint64_t left = hi - m->n_insns, room = history_room(s), before = m->n_insns, start = now_ns();
        stop = engine->run(code, m, room < left ? room : left, how);
        history_ran(s, m->n_insns - before, now_ns() - start);
        how = RUN_RESUME;
        seen(arg, m, &stop);
    }
    return !(stop.reasons & UNFINISHED);
}

struct slot_search {
    uint32_t max_depth;
    uint64_t lo, limit, moment; /* moment UINT64_MAX: none yet */
};

static void
see_slot(void *arg, const struct machine *m, const struct stop *stop)
{
    struct slot_search *search = arg;
    if ((stop->reasons & STOP_TRAP) && m->depth <= search->max_depth && m->n_insns >= search->lo && m->n_insns < search->limit)
        search->moment = m->n_insns;
}

enum search_result
search_slots(struct session *s, uint64_t lo, const uint32_t *pcs, uint32_t n_pcs, uint32_t max_depth, uint64_t *moment)
{
    const struct engine *engine;
    struct code *code = history_code(s, &engine);
    uint64_t hi = s->machine->n_insns, from = hi;
    struct slot_search search = { .max_depth = max_depth, .lo = lo, .limit = hi, .moment = UINT64_MAX };
    bool is_good = code != NULL;
    for (uint32_t i = 0; is_good && i < n_pcs; i++)
        engine->set_trap(code, pcs[i], true);
    while (is_good && from >= lo && from > history_first(s) && search.moment == UINT64_MAX) {
        struct stop stop;
        from = begin_of(s, lo, hi);
        /* what is at the first moment, no interval before it shows */
        is_good = history_go(s, from, &stop) && run_interval(s, hi, from == history_first(s), see_slot, &search);
        hi = from;
    }
    for (uint32_t i = 0; code && i < n_pcs; i++)
        engine->set_trap(code, pcs[i], false);
    *moment = search.moment;
    return !is_good ? SEARCH_INTERRUPTED : search.moment == UINT64_MAX ? SEARCH_NOTHING : SEARCH_FOUND;
}

struct point_search {
    uint64_t lo;
    uint64_t *ring; /* of cap moments */
    uint32_t cap;
    uint64_t n;
};

static void
see_point(void *arg, const struct machine *m, const struct stop *stop)
{
    struct point_search *search = arg;
    if ((stop->reasons & STOP_WATCH) && m->n_insns - 1 >= search->lo)
        search->ring[search->n++ % search->cap] = m->n_insns - 1;
}

enum search_result
search_points(struct session *s, uint64_t lo, uint64_t hi, struct points *points, uint64_t *moments, uint32_t cap, uint32_t *n)
{
    const struct engine *engine;
    struct code *code = history_code(s, &engine);
    struct point_search search = { .lo = lo, .ring = xcalloc(cap, sizeof *search.ring), .cap = cap };
    bool is_good = code != NULL;
    *n = 0;
    if (is_good)
        engine->set_points(code, points);
    while (is_good && hi > lo && *n < cap) {
        struct stop stop;
        uint64_t from = begin_of(s, lo, hi);
        search.n = 0;
        is_good = history_go(s, from, &stop) && run_interval(s, hi, false, see_point, &search);
        for (uint64_t i = search.n; i > 0 && search.n - i < cap && *n < cap; i--)
            moments[(*n)++] = search.ring[(i - 1) % cap];
        hi = from;
    }
    if (code)
        engine->set_points(code, NULL);
    memory_watch(&s->machine->mem, NULL, 0); /* it knows the set until an engine runs again */
    free(search.ring);
    return !is_good ? SEARCH_INTERRUPTED : *n ? SEARCH_FOUND : SEARCH_NOTHING;
}
