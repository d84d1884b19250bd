/* See profile.h. */
#include "config.h"

#include "debugger/profile.h"

#include "debugger/history.h"

#include <stdlib.h>

enum err
profile_check_engine(const struct session *s, const struct engine *engine, struct errinfo *e)
{
    return s->is_profiling && !engine->set_counts ? err_set(e, ERR_NO_COUNTS, engine->name, 0, 0, 0) : OK;
}

void
profile_follow(struct session *s)
{
    if (!s->is_profiling || !s->program)
        return;
    if (!s->counts)
        s->counts = counts_new(s->program, s->costs);
    s->engine->set_counts(s->code, s->counts);
}

enum err
profile_on(struct session *s, struct errinfo *e)
{
    if (!s->engine->set_counts)
        return err_set(e, ERR_NO_COUNTS, s->engine->name, 0, 0, 0);
    if (!s->is_profiling)
        s->counted_until = s->machine->n_insns;
    s->is_profiling = true;
    profile_follow(s);
    return OK;
}

void
profile_off(struct session *s)
{
    if (s->is_profiling && s->code)
        s->engine->set_counts(s->code, NULL);
    s->is_profiling = false;
}

void
profile_reset(struct session *s)
{
    if (s->counts)
        counts_reset(s->counts);
}

void
profile_forget(struct session *s)
{
    counts_free(s->counts);
    counts_free(s->counts_aside);
    s->counts = s->counts_aside = NULL;
}

void
profile_begin(struct session *s)
{
    s->counted_until = 0;
}

/* Where counting goes on: what an edit in the past has made forgotten does not come again. */
static uint64_t
counted_until(const struct session *s)
{
    uint64_t last = history_last(s);
    return last < s->counted_until ? last : s->counted_until;
}

uint64_t
profile_room(const struct session *s)
{
    uint64_t now = s->machine->n_insns;
    return s->is_profiling && now < counted_until(s) ? counted_until(s) - now : UINT64_MAX;
}

void
profile_hold(struct session *s)
{
    if (!s->is_profiling)
        return;
    if (!s->counts_aside)
        s->counts_aside = counts_new(s->program, s->costs);
    counts_assign(s->counts_aside, s->counts);
}

void
profile_release(struct session *s)
{
    if (s->is_profiling)
        counts_assign(s->counts, s->counts_aside);
}

struct stop
profile_run(struct session *s, uint64_t budget, uint32_t how)
{
    struct machine *m = s->machine;
    if (!s->is_profiling)
        return s->engine->run(s->code, m, budget, how);
    bool was_counted = m->n_insns < counted_until(s);
    if (was_counted)
        profile_hold(s);
    counts_begin(s->counts, m);
    struct stop stop = s->engine->run(s->code, m, budget, how);
    counts_end(s->counts, m);
    if (was_counted)
        profile_release(s);
    else
        s->counted_until = m->n_insns;
    return stop;
}
