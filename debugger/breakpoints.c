/* Breakpoints. See breakpoints.h. */
#include "config.h"

#include "debugger/breakpoints.h"

#include "debugger/data.h"
#include "debugger/source.h"
#include "debugger/translate.h"
#include "debugger/watch.h"
#include "sim/base/base.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct breakpoint *
breakpoint_numbered(struct session *s, uint64_t number)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        if (s->breakpoints[i].number == number)
            return &s->breakpoints[i];
    }
    return NULL;
}

enum err
breakpoint_parse_condition(struct session *s, const struct breakpoint *b, const char *text, struct expr **out, struct errinfo *e)
{
    struct value ignored;
    if (b->watch || b->catch || !b->n_pcs)
        return watch_parse_condition(s, b->watch, text, out, e);
    enum err err = expr_parse_at(s, text, b->pcs[0], out, e);
    if (!err && (err = expr_type(s, *out, &ignored, e))) {
        expr_free(*out);
        *out = NULL;
    }
    return err;
}

/* Conditions hold resolved names, and so does what engines get of them: both are made anew for another program. */
void
breakpoint_set_condition(struct session *s, struct breakpoint *b, struct expr *condition)
{
    expr_free(b->condition);
    free(b->translated);
    b->condition = condition;
    s->watched = &(struct sides){ .watch = b->watch };
    b->translated = condition ? translate(s, condition) : NULL;
    s->watched = NULL;
    s->points_are_stale = true;
}

static struct breakpoint *
add(struct session *s, enum breakpoint_type type, struct expr *condition)
{
    s->breakpoints = grow(s->breakpoints, s->n_breakpoints, &s->cap_breakpoints, sizeof *s->breakpoints);
    struct breakpoint *b = &s->breakpoints[s->n_breakpoints++];
    s->last_set = s->next_breakpoint;
    *b = (struct breakpoint){ .number = s->next_breakpoint++, .type = type, .is_enabled = true };
    breakpoint_set_condition(s, b, condition);
    return b;
}

struct breakpoint *
breakpoint_add(struct session *s, struct location *l, const char *spec, struct expr *condition, bool is_temporary)
{
    struct breakpoint *b = add(s, BREAKPOINT_INSN, condition);
    b->is_temporary = is_temporary;
    b->spec = xstrdup(spec);
    b->pcs = l->pcs;
    b->n_pcs = l->n_pcs;
    l->pcs = NULL;
    return b;
}

struct breakpoint *
breakpoint_add_dprintf(struct session *s, struct location *l, const char *spec, struct expr *condition, const char *format)
{
    struct breakpoint *b = breakpoint_add(s, l, spec, condition, false);
    b->type = BREAKPOINT_DPRINTF;
    b->format = xstrdup(format);
    return b;
}

struct breakpoint *
breakpoint_add_moment(struct session *s, const struct moment *moment, struct expr *condition, bool is_temporary)
{
    struct breakpoint *b = add(s, BREAKPOINT_MOMENT, condition);
    b->is_temporary = is_temporary;
    b->moment = *moment;
    return b;
}

struct breakpoint *
breakpoint_add_catch(struct session *s, const struct catch *c, uint32_t *pcs, uint32_t n_pcs, struct expr *condition, bool is_temporary)
{
    struct breakpoint *b = add(s, BREAKPOINT_CATCH, condition);
    b->is_temporary = is_temporary;
    b->catch = xmalloc(sizeof *b->catch);
    *b->catch = *c;
    b->pcs = pcs;
    b->n_pcs = n_pcs;
    return b;
}

struct breakpoint *
breakpoint_add_watch(struct session *s, enum breakpoint_type type, struct watch *watch, struct expr *condition)
{
    struct breakpoint *b = add(s, type, NULL);
    b->watch = watch;
    breakpoint_set_condition(s, b, condition); /* which may be about what is watched */
    return b;
}

