/* Shrinking what a subject runs with: points, their conditions, the budget, the costs. See shrink.h. */
#include "config.h"

#include "jit/diff/shrink_private.h"

#include <string.h>

/* The trial's point, to be changed. */
static struct subject_point *
begin_point(struct shrink *sh, uint32_t i)
{
    return &shrink_begin(sh)->subject->points[i];
}

static const struct subject_point *
best_point(const struct shrink *sh, uint32_t i)
{
    return &sh->best->subject.points[i];
}

static bool
drop_points(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = sh->best->subject.n_points; i-- > 0;) {
        draft_drop_point(shrink_begin(sh), i);
        any |= shrink_accept(sh);
    }
    return any;
}

/* ---------------------------------------------------------------- conditions */

/* Appends the part of a tree below a node; `with` stands for the node `at`. Returns its place. */
static uint16_t
copy_tree(const struct subject_point *from, uint16_t node, uint16_t at, const struct cond_node *with, struct subject_point *to)
{
    struct cond_node copy = node == at ? *with : from->nodes[node];
    uint16_t *const operands[] = { &copy.a, &copy.b, &copy.c };
    for (uint32_t i = 0; i < cond_operands(copy.op); i++)
        *operands[i] = copy_tree(from, *operands[i], at, with, to);
    to->nodes[to->n_nodes] = copy;
    return (uint16_t)to->n_nodes++;
}

static bool
try_node(struct shrink *sh, uint32_t i, uint16_t at, const struct cond_node *with)
{
    const struct subject_point *best = best_point(sh, i);
    struct subject_point *p = begin_point(sh, i);
    p->n_nodes = 0;
    copy_tree(best, (uint16_t)(best->n_nodes - 1), at, with, p);
    return shrink_accept(sh);
}

/* One of its operands, or a number, for a node. */
static bool
simplify_node(struct shrink *sh, uint32_t i, uint16_t at)
{
    const struct subject_point *best = best_point(sh, i);
    const struct cond_node node = best->nodes[at];
    const uint16_t operands[] = { node.a, node.b, node.c };
    for (uint32_t k = 0; k < cond_operands(node.op); k++) {
        const struct cond_node operand = best->nodes[operands[k]];
        if (try_node(sh, i, at, &operand))
            return true;
    }
    for (uint64_t value = 0; value < 2; value++) {
        const struct cond_node number = { .op = COND_CONST, .value = value };
        if ((node.op != COND_CONST || value < node.value) && try_node(sh, i, at, &number))
            return true;
    }
    return false;
}

static bool
simplify_condition(struct shrink *sh, uint32_t i)
{
    bool any = false;
    if (!best_point(sh, i)->n_nodes)
        return false;
    begin_point(sh, i)->n_nodes = 0;
    if (shrink_accept(sh))
        return true;
    for (uint32_t at = best_point(sh, i)->n_nodes; at-- > 0;)
        if (at < best_point(sh, i)->n_nodes)
            any |= simplify_node(sh, i, (uint16_t)at);
    return any;
}

/* ---------------------------------------------------------------- the rest */

static bool
simplify_counts(struct shrink *sh, uint32_t i)
{
    bool any = false;
    for (uint64_t ignore; (ignore = best_point(sh, i)->point.ignore); any = true) {
        begin_point(sh, i)->point.ignore = 0;
        if (shrink_accept(sh))
            return true;
        begin_point(sh, i)->point.ignore = ignore / 2;
        if (!shrink_accept(sh))
            break;
    }
    return any;
}

static bool
simplify_run(struct shrink *sh)
{
    bool any = false;
    for (uint32_t after; (after = sh->best->subject.stop_after); any = true) {
        shrink_begin(sh)->subject->stop_after = 0;
        if (shrink_accept(sh))
            return true;
        shrink_begin(sh)->subject->stop_after = after - 1;
        if (!shrink_accept(sh))
            break;
    }
    return any;
}

static bool
simplify_costs(struct shrink *sh)
{
    if (!sh->best->subject.has_unit_costs)
        return false;
    shrink_begin(sh)->subject->has_unit_costs = false;
    return shrink_accept(sh);
}

bool
shrink_points(struct shrink *sh)
{
    bool any = drop_points(sh);
    for (uint32_t i = 0; i < sh->best->subject.n_points; i++) {
        any |= simplify_condition(sh, i);
        any |= simplify_counts(sh, i);
    }
    any |= simplify_run(sh);
    return any | simplify_costs(sh);
}
