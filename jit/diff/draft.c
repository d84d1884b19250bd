/* Subjects taken apart and put together. See draft.h. */
#include "config.h"

#include "jit/diff/draft.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

bool
draft_has_target(const struct insn *insn)
{
    return insn->op == OP_ld_func || (insn_is_branch(insn) && insn_kind(insn) != KIND_EXIT && insn_kind(insn) != KIND_CALLX);
}

/* The slot that an instruction at pc means. */
static int64_t
meant_slot(const struct insn *insn, uint32_t pc)
{
    return insn->op == OP_ld_func ? (int64_t)pc + 1 + insn->imm : insn_target(insn, pc);
}

/* The index of the instruction that begins at a slot, n for the end; DRAFT_NOWHERE when none does. */
static int32_t
index_at(const uint32_t *slots, uint32_t n, int64_t slot)
{
    for (uint32_t i = 0; i <= n; i++)
        if (slots[i] == slot)
            return (int32_t)i;
    return DRAFT_NOWHERE;
}

static uint32_t
index_or_end(const uint32_t *slots, uint32_t n, int64_t slot)
{
    int32_t index = index_at(slots, n, slot);
    return index == DRAFT_NOWHERE ? n : (uint32_t)index;
}

struct draft
draft_open(struct subject *s)
{
    struct draft d = { .subject = s, .insns = xcalloc(s->n_slots, sizeof *d.insns) };
    uint32_t *slots = xmalloc(((size_t)s->n_slots + 1) * sizeof *slots);
    for (uint32_t pc = 0; pc < s->n_slots; d.n++) {
        struct draft_insn *at = &d.insns[d.n];
        at->is_raw = insn_decode(s->code, s->n_slots, pc, &at->insn, NULL) != OK;
        memcpy(at->raw, s->code + (size_t)pc * SLOT_BYTES, SLOT_BYTES);
        slots[d.n] = pc;
        pc += at->is_raw ? 1 : insn_slots(&at->insn);
    }
    slots[d.n] = s->n_slots;
    for (uint32_t i = 0; i < d.n; i++) {
        struct draft_insn *at = &d.insns[i];
        bool has_target = !at->is_raw && draft_has_target(&at->insn);
        at->target = has_target ? index_at(slots, d.n, meant_slot(&at->insn, slots[i])) : DRAFT_NOWHERE;
    }
    for (uint32_t i = 0; i < s->n_targets; i++)
        d.targets[i] = index_or_end(slots, d.n, s->targets[i]);
    for (uint32_t i = 0; i < s->n_points; i++)
        d.points[i] = index_or_end(slots, d.n, s->points[i].point.pc);
    free(slots);
    return d;
}

void
draft_close(struct draft *d)
{
    free(d->insns);
    d->insns = NULL;
}

void
draft_copy(struct draft *to, const struct draft *from)
{
    if (to->subject && to->subject != from->subject)
        subject_copy(to->subject, from->subject);
    to->insns = xrealloc(to->insns, from->n * sizeof *to->insns);
    memcpy(to->insns, from->insns, from->n * sizeof *to->insns);
    memcpy(to->targets, from->targets, sizeof to->targets);
    memcpy(to->points, from->points, sizeof to->points);
    to->n = from->n;
}

/* The index that every one will have when what is gone is forgotten; [n] is how many are left. */
static uint32_t *
new_indices(const struct draft *d)
{
    uint32_t *indices = xmalloc(((size_t)d->n + 1) * sizeof *indices), next = 0;
    for (uint32_t i = 0; i <= d->n; i++) {
        indices[i] = next;
        next += i < d->n && !d->insns[i].is_gone;
    }
    return indices;
}

static void
forget_gone(struct draft *d)
{
    uint32_t *indices = new_indices(d);
    for (uint32_t i = 0; i < d->n; i++) {
        struct draft_insn *at = &d->insns[i];
        if (at->target != DRAFT_NOWHERE)
            at->target = (int32_t)indices[at->target];
        if (!at->is_gone)
            d->insns[indices[i]] = *at;
    }
    for (uint32_t i = 0; i < d->subject->n_targets; i++)
        d->targets[i] = indices[d->targets[i]];
    for (uint32_t i = 0; i < d->subject->n_points; i++)
        d->points[i] = indices[d->points[i]];
    d->n = indices[d->n];
    free(indices);
}

