/* Breakpoints. See breakpoints.h. */
#include "config.h"

#include "debugger/breakpoints.h"

#include "debugger/source.h"
#include "sim/base/base.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
trap_add(struct session *s, uint32_t pc)
{
    assert(pc < s->program->n_slots && s->trap_refs[pc] < UINT16_MAX);
    if (s->trap_refs[pc]++ == 0)
        s->engine->set_trap(s->code, pc, true);
}

void
trap_drop(struct session *s, uint32_t pc)
{
    assert(s->trap_refs[pc] > 0);
    if (--s->trap_refs[pc] == 0)
        s->engine->set_trap(s->code, pc, false);
}

static void
insert(struct session *s, const struct breakpoint *p)
{
    for (uint32_t i = 0; i < p->n_pcs; i++)
        trap_add(s, p->pcs[i]);
}

static void
withdraw(struct session *s, const struct breakpoint *p)
{
    for (uint32_t i = 0; i < p->n_pcs; i++)
        trap_drop(s, p->pcs[i]);
}

struct breakpoint *
breakpoint_numbered(struct session *s, uint64_t number)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        if (s->breakpoints[i].number == number)
            return &s->breakpoints[i];
    }
    return NULL;
}

struct breakpoint *
breakpoint_add(struct session *s, struct location *l, const char *spec, struct expr *condition, bool is_temporary)
{
    s->breakpoints = grow(s->breakpoints, s->n_breakpoints, &s->cap_breakpoints, sizeof *s->breakpoints);
    struct breakpoint *p = &s->breakpoints[s->n_breakpoints++];
    *p = (struct breakpoint){ .number = s->next_breakpoint++, .is_temporary = is_temporary, .is_enabled = true, .spec = xstrdup(spec),
                         .condition = condition, .pcs = l->pcs, .n_pcs = l->n_pcs };
    l->pcs = NULL;
    insert(s, p);
    return p;
}

static void
free_commands(struct breakpoint *p)
{
    for (uint32_t i = 0; i < p->n_commands; i++)
        free(p->commands[i]);
    free(p->commands);
    p->commands = NULL;
    p->n_commands = 0;
}

static void
free_point(struct breakpoint *p)
{
    free_commands(p);
    expr_free(p->condition);
    free(p->spec);
    free(p->pcs);
}

void
breakpoint_delete(struct session *s, uint32_t number)
{
    struct breakpoint *p = breakpoint_numbered(s, number);
    assert(p);
    if (p->is_enabled)
        withdraw(s, p);
    free_point(p);
    size_t behind = (size_t)(s->breakpoints + s->n_breakpoints - (p + 1));
    memmove(p, p + 1, behind * sizeof *p);
    s->n_breakpoints--;
}

void
breakpoint_enable(struct session *s, struct breakpoint *p, bool on)
{
    if (p->is_enabled == on)
        return;
    p->is_enabled = on;
    if (on)
        insert(s, p);
    else
        withdraw(s, p);
}

void
breakpoint_set_condition(struct breakpoint *p, struct expr *condition)
{
    expr_free(p->condition);
    p->condition = condition;
}

static bool
is_at(const struct breakpoint *p, uint32_t pc)
{
    for (uint32_t i = 0; i < p->n_pcs; i++) {
        if (p->pcs[i] == pc)
            return true;
    }
    return false;
}

/* Whether the condition holds, or can't be evaluated. Conditions see the innermost frame. */
static bool
condition_holds(struct session *s, const struct breakpoint *p, struct buf *out)
{
    struct errinfo e;
    struct value v;
    if (!p->condition)
        return true;
    s->frame = 0;
    enum err err = expr_eval(s, p->condition, &v, NULL, &e);
    if (!err)
        return value_is_true(&v);
    buf_printf(out, "Error in testing condition for breakpoint %u:\n", p->number);
    err_text(&e, out);
    buf_putc(out, '\n');
    return true;
}

uint32_t
breakpoints_reached(struct session *s, uint32_t pc, bool *is_temporary, struct buf *out)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *p = &s->breakpoints[i];
        if (!p->is_enabled || !is_at(p, pc) || !condition_holds(s, p, out))
            continue;
        p->n_hits++;
        if (p->n_ignore) {
            p->n_ignore--;
            continue;
        }
        if (!number) {
            number = p->number;
            *is_temporary = p->is_temporary;
        }
        if (p->is_temporary || p->is_once)
            breakpoint_enable(s, p, false);
    }
    return number;
}

void
breakpoints_sweep(struct session *s)
{
    for (uint32_t i = s->n_breakpoints; i-- > 0;) {
        if (s->breakpoints[i].is_temporary && !s->breakpoints[i].is_enabled && s->breakpoints[i].n_hits)
            breakpoint_delete(s, s->breakpoints[i].number);
    }
}

