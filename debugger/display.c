/* Auto-display expressions. See display.h. */
#include "config.h"

#include "debugger/display.h"

#include "debugger/examine.h"
#include "debugger/format.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Formats that look at memory instead of printing the value, as in gdb. */
static bool
is_examining(const struct fmt *fmt)
{
    return fmt->letter == 'i' || fmt->letter == 's' || fmt->size || fmt->count != 1;
}

void
display_fmt_text(const struct fmt *fmt, struct buf *out)
{
    if (!fmt->letter && !fmt->size && fmt->count == 1)
        return;
    buf_putc(out, '/');
    if (fmt->count != 1)
        buf_printf(out, "%" PRId64, fmt->count);
    if (fmt->letter)
        buf_putc(out, fmt->letter);
    if (fmt->size)
        buf_putc(out, fmt->size);
    buf_putc(out, ' ');
}

uint32_t
display_add(struct session *s, const struct fmt *fmt, struct expr *x)
{
    s->displays = grow(s->displays, s->n_displays, &s->cap_displays, sizeof *s->displays);
    struct display *d = &s->displays[s->n_displays++];
    *d = (struct display){ .number = s->next_display++, .is_enabled = true, .fmt = *fmt, .expr = x };
    return d->number;
}

static enum err
show(struct session *s, const struct display *d, struct buf *out, struct errinfo *e)
{
    struct value v;
    enum err err = expr_eval(s, d->expr, &v, NULL, e);
    if (err)
        return err;
    if (!is_examining(&d->fmt)) {
        format_value(s, &v, d->fmt.letter, out);
        buf_putc(out, '\n');
        return OK;
    }
    struct fmt fmt = d->fmt;
    return examine(s, &fmt, v.bits, out, e);
}

void
display_one(struct session *s, const struct display *d, struct buf *out)
{
    struct errinfo e;
    buf_printf(out, "%u: ", d->number);
    if (is_examining(&d->fmt)) {
        buf_puts(out, "x");
        display_fmt_text(&d->fmt, out);
        buf_printf(out, "%s\n", d->expr->text);
    } else {
        display_fmt_text(&d->fmt, out);
        buf_printf(out, "%s = ", d->expr->text);
    }
    if (show(s, d, out, &e)) {
        buf_puts(out, "<error: ");
        err_text(&e, out);
        buf_puts(out, ">\n");
    }
}

void
display_all(struct session *s, struct buf *out)
{
    for (uint32_t i = 0; i < s->n_displays; i++) {
        if (s->displays[i].is_enabled)
            display_one(s, &s->displays[i], out);
    }
}

struct display *
display_numbered(struct session *s, uint64_t number)
{
    for (uint32_t i = 0; i < s->n_displays; i++) {
        if (s->displays[i].number == number)
            return &s->displays[i];
    }
    return NULL;
}

bool
display_delete(struct session *s, uint64_t number)
{
    struct display *d = display_numbered(s, number);
    if (!d)
        return false;
    expr_free(d->expr);
    size_t behind = (size_t)(s->displays + s->n_displays - (d + 1));
    memmove(d, d + 1, behind * sizeof *d);
    s->n_displays--;
    return true;
}

void
displays_resolve(struct session *s, struct buf *out)
{
    for (uint32_t i = s->n_displays; i-- > 0;) {
        struct display *d = &s->displays[i];
        struct expr *x;
        struct errinfo e;
        if (expr_parse(s, d->expr->text, &x, &e)) {
            buf_printf(out, "Display %u is deleted: ", d->number);
            err_text(&e, out);
            buf_putc(out, '\n');
            display_delete(s, d->number);
            continue;
        }
        expr_free(d->expr);
        d->expr = x;
    }
}

void
display_free(struct session *s)
{
    for (uint32_t i = 0; i < s->n_displays; i++)
        expr_free(s->displays[i].expr);
    free(s->displays);
}
