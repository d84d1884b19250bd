/* What lockstep compares. Each subject has one function, which either stops at the first difference or lists them all: items NULL or not.
 * Invariant: with items, everything is looked at; without, nothing is written. */
#include "config.h"

#include "jit/diff/lockstep_private.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- the list of differences */

void
compare_add(struct lockstep_items *items, enum lockstep_item_kind kind, uint64_t addr, uint64_t left, uint64_t right, const char *name, ...)
{
    if (items->n == LOCKSTEP_MAX_ITEMS) {
        items->n_more++;
        return;
    }
    struct lockstep_item *item = &items->list[items->n++];
    *item = (struct lockstep_item){ .kind = kind, .addr = addr, .left = left, .right = right };
    va_list args;
    va_start(args, name);
    vsnprintf(item->name, sizeof item->name, name, args);
    va_end(args);
}

/* One number. False, and in the list, when it differs. */
static bool
same(struct lockstep_items *items, const char *name, uint64_t left, uint64_t right)
{
    if (left != right && items)
        compare_add(items, LOCKSTEP_STATE, 0, left, right, "%s", name);
    return left == right;
}

/* ---------------------------------------------------------------- numbers, frames, loops */

static bool
same_numbers(const struct machine *a, const struct machine *b, struct lockstep_items *items)
{
    bool is_same = true;
#define STATE(name, member) \
    if (unlikely(a->member != b->member)) \
        is_same = same(items, name, (uint64_t)a->member, (uint64_t)b->member);
#include "jit/diff/lockstep.def"
    return is_same;
}

static bool
same_frame(const struct machine *a, const struct machine *b, uint32_t d, struct lockstep_items *items)
{
    const struct frame *x = &a->frames[d], *y = &b->frames[d];
    bool is_same = x->return_pc == y->return_pc && !memcmp(x->saved, y->saved, sizeof x->saved);
    if (is_same || !items)
        return is_same;
    for (uint32_t i = 0; i < ARRAY_LEN(x->saved); i++)
        if (x->saved[i] != y->saved[i])
            compare_add(items, LOCKSTEP_STATE, 0, x->saved[i], y->saved[i], "frame %" PRIu32 " saved r%" PRIu32, d, REG_6 + i);
    if (x->return_pc != y->return_pc)
        compare_add(items, LOCKSTEP_STATE, 0, x->return_pc, y->return_pc, "frame %" PRIu32 " return", d);
    return false;
}

static bool
same_loop(const struct machine *a, const struct machine *b, uint32_t d, struct lockstep_items *items)
{
    const struct loop *x = &a->loops[d], *y = &b->loops[d];
    if (!x->is_active && !y->is_active)
        return true;
    bool is_same = x->is_active == y->is_active && x->pc == y->pc && x->callback == y->callback && x->n == y->n && x->limit == y->limit &&
                   x->ctx == y->ctx && x->map == y->map;
    if (!is_same && items)
        compare_add(items, LOCKSTEP_THING, 0, 0, 0, "loop of frame %" PRIu32, d);
    return is_same;
}

static bool
same_frames(const struct machine *a, const struct machine *b, struct lockstep_items *items)
{
    bool is_same = true;
    uint32_t depth = a->depth < b->depth ? a->depth : b->depth;
    for (uint32_t d = 0; d <= depth && d < MAX_FRAMES && (is_same || items); d++) {
        is_same &= d == 0 || same_frame(a, b, d, items);
        is_same &= same_loop(a, b, d, items);
    }
    return is_same;
}

/* ---------------------------------------------------------------- lists */

static bool
same_regions(const struct machine *a, const struct machine *b, struct lockstep_items *items)
{
    bool is_same = true;
    for (uint32_t i = 0; i < a->mem.n_regions && i < b->mem.n_regions && (is_same || items); i++) {
        const struct region *x = &a->mem.regions[i], *y = &b->mem.regions[i];
        if (region_equal(x, y))
            continue;
        is_same = false;
        if (items)
            compare_add(items, LOCKSTEP_THING, x->base, 0, 0, "region 0x%" PRIx32 " or 0x%" PRIx32, x->base, y->base);
    }
    return is_same;
}

static bool
same_outputs(const struct machine *a, const struct machine *b, uint32_t first, struct lockstep_items *items)
{
    bool is_same = true;
    for (uint32_t i = first; i < a->n_outputs && i < b->n_outputs && (is_same || items); i++) {
        if (output_equal(&a->outputs[i], &b->outputs[i]))
            continue;
        is_same = false;
        if (items)
            compare_add(items, LOCKSTEP_THING, 0, 0, 0, "record %" PRIu32, i);
    }
    return is_same;
}

