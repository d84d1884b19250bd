/* Commands that start, continue and end the program, and choose what is run. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/history.h"
#include "debugger/breakpoints.h"
#include "debugger/render.h"
#include "debugger/run.h"
#include "debugger/select.h"
#include "debugger/step.h"
#include "sim/object/types.h"
#include "sim/object/variables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum err
cmd_file(struct call *c)
{
    struct session *s = c->s;
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "file name", 0, 0, 0);
    if (s->is_running &&
        !call_confirm(c, "A program is being debugged already.\nAre you sure you want to change the file?"))
        return err_set(c->e, ERR_DEBUGGER, "File not changed.", 0, 0, 0);
    buf_printf(c->out, "Reading symbols from %s...\n", c->text);
    struct load_options options = s->load_options;
    options.format = FORMAT_AUTO;
    options.helper_id = helper_id;
    return session_load(s, c->text, &options, c->out, c->e);
}

static enum err
start(struct call *c)
{
    struct session *s = c->s;
    if (s->is_running &&
        !call_confirm(c, "The program being debugged has been started already.\nStart it from the beginning?"))
        return err_set(c->e, ERR_DEBUGGER, "Program not restarted.", 0, 0, 0);
    const struct prog_type *type;
    enum err err = select_check(s, &type, c->e);
    if (err)
        return err;
    buf_printf(c->out, "Starting program: %s (%s)\n", s->program->functions[s->entry].name, type->name);
    return run_start(s, c->e);
}

static enum err
resume(struct call *c)
{
    struct goal goal = { .budget = UINT64_MAX };
    run_resume(c->s, &goal, c->out);
    render_stop(c->s, NULL, c->out);
    return OK;
}

enum err
cmd_run(struct call *c)
{
    enum err err = start(c);
    return err ? err : resume(c);
}

enum err
cmd_start(struct call *c)
{
    struct session *s = c->s;
    struct location place;
    const struct prog_type *type;
    char spec[16];
    enum err err = select_check(s, &type, c->e);
    if (err)
        return err;
    snprintf(spec, sizeof spec, "*%" PRIu32, s->program->functions[s->entry].pc);
    if ((err = location_parse(s, spec, &place, c->e)))
        return err;
    const struct breakpoint *p = breakpoint_add(s, &place, spec, NULL, true);
    uint32_t number = p->number;
    breakpoint_announce(s, p, &place, c->out);
    if ((err = start(c))) {
        breakpoint_delete(s, number);
        return err;
    }
    return resume(c);
}

enum err
cmd_continue(struct call *c)
{
    if (c->has_count)
        breakpoint_ignore_crossings(c->s, c->count, c->out);
    buf_puts(c->out, "Continuing.\n");
    return resume(c);
}

enum err
cmd_jump(struct call *c)
{
    struct session *s = c->s;
    if (!c->has_place)
        return err_set(c->e, ERR_ARGUMENT, "starting address", 0, 0, 0);
    if (c->place.n_pcs != 1)
        return err_set(c->e, ERR_DEBUGGER, "Unreasonable jump request", 0, 0, 0);
    const struct function *from = program_function_at(s->program, s->machine->pc);
    const struct function *to = program_function_at(s->program, c->place.pcs[0]);
    char question[160];
    snprintf(question, sizeof question, "Line is not in `%.60s'.  Jump anyway?", from ? from->name : "??");
    if (from != to && !call_confirm(c, question))
        return err_set(c->e, ERR_DEBUGGER, "Not confirmed.", 0, 0, 0);
    s->frame = 0;
    enum err err = data_write_reg(s, REG_ID_PC, c->place.pcs[0], c->e);
    if (err)
        return err;
    buf_printf(c->out, "Continuing at insn %u.\n", c->place.pcs[0]);
    return resume(c);
}

enum err
cmd_kill(struct call *c)
{
    struct session *s = c->s;
    if (!call_confirm(c, "Kill the program being debugged?"))
        return err_set(c->e, ERR_DEBUGGER, "Not confirmed.", 0, 0, 0);
    s->is_running = false;
    s->frame = 0;
    history_kill(s);
    buf_printf(c->out, "[%s killed]\n", s->program->functions[s->machine->entry].name);
    return OK;
}

enum err
cmd_quit(struct call *c)
{
    struct session *s = c->s;
    if (c->expr) {
        struct value v;
        enum err err = expr_eval(s, c->expr, &v, NULL, c->e);
        if (err)
            return err;
        s->exit_code = (int)(uint8_t)v.bits;
    }
    if (s->is_running && !call_confirm(c, "A debugging session is active.\n\nQuit anyway?"))
        return err_set(c->e, ERR_DEBUGGER, "Not confirmed.", 0, 0, 0);
    s->quit = true;
    return OK;
}

enum err
cmd_stepi(struct call *c)
{
    struct origin origin = render_origin(c->s);
    if (!c->count)
        return OK;
    step_insns(c->s, c->count, false, c->out);
    render_stop(c->s, &origin, c->out);
    return OK;
}

enum err
cmd_nexti(struct call *c)
{
    struct origin origin = render_origin(c->s);
    if (!c->count)
        return OK;
    step_insns(c->s, c->count, true, c->out);
    render_stop(c->s, &origin, c->out);
    return OK;
}

static enum err
step_source(struct call *c, bool over)
{
    struct origin origin = render_origin(c->s);
    if (!c->count)
        return OK;
    step_lines(c->s, c->count, over, c->out);
    render_stop(c->s, &origin, c->out);
    return OK;
}

enum err
cmd_step(struct call *c)
{
    return step_source(c, false);
}

enum err
cmd_next(struct call *c)
{
    return step_source(c, true);
}

/* What the function at pc returns: from its variables or its prototype; a long when nobody knows. False: nothing. */
static bool
returned_type(const struct session *s, uint32_t pc, struct vtype *out)
{
    const struct program *p = s->program;
    const struct function *f = program_function_at(p, pc);
    int32_t scope = f ? variables_scope_at(p->variables, f->pc * 8) : -1;
    *out = vtype_base(BASE_LONG);
    if (scope < 0)
        return !f || !f->btf_id || !p->btf || !type_returns_void(p->btf, f->btf_id);
    while (p->variables->scopes[scope].parent >= 0)
        scope = p->variables->scopes[scope].parent;
    uint32_t id = p->variables->scopes[scope].type_id;
    if (id && vtype_is_scalar(vtype_of_btf(p->btf, id)))
        *out = vtype_of_btf(p->btf, id);
    return id != 0;
}

