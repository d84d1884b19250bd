/* Views of native code: finding pieces, and listing them. See native.h. Who makes the pieces and knows the machine is in jit/. */
#include "config.h"

#include "sim/native.h"

#include "sim/base/base.h"

#include <stdlib.h>

const struct native_row native_rows[N_NATIVE_KINDS] = {
#define NATIVE(id, place, text, says) { text, says, NATIVE_##place },
#include "sim/native.def"
};

void
native_view_free(struct native_view *view)
{
    free(view->pieces);
    free(view->by_slot);
    *view = (struct native_view){ 0 };
}

static int
compare_places(const void *a, const void *b, void *arg)
{
    const struct native_view *view = arg;
    const struct native_piece *x = &view->pieces[*(const uint32_t *)a], *y = &view->pieces[*(const uint32_t *)b];
    if (x->pc != y->pc)
        return x->pc < y->pc ? -1 : 1;
    return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1; /* cold code stands behind all hot code */
}

void
native_view_index(struct native_view *view)
{
    view->by_slot = xmalloc((view->n_pieces + 1) * sizeof *view->by_slot);
    view->n_by_slot = 0;
    for (uint32_t i = 0; i < view->n_pieces; i++)
        if (view->pieces[i].is_current && view->pieces[i].pc != NATIVE_NO_PC)
            view->by_slot[view->n_by_slot++] = i;
    qsort_r(view->by_slot, view->n_by_slot, sizeof *view->by_slot, compare_places, view);
}

const struct native_piece *
native_piece_at(const struct native_view *view, uint32_t offset)
{
    uint32_t lo = 0, hi = view->n_pieces;
    while (lo < hi) { /* the first piece that ends behind it; empty ones never do when it is their start */
        uint32_t mid = (lo + hi) / 2;
        if (view->pieces[mid].offset + view->pieces[mid].n_bytes <= offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < view->n_pieces && view->pieces[lo].offset <= offset ? &view->pieces[lo] : NULL;
}

/* Index in by_slot of the first piece of a slot at or after pc. */
static uint32_t
first_of(const struct native_view *view, uint32_t pc)
{
    uint32_t lo = 0, hi = view->n_by_slot;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (view->pieces[view->by_slot[mid]].pc < pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct native_piece *
native_piece_of(const struct native_view *view, uint32_t pc)
{
    for (uint32_t i = first_of(view, pc + 1); i-- > 0;) {
        const struct native_piece *piece = &view->pieces[view->by_slot[i]];
        if (piece->kind == NATIVE_INSN)
            return pc < piece->pc + piece->n_slots ? piece : NULL;
    }
    return NULL;
}

enum err
native_list(const struct native_ops *ops, struct code *code, const struct native_view *view, uint32_t pc, const struct native_style *style,
            struct buf *out, struct errinfo *e)
{
    const struct native_piece *own = native_piece_of(view, pc);
    if (own && own->pc != pc)
        buf_printf(out, "%s; done together with %u\n", style->lead, own->pc);
    uint32_t first = first_of(view, pc);
    enum err err = OK;
    for (uint32_t i = first; !err && i < view->n_by_slot && view->pieces[view->by_slot[i]].pc == pc; i++) {
        const struct native_piece *piece = &view->pieces[view->by_slot[i]];
        struct buf what = BUF_EMPTY;
        ops->describe(code, piece, &what);
        if (what.len)
            buf_printf(out, "%s; %s\n", style->lead, what.text);
        buf_free(&what);
        err = ops->disassemble(code, view, piece, style, out, e);
    }
    if (!err && !own && (first == view->n_by_slot || view->pieces[view->by_slot[first]].pc != pc))
        buf_printf(out, "%s; executed by the interpreter: a breakpoint stands before it\n", style->lead);
    return err;
}
