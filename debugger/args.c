/* Arguments of commands, read by the grammar of their row before the command's function is called. See call.h. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/format.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

static enum err
read_count(struct call *c, const char *text)
{
    c->count = 1;
    c->has_count = *text != '\0';
    if (!c->has_count)
        return OK;
    enum err err = expr_number(c->s, text, &c->count, c->e);
    return err;
}

/* A convenience variable with an integer, as $bpnum is. */
static enum err
read_variable(struct session *s, const char **text, uint32_t *out, struct errinfo *e)
{
    size_t len = 1;
    while (isalnum((unsigned char)(*text)[len]) || (*text)[len] == '_')
        len++;
    uint32_t index = data_variable(s, *text + 1, len - 1);
    const struct value *v = &s->variables[index].value;
    if (!vtype_is_integer(v->type))
        return err_set(e, ERR_DEBUGGER, "Convenience variable must have integer value.", 0, 0, 0);
    *out = v->bits > UINT32_MAX ? 0 : (uint32_t)v->bits; /* 0: none has that */
    *text += len;
    return OK;
}

enum err
args_point(struct session *s, const char **text, uint32_t *out, struct errinfo *e)
{
    const char *p = *text;
    char word[64];
    if (*p == '$' && (isalpha((unsigned char)p[1]) || p[1] == '_'))
        return read_variable(s, text, out, e);
    uint64_t n = 0;
    while (isdigit((unsigned char)*p) && n <= UINT32_MAX)
        n = n * 10 + (uint64_t)(*p++ - '0');
    bool ends = !*p || isspace((unsigned char)*p) || *p == '-';
    if (p == *text || !ends || n > UINT32_MAX) {
        snprintf(word, sizeof word, "%.*s", (int)strcspn(*text, " \t") > 60 ? 60 : (int)strcspn(*text, " \t"), *text);
        return err_set(e, ERR_BAD_POINT, word, 0, 0, 0);
    }
    *out = (uint32_t)n;
    *text = p;
    return OK;
}

enum err
args_range(struct session *s, const char **text, uint32_t *first, uint32_t *last, struct errinfo *e)
{
    const char *p = skip_blanks(*text);
    *first = *last = 0;
    if (!*p)
        return OK;
    if (*p == '-')
        return err_set(e, ERR_DEBUGGER, "negative value", 0, 0, 0);
    enum err err = args_point(s, &p, first, e);
    *last = *first;
    if (!err && *p == '-') {
        p++;
        err = args_point(s, &p, last, e);
    }
    if (!err && *last < *first)
        err = err_set(e, ERR_DEBUGGER, "inverted range", 0, 0, 0);
    *text = p;
    return err;
}

/* Numbers of points or displays; ranges are unfolded over what exists only when they are used, so they are bounded here. */
enum err
args_numbers(struct call *c, const char *text)
{
    enum { RANGE_MAX = 10000 };
    for (;;) {
        uint32_t first, last;
        enum err err = args_range(c->s, &text, &first, &last, c->e);
        if (err)
            return err;
        if (!*skip_blanks(text) && !first && !last)
            return OK;
        if (last - first > RANGE_MAX)
            return err_set(c->e, ERR_DEBUGGER, "The range is too large.", 0, 0, 0);
        for (uint64_t n = first; n <= last; n++) {
            c->numbers = grow(c->numbers, c->n_numbers, &c->cap_numbers, sizeof *c->numbers);
            c->numbers[c->n_numbers++] = (uint32_t)n;
        }
        if (!*skip_blanks(text))
            return OK;
    }
}

static enum err
read_goal(struct call *c, const char *text)
{
    enum err err = moment_parse(c->s, text, strlen(text), &c->moment, c->e);
    if (err || c->moment.unit || !*text)
        return err;
    c->has_place = true;
    return location_parse(c->s, text, &c->place, c->e);
}

static enum err
read_place(struct call *c, const char *text)
{
    c->has_place = *text != '\0';
    return c->has_place ? location_parse(c->s, text, &c->place, c->e) : OK;
}

/* The condition is parsed after the place: a name in it may be missing, and gdb complains about the place first. */
static enum err
read_break(struct call *c, const char *text)
{
    size_t len;
    const char *condition = location_split_condition(text, &len);
    enum err err = moment_parse(c->s, text, len, &c->moment, c->e);
    if (!err && !c->moment.unit) {
        char *place = xstrndup(text, len);
        err = location_parse(c->s, place, &c->place, c->e);
        c->has_place = err == OK;
        free(place);
    }
    if (err || !condition)
        return err;
    return c->has_place ? expr_parse_at(c->s, condition, c->place.pcs[0], &c->expr, c->e) : expr_parse(c->s, condition, &c->expr, c->e);
}

static enum err
read_letters(struct call *c, const char **text)
{
    size_t n = 0;
    if (**text != '/')
        return OK;
    for (++*text; isalnum((unsigned char)**text); ++*text) {
        if (n + 1 < sizeof c->letters)
            c->letters[n++] = **text;
    }
    *text = skip_blanks(*text);
    return OK;
}

enum err
args_read(struct call *c, const char *text)
{
    enum err err = OK;
    const char *start = text;
    text = skip_blanks(text);
    c->text = text;
    switch (c->row->args) {
    case ARGS_NONE:
        return *text ? err_set(c->e, ERR_JUNK, NULL, 0, 0, 0) : OK;
    case ARGS_RAW:
        c->text = *start == ' ' || *start == '\t' ? start + 1 : start;
        return OK;
    case ARGS_TEXT:
    case ARGS_NUMBERS_TEXT:
        return OK;
    case ARGS_COUNT:
        return read_count(c, text);
    case ARGS_EXPR:
        return *text ? expr_parse(c->s, text, &c->expr, c->e) : err_set(c->e, ERR_ARGUMENT, "expression to compute", 0, 0, 0);
    case ARGS_OPT_EXPR:
        return *text ? expr_parse(c->s, text, &c->expr, c->e) : OK;
    case ARGS_FMT_EXPR:
        c->has_fmt = *text == '/';
        if ((err = format_parse(&text, &c->fmt, c->e)))
            return err;
        c->text = text;
        return *text ? expr_parse(c->s, text, &c->expr, c->e) : OK;
    case ARGS_FMT_TEXT:
        err = read_letters(c, &text);
        c->text = text;
        return err;
    case ARGS_LOCATION:
        return read_place(c, text);
    case ARGS_GOAL:
        return read_goal(c, text);
    case ARGS_BREAK:
        return read_break(c, text);
    case ARGS_NUMBERS:
        return args_numbers(c, text);
    }
    return err;
}

void
args_free(struct call *c)
{
    expr_free(c->expr);
    location_free(&c->place);
    free(c->numbers);
}
