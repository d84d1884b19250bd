/* Commands about breakpoints; those that watchpoints have, too, once they are set. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/display.h"
#include "debugger/frame.h"
#include "debugger/breakpoints.h"
#include "debugger/script.h"
#include "debugger/watch.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The location as it can be resolved again for another program: "here" is written as an instruction. */
static char *
spec_of(const struct call *c, const char *text)
{
    size_t len;
    char here[16];
    location_split_condition(text, &len);
    if (len)
        return xstrndup(text, len);
    snprintf(here, sizeof here, "*%" PRIu32, c->place.pcs[0]);
    return xstrdup(here);
}

static enum err
set_break(struct call *c, bool is_temporary)
{
    struct session *s = c->s;
    struct value ignored;
    enum err err = c->expr ? expr_type(s, c->expr, &ignored, c->e) : OK;
    if (err)
        return err;
    if (c->moment.unit) {
        breakpoint_announce(s, breakpoint_add_moment(s, &c->moment, c->expr, is_temporary), NULL, c->out);
        c->expr = NULL;
        return OK;
    }
    char *spec = spec_of(c, c->text);
    const struct breakpoint *p = breakpoint_add(s, &c->place, spec, c->expr, is_temporary);
    free(spec);
    c->expr = NULL; /* the breakpoint's now */
    breakpoint_announce(s, p, &c->place, c->out);
    return OK;
}

enum err
cmd_break(struct call *c)
{
    return set_break(c, false);
}

enum err
cmd_tbreak(struct call *c)
{
    return set_break(c, true);
}

/* "LOCATION,"FORMAT",ARGUMENT...": printf's part begins behind the first comma. */
enum err
cmd_dprintf(struct call *c)
{
    struct session *s = c->s;
    const char *comma = strchr(c->text, ',');
    const char *format = comma ? comma + 1 + strspn(comma + 1, " \t") : "";
    if (!*c->text)
        return err_set(c->e, ERR_DEBUGGER, "Format string required", 0, 0, 0);
    char *place = xstrndup(c->text, comma ? (size_t)(comma - c->text) : strlen(c->text));
    enum err err = location_parse(s, place, &c->place, c->e);
    if (!err && !*format)
        err = err_set(c->e, ERR_DEBUGGER, "Format string required", 0, 0, 0);
    if (!err && *format != '"')
        err = err_set(c->e, ERR_DEBUGGER, "Bad format string", 0, 0, 0);
    if (!err && !strchr(format + 1, '"'))
        err = err_set(c->e, ERR_DEBUGGER, "Bad format string, non-terminated '\"'.", 0, 0, 0);
    if (!err) {
        char *spec = spec_of(c, place);
        const struct breakpoint *p = breakpoint_add_dprintf(s, &c->place, spec, NULL, format);
        free(spec);
        breakpoint_announce(s, p, &c->place, c->out);
    }
    free(place);
    return err;
}

/* Calls fn for the points of the numbers given, for all when there are none. A number that is none ends it with gdb's message. */
static enum err
each_point(struct call *c, void (*fn)(struct call *c, struct breakpoint *p))
{
    struct session *s = c->s;
    enum err err = OK;
    for (uint32_t i = s->n_breakpoints; !c->n_numbers && i-- > 0;)
        fn(c, &s->breakpoints[i]);
    for (uint32_t i = 0; i < c->n_numbers; i++) {
        struct breakpoint *p = breakpoint_numbered(s, c->numbers[i]);
        if (p)
            fn(c, p);
        else
            err = err_set(c->e, ERR_NO_POINT, NULL, 0, c->numbers[i], 0);
    }
    return err;
}

static void
delete_point(struct call *c, struct breakpoint *p)
{
    breakpoint_delete(c->s, p->number);
}

static void
enable_point(struct call *c, struct breakpoint *p)
{
    breakpoint_enable(c->s, p, true);
}

static void
disable_point(struct call *c, struct breakpoint *p)
{
    breakpoint_enable(c->s, p, false);
}

static void
enable_point_once(struct call *c, struct breakpoint *p)
{
    enable_point(c, p);
    p->is_once = true;
    p->n_left = 1;
}