static void
free_commands(struct breakpoint *b)
{
    for (uint32_t i = 0; i < b->n_commands; i++)
        free(b->commands[i]);
    free(b->commands);
    b->commands = NULL;
    b->n_commands = 0;
}

static void
free_breakpoint(struct breakpoint *b)
{
    free_commands(b);
    expr_free(b->condition);
    free(b->translated);
    watch_free(b->watch);
    if (b->catch)
        catch_free(b->catch);
    free(b->catch);
    free(b->format);
    free(b->spec);
    free(b->pcs);
}

void
breakpoint_delete(struct session *s, uint32_t number)
{
    struct breakpoint *b = breakpoint_numbered(s, number);
    assert(b);
    free_breakpoint(b);
    size_t behind = (size_t)(s->breakpoints + s->n_breakpoints - (b + 1));
    memmove(b, b + 1, behind * sizeof *b);
    s->n_breakpoints--;
    s->points_are_stale = true;
}

void
breakpoint_enable(struct session *s, struct breakpoint *b, bool on)
{
    s->points_are_stale |= b->is_enabled != on;
    b->is_enabled = on && !b->is_gone;
}

void
breakpoint_ignore_crossings(struct session *s, uint64_t count, struct buf *out)
{
    struct breakpoint *b = s->event.n_hits ? breakpoint_numbered(s, s->event.hits[0].number) : NULL;
    if (count <= 1)
        return;
    if (!b) {
        buf_puts(out, "Not stopped at any breakpoint; argument ignored.\n");
        return;
    }
    b->n_ignore = count - 1;
    buf_printf(out, "Will ignore next %" PRIu64 " crossing%s of breakpoint %u.  ", b->n_ignore, b->n_ignore == 1 ? "" : "s", b->number);
}

void
breakpoint_spend(struct session *s, struct breakpoint *b)
{
    if (b->n_left)
        b->n_left--;
    if (b->is_temporary || (b->is_once && !b->n_left))
        breakpoint_enable(s, b, false);
}

static bool
is_at(const struct breakpoint *b, uint32_t pc)
{
    for (uint32_t i = 0; i < b->n_pcs && !b->catch; i++) {
        if (b->pcs[i] == pc)
            return true;
    }
    return false;
}

void
breakpoints_sweep(struct session *s)
{
    for (uint32_t i = s->n_breakpoints; i-- > 0;) {
        if (s->breakpoints[i].is_temporary && !s->breakpoints[i].is_enabled && s->breakpoints[i].n_hits)
            breakpoint_delete(s, s->breakpoints[i].number);
    }
}

static enum err
resolve_place(struct session *s, struct breakpoint *b, struct errinfo *e)
{
    struct location l;
    enum err err = location_parse(s, b->spec, &l, e);
    if (err)
        return err;
    free(b->pcs);
    b->pcs = l.pcs;
    b->n_pcs = l.n_pcs;
    return OK;
}

static enum err
resolve_catch(struct session *s, struct breakpoint *b, struct errinfo *e)
{
    free(b->pcs);
    b->pcs = NULL;
    return catch_resolve(s, b->catch, &b->pcs, &b->n_pcs, e);
}

static enum err
resolve(struct session *s, struct breakpoint *b, struct errinfo *e)
{
    struct expr *condition = NULL;
    enum err err = b->catch ? resolve_catch(s, b, e) : b->watch ? watch_resolve(s, b->watch, e) : b->spec ? resolve_place(s, b, e) : OK;
    if (!err && b->condition)
        err = breakpoint_parse_condition(s, b, b->condition->text, &condition, e);
    if (!err)
        breakpoint_set_condition(s, b, condition);
    return err;
}

void
breakpoints_resolve(struct session *s, struct buf *out)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *b = &s->breakpoints[i];
        struct errinfo e;
        b->is_gone = resolve(s, b, &e) != OK;
        if (!b->is_gone)
            continue;
        b->is_enabled = false;
        b->n_pcs = 0;
        buf_printf(out, "Error in re-setting breakpoint %u: ", b->number);
        err_text(&e, out);
        buf_putc(out, '\n');
    }
}

