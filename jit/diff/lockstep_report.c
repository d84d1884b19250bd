/* A difference in words. See lockstep.h. */
#include "config.h"

#include "jit/diff/lockstep_private.h"
#include "sim/base/base.h"
#include "sim/machine/listing.h"
#include "sim/machine/map.h"

#include <inttypes.h>
#include <string.h>

/* Columns of the table: mark and name, then what it was before, on the left and on the right. */
enum { NAME_COLUMNS = 18, VALUE_COLUMNS = 20 };
enum { COLUMN_BEFORE, COLUMN_LEFT, COLUMN_RIGHT };

enum { SHOWN_INSNS = 64, ROW_BYTES = 6 };

/* What the report is about. */
struct report {
    const struct lockstep *ls;
    const struct lockstep_difference *d;
    const struct machine *before, *left, *right; /* NULL: not known */
    struct buf *out;
};

static void
put_mark(const struct report *r, bool differs, const char *name)
{
    buf_printf(r->out, "%c %s", differs ? '*' : ' ', name);
}

static void
put_column(const struct report *r, uint32_t column)
{
    buf_putc(r->out, ' ');
    buf_pad(r->out, NAME_COLUMNS + (size_t)column * VALUE_COLUMNS);
}

/* ---------------------------------------------------------------- where */

/* Instructions of the piece, from its pc on: blocks are straight, and one that faults has tried one more than it counts. */
static uint64_t
n_insns(const struct report *r)
{
    switch (r->d->granularity) {
    case LOCKSTEP_INSN: return 1;
    case LOCKSTEP_BLOCK: return r->d->n_insns + (r->d->stop[LEFT].reasons & STOP_FAULT ? 1 : 0);
    default: return 0;
    }
}

static uint64_t
n_shown(const struct report *r)
{
    return n_insns(r) < SHOWN_INSNS ? n_insns(r) : SHOWN_INSNS;
}

static void
put_code(const struct report *r)
{
    const struct program *p = r->ls->program;
    uint32_t pc = r->d->pc;
    for (uint64_t i = n_shown(r); i-- > 0 && pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        buf_printf(r->out, "  %4" PRIu32 ": ", pc);
        listing_insn(p, pc, SYNTAX_KERNEL, r->out);
        buf_putc(r->out, '\n');
    }
    if (n_insns(r) > n_shown(r))
        buf_printf(r->out, "  ... and %" PRIu64 " more\n", n_insns(r) - n_shown(r));
}

static void
put_place(const struct report *r)
{
    const struct lockstep_difference *d = r->d;
    struct buf *out = r->out;
    buf_printf(out, "%s and %s differ", r->ls->engines->left->name, r->ls->engines->right[d->granularity]->name);
    switch (d->granularity) {
    case LOCKSTEP_INSN: buf_printf(out, " in instruction %" PRIu64 " of the run, ", d->n_before + 1); break;
    case LOCKSTEP_BLOCK:
        buf_printf(out, " in the block of %" PRIu64 " instruction%s after the first %" PRIu64 " of the run, ", d->n_insns,
                   d->n_insns == 1 ? "" : "s", d->n_before);
        break;
    default: buf_printf(out, " over %" PRIu64 " instructions, from ", d->n_insns); break;
    }
    listing_place(r->ls->program, d->pc, out);
    buf_putc(out, '\n');
    put_code(r);
}

/* How it was found, where that says more than the place does. */
static void
put_history(const struct report *r)
{
    static const char *const names[] = { "instruction", "block", "run" };
    const struct lockstep_difference *d = r->d;
    if (d->found_by != d->granularity)
        buf_printf(r->out, "found by the %s at insn %" PRIu32 ", narrowed down from there\n", names[d->found_by], d->found_pc);
    else if (d->granularity != LOCKSTEP_INSN && d->is_reproduced)
        buf_printf(r->out, "in smaller pieces they agree: it is what the %s's code does as a whole\n", names[d->granularity]);
    if (!d->is_reproduced && !r->ls->options.is_quick)
        buf_puts(r->out, "run once more they agreed: one of the engines does not always do the same\n");
}

/* ---------------------------------------------------------------- both states */