static void
enable_point_count(struct call *c, struct breakpoint *p)
{
    enable_point(c, p);
    p->is_once = true;
    p->n_left = c->count;
}

static void
enable_point_delete(struct call *c, struct breakpoint *p)
{
    enable_point(c, p);
    p->is_temporary = true;
    p->n_hits = 0;
}

enum err
cmd_delete(struct call *c)
{
    if (!c->n_numbers && c->s->n_breakpoints && !call_confirm(c, "Delete all breakpoints?"))
        return OK;
    return each_point(c, delete_point);
}

enum err
cmd_enable(struct call *c)
{
    return each_point(c, enable_point);
}

enum err
cmd_disable(struct call *c)
{
    return each_point(c, disable_point);
}

static enum err
need_numbers(struct call *c)
{
    return c->n_numbers ? OK : err_set(c->e, ERR_ARGUMENT, "one or more breakpoint numbers", 0, 0, 0);
}

enum err
cmd_enable_once(struct call *c)
{
    enum err err = need_numbers(c);
    return err ? err : each_point(c, enable_point_once);
}

/* "enable count N NUMBER..." */
enum err
cmd_enable_count(struct call *c)
{
    size_t len = strcspn(c->text, " \t");
    char *word = xstrndup(c->text, len);
    enum err err = len ? expr_number(c->s, word, &c->count, c->e) : err_set(c->e, ERR_ARGUMENT, "hit count", 0, 0, 0);
    free(word);
    if (!err)
        err = args_numbers(c, c->text + len);
    if (!err)
        err = need_numbers(c);
    if (err)
        return err;
    if ((int64_t)c->count <= 0) /* it can't be hit: what is hit 0 times is off */
        return each_point(c, disable_point);
    return each_point(c, enable_point_count);
}

enum err
cmd_enable_delete(struct call *c)
{
    enum err err = need_numbers(c);
    return err ? err : each_point(c, enable_point_delete);
}

/* True when the point lies on the place: on one of its instructions or, when a line was named, on any instruction of that line. */
static bool
is_on(const struct session *s, const struct breakpoint *p, const struct location *l)
{
    for (uint32_t i = 0; i < p->n_pcs && !p->catch; i++) {
        const struct line *line = program_line_at(s->program, p->pcs[i]);
        if (l->is_line && line && line->file == l->file && line->line == l->line)
            return true;
        for (uint32_t k = 0; k < l->n_pcs; k++) {
            if (p->pcs[i] == l->pcs[k])
                return true;
        }
    }
    return false;
}

enum err
cmd_clear(struct call *c)
{
    struct session *s = c->s;
    uint32_t n = 0;
    struct buf numbers = BUF_EMPTY;
    if (!c->has_place) {
        if (!frame_count(s))
            return err_set(c->e, ERR_NO_SOURCE, NULL, 0, 0, 0);
        enum err err = location_parse(s, "", &c->place, c->e);
        if (err)
            return err;
        c->place.is_line = c->place.has_line;
    }
    for (uint32_t i = 0; i < s->n_breakpoints;) {
        if (!is_on(s, &s->breakpoints[i], &c->place)) {
            i++;
            continue;
        }
        buf_printf(&numbers, "%u ", s->breakpoints[i].number);
        n++;
        breakpoint_delete(s, s->breakpoints[i].number);
    }
    enum err err = n ? OK : err_set(c->e, ERR_CLEAR, *c->text ? c->text : "this line", 0, 0, 0);
    if (n)
        buf_printf(c->out, "Deleted breakpoint%s %s\n", n > 1 ? "s" : "", buf_text(&numbers));
    buf_free(&numbers);
    return err;
}

/* The number at the start of the text, as `condition`, `ignore` and `commands` have it; *rest is what follows. */
static enum err
leading_point(struct call *c, const char *missing, struct breakpoint **out, const char **rest)
{
    const char *text = c->text;
    uint32_t number;
    if (!*text)
        return err_set(c->e, ERR_ARGUMENT, missing, 0, 0, 0);
    enum err err = args_point(c->s, &text, &number, c->e);
    if (err)
        return err;
    *out = breakpoint_numbered(c->s, number);
    if (!*out)
        return err_set(c->e, ERR_NO_POINT, NULL, 0, number, 0);
    *rest = text + strspn(text, " \t");
    return OK;
}