/* The value is r0: BPF has one return register, and nobody has used it yet. */
static void
show_returned(struct session *s, struct vtype type, struct buf *out)
{
    struct value r0;
    if (s->event.kind != EVENT_STEP || data_read_reg(s, REG_0, &r0, NULL) != OK)
        return;
    r0 = value_of(type, r0.bits);
    buf_printf(out, "Value returned is $%u = ", data_record(s, &r0));
    format_value(s, &r0, 0, out);
    buf_putc(out, '\n');
}

enum err
cmd_finish(struct call *c)
{
    struct session *s = c->s;
    if (s->frame + 1 >= frame_count(s))
        return err_set(c->e, ERR_OUTERMOST, "finish", 0, 0, 0);
    struct vtype type;
    bool has_value = returned_type(s, frame_pc(s, s->frame), &type);
    buf_puts(c->out, "Run till exit from ");
    frame_text(s, s->frame, true, c->out);
    enum err err = step_finish(s, c->out, c->e);
    if (err)
        return err;
    render_stop(s, NULL, c->out);
    if (has_value)
        show_returned(s, type, c->out);
    return OK;
}

/* Up to the moment, which has to be ahead. */
static enum err
run_to_moment(struct call *c)
{
    struct session *s = c->s;
    struct goal goal = { .budget = UINT64_MAX, .moment = c->moment };
    if (!moment_distance(s, &c->moment)) {
        uint64_t now = c->moment.unit == MOMENT_CYCLES ? s->machine->n_cycles / CYCLE_SCALE : s->machine->n_insns;
        return err_set(c->e, ERR_MOMENT_PASSED, c->moment.unit == MOMENT_CYCLES ? "cycles" : "icount", 0, now, 0);
    }
    run_resume(s, &goal, c->out);
    render_stop(s, NULL, c->out);
    return OK;
}

