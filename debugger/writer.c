/* Who wrote this. See writer.h. */
#include "config.h"

#include "debugger/writer.h"

#include "debugger/history.h"
#include "debugger/watch.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

/* The register that the expression is; -1: something else. */
static int
register_of(const struct expr *x)
{
    const struct node *root = &x->nodes[x->root];
    return root->op == EXPR_REGISTER && root->id < REG_ID_PC ? (int)(root->id % N_REGS) : -1;
}

/* Whether the instruction gives the register a value of its own. A return does so for what a call clobbers only: what it brings back of the
 * caller's registers was written by someone else. */
static bool
writes_register(const struct insn *insn, uint32_t reg)
{
    switch (insn_kind(insn)) {
    case KIND_CALLL:
        return reg == REG_10;
    case KIND_EXIT:
        return reg >= REG_1 && reg <= REG_5;
    default:
        return insn_writes(insn) >> reg & 1;
    }
}

static enum search_result
last_write_of_register(struct session *s, uint32_t reg, uint64_t *moment)
{
    const struct program *p = s->program;
    struct stop stop;
    uint32_t *pcs = xcalloc(p->n_slots + 1u, sizeof *pcs), n = 0;
    uint32_t depth = s->machine->depth < s->frame ? 0 : s->machine->depth - s->frame;
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        if (p->insns[pc].op != OP_lddw_tail && writes_register(&p->insns[pc], reg))
            pcs[n++] = pc;
    if (s->machine->has_exited) /* nobody is left whose registers the last exit could have clobbered */
        history_go(s, s->machine->n_insns - 1, &stop);
    enum search_result result = search_slots(s, history_first(s), pcs, n, reg >= REG_6 ? depth : MAX_FRAMES, moment);
    free(pcs);
    return result;
}

/* The points that fire when what the watch reads is changed or, of a place, written. */
static struct points *
points_of(const struct watch *w, bool only_changes)
{
    struct point *list = xcalloc(w->reads.n + 1u, sizeof *list);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->reads.n; i++) {
        n += watch_point(w, i, BREAKPOINT_WATCH, &list[n]);
        if (n && w->is_direct && !only_changes)
            list[n - 1].on_change = false;
    }
    struct points *points = points_new(list, n);
    free(list);
    return points;
}

void
change_free(struct change *change)
{
    free(change->before);
    free(change->now);
}

/* Fills what is known of a moment by going there. False when it was interrupted. */
static bool
look_at(struct session *s, const struct watch *w, uint64_t moment, struct change *out)
{
    struct stop stop;
    *out = (struct change){ .moment = moment };
    s->frame = 0;
    if (!history_go(s, moment, &stop))
        return false;
    out->pc = s->machine->pc;
    out->before = watch_text_now(s, w);
    if (!history_go(s, moment + 1, &stop))
        return false;
    out->now = watch_text_now(s, w);
    return true;
}

/* What the expression's place is now: an address that registers decide on stays what it is. */
static enum err
fix(struct session *s, struct expr *x, struct watch **w, struct errinfo *e)
{
    enum err err = watch_new(s, x, BREAKPOINT_WATCH, false, w, e);
    if (err)
        expr_free(x);
    return err;
}

enum err
writer_last(struct session *s, struct expr *x, struct change *out, enum search_result *result, struct errinfo *e)
{
    uint64_t moment, now = s->machine->n_insns;
    uint32_t n;
    struct watch *w;
    int reg = register_of(x);
    enum err err = fix(s, x, &w, e);
    if (err)
        return err;
    if (reg >= 0) {
        *result = last_write_of_register(s, (uint32_t)reg, &moment);
    } else {
        struct points *points = points_of(w, false);
        *result = search_points(s, history_first(s), now, points, &moment, 1, &n);
        points_free(points);
    }
    *out = (struct change){ .before = NULL };
    if (*result == SEARCH_FOUND && !look_at(s, w, moment, out))
        *result = SEARCH_INTERRUPTED;
    watch_free(w);
    return OK;
}

enum err
writer_changes(struct session *s, struct expr *x, struct change *out, uint32_t cap, uint32_t *n, enum search_result *result,
               struct errinfo *e)
{
    struct watch *w;
    enum err err = fix(s, x, &w, e);
    *n = 0;
    if (err)
        return err;
    uint64_t *moments = xcalloc(cap, sizeof *moments);
    uint32_t n_moments;
    struct points *points = points_of(w, true);
    *result = search_points(s, history_first(s), s->machine->n_insns, points, moments, cap, &n_moments);
    for (uint32_t i = 0; *result == SEARCH_FOUND && i < n_moments; i++) {
        struct change *change = &out[*n];
        if (!look_at(s, w, moments[i], change))
            *result = SEARCH_INTERRUPTED;
        else if (strcmp(change->before, change->now) != 0) /* what it is made of can change and leave it what it is */
            ++*n;
        else
            change_free(change);
    }
    points_free(points);
    free(moments);
    watch_free(w);
    return OK;
}
