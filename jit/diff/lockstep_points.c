/* Points in lockstep: each side counts in a set of its own, and a rewind takes counts back. */
#include "config.h"

#include "jit/diff/lockstep_private.h"

#include <inttypes.h>
#include <string.h>

void
points_copy_counts(struct points *to, const struct points *from)
{
    for (uint32_t i = 0; to && i < to->n; i++) {
        struct point *p = &to->list[i];
        const struct point *q = &from->list[i];
        p->n_hits = q->n_hits;
        p->ignore = q->ignore;
        p->fired = q->fired;
        p->is_unsure = q->is_unsure;
        p->old = q->old;
        p->before = q->before;
        if (p->kind != POINT_MEMORY)
            continue;
        memcpy(p->old_bytes, q->old_bytes, p->len);
        memcpy(p->before_bytes, q->before_bytes, p->len);
    }
}

bool
points_same_counts(const struct points *left, const struct points *right, struct lockstep_items *items)
{
    bool is_same = true;
    for (uint32_t i = 0; left && i < left->n && (is_same || items); i++) {
        const struct point *p = &left->list[i], *q = &right->list[i];
        bool has_same_values = p->kind != POINT_REGISTER || (p->old == q->old && p->before == q->before);
        if (p->n_hits == q->n_hits && p->ignore == q->ignore && p->fired == q->fired && p->is_unsure == q->is_unsure && has_same_values)
            continue;
        is_same = false;
        if (items && p->n_hits != q->n_hits)
            compare_add(items, LOCKSTEP_STATE, 0, p->n_hits, q->n_hits, "point %" PRIu32 " hits", i);
        else if (items)
            compare_add(items, LOCKSTEP_THING, 0, 0, 0, "point %" PRIu32, i);
    }
    return is_same;
}
