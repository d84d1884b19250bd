/* Native code: where it comes from, and `info native`. See native.h. */
#include "config.h"

#include "debugger/native.h"

#include "debugger/call.h"
#include "debugger/format.h"
#include "debugger/hits.h"
#include "debugger/source.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct engine *
first_with_native(const struct session *s)
{
    const struct engine *const *engine = s->config.engines;
    while (*engine && !(*engine)->native)
        engine++;
    return *engine;
}

enum err
native_open(struct session *s, struct native_source *out, struct errinfo *e)
{
    *out = (struct native_source){ .code = s->code };
    if (!s->engine->native) {
        out->opened = first_with_native(s);
        if (!out->opened)
            return err_set(e, ERR_NO_NATIVE, s->engine->name, 0, 0, 0);
        out->code = out->opened->open(s->program, s->costs, e);
        if (!out->code)
            return e->code;
    }
    if (!out->opened)
        hits_arm(s); /* breakpoints are code, too */
    out->ops = (out->opened ? out->opened : s->engine)->native;
    if (out->ops->view(out->code, &out->view, e))
        return OK;
    native_close(out);
    return e->code;
}

void
native_close(struct native_source *source)
{
    native_view_free(&source->view);
    if (source->opened)
        source->opened->close(source->code);
}

struct native_style
native_style(const struct session *s)
{
    return (struct native_style){ .is_att = s->settings.native_syntax == 1, .lead = "\t" };
}

/* ---------------------------------------------------------------- info native */

/* What there is of each kind. */
static void
put_summary(const struct session *s, const struct native_source *source, struct buf *out)
{
    const struct native_view *view = &source->view;
    uint64_t bytes[N_NATIVE_KINDS] = { 0 };
    uint32_t n[N_NATIVE_KINDS] = { 0 }, n_old = 0;
    for (uint32_t i = 0; i < view->n_pieces; i++) {
        const struct native_piece *piece = &view->pieces[i];
        n_old += piece->is_current ? 0 : piece->n_bytes;
        n[piece->kind] += piece->is_current;
        bytes[piece->kind] += piece->is_current ? piece->n_bytes : 0;
    }
    buf_printf(out, "%u bytes of native code for %u instruction slots", view->n_bytes, s->program->n_slots);
    if (source->opened)
        buf_printf(out, ", as engine %s makes it; engine %s makes none.\n", source->opened->name, s->engine->name);
    else
        buf_printf(out, ", from %p on.\n", (const void *)view->code);
    buf_puts(out, "   Bytes  Pieces  What\n");
    for (int kind = 0; kind < N_NATIVE_KINDS; kind++)
        if (n[kind])
            buf_printf(out, "%8" PRIu64 " %7u  %s\n", bytes[kind], n[kind], native_rows[kind].text);
    if (n_old)
        buf_printf(out, "%8u          no longer in use: blocks that were compiled again\n", n_old);
}

/* An address in the code, or an offset from its start. */
static enum err
read_offset(struct call *c, const struct native_source *source, uint32_t *out)
{
    const struct native_view *view = &source->view;
    uint64_t at, start = (uint64_t)(uintptr_t)view->code;
    enum err err = expr_number(c->s, c->text, &at, c->e);
    if (err)
        return err;
    if (at - start < view->n_bytes && !source->opened)
        at -= start;
    if (at >= view->n_bytes)
        return err_set(c->e, ERR_NATIVE_RANGE, NULL, at, start, view->n_bytes);
    *out = (uint32_t)at;
    return OK;
}

static void
put_place(struct session *s, const struct native_piece *piece, struct buf *out)
{
    const struct line *line = program_line_at(s->program, piece->pc);
    buf_printf(out, "insn %u", piece->pc);
    format_code_name(s, piece->pc, out);
    if (line)
        buf_printf(out, ", %s:%u", source_name(s, line->file), line->line);
}

/* The piece that holds the offset: whose it is, what it does, and its machine code. */
static enum err
put_piece(struct call *c, const struct native_source *source, uint32_t offset)
{
    const struct native_piece *piece = native_piece_at(&source->view, offset);
    struct native_style style = native_style(c->s);
    struct buf what = BUF_EMPTY;
    buf_printf(c->out, "0x%04x is in ", offset);
    if (piece->pc == NATIVE_NO_PC)
        buf_puts(c->out, "no instruction");
    else
        put_place(c->s, piece, c->out);
    source->ops->describe(source->code, piece, &what);
    buf_printf(c->out, "%s%s%s\n", what.len ? ": " : "", buf_text(&what), piece->is_current ? "" : " (no longer in use: compiled again)");
    buf_free(&what);
    style.lead = "   ";
    style.mark = "=> ";
    style.marked = offset;
    return source->ops->disassemble(source->code, &source->view, piece, &style, c->out, c->e);
}

enum err
cmd_info_native(struct call *c)
{
    struct native_source source;
    uint32_t offset = 0;
    enum err err = native_open(c->s, &source, c->e);
    if (err)
        return err;
    if (!*c->text)
        put_summary(c->s, &source, c->out);
    else if (!(err = read_offset(c, &source, &offset)))
        err = put_piece(c, &source, offset);
    native_close(&source);
    return err;
}