enum err
cmd_condition(struct call *c)
{
    struct breakpoint *p;
    const char *text;
    enum err err = leading_point(c, "breakpoint number", &p, &text);
    if (err)
        return err;
    if (!*text) {
        breakpoint_set_condition(c->s, p, NULL);
        buf_printf(c->out, "Breakpoint %u now unconditional.\n", p->number);
        return OK;
    }
    if ((err = breakpoint_parse_condition(c->s, p, text, &c->expr, c->e)))
        return err;
    breakpoint_set_condition(c->s, p, c->expr);
    c->expr = NULL;
    return OK;
}

enum err
cmd_ignore(struct call *c)
{
    struct breakpoint *p;
    const char *text;
    uint64_t count;
    enum err err = leading_point(c, "a breakpoint number", &p, &text);
    if (err)
        return err;
    if (!*text)
        return err_set(c->e, ERR_DEBUGGER, "Second argument (specified ignore-count) is missing.", 0, 0, 0);
    if ((err = expr_number(c->s, text, &count, c->e)))
        return err;
    p->n_ignore = (int64_t)count < 0 ? 0 : count;
    if (!p->n_ignore)
        buf_printf(c->out, "Will stop next time breakpoint %u is reached.\n", p->number);
    else if (p->n_ignore == 1)
        buf_printf(c->out, "Will ignore next crossing of breakpoint %u.\n", p->number);
    else
        buf_printf(c->out, "Will ignore next %" PRIu64 " crossings of breakpoint %u.\n", p->n_ignore, p->number);
    return OK;
}

/* Those that the last command has set, when none are named. */
enum err
cmd_commands(struct call *c)
{
    struct session *s = c->s;
    for (uint32_t i = 0; !*c->text && i < s->n_breakpoints; i++) {
        uint32_t number = s->breakpoints[i].number;
        if (number < s->last_set)
            continue;
        c->numbers = grow(c->numbers, c->n_numbers, &c->cap_numbers, sizeof *c->numbers);
        c->numbers[c->n_numbers++] = number;
    }
    if (!c->n_numbers)
        return err_set(c->e, ERR_DEBUGGER, "No breakpoints specified.", 0, 0, 0);
    for (uint32_t i = 0; i < c->n_numbers; i++) {
        if (!breakpoint_numbered(s, c->numbers[i]))
            return err_set(c->e, ERR_NO_POINT, NULL, 0, c->numbers[i], 0);
    }
    struct buf whose = BUF_EMPTY;
    buf_puts(&whose, c->text);
    if (!*c->text)
        buf_printf(&whose, "%u", c->numbers[0]);
    if (!*c->text && c->n_numbers > 1)
        buf_printf(&whose, "-%u", c->numbers[c->n_numbers - 1]);
    if (c->is_interactive)
        buf_printf(c->out, "Type commands for breakpoint(s) %s, one per line.\nEnd with a line saying just \"end\".\n",
                   buf_text(&whose));
    buf_free(&whose);
    script_begin_commands(s, c->numbers, c->n_numbers);
    return OK;
}

static enum err
each_display(struct call *c, bool is_delete, bool on)
{
    struct session *s = c->s;
    for (uint32_t i = s->n_displays; !c->n_numbers && i-- > 0;) {
        s->displays[i].is_enabled = on;
        if (is_delete)
            display_delete(s, s->displays[i].number);
    }
    for (uint32_t i = 0; i < c->n_numbers; i++) {
        struct display *d = display_numbered(s, c->numbers[i]);
        if (!d)
            return err_set(c->e, ERR_NO_DISPLAY, NULL, 0, c->numbers[i], 0);
        d->is_enabled = on;
        if (is_delete)
            display_delete(s, c->numbers[i]);
    }
    return OK;
}

enum err
cmd_undisplay(struct call *c)
{
    if (!c->n_numbers && c->s->n_displays && !call_confirm(c, "Delete all auto-display expressions?"))
        return OK;
    return each_display(c, true, false);
}

enum err
cmd_enable_display(struct call *c)
{
    return each_display(c, false, true);
}

enum err
cmd_disable_display(struct call *c)
{
    return each_display(c, false, false);
}