void
breakpoints_insert(struct session *s)
{
    memset(s->trap_refs, 0, s->program->n_slots * sizeof *s->trap_refs);
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        if (s->breakpoints[i].is_enabled)
            insert(s, &s->breakpoints[i]);
    }
}

/* Conditions hold resolved names of the old program: parsed again for the new one. */
static enum err
resolve_point(struct session *s, struct breakpoint *p, struct errinfo *e)
{
    struct location l;
    struct expr *condition = NULL;
    enum err err = location_parse(s, p->spec, &l, e);
    if (err)
        return err;
    if (p->condition && (err = expr_parse(s, p->condition->text, &condition, e))) {
        location_free(&l);
        return err;
    }
    free(p->pcs);
    p->pcs = l.pcs;
    p->n_pcs = l.n_pcs;
    breakpoint_set_condition(p, condition);
    return OK;
}

void
breakpoints_resolve(struct session *s, struct buf *out)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        struct breakpoint *p = &s->breakpoints[i];
        struct errinfo e;
        if (resolve_point(s, p, &e) == OK)
            continue;
        p->is_enabled = false; /* its traps went with the old code */
        p->n_pcs = 0;
        buf_printf(out, "Error in re-setting breakpoint %u: ", p->number);
        err_text(&e, out);
        buf_putc(out, '\n');
    }
}

void
breakpoints_free(struct session *s)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++)
        free_point(&s->breakpoints[i]);
    free(s->breakpoints);
}

/* "Note: breakpoints 1 and 2 also set at insn 5." */
static void
note_others(const struct session *s, const struct breakpoint *p, struct buf *out)
{
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; i < s->n_breakpoints; i++)
        n += &s->breakpoints[i] != p && is_at(&s->breakpoints[i], p->pcs[0]);
    if (!n)
        return;
    buf_printf(out, "Note: breakpoint%s ", n > 1 ? "s" : "");
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        const struct breakpoint *q = &s->breakpoints[i];
        if (q == p || !is_at(q, p->pcs[0]))
            continue;
        k++;
        buf_printf(out, "%u%s%s", q->number, q->is_enabled ? "" : " (disabled)", k == n ? "" : k + 1 == n ? " and " : ", ");
    }
    buf_printf(out, " also set at insn %u.\n", p->pcs[0]);
}

void
breakpoint_text(const struct session *s, const struct breakpoint *p, const struct location *l, struct buf *out)
{
    struct location place = *l;
    place.pcs = p->pcs; /* the point owns them by now */
    note_others(s, p, out);
    buf_printf(out, "%s %u at ", p->is_temporary ? "Temporary breakpoint" : "Breakpoint", p->number);
    location_text(s, &place, out);
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
table_row(const struct session *s, const struct breakpoint *p, struct buf *out)
{
    buf_printf(out, "%-7u %-14s %-4s %c   ", p->number, "breakpoint", p->is_temporary ? "del" : p->is_once ? "dis" : "keep",
               p->is_enabled ? 'y' : 'n');
    if (p->n_pcs == 1)
        place_row(s, p->pcs[0], out);
    else
        buf_puts(out, p->n_pcs ? "<MULTIPLE>         \n" : "<PENDING>          \n");
    if (p->condition)
        buf_printf(out, "\tstop only if %s\n", p->condition->text);
    if (p->n_hits)
        buf_printf(out, "\tbreakpoint already hit %" PRIu64 " time%s\n", p->n_hits, p->n_hits == 1 ? "" : "s");
    if (p->n_ignore)
        buf_printf(out, "\tignore next %" PRIu64 " hits\n", p->n_ignore);
    for (uint32_t i = 0; i < p->n_commands; i++)
        buf_printf(out, "        %s\n", p->commands[i]);
    for (uint32_t i = 0; p->n_pcs > 1 && i < p->n_pcs; i++) {
        struct buf number = BUF_EMPTY;
        buf_printf(&number, "%u.%u", p->number, i + 1);
        buf_printf(out, "%-28s%c   ", buf_text(&number), p->is_enabled ? 'y' : 'n');
        buf_free(&number);
        place_row(s, p->pcs[i], out);
    }
}

void
breakpoints_table(struct session *s, const uint32_t *only, uint32_t n_only, struct buf *out)
{
    bool has_head = false;
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        bool is_wanted = only == NULL;
        for (uint32_t k = 0; only && k < n_only; k++)
            is_wanted |= only[k] == s->breakpoints[i].number;
        if (!is_wanted)
            continue;
        if (!has_head)
            buf_puts(out, "Num     Type           Disp Enb Address            What\n");
        has_head = true;
        table_row(s, &s->breakpoints[i], out);
    }
}
