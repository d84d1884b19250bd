/* Commands that compute and show values: print, x, display, printf, echo. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/display.h"
#include "debugger/examine.h"
#include "debugger/expr_lex.h"
#include "debugger/format.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool
is_void(const struct value *v)
{
    return !v->type.n && !vtype_is_scalar(v->type) && !vtype_is_aggregate(v->type);
}

/* Void and errors are not put into the history; a plain `print` shows its last value again. */
enum err
cmd_print(struct call *c)
{
    struct session *s = c->s;
    struct value v;
    enum err err = format_check_print(&c->fmt, "print", c->e);
    if (!err)
        err = c->expr ? expr_eval(s, c->expr, &v, c->out, c->e) : data_history(s, 0, true, &v, c->e);
    if (err)
        return err;
    buf_printf(c->out, "$%u = ", data_record(s, &v));
    format_value(s, &v, c->fmt.letter, c->out);
    buf_putc(c->out, '\n');
    return OK;
}

enum err
cmd_call(struct call *c)
{
    struct value v;
    if (!c->expr)
        return err_set(c->e, ERR_DEBUGGER, "The history is empty.", 0, 0, 0);
    enum err err = expr_type(c->s, c->expr, &v, c->e);
    if (err)
        return err;
    return is_void(&v) ? expr_eval(c->s, c->expr, &v, c->out, c->e) : cmd_print(c);
}

enum err
cmd_output(struct call *c)
{
    struct value v;
    enum err err = format_check_print(&c->fmt, "output", c->e);
    if (!err && !c->expr)
        err = err_set(c->e, ERR_ARGUMENT, "expression to compute", 0, 0, 0);
    if (err || (err = expr_eval(c->s, c->expr, &v, c->out, c->e)))
        return err;
    format_value(c->s, &v, c->fmt.letter, c->out);
    return OK;
}

/* What the format leaves open is taken from the last x. */
static void
complete_fmt(struct session *s, struct fmt *fmt)
{
    char last_size = s->x_fmt.size;
    if (!fmt->letter)
        fmt->letter = s->x_fmt.letter;
    if (fmt->letter == 'a' && !fmt->size)
        fmt->size = 'g';
    if (fmt->letter == 'c' && !fmt->size && s->x_fmt.letter != 'c')
        fmt->size = 'b';
    if (!fmt->size)
        fmt->size = last_size;
    s->x_fmt.letter = fmt->letter;
    if (fmt->letter != 's' && fmt->letter != 'i')
        s->x_fmt.size = fmt->size;
}

/* x takes the value as an address; of an array in memory its place. */
enum err
cmd_x(struct call *c)
{
    struct session *s = c->s;
    struct value v;
    uint64_t start = s->x_next;
    if (c->expr) {
        enum err err = expr_eval(s, c->expr, &v, c->out, c->e);
        if (err)
            return err;
        if (!vtype_is_scalar(v.type) && v.place != PLACE_MEMORY)
            return err_set(c->e, ERR_NOT_A_NUMBER, "arithmetic operation", 0, 0, 0);
        start = vtype_is_scalar(v.type) ? v.bits : v.where;
        if (v.type.base == BASE_CODE && !v.type.n_ptr && !c->fmt.letter)
            c->fmt.letter = 'i';
    }
    complete_fmt(s, &c->fmt);
    return examine(s, &c->fmt, start, c->out, c->e);
}

enum err
cmd_display(struct call *c)
{
    struct session *s = c->s;
    if (!c->expr) {
        display_all(s, c->out);
        return OK;
    }
    struct value ignored;
    enum err err = expr_type(s, c->expr, &ignored, c->e);
    bool is_examining = c->fmt.letter == 'i' || c->fmt.letter == 's' || c->fmt.size || c->fmt.count != 1;
    if (!err && !is_examining)
        err = format_check_print(&c->fmt, "display", c->e);
    if (err)
        return err;
    if (is_examining && !c->fmt.letter)
        c->fmt.letter = 'x';
    uint32_t number = display_add(s, &c->fmt, c->expr);
    c->expr = NULL;
    if (s->is_running || ignored.place != PLACE_REGISTER)
        display_one(s, display_numbered(s, number), c->out);
    return OK;
}

enum err
cmd_info_display(struct call *c)
{
    const struct session *s = c->s;
    if (!s->n_displays)
        buf_puts(c->out, "There are no auto-display expressions now.\n");
    else
        buf_puts(c->out, "Auto-display expressions now in effect:\nNum Enb Expression\n");
    for (uint32_t i = 0; i < s->n_displays; i++) {
        const struct display *d = &s->displays[i];
        buf_printf(c->out, "%u:   %c  ", d->number, d->is_enabled ? 'y' : 'n');
        display_fmt_text(&d->fmt, c->out);
        buf_printf(c->out, "%s\n", d->expr->text);
    }
    return OK;
}

enum err
cmd_echo(struct call *c)
{
    for (const char *p = c->text; *p;) {
        if (p[0] == '\\' && !p[1])
            break; /* a backslash at the end keeps blanks before it, as in gdb */
        buf_putc(c->out, (char)token_char(&p));
    }
    return OK;
}