bool
compare_state(const struct machine *left, const struct machine *right, struct seen *seen)
{
    if (!same_numbers(left, right, NULL) || !same_frames(left, right, NULL))
        return false;
    if (seen->generations[0] != left->mem.generation || seen->generations[1] != right->mem.generation) {
        if (!same_regions(left, right, NULL))
            return false;
        seen->generations[0] = left->mem.generation;
        seen->generations[1] = right->mem.generation;
    }
    if (seen->n_outputs != left->n_outputs) {
        if (!same_outputs(left, right, seen->n_outputs < left->n_outputs ? seen->n_outputs : 0, NULL))
            return false;
        seen->n_outputs = left->n_outputs;
    }
    return memcmp(left->env.comm, right->env.comm, sizeof left->env.comm) == 0;
}

/* ---------------------------------------------------------------- stops */

static bool
same_stop(const struct stop *a, const struct stop *b, struct lockstep_items *items)
{
    const struct {
        const char *name;
        uint64_t left, right;
    } rows[] = {
        { "stop", a->reasons, b->reasons },
        { "stop pc", a->pc, b->pc },
        { "fault", a->fault.kind, b->fault.kind },
        { "fault access", a->fault.access, b->fault.access },
        { "fault address", a->fault.addr, b->fault.addr },
        { "fault bytes", a->fault.len, b->fault.len },
        { "fault argument", a->fault.arg, b->fault.arg },
    };
    bool is_same = true, has_fault = a->reasons & b->reasons & STOP_FAULT;
    for (size_t i = 0; i < (has_fault ? ARRAY_LEN(rows) : 2); i++) {
        if (rows[i].left == rows[i].right)
            continue;
        is_same = false;
        if (items)
            compare_add(items, LOCKSTEP_STOP, 0, rows[i].left, rows[i].right, "%s", rows[i].name);
    }
    return is_same;
}

bool
compare_stop(const struct stop *left, const struct stop *right)
{
    return same_stop(left, right, NULL);
}

/* ---------------------------------------------------------------- memory */

bool
compare_written(const struct machine *left, const struct machine *right, const struct written *written)
{
    for (uint32_t i = 0; i < written->n; i++)
        if (memcmp(memory_host(&left->mem, written->list[i].addr), memory_host(&right->mem, written->list[i].addr), written->list[i].n))
            return false;
    return true;
}

static void
add_page(const struct machine *a, const struct machine *b, uint32_t page, struct lockstep_items *items)
{
    const uint8_t *x = memory_host(&a->mem, page), *y = memory_host(&b->mem, page);
    for (uint32_t i = 0; i < GUEST_PAGE_BYTES; i++)
        if (x[i] != y[i])
            compare_add(items, LOCKSTEP_MEMORY, page + i, x[i], y[i], "%s", "");
}

static bool
same_memory(const struct machine *a, const struct machine *b, struct pages *pages, struct lockstep_items *items)
{
    bool is_same = true;
    pages_note(pages, &a->mem);
    pages_note(pages, &b->mem);
    for (uint32_t i = 0; pages_differ(pages, &a->mem, &b->mem, &i); i++) {
        is_same = false;
        if (!items)
            break;
        add_page(a, b, pages->list[i], items);
    }
    return is_same;
}

bool
compare_memory(const struct machine *left, const struct machine *right, struct pages *pages)
{
    return same_memory(left, right, pages, NULL);
}

bool
compare_all(const struct machine *left, const struct machine *right, const struct stop stop[2], struct pages *pages,
            struct lockstep_items *items)
{
    *items = (struct lockstep_items){ .n = 0 };
    /* A stop's pc is the machine's: when it is, it need not be said twice. */
    bool has_own_pc = stop[LEFT].pc != left->pc || stop[RIGHT].pc != right->pc;
    struct stop stops[2] = { stop[LEFT], stop[RIGHT] };
    if (!has_own_pc)
        stops[LEFT].pc = stops[RIGHT].pc = 0;
    bool is_same = same_stop(&stops[LEFT], &stops[RIGHT], items);
    is_same &= same_numbers(left, right, items);
    is_same &= same_frames(left, right, items);
    is_same &= same_regions(left, right, items);
    is_same &= same_outputs(left, right, 0, items);
    if (memcmp(left->env.comm, right->env.comm, sizeof left->env.comm)) {
        compare_add(items, LOCKSTEP_THING, 0, 0, 0, "comm");
        is_same = false;
    }
    is_same &= same_memory(left, right, pages, items);
    return is_same;
}
