/* info subcommands about the object and the run. Stack, registers, breakpoints and lines have files of their own. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/catch.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/help.h"
#include "debugger/run.h"
#include "debugger/select.h"
#include "debugger/source.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/object/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum err
cmd_info(struct call *c)
{
    help_subcommands("info", c->out);
    return OK;
}

/* "It stopped at breakpoint 2.\nIt stopped also at breakpoint 3.\n", as gdb says it. */
static void
hits_rows(const struct event *event, struct buf *out)
{
    for (uint32_t i = 0; i < event->n_hits; i++) {
        const char *also = i ? "also " : "";
        if (event->hits[i].is_temporary)
            buf_printf(out, "It stopped %sat a breakpoint that has since been deleted.\n", also);
        else
            buf_printf(out, "It stopped %sat breakpoint %u.\n", also, event->hits[i].number);
    }
}

enum err
cmd_info_program(struct call *c)
{
    const struct session *s = c->s;
    if (!s->is_running) {
        buf_puts(c->out, "The program being debugged is not being run.\n");
        return OK;
    }
    buf_printf(c->out, "\tRunning %s as %s on engine %s.\nProgram stopped at insn %u.\n", s->program->functions[s->machine->entry].name,
               s->machine->type->name, s->engine->name, s->machine->pc);
    switch (s->event.kind) {
    case EVENT_BREAKPOINT:
    case EVENT_WATCH:
        hits_rows(&s->event, c->out);
        break;
    case EVENT_FAULT:
        buf_puts(c->out, "It faulted: ");
        fault_text(s->machine, &s->event.stop.fault, c->out);
        buf_puts(c->out, ".\n");
        break;
    case EVENT_INTERRUPT:
        buf_puts(c->out, "It was interrupted.\n");
        break;
    default:
        buf_puts(c->out, "It stopped after being stepped.\n");
        break;
    }
    return OK;
}

/* What executed the run so far. */
enum err
cmd_info_engine(struct call *c)
{
    struct session *s = c->s;
    uint64_t own = session_code_insns(s);
    buf_printf(c->out, "The engine is \"%s\". %" PRIu64 " instructions were executed in this run%s\n", s->engine->name, s->machine->n_insns,
               s->machine->n_insns ? ":" : ".");
    for (uint32_t i = 0; s->config.engines[i]; i++)
        if (s->engine_insns[i])
            buf_printf(c->out, "%12" PRIu64 "  by engine %s, before another one was set\n", s->engine_insns[i], s->config.engines[i]->name);
    if (s->engine->explain)
        s->engine->explain(s->code, c->out);
    else if (own)
        buf_printf(c->out, "%12" PRIu64 "  by engine %s\n", own, s->engine->name);
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        const struct breakpoint *b = &s->breakpoints[i];
        if (b->is_enabled && b->catch && b->catch->kind == CATCH_UNINIT)
            buf_printf(c->out, "Catchpoint %u has instructions executed one by one, to follow what was written.\n", b->number);
    }
    return OK;
}

enum err
cmd_info_files(struct call *c)
{
    const struct program *p = c->s->program;
    if (!p)
        return OK; /* gdb says nothing either */
    buf_printf(c->out, "Symbols from \"%s\".\n", p->path ? p->path : "");
    buf_printf(c->out, "%u instruction slots, %u functions, %u maps, %u lines, license \"%s\"%s.\n", p->n_slots, p->n_functions, p->n_maps,
               p->n_lines, p->license, p->btf ? ", BTF" : "");
    const char *section = NULL;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct function *f = &p->functions[i];
        if (!section || strcmp(section, f->section) != 0)
            buf_printf(c->out, "\tinsn %u is the first of %s (%s)\n", f->pc, *f->section ? f->section : "the code",
                       prog_type_of_section(f->section)->name);
        section = f->section;
    }
    return OK;
}

enum err
cmd_info_notes(struct call *c)
{
    const struct program *p = c->s->program;
    if (!p->n_notes)
        buf_puts(c->out, "The loader had nothing to report.\n");
    for (uint32_t i = 0; i < p->n_notes; i++) {
        if (p->notes[i].pc >= 0)
            buf_printf(c->out, "insn %" PRId64 ": ", p->notes[i].pc);
        buf_printf(c->out, "%s\n", p->notes[i].text);
    }
    return OK;
}