void
breakpoints_free(struct session *s)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++)
        free_breakpoint(&s->breakpoints[i]);
    free(s->breakpoints);
}

/* What its type is called in messages and in the table. */
static const struct words {
    const char *title, *row;
} type_words[] = {
    [BREAKPOINT_INSN] = { "Breakpoint", "breakpoint" },
    [BREAKPOINT_MOMENT] = { "Breakpoint", "breakpoint" },
    [BREAKPOINT_DPRINTF] = { "Dprintf", "dprintf" },
    [BREAKPOINT_CATCH] = { "Catchpoint", "catchpoint" },
    [BREAKPOINT_WATCH] = { "Hardware watchpoint", "hw watchpoint" },
    [BREAKPOINT_READ] = { "Hardware read watchpoint", "read watchpoint" },
    [BREAKPOINT_ACCESS] = { "Hardware access (read/write) watchpoint", "acc watchpoint" },
};

static const struct words *
words_of(const struct breakpoint *b)
{
    static const struct words temporary = { "Temporary breakpoint", "breakpoint" }, software = { "Watchpoint", "watchpoint" };
    static const struct words temporary_catch = { "Temporary catchpoint", "catchpoint" };
    if (b->catch && b->is_temporary)
        return &temporary_catch;
    if (!breakpoint_is_watch(b->type) && b->is_temporary)
        return &temporary;
    return b->watch && b->watch->is_stepped ? &software : &type_words[b->type];
}

const char *
breakpoint_title(const struct breakpoint *b)
{
    return words_of(b)->title;
}

/* "Note: breakpoints 1 and 2 also set at insn 5." */
static void
note_others(const struct session *s, const struct breakpoint *b, struct buf *out)
{
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; i < s->n_breakpoints; i++)
        n += &s->breakpoints[i] != b && is_at(&s->breakpoints[i], b->pcs[0]);
    if (!n)
        return;
    buf_printf(out, "Note: breakpoint%s ", n > 1 ? "s" : "");
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        const struct breakpoint *q = &s->breakpoints[i];
        if (q == b || !is_at(q, b->pcs[0]))
            continue;
        k++;
        buf_printf(out, "%u%s%s", q->number, q->is_enabled ? "" : " (disabled)", k == n ? "" : k + 1 == n ? " and " : ", ");
    }
    buf_printf(out, " also set at insn %u.\n", b->pcs[0]);
}

static void
place_text(const struct session *s, const struct breakpoint *b, const struct location *l, struct buf *out)
{
    struct location place = *l;
    place.pcs = b->pcs; /* the breakpoint owns them by now */
    note_others(s, b, out);
    buf_printf(out, "%s %u at ", breakpoint_title(b), b->number);
    location_text(s, &place, out);
}

void
breakpoint_announce(struct session *s, const struct breakpoint *b, const struct location *l, struct buf *out)
{
    struct value number = value_int(BASE_INT, b->number);
    data_set_variable(s, "bpnum", &number);
    if (l) {
        place_text(s, b, l, out);
    } else if (b->catch) {
        buf_printf(out, "Catchpoint %u (", b->number);
        catch_text(b->catch, false, out);
        buf_putc(out, ')');
    } else if (!b->watch) {
        buf_printf(out, "%s %u at ", breakpoint_title(b), b->number);
        moment_text(&b->moment, out);
        buf_putc(out, '.');
    } else {
        buf_printf(out, "%s %u: ", breakpoint_title(b), b->number);
        watch_text(b->watch, out);
    }
    buf_putc(out, '\n');
}

