/* The compiler's marks as pieces, and their meaning in words. See native.h. */
#include "config.h"

#include "jit/native.h"

#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- pieces */

/* Index of the block that a slot is in. */
static uint32_t
block_of(const struct compiled *c, uint32_t pc)
{
    uint32_t lo = 0, hi = c->blocks.n; /* the last one that begins at or before it */
    while (hi - lo > 1) {
        uint32_t mid = (lo + hi) / 2;
        if (c->blocks.list[mid].pc <= pc)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* A block that has been compiled again is led away from its first code. */
static bool
is_led_away(const struct compiled *c, uint32_t block)
{
    return c->native[c->blocks.list[block].pc] != c->original[block].at;
}

static bool
is_current(const struct compiled *c, const struct mark *mark)
{
    if (mark->pc == NO_MARK_PC)
        return mark->at < c->first_used;
    uint32_t block = block_of(c, mark->pc);
    if (!is_led_away(c, block))
        return mark->at < c->first_used;
    return mark->at >= c->native[c->blocks.list[block].pc] && mark->at < c->original[block].newer_end;
}

/* Marks of the first code, then those of blocks that were compiled again. */
struct marks {
    const struct compiled *c;
    const struct native *native;
};

static const struct mark *
mark_at(const struct marks *marks, uint32_t i)
{
    return i < marks->native->n_marks ? &marks->native->marks[i] : &marks->c->marks[i - marks->native->n_marks];
}

static void
add_piece(struct native_view *view, const struct native_piece *piece)
{
    if (piece->n_bytes || piece->kind == NATIVE_INSN)
        view->pieces[view->n_pieces++] = *piece;
}

/* The jump over the beginning of a block's first code to its newer code. Returns where it ends, 0 when there is none. */
static uint32_t
add_link(const struct compiled *c, const struct mark *mark, uint32_t linked, struct native_view *view)
{
    uint32_t block = mark->pc == NO_MARK_PC ? NO_BLOCK : c->blocks.of_slot[mark->pc];
    if (block == NO_BLOCK || mark->at != c->original[block].at || mark->at < linked || !is_led_away(c, block))
        return 0;
    const struct native_piece link = {
        .offset = mark->at, .n_bytes = sizeof c->original[block].head, .pc = mark->pc, .n_slots = 1, .kind = NATIVE_LINK, .is_current = true
    };
    add_piece(view, &link);
    return link.offset + link.n_bytes;
}

static void
find_pieces(const struct marks *marks, struct native_view *out)
{
    const struct compiled *c = marks->c;
    uint32_t n = marks->native->n_marks + c->n_marks, linked = 0; /* code before `linked` was written over */
    out->pieces = xmalloc((n + c->blocks.n) * sizeof *out->pieces);
    for (uint32_t i = 0; i < n; i++) {
        const struct mark *mark = mark_at(marks, i);
        uint32_t link = add_link(c, mark, linked, out), end = i + 1 < n ? mark_at(marks, i + 1)->at : c->used;
        linked = link ? link : linked;
        uint32_t start = mark->at < linked ? linked : mark->at;
        const struct native_piece piece = {
            .offset = start,
            .n_bytes = end > start ? end - start : 0,
            .pc = mark->pc == NO_MARK_PC ? NATIVE_NO_PC : mark->pc,
            .n_slots = mark->n_slots,
            .kind = mark->kind,
            .is_current = is_current(c, mark),
        };
        add_piece(out, &piece);
    }
}

bool
native_view_of(const struct compiled *c, struct native *native, struct native_view *out)
{
    if (!native->marks) {
        struct compiled again = { .program = c->program, .costs = c->costs, .grouping = c->grouping, .counts = c->counts,
                                  .wants_marks = true };
        if (!compile_program(&again))
            return false;
        assert(again.used == c->first_used && "compiling again gives the same code");
        native->marks = again.marks;
        native->n_marks = again.n_marks;
        again.marks = NULL;
        compiled_free(&again);
    }
    *out = (struct native_view){ .code = c->mem.code, .n_bytes = c->used };
    find_pieces(&(struct marks){ c, native }, out);
    native_view_index(out);
    return true;
}

void
native_free(struct native *native)
{
    free(native->marks);
    native_text_free(native->text);
    *native = (struct native){ 0 };
}

/* ---------------------------------------------------------------- words */

/* "r2+4", "r2", "r2-8" */
static void
put_bound(uint8_t reg, int64_t off, struct buf *out)
{
    buf_printf(out, "r%u", reg);
    if (off)
        buf_printf(out, "%+lld", (long long)off);
}

/* An access that is checked alone, since bytes nearby are watched. */
static bool
is_alone(const struct compiled *c, const struct native_piece *piece)
{
    return piece->offset >= c->first_used && c->looks.at[piece->pc] & LOOK_ALONE;
}

static void
describe_check(const struct compiled *c, const struct native_piece *piece, struct buf *out)
{
    uint32_t index = is_alone(c, piece) ? c->looks.alone[piece->pc] : c->blocks.check_of[piece->pc];
    if (index == NO_CHECK) { /* of code that is led away */
        buf_puts(out, "check of bounds");
        return;
    }
    const struct check *check = &c->blocks.checks[index];
    static const char *const verbs[] = { [MEM_READ] = "read", [MEM_WRITE] = "written", [MEM_READ | MEM_WRITE] = "read and written" };
    buf_printf(out, "check of %u", check->pc);
    if (check->last_pc != check->pc)
        buf_printf(out, "..%u", check->last_pc);
    buf_printf(out, ": %u byte%s %s at ", check->span, check->span == 1 ? "" : "s", verbs[check->access]);
    put_bound(check->base, check->start, out);
}

static void
describe_insn(const struct compiled *c, const struct native_piece *piece, struct buf *out)
{
    uint32_t pc = piece->pc;
    const struct insn *insn = &c->program->insns[pc];
    if (piece->n_slots > 1)
        buf_printf(out, "with %u", pc + 1);
    if (piece->n_slots > 2)
        buf_printf(out, "..%u", pc + piece->n_slots - 1);
    if (insn_is_foreign(insn))
        buf_puts(out, "left to the interpreter");
    else if (is_alone(c, piece))
        buf_puts(out, "checked alone: bytes near it are watched");
    else if (c->blocks.site[pc] == SITE_COVERED)
        buf_printf(out, "checked before %u", c->blocks.checks[c->blocks.check_of[pc]].pc);
    else if (c->blocks.site[pc] == SITE_STATIC)
        buf_puts(out, "in the frame: checked by the compiler");
    if (!piece->n_bytes)
        buf_printf(out, "%sno code needed", out->len ? "; " : "");
}

static void
describe_count(const struct compiled *c, uint32_t pc, struct buf *out)
{
    const struct block *block = &c->blocks.list[c->blocks.of_slot[pc]];
    uint32_t last = block->end - 1;
    last -= c->program->insns[last].op == OP_lddw_tail && last > pc;
    buf_printf(out, "block %u", pc);
    if (last != pc)
        buf_printf(out, "..%u", last);
    buf_printf(out, ": count %u ahead", block->ahead_insns);
    if (block->is_polled)
        buf_puts(out, ", leave when the budget is used up");
}

void
native_describe(const struct compiled *c, const struct native_piece *piece, struct buf *out)
{
    switch (piece->kind) {
    case NATIVE_INSN:
        describe_insn(c, piece, out);
        break;
    case NATIVE_COUNT:
        describe_count(c, piece->pc, out);
        break;
    case NATIVE_CHECK:
        describe_check(c, piece, out);
        break;
    case NATIVE_ALIGNMENT:
        buf_printf(out, "must be aligned to %u bytes", insn_row(&c->program->insns[piece->pc])->width_bits / 8);
        break;
    default:
        buf_puts(out, native_rows[piece->kind].says);
        break;
    }
}