/* Notes that control gets to an instruction, or the next one that is not gone. */
static void
reach(const struct draft *d, uint32_t at, bool *is_reached, uint32_t *stack, uint32_t *n)
{
    while (at < d->n && d->insns[at].is_gone)
        at++;
    if (at < d->n && !is_reached[at])
        stack[(*n)++] = at;
    if (at < d->n)
        is_reached[at] = true;
}

void
draft_drop_unreachable(struct draft *d)
{
    bool *is_reached = xcalloc(d->n, sizeof *is_reached);
    uint32_t *stack = xmalloc(d->n * sizeof *stack), n = 0;
    reach(d, 0, is_reached, stack, &n);
    for (uint32_t i = 0; i < d->subject->n_targets; i++)
        reach(d, d->targets[i], is_reached, stack, &n);
    while (n) {
        uint32_t i = stack[--n];
        enum insn_kind kind = insn_kind(&d->insns[i].insn);
        if (d->insns[i].target != DRAFT_NOWHERE)
            reach(d, (uint32_t)d->insns[i].target, is_reached, stack, &n);
        if (kind != KIND_JA && kind != KIND_EXIT)
            reach(d, i + 1, is_reached, stack, &n);
    }
    for (uint32_t i = 0; i < d->n; i++)
        d->insns[i].is_gone |= !is_reached[i];
    free(is_reached);
    free(stack);
}

void
draft_drop_point(struct draft *d, uint32_t point)
{
    struct subject *s = d->subject;
    s->n_points--;
    memmove(&s->points[point], &s->points[point + 1], (s->n_points - point) * sizeof *s->points);
    memmove(&d->points[point], &d->points[point + 1], (s->n_points - point) * sizeof *d->points);
}

/* Puts the distance into the field that holds it. False when it does not fit. */
static bool
set_distance(struct insn *insn, int64_t distance)
{
    if (insn->op == OP_ld_func || insn->op == OP_gotol || insn_kind(insn) == KIND_CALLL) {
        insn->imm = distance;
        return true;
    }
    insn->off = (int16_t)distance;
    return insn->off == distance;
}

static uint32_t
write_insn(const struct draft_insn *at, const struct insn *insn, uint8_t *code)
{
    if (!at->is_raw)
        return insn_encode(insn, code);
    memcpy(code, at->raw, SLOT_BYTES);
    return 1;
}

/* Tail-called programs must begin at slots behind the main program's start, ascending, and each in its own; drops those that don't. */
static void
write_targets(struct draft *d, const uint32_t *slots)
{
    struct subject *s = d->subject;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->n_targets; i++) {
        uint32_t slot = slots[d->targets[i]], after = kept ? s->targets[kept - 1] : 0;
        if (slot <= after || d->targets[i] == d->n)
            continue;
        d->targets[kept] = d->targets[i];
        s->targets[kept++] = slot;
    }
    s->n_targets = kept;
}

bool
draft_write(struct draft *d)
{
    forget_gone(d);
    uint32_t *slots = xmalloc(((size_t)d->n + 1) * sizeof *slots), n_slots = 0;
    bool fits = d->n > 0;
    for (uint32_t i = 0; i < d->n; i++) {
        slots[i] = n_slots;
        n_slots += d->insns[i].is_raw ? 1 : insn_slots(&d->insns[i].insn);
    }
    slots[d->n] = n_slots;
    fits &= n_slots <= SUBJECT_MAX_SLOTS;
    for (uint32_t i = 0; fits && i < d->n; i++) {
        struct draft_insn *at = &d->insns[i];
        if (at->target != DRAFT_NOWHERE)
            fits = set_distance(&at->insn, (int64_t)slots[at->target] - slots[i] - 1);
        if (fits)
            write_insn(at, &at->insn, d->subject->code + (size_t)slots[i] * SLOT_BYTES);
    }
    d->subject->n_slots = fits ? n_slots : d->subject->n_slots;
    if (fits)
        write_targets(d, slots);
    for (uint32_t i = 0; fits && i < d->subject->n_points; i++)
        d->subject->points[i].point.pc = slots[d->points[i]];
    if (fits)
        subject_measure(d->subject);
    free(slots);
    return fits;
}