/* "insn 5             in main at t.c:6" */
static void
place_row(const struct session *s, uint32_t pc, struct buf *out)
{
    const struct function *f = program_function_at(s->program, pc);
    const struct line *l = program_line_at(s->program, pc);
    struct buf where = BUF_EMPTY;
    buf_printf(&where, "insn %u", pc);
    buf_printf(out, "%-18s ", buf_text(&where));
    buf_free(&where);
    if (f)
        buf_printf(out, "in %s", f->name);
    if (l)
        buf_printf(out, " at %s:%u", source_name(s, l->file), l->line);
    else if (f)
        buf_printf(out, "+%u", pc - f->pc);
    buf_putc(out, '\n');
}

static void
what_row(const struct session *s, const struct breakpoint *b, struct buf *out)
{
    if (b->type == BREAKPOINT_MOMENT) {
        moment_text(&b->moment, out);
        buf_putc(out, '\n');
    } else if (b->catch) {
        buf_printf(out, "%-18s ", "");
        catch_text(b->catch, true, out);
        buf_putc(out, '\n');
    } else if (b->watch) {
        buf_printf(out, "%-18s ", "");
        watch_text(b->watch, out);
        buf_putc(out, '\n');
    } else if (b->n_pcs == 1) {
        place_row(s, b->pcs[0], out);
    } else {
        buf_puts(out, b->n_pcs ? "<MULTIPLE>         \n" : "<PENDING>          \n");
    }
}

static void
table_row(const struct session *s, const struct breakpoint *b, int type_width, struct buf *out)
{
    buf_printf(out, "%-7u %-*s %-4s %c   ", b->number, type_width, words_of(b)->row, b->is_temporary ? "del" : b->is_once ? "dis" : "keep",
               b->is_enabled ? 'y' : 'n');
    what_row(s, b, out);
    if (b->condition)
        buf_printf(out, "\tstop only if %s\n", b->condition->text);
    if (b->n_hits)
        buf_printf(out, "\tbreakpoint already hit %" PRIu64 " time%s\n", b->n_hits, b->n_hits == 1 ? "" : "s");
    if (b->n_ignore)
        buf_printf(out, "\tignore next %" PRIu64 " hits\n", b->n_ignore);
    if (b->n_left > 1)
        buf_printf(out, "\tdisable after %s %" PRIu64 " hits\n", b->n_ignore ? "additional" : "next", b->n_left);
    if (b->format)
        buf_printf(out, "        printf %s\n", b->format);
    for (uint32_t i = 0; i < b->n_commands; i++)
        buf_printf(out, "        %s\n", b->commands[i]);
    for (uint32_t i = 0; b->n_pcs > 1 && !b->catch && i < b->n_pcs; i++) {
        struct buf number = BUF_EMPTY;
        buf_printf(&number, "%u.%u", b->number, i + 1);
        buf_printf(out, "%-*s%c   ", type_width + 14, buf_text(&number), b->is_enabled ? 'y' : 'n');
        buf_free(&number);
        place_row(s, b->pcs[i], out);
    }
}

static bool
is_wanted(const struct breakpoint *b, const uint32_t *only, uint32_t n_only)
{
    bool is = only == NULL;
    for (uint32_t k = 0; only && k < n_only; k++)
        is |= only[k] == b->number;
    return is;
}

/* As wide as the longest type in it, as gdb has it. */
void
breakpoints_table(struct session *s, const uint32_t *only, uint32_t n_only, struct buf *out)
{
    size_t width = 0;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        const struct breakpoint *b = &s->breakpoints[i];
        size_t len = strlen(words_of(b)->row);
        if (is_wanted(b, only, n_only) && (!width || width < len))
            width = len < 14 ? 14 : len;
    }
    if (width)
        buf_printf(out, "%-7s %-*s Disp Enb %-18s What\n", "Num", (int)width, "Type", "Address");
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        if (is_wanted(&s->breakpoints[i], only, n_only))
            table_row(s, &s->breakpoints[i], (int)width, out);
    }
}
