/* Points as every engine sees them when it is not compiled code that looks. See point.h. */
#include "config.h"

#include "sim/point.h"

#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
copy_point(struct points *set, struct point *to)
{
    assert((to->kind != POINT_MEMORY || (to->len >= 1 && to->len <= POINT_MAX_BYTES)) && "a watched range has bytes");
    to->fired = to->is_unsure = false;
    if (to->kind == POINT_REGISTER)
        set->watched_regs |= (uint16_t)(1u << to->reg);
    if (to->kind != POINT_MEMORY)
        return;
    to->old_bytes = xcalloc(2, to->len);
    to->before_bytes = to->old_bytes + to->len;
    set->watched[set->n_watched++] = (struct watched){ .addr = to->addr, .len = to->len, .access = to->access };
}

struct points *
points_new(const struct point *list, uint32_t n)
{
    struct points *set = xcalloc(1, sizeof *set);
    set->list = xcalloc(n + 1, sizeof *set->list);
    set->watched = xcalloc(n + 1, sizeof *set->watched);
    set->n = n;
    for (uint32_t i = 0; i < n; i++) {
        set->list[i] = list[i];
        copy_point(set, &set->list[i]);
    }
    return set;
}

void
points_free(struct points *set)
{
    if (!set)
        return;
    for (uint32_t i = 0; i < set->n; i++)
        if (set->list[i].kind == POINT_MEMORY)
            free(set->list[i].old_bytes);
    free(set->list);
    free(set->watched);
    free(set);
}

/* Guest memory may be anywhere in the reservation, accessible or not: bytes that are not read as whatever is there. */
static const uint8_t *
bytes_of(const struct point *p, const struct machine *m)
{
    return memory_host(&m->mem, p->addr);
}

void
points_begin(struct points *set, struct machine *m)
{
    memory_watch(&m->mem, set ? set->watched : NULL, set ? set->n_watched : 0);
    for (uint32_t i = 0; set && i < set->n; i++) {
        struct point *p = &set->list[i];
        p->fired = p->is_unsure = false;
        if (p->kind == POINT_REGISTER)
            p->old = m->regs[p->reg];
        else if (p->kind == POINT_MEMORY)
            memcpy(p->old_bytes, bytes_of(p, m), p->len);
    }
    for (uint32_t i = 0; set && i < set->n_watched; i++)
        set->watched[i].seen = 0;
}

/* What is watched, as it was before. */
static uint64_t
value_before(const struct point *p)
{
    uint64_t value = 0;
    if (p->kind == POINT_REGISTER)
        return p->before;
    if (p->kind == POINT_MEMORY)
        memcpy(&value, p->before_bytes, p->len < sizeof value ? p->len : sizeof value);
    return value;
}

/* Control has come by. True when the point stops it. */
static bool
hit(struct point *p, struct machine *m)
{
    enum cond_result holds = p->condition ? condition_eval(p->condition, m, value_before(p)) : COND_TRUE;
    if (holds == COND_FALSE)
        return false;
    p->n_hits++;
    if (p->ignore) {
        p->ignore--;
        return false;
    }
    p->is_unsure = holds == COND_FAILED;
    p->fired = true;
    return true;
}

bool
points_reached(struct points *set, struct machine *m, uint32_t first)
{
    bool fires = false;
    for (uint32_t i = first; set && i < set->n; i++)
        if (set->list[i].kind == POINT_PC && set->list[i].pc == m->pc)
            fires |= hit(&set->list[i], m);
    return fires;
}

static bool
register_changed(struct point *p, const struct machine *m)
{
    uint64_t now = m->regs[p->reg];
    if (!((now ^ p->old) & p->mask))
        return false;
    p->before = p->old;
    p->old = now;
    return true;
}

static bool
memory_concerned(struct point *p, struct watched *w, const struct machine *m)
{
    const uint8_t *now = bytes_of(p, m);
    bool has_changed = memcmp(now, p->old_bytes, p->len) != 0;
    /* Helpers write the values of their maps without a translation: a change is an access. */
    bool is_accessed = w->seen || (has_changed && p->access & MEM_WRITE);
    w->seen = 0;
    if (!is_accessed || (p->on_change && !has_changed))
        return false;
    memcpy(p->before_bytes, p->old_bytes, p->len);
    memcpy(p->old_bytes, now, p->len);
    return true;
}

bool
points_changed(struct points *set, struct machine *m)
{
    bool fires = false;
    uint32_t k = 0;
    for (uint32_t i = 0; set && i < set->n; i++) {
        struct point *p = &set->list[i];
        bool has_happened = p->kind == POINT_REGISTER ? register_changed(p, m)
                            : p->kind == POINT_MEMORY ? memory_concerned(p, &set->watched[k++], m)
                                                      : false;
        if (has_happened)
            fires |= hit(p, m);
    }
    return fires;
}

bool
points_concern(const struct points *set, const struct insn *insn)
{
    if (!set || !set->watched_regs)
        return false;
    switch (insn_kind(insn)) {
    case KIND_CALL: /* may call back, in a frame of its own */
    case KIND_CALLL:
    case KIND_CALLK:
    case KIND_CALLX:
    case KIND_EXIT: /* the caller's r6-r9 come back */
        return true;
    default:
        return insn_writes(insn) & set->watched_regs;
    }
}