static void
put_heading(const struct report *r)
{
    put_mark(r, false, "");
    if (r->before) {
        put_column(r, COLUMN_BEFORE);
        buf_puts(r->out, "before");
    }
    put_column(r, COLUMN_LEFT);
    buf_puts(r->out, r->ls->engines->left->name);
    put_column(r, COLUMN_RIGHT);
    buf_puts(r->out, r->ls->engines->right[r->d->granularity]->name);
    buf_putc(r->out, '\n');
}

static void
put_value(const struct report *r, uint32_t column, bool is_hex, uint64_t value)
{
    put_column(r, column);
    buf_printf(r->out, is_hex ? "0x%" PRIx64 : "%" PRIu64, value);
}

/* A number of the machine: always when it is a register or a count, else when it differs. */
static void
put_state(const struct report *r, const char *name, uint64_t before, uint64_t left, uint64_t right)
{
    static const char *const always[] = { "pc", "insns", "cycles", "depth" };
    bool is_shown = name[0] == 'r' && name[1] >= '0' && name[1] <= '9', is_count = false, differs = left != right;
    for (uint32_t i = 0; i < ARRAY_LEN(always); i++)
        is_count |= !strcmp(name, always[i]);
    if (!is_shown && !is_count && !differs)
        return;
    put_mark(r, differs, name);
    if (r->before)
        put_value(r, COLUMN_BEFORE, !is_count, before);
    put_value(r, COLUMN_LEFT, !is_count, left);
    put_value(r, COLUMN_RIGHT, !is_count, right);
    buf_putc(r->out, '\n');
}

static void
put_states(const struct report *r)
{
    const struct machine *before = r->before ? r->before : r->left;
#define STATE(name, member) put_state(r, name, (uint64_t)before->member, (uint64_t)r->left->member, (uint64_t)r->right->member);
#include "jit/diff/lockstep.def"
}

/* What the rows of the table don't have: saved registers of frames, regions, records. */
static void
put_things(const struct report *r)
{
    for (uint32_t i = 0; i < r->d->items.n; i++) {
        const struct lockstep_item *item = &r->d->items.list[i];
        bool is_in_table = !r->left || strncmp(item->name, "frame ", 6);
        if (item->kind == LOCKSTEP_MEMORY || item->kind == LOCKSTEP_STOP || (item->kind == LOCKSTEP_STATE && r->left && is_in_table))
            continue;
        put_mark(r, true, item->name);
        if (item->kind == LOCKSTEP_STATE) {
            put_value(r, COLUMN_LEFT, true, item->left);
            put_value(r, COLUMN_RIGHT, true, item->right);
        }
        buf_putc(r->out, '\n');
    }
}

/* ---------------------------------------------------------------- memory */

static void
put_bytes(const struct report *r, uint32_t column, const struct lockstep_item *items, uint32_t n)
{
    put_column(r, column);
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *before = r->before ? memory_host(&r->before->mem, items[i].addr) : NULL;
        uint64_t byte = column == COLUMN_BEFORE ? *before : column == COLUMN_LEFT ? items[i].left : items[i].right;
        buf_printf(r->out, "%s%02" PRIx64, i ? " " : "", byte);
    }
}

/* What the guest may touch by name; what maps keep for themselves, too. */
static void
put_address(const struct report *r, uint64_t addr)
{
    for (uint32_t i = 0; r->left && i < r->ls->program->n_maps; i++) {
        const struct map *map = &r->left->maps[i];
        if (addr < map->state || addr >= map->state + (uint64_t)map->state_bytes)
            continue;
        buf_printf(r->out, "%s's books+%" PRIu64, map->def->name, addr - map->state);
        return;
    }
    if (r->left)
        machine_describe_addr(r->left, addr, r->out);
    else
        buf_printf(r->out, "0x%" PRIx64, addr);
}

