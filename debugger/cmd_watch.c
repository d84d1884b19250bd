/* Commands that set watchpoints, and the lists of break- and watchpoints. */
#include "config.h"

#include "debugger/breakpoints.h"
#include "debugger/call.h"
#include "debugger/watch.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

/* "-l", "-location" and what is short for it in front of the text, which is moved behind it. */
static bool
takes_location(const char **text)
{
    static const char option[] = "-location";
    size_t len = strcspn(*text, " \t");
    if (len < 2 || len >= sizeof option || strncmp(*text, option, len) != 0)
        return false;
    *text += len;
    *text += strspn(*text, " \t");
    return true;
}

static enum err
set_watch(struct call *c, enum breakpoint_type type)
{
    struct session *s = c->s;
    const char *text = c->text;
    bool is_location = takes_location(&text);
    size_t len;
    const char *condition_text = location_split_condition(text, &len);
    char *what = xstrndup(text, len);
    struct expr *condition = NULL;
    struct watch *watch = NULL;
    enum err err = len ? expr_parse(s, what, &c->expr, c->e) : err_set(c->e, ERR_ARGUMENT, "expression to compute", 0, 0, 0);
    free(what);
    if (!err)
        err = watch_new(s, c->expr, type, is_location, &watch, c->e);
    if (!err)
        c->expr = NULL; /* the watch's now */
    if (!err && condition_text)
        err = watch_parse_condition(s, watch, condition_text, &condition, c->e);
    if (err) {
        watch_free(watch);
        return err;
    }
    breakpoint_announce(s, breakpoint_add_watch(s, type, watch, condition), NULL, c->out);
    return OK;
}

enum err
cmd_watch(struct call *c)
{
    return set_watch(c, BREAKPOINT_WATCH);
}

enum err
cmd_rwatch(struct call *c)
{
    return set_watch(c, BREAKPOINT_READ);
}

enum err
cmd_awatch(struct call *c)
{
    return set_watch(c, BREAKPOINT_ACCESS);
}

/* The numbers of the text that there are, of watchpoints only when those are wanted. */
static enum err
select_numbers(struct call *c, bool is_about_watches, uint32_t **only, uint32_t *n)
{
    struct session *s = c->s;
    size_t cap = 0;
    uint32_t first = 0, last = UINT32_MAX;
    const char *text = c->text;
    do {
        enum err err = *text ? args_range(s, &text, &first, &last, c->e) : OK;
        if (err)
            return err;
        for (uint32_t i = 0; i < s->n_breakpoints; i++) {
            const struct breakpoint *b = &s->breakpoints[i];
            if (b->number < first || b->number > last || (is_about_watches && !b->watch))
                continue;
            *only = grow(*only, *n, &cap, sizeof **only);
            (*only)[(*n)++] = b->number;
        }
    } while (*text);
    return OK;
}

static enum err
info_points(struct call *c, bool is_about_watches)
{
    uint32_t *only = NULL, n = 0;
    enum err err = select_numbers(c, is_about_watches, &only, &n);
    if (!err && n)
        breakpoints_table(c->s, only, n, c->out);
    else if (!err && *c->text)
        buf_printf(c->out, "No %swatchpoint matching '%s'.\n", is_about_watches ? "" : "breakpoint or ", c->text);
    else if (!err)
        buf_printf(c->out, "No %swatchpoints.\n", is_about_watches ? "" : "breakpoints or ");
    free(only);
    return err;
}

enum err
cmd_info_breakpoints(struct call *c)
{
    return info_points(c, false);
}

enum err
cmd_info_watchpoints(struct call *c)
{
    return info_points(c, true);
}
