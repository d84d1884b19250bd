/* Checkpoints, edits, and the way from one moment to another. See history.h.
 * Invariants: the list is ascending, edits at one moment in the order in which they were made; list[0] is the earliest moment that can be
 * reached; the machine is at a moment from there on, and after the edits of that moment. */
#include "config.h"

#include "debugger/history.h"

#include "debugger/bookmark.h"
#include "sim/base/base.h"
#include "sim/machine/snapshot.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How long it may take to execute again what lies between two checkpoints, in ns, and what that means in instructions at first. More often
 * costs forward speed: a checkpoint of a small machine takes 5 to 10 us. */
enum { GAP_NS = 200000, GAP_FIRST = 100000, GAP_LEAST = 64, GAP_MOST = 1 << 24 };

enum { MAX_CHECKPOINTS = 1 << 14 };

struct checkpoint {
    uint64_t moment;
    struct snapshot *shot;
    struct snapshot *before; /* of an edit: what it was made in; NULL: no edit */
    bool is_begin;           /* the run starts here, or an edit was made: not found by executing */
    bool at_trap;            /* of a begin: s->at_trap there */
};

struct history {
    struct snapshots *shots;
    struct checkpoint *list;
    uint32_t n;
    size_t cap;
    uint32_t n_edits;
    bool is_run;             /* else nothing was run yet: edits only */
    uint64_t last;           /* moment */
    struct snapshot *known;  /* the machine as commands have it; NULL: it has moved since */
    uint64_t gap;            /* instructions between checkpoints */
    const struct engine *engine; /* of code */
    struct code *code;       /* without traps and points; NULL: not needed yet */
};

static uint64_t
now(const struct session *s)
{
    return s->machine->n_insns;
}

/* ---------------------------------------------------------------- the list */