enum err
cmd_until(struct call *c)
{
    struct origin origin = render_origin(c->s);
    if (c->moment.unit)
        return run_to_moment(c);
    if (c->has_place)
        step_to(c->s, &c->place, true, c->out);
    else
        step_until_next(c->s, c->out);
    render_stop(c->s, c->has_place ? NULL : &origin, c->out);
    return OK;
}

enum err
cmd_advance(struct call *c)
{
    if (c->moment.unit)
        return run_to_moment(c);
    if (!c->has_place)
        return err_set(c->e, ERR_ARGUMENT, "a location", 0, 0, 0);
    step_to(c->s, &c->place, false, c->out);
    render_stop(c->s, NULL, c->out);
    return OK;
}

/* Takes the word off the text when it is the first one. */
static bool
take_word(const char **text, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*text, word, n) || ((*text)[n] && (*text)[n] != ' '))
        return false;
    *text += n + strspn(*text + n, " ");
    return true;
}

enum err
cmd_lockstep(struct call *c)
{
    struct session *s = c->s;
    const struct session_config *config = &s->config;
    const char *text = c->text;
    struct session_lockstep how = { .budget = UINT64_MAX, .interrupt = config->interrupt };
    how.by_block = take_word(&text, "block");
    if (!how.by_block)
        take_word(&text, "insn");
    enum err err = *text ? expr_number(s, text, &how.budget, c->e) : OK;
    if (err)
        return err;
    if (!config->lockstep)
        return err_set(c->e, ERR_DEBUGGER, "There is no second engine to compare with.", 0, 0, 0);
    return config->lockstep(config->arg, s->machine, &how, c->out, c->e);
}

enum err
cmd_set_program(struct call *c)
{
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "name of a program", 0, 0, 0);
    return session_select(c->s, c->text, c->s->type ? c->s->type->name : NULL, c->e);
}

enum err
cmd_set_type(struct call *c)
{
    return session_select(c->s, NULL, *c->text ? c->text : NULL, c->e);
}

enum err
cmd_set_engine(struct call *c)
{
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "name of an engine", 0, 0, 0);
    return session_use_engine(c->s, c->text, c->e);
}

enum err
cmd_show_program(struct call *c)
{
    const struct session *s = c->s;
    if (!s->program || s->entry < 0)
        return err_set(c->e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
    buf_printf(c->out, "The program to run is \"%s\".\n", s->program->functions[s->entry].name);
    for (uint32_t i = 0; i < s->program->n_functions; i++) {
        const struct function *f = &s->program->functions[i];
        if (f->is_program)
            buf_printf(c->out, "%c %-24s %-16s insn %-6u %s\n", i == s->entry ? '*' : ' ', f->name, f->section, f->pc,
                       prog_type_of_section(f->section)->name);
    }
    return OK;
}

enum err
cmd_show_type(struct call *c)
{
    const struct session *s = c->s;
    if (!s->type && (!s->program || s->entry < 0))
        buf_puts(c->out, "The program type follows from the section's name.\n");
    else
        buf_printf(c->out, "The program type is \"%s\"%s.\n", select_type(s)->name, s->type ? "" : " (from the section's name)");
    return OK;
}

enum err
cmd_show_engine(struct call *c)
{
    buf_printf(c->out, "The engine is \"%s\".", c->s->engine->name);
    for (const struct engine *const *engine = c->s->config.engines; *engine; engine++)
        buf_printf(c->out, "%s%s", engine == c->s->config.engines ? " There are: " : ", ", (*engine)->name);
    buf_puts(c->out, ".\n");
    return OK;
}