/* Neighbouring bytes in one line. */
static void
put_memory(const struct report *r)
{
    const struct lockstep_items *items = &r->d->items;
    for (uint32_t i = 0, n; i < items->n; i += n) {
        const struct lockstep_item *first = &items->list[i];
        n = 1;
        if (first->kind != LOCKSTEP_MEMORY)
            continue;
        while (i + n < items->n && n < ROW_BYTES && first[n].kind == LOCKSTEP_MEMORY && first[n].addr == first->addr + n)
            n++;
        put_mark(r, true, "");
        put_address(r, first->addr);
        if (r->before)
            put_bytes(r, COLUMN_BEFORE, first, n);
        put_bytes(r, COLUMN_LEFT, first, n);
        put_bytes(r, COLUMN_RIGHT, first, n);
        buf_putc(r->out, '\n');
    }
    if (items->n_more)
        buf_printf(r->out, "* and %" PRIu64 " more that differ\n", items->n_more);
}

/* ---------------------------------------------------------------- stops */

static void
put_stop(const struct report *r, const struct engine *engine, const struct machine *m, const struct stop *stop)
{
    static const char *const names[] = { "exit", "fault", "trap", "budget", "interrupt", "difference" };
    buf_printf(r->out, "%s:", engine->name);
    for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
        if (stop->reasons & 1u << i)
            buf_printf(r->out, " %s", names[i]);
    if (!stop->reasons)
        buf_puts(r->out, " goes on");
    buf_printf(r->out, " at insn %" PRIu32, stop->pc);
    if (stop->reasons & STOP_FAULT && m) {
        buf_puts(r->out, ": ");
        fault_text(m, &stop->fault, r->out);
    }
    buf_putc(r->out, '\n');
}

/* Both stops, when they differ or there is one. */
static void
put_stops(const struct report *r)
{
    const struct lockstep_difference *d = r->d;
    bool differs = false;
    for (uint32_t i = 0; i < d->items.n; i++)
        differs |= d->items.list[i].kind == LOCKSTEP_STOP;
    if (!differs && !d->stop[LEFT].reasons)
        return;
    put_mark(r, differs, "");
    put_stop(r, r->ls->engines->left, r->left, &d->stop[LEFT]);
    put_mark(r, differs, "");
    put_stop(r, r->ls->engines->right[d->granularity], r->right, &d->stop[RIGHT]);
    for (uint32_t i = 0; i < d->items.n; i++) {
        const struct lockstep_item *item = &d->items.list[i];
        if (item->kind != LOCKSTEP_STOP)
            continue;
        put_mark(r, true, item->name);
        put_value(r, COLUMN_LEFT, true, item->left);
        put_value(r, COLUMN_RIGHT, true, item->right);
        buf_putc(r->out, '\n');
    }
}

/* ---------------------------------------------------------------- native code */

/* What the right engine made of the instructions of the piece. */
static void
put_native(const struct report *r)
{
    const struct engine *right = r->ls->engines->right[r->d->granularity];
    struct code *code = r->ls->right[r->d->granularity];
    const struct native_style style = { .with_bytes = true, .lead = "    " };
    const struct program *p = r->ls->program;
    struct native_view view;
    struct errinfo e;
    if (!right->native || !n_insns(r) || !right->native->view(code, &view, &e))
        return;
    uint32_t pc = r->d->pc, last = NATIVE_NO_PC;
    buf_printf(r->out, "native code of %s:\n", right->name);
    for (uint64_t i = n_shown(r); i-- > 0 && pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const struct native_piece *piece = native_piece_of(&view, pc);
        if (!piece)
            buf_printf(r->out, "    %" PRIu32 " is executed by the interpreter\n", pc);
        else if (piece->pc != last && native_list(right->native, code, &view, piece->pc, &style, r->out, &e) != OK)
            break;
        last = piece ? piece->pc : NATIVE_NO_PC;
    }
    native_view_free(&view);
}

void
lockstep_report(const struct lockstep *ls, struct buf *out)
{
    const struct lockstep_difference *d = lockstep_difference(ls);
    if (!d)
        return;
    struct report r = { .ls = ls, .d = d, .before = d->before, .left = d->after[LEFT], .right = d->after[RIGHT], .out = out };
    put_place(&r);
    put_history(&r);
    put_heading(&r);
    if (r.left)
        put_states(&r);
    put_things(&r);
    put_memory(&r);
    put_stops(&r);
    put_native(&r);
}