/* Index of the last checkpoint that is not later than the moment. */
static uint32_t
index_at(const struct history *h, uint64_t moment)
{
    uint32_t lo = 0, hi = h->n;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (h->list[mid].moment <= moment)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static void
free_checkpoint(struct history *h, struct checkpoint *c)
{
    h->n_edits -= c->before != NULL;
    snapshot_drop(h->shots, c->shot);
    snapshot_drop(h->shots, c->before);
}

/* Forgets the checkpoints from index i on. */
static void
cut(struct history *h, uint32_t i)
{
    while (h->n > i)
        free_checkpoint(h, &h->list[--h->n]);
}

/* Forgets one of them. */
static void
forget(struct history *h, uint32_t i)
{
    free_checkpoint(h, &h->list[i]);
    memmove(&h->list[i], &h->list[i + 1], (--h->n - i) * sizeof *h->list);
}

static void
insert(struct history *h, uint32_t i, const struct checkpoint *c)
{
    h->list = grow(h->list, h->n, &h->cap, sizeof *h->list);
    memmove(&h->list[i + 1], &h->list[i], (h->n - i) * sizeof *h->list);
    h->list[i] = *c;
    h->n++;
    h->n_edits += c->before != NULL;
}

static bool
is_too_large(const struct session *s, uint64_t percent)
{
    const struct history *h = s->past;
    uint64_t limit = s->settings.history_size;
    if (h->n > MAX_CHECKPOINTS * percent / 100)
        return true;
    return limit && snapshots_bytes(h->shots) / 1024 > limit * 1024 * percent / 100;
}

/* Makes checkpoints sparse: none is left whose neighbours are nearer to each other than their distance from the present by `density`. */
static void
thin(struct session *s, uint64_t density)
{
    struct history *h = s->past;
    uint32_t n = 1;
    for (uint32_t i = 1; i < h->n; i++) {
        struct checkpoint *c = &h->list[i];
        uint64_t distance = c->moment > now(s) ? c->moment - now(s) : now(s) - c->moment;
        bool is_needed = c->is_begin || i + 1 == h->n || h->list[i + 1].moment - h->list[n - 1].moment > distance / density;
        if (is_needed)
            h->list[n++] = *c;
        else
            free_checkpoint(h, c);
    }
    h->n = n;
}

/* Forgets checkpoints that are no begins, the farthest first: all can be executed again from the first one. What is nearest before the present
 * stays, for the next steps back. */
static void
forget_far(struct session *s)
{
    struct history *h = s->past;
    for (uint32_t i = h->n - 1; i > 0 && h->list[i].moment > now(s) && is_too_large(s, 75); i--)
        if (!h->list[i].is_begin)
            forget(h, i);
    for (uint32_t i = 1; i < h->n && is_too_large(s, 75);) {
        bool is_near = i + 1 == h->n || h->list[i + 1].moment > now(s);
        if (is_near)
            break;
        if (h->list[i].is_begin)
            i++;
        else
            forget(h, i);
    }
}

/* Forgets the oldest past, and then what is ahead, but not what the present follows from. */
static void
forget_ends(struct session *s)
{
    struct history *h = s->past;
    while (h->n > 1 && h->list[1].moment <= now(s) && is_too_large(s, 75))
        forget(h, 0);
    while (h->n > 1 && h->list[h->n - 1].moment > now(s) && is_too_large(s, 75)) {
        if (h->list[h->n - 1].is_begin) /* the way beyond it is not known without it */
            h->last = h->list[h->n - 1].moment;
        cut(h, h->n - 1);
    }
}

static void
keep_bounds(struct session *s)
{
    if (!is_too_large(s, 100))
        return;
    for (uint64_t density = 4096; density && is_too_large(s, 75); density /= 2)
        thin(s, density);
    forget_far(s);
    forget_ends(s);
}

/* A checkpoint at the present moment, unless there is one. */
static void
add_checkpoint(struct session *s)
{
    struct history *h = s->past;
    uint32_t i = index_at(h, now(s));
    if (h->list[i].moment == now(s))
        return;
    insert(h, i + 1, &(struct checkpoint){ .moment = now(s), .shot = snapshot_take(h->shots) });
    keep_bounds(s);
}

/* ---------------------------------------------------------------- beginning and ending */

static void
forget_known(struct history *h)
{
    snapshot_drop(h->shots, h->known);
    h->known = NULL;
}

/* Begins anew with the machine as it is. */
static void
begin(struct session *s, bool is_run)
{
    struct history *h = s->past;
    cut(h, 0);
    forget_known(h);
    snapshots_forget_outputs(h->shots);
    bookmarks_forget(s);
    h->is_run = is_run;
    h->last = now(s);
    h->gap = GAP_FIRST;
    insert(h, 0, &(struct checkpoint){ .moment = now(s), .shot = snapshot_take(h->shots), .is_begin = true });
    if (!is_run)
        h->known = snapshot_take(h->shots);
}

void
history_open(struct session *s)
{
    s->past = xcalloc(1, sizeof *s->past);
    s->past->shots = snapshots_new(s->machine);
    begin(s, false);
}

void
history_begin(struct session *s)
{
    begin(s, true);
}

void
history_kill(struct session *s)
{
    begin(s, false);
}

void
history_forget_code(struct session *s)
{
    struct history *h = s->past;
    if (!h || !h->code)
        return;
    h->engine->close(h->code);
    h->code = NULL;
}

void
history_close(struct session *s)
{
    struct history *h = s->past;
    if (!h)
        return;
    history_forget_code(s);
    cut(h, 0);
    forget_known(h);
    snapshots_free(h->shots);
    free(h->list);
    free(h);
    s->past = NULL;
}

/* ---------------------------------------------------------------- running */

/* Index of the first edit later than the moment; h->n when there is none. */
static uint32_t
next_edit(const struct history *h, uint64_t moment)
{
    uint32_t i = h->n;
    if (h->n_edits)
        for (i = index_at(h, moment) + 1; i < h->n && !h->list[i].is_begin;)
            i++;
    return i;
}

uint64_t
history_room(const struct session *s)
{
    const struct history *h = s->past;
    uint64_t due = h->list[index_at(h, now(s))].moment + h->gap, room = due > now(s) ? due - now(s) : 1;
    uint32_t edit = next_edit(h, now(s));
    if (edit < h->n && h->list[edit].moment - now(s) < room)
        room = h->list[edit].moment - now(s);
    return room;
}

/* Checkpoints are as far from each other as executing takes GAP_NS, or three times as long as taking one takes. */
static void
adapt_gap(struct history *h, uint64_t n_insns, uint64_t ns, uint64_t checkpoint_ns)
{
    uint64_t wanted = 3 * checkpoint_ns > GAP_NS ? 3 * checkpoint_ns : GAP_NS;
    double gap = (double)n_insns * (double)wanted / (double)(ns ? ns : 1);
    if (n_insns < GAP_LEAST)
        return;
    gap = gap > 8.0 * (double)h->gap ? 8.0 * (double)h->gap : gap < 0.5 * (double)h->gap ? 0.5 * (double)h->gap : gap;
    h->gap = gap > GAP_MOST ? GAP_MOST : gap < GAP_LEAST ? GAP_LEAST : (uint64_t)gap;
}

void
history_ran(struct session *s, uint64_t n_insns, uint64_t ns)
{
    struct history *h = s->past;
    if (now(s) > h->last)
        h->last = now(s);
    if (now(s) - h->list[index_at(h, now(s))].moment < h->gap)
        return;
    uint64_t before = now_ns();
    add_checkpoint(s);
    adapt_gap(h, n_insns, ns, now_ns() - before);
}

/* Makes the machine what the checkpoint has. */
static void
go_over(struct session *s, const struct checkpoint *c)
{
    snapshot_restore(s->past->shots, c->shot);
    s->is_running = s->past->is_run && !s->machine->has_exited;
}

bool
history_replay_edit(struct session *s)
{
    struct history *h = s->past;
    const struct checkpoint *c = &h->list[index_at(h, now(s))];
    if (!c->before || c->moment != now(s))
        return false;
    go_over(s, c);
    s->at_trap = c->at_trap;
    return true;
}

/* ---------------------------------------------------------------- edits */

/* From now on all is different: what is known of later moments goes. */
static void
forget_future(struct session *s)
{
    struct history *h = s->past;
    snapshots_forget_outputs(h->shots);
    h->last = now(s);
    bookmarks_cut(s, now(s));
    if (s->n_outputs_shown > s->machine->n_outputs)
        s->n_outputs_shown = s->machine->n_outputs;
}

static void
record_edit(struct session *s, struct buf *out)
{
    struct history *h = s->past;
    uint32_t i = index_at(h, now(s));
    if (h->is_run && now(s) < h->last)
        buf_printf(out, "The past was changed: a new branch of history begins at icount %" PRIu64 ", what came after it is forgotten.\n", now(s));
    cut(h, i + 1);
    forget_future(s);
    insert(h, i + 1, &(struct checkpoint){ .moment = now(s), .shot = snapshot_take(h->shots), .before = h->known, .is_begin = true,
                                           .at_trap = s->at_trap });
    h->known = snapshot_take(h->shots);
    keep_bounds(s);
}

void
history_settle(struct session *s, struct buf *out)
{
    struct history *h = s->past;
    if (!h)
        return;
    if (!h->known)
        h->known = snapshot_take(h->shots);
    else if (!snapshot_is_now(h->shots, h->known))
        record_edit(s, out);
}

void
history_take_back(struct session *s)
{
    struct history *h = s->past;
    assert(h->known);
    if (!snapshot_is_now(h->shots, h->known))
        snapshot_restore(h->shots, h->known);
}

void
history_before_run(struct session *s, struct buf *out)
{
    struct history *h = s->past;
    if (h->known && !snapshot_has_registers_of_now(h->shots, h->known))
        record_edit(s, out);
    forget_known(h);
}

enum err
history_undo(struct session *s, uint64_t *moment, struct errinfo *e)
{
    struct history *h = s->past;
    uint32_t i = h->n;
    while (i > 0 && !h->list[i - 1].before)
        i--;
    if (!i)
        return err_set(e, ERR_NO_EDIT, NULL, 0, 0, 0);
    const struct checkpoint *c = &h->list[i - 1];
    snapshot_restore(h->shots, c->before);
    s->is_running = h->is_run && !s->machine->has_exited;
    *moment = c->moment;
    cut(h, i - 1);
    forget_future(s);
    forget_known(h);
    h->known = snapshot_take(h->shots);
    if (!h->n) /* what came before was forgotten */
        insert(h, 0, &(struct checkpoint){ .moment = now(s), .shot = snapshot_take(h->shots), .is_begin = true, .at_trap = s->at_trap });
    return OK;
}

/* ---------------------------------------------------------------- travelling */

bool
history_has_run(const struct session *s)
{
    return s->past && s->past->is_run;
}

uint64_t
history_first(const struct session *s)
{
    return s->past->list[0].moment;
}

uint64_t
history_last(const struct session *s)
{
    return s->past->last;
}

uint64_t
history_before(const struct session *s, uint64_t moment)
{
    const struct history *h = s->past;
    return moment ? h->list[index_at(h, moment - 1)].moment : history_first(s);
}

bool
history_is_unseen(const struct session *s)
{
    const struct checkpoint *c = &s->past->list[index_at(s->past, now(s))];
    return c->is_begin && c->moment == now(s) && !c->at_trap;
}

struct code *
history_code(struct session *s, const struct engine **engine)
{
    struct history *h = s->past;
    struct errinfo e;
    if (!h->code) {
        /* the past is known to be what it is: nobody has to compare engines on it */
        h->engine = s->engine->difference ? s->config.engines[0] : s->engine;
        h->code = session_new_code(s, h->engine, &e);
    }
    *engine = h->engine;
    return h->code;
}

/* How far to go before the next checkpoint is due on the way to `moment`: they get dense towards it, so that going back from there is quick. */
static uint64_t
leg(const struct session *s, uint64_t moment)
{
    uint64_t left = moment - now(s), room = history_room(s);
    for (uint64_t rest = UINT64_C(1) << 24; rest >= 64; rest /= 8)
        if (left > rest)
            return left - rest < room ? left - rest : room;
    return left < room ? left : room;
}

bool
history_go(struct session *s, uint64_t moment, struct stop *stop)
{
    struct history *h = s->past;
    struct machine *m = s->machine;
    const struct checkpoint *c = &h->list[index_at(h, moment)];
    const struct engine *engine;
    struct code *code = history_code(s, &engine);
    *stop = (struct stop){ .reasons = 0 };
    forget_known(h);
    /* who has executed up to an edit stands before it */
    if (moment < m->n_insns || m->n_insns < c->moment || (c->before && m->n_insns == c->moment))
        go_over(s, c);
    if (!code)
        return m->n_insns == moment;
    while (m->n_insns < moment && !(stop->reasons & (STOP_EXIT | STOP_FAULT | STOP_INTERRUPT | STOP_DIFFERENCE))) {
        uint64_t before = m->n_insns, start = now_ns();
        *stop = engine->run(code, m, leg(s, moment), RUN_RESUME);
        history_ran(s, m->n_insns - before, now_ns() - start);
        if (m->n_insns < moment)
            add_checkpoint(s);
    }
    s->is_running = h->is_run && !m->has_exited;
    return m->n_insns == moment;
}

uint64_t
history_of_cycles(const struct session *s, uint64_t cycles)
{
    const struct history *h = s->past;
    uint32_t i = 0;
    while (i + 1 < h->n && snapshot_n_cycles(h->list[i + 1].shot) / CYCLE_SCALE < cycles)
        i++;
    return h->list[i].moment;
}

void
history_text(const struct session *s, struct buf *out)
{
    const struct history *h = s->past;
    buf_printf(out, "History from icount %" PRIu64 " to %" PRIu64 ": %u checkpoint%s, %u edit%s, %" PRIu64 " KiB.\n", history_first(s), h->last,
               h->n, h->n == 1 ? "" : "s", h->n_edits, h->n_edits == 1 ? "" : "s", snapshots_bytes(h->shots) / 1024);
}