enum err
cmd_info_check(struct call *c)
{
    const struct program *p = c->s->program;
    uint32_t n = 0;
    struct finding *findings = program_check(p, &n);
    if (!n)
        buf_puts(c->out, "The first pass of the kernel's verifier would find nothing to refuse.\n");
    for (uint32_t i = 0; i < n; i++) {
        const struct line *l = program_line_at(p, findings[i].pc);
        buf_printf(c->out, "insn %u", findings[i].pc);
        format_code_name(c->s, findings[i].pc, c->out);
        if (l)
            buf_printf(c->out, " at %s:%u", source_name(c->s, l->file), l->line);
        buf_printf(c->out, ": %s\n", findings[i].text);
    }
    free(findings);
    return OK;
}

enum err
cmd_info_cycles(struct call *c)
{
    const struct session *s = c->s;
    const struct machine *m = s->machine;
    if (s->event.kind == EVENT_NONE && !s->is_running)
        return err_set(c->e, ERR_NOT_RUNNING, NULL, 0, 0, 0);
    buf_printf(c->out, "%" PRIu64 " instructions executed, %" PRIu64 ".%03u cycles (model \"%s\")\n", m->n_insns, m->n_cycles / CYCLE_SCALE,
               (unsigned)(m->n_cycles % CYCLE_SCALE), s->costs->name);
    return OK;
}

enum err
cmd_info_output(struct call *c)
{
    struct session *s = c->s;
    if (!s->machine->n_outputs)
        buf_puts(c->out, "The program has produced no output.\n");
    uint32_t n_shown = s->n_outputs_shown; /* in the past more of it was seen than there is */
    s->n_outputs_shown = 0;
    run_show_outputs(s, c->out);
    s->n_outputs_shown = n_shown;
    if (s->machine->n_outputs_lost)
        buf_printf(c->out, "%" PRIu64 " more did not fit and were lost.\n", s->machine->n_outputs_lost);
    return OK;
}

enum err
cmd_info_symbol(struct call *c)
{
    struct session *s = c->s;
    struct value v;
    struct buf name = BUF_EMPTY;
    enum err err = expr_eval(s, c->expr, &v, NULL, c->e);
    if (err)
        return err;
    bool is_code = v.type.base == BASE_CODE && !v.type.n_ptr;
    if (is_code)
        format_code_name(s, v.bits, &name);
    else
        format_addr_name(s, v.bits, &name);
    if (name.len > 3) {
        const struct function *f = is_code ? program_function_at(s->program, (uint32_t)v.bits) : NULL;
        buf_printf(c->out, "%.*s", (int)name.len - 3, name.text + 2); /* without " <" and ">" */
        buf_printf(c->out, f ? " in section %s\n" : "%s\n", f ? f->section : "");
    } else {
        buf_printf(c->out, "No symbol matches %s.\n", c->expr->text);
    }
    buf_free(&name);
    return OK;
}

static void
put_helper(const struct session *s, const struct helper_row *row, uint32_t n_calls, struct buf *out)
{
    buf_printf(out, "%5d  %-32s ", row->id, row->name);
    for (uint32_t i = 0; s->machine && i < s->machine->n_scripted; i++) {
        if (s->machine->scripted[i].id == row->id)
            buf_printf(out, "returns %" PRIu64 " as scripted", s->machine->scripted[i].value);
    }
    buf_puts(out, row->fn ? "modelled" : "not modelled");
    if (n_calls)
        buf_printf(out, ", called at %u place%s", n_calls, n_calls == 1 ? "" : "s");
    buf_putc(out, '\n');
}

/* Places that call helper `id`. */
static uint32_t
count_calls(const struct program *p, int32_t id)
{
    uint32_t n = 0;
    for (uint32_t pc = 0; p && pc < p->n_slots; pc++)
        n += p->insns[pc].op == OP_call && p->insns[pc].imm == id;
    return n;
}

enum err
cmd_info_helpers(struct call *c)
{
    enum { ID_MAX = 512 };
    const struct session *s = c->s;
    for (int32_t id = 0; id < ID_MAX; id++) {
        const struct helper_row *row = helper_row(id);
        uint32_t n = row ? count_calls(s->program, id) : 0;
        if (row && (*c->text ? strstr(row->name, c->text) != NULL : n > 0))
            put_helper(s, row, n, c->out);
    }
    return OK;
}

enum err
cmd_info_program_types(struct call *c)
{
    for (uint32_t i = 0; i < n_prog_types; i++) {
        const struct prog_type *t = &prog_types[i];
        buf_printf(c->out, "%-24s", t->name);
        for (const char *const *section = t->sections; section && *section; section++)
            buf_printf(c->out, " %s", *section);
        buf_putc(c->out, '\n');
    }
    return OK;
}
