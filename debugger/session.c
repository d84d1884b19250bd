/* The session: made, given a program and an input, taken apart. See session.h. Running is run.c's, breakpoints are breakpoints.c's. */
#include "config.h"

#include "debugger/session.h"

#include "debugger/alias.h"
#include "debugger/data.h"
#include "debugger/display.h"
#include "debugger/bookmark.h"
#include "debugger/breakpoints.h"
#include "debugger/history.h"
#include "debugger/hits.h"
#include "debugger/logging.h"
#include "debugger/profile.h"
#include "debugger/script.h"
#include "debugger/settings.h"
#include "debugger/source.h"
#include "debugger/state.h"
#include "debugger/trace.h"
#include "debugger/uninit.h"
#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct session *
session_new(const struct session_config *config)
{
    assert(config->engines && config->engines[0] && config->interrupt);
    struct session *s = xcalloc(1, sizeof *s);
    s->config = *config;
    s->engine = config->engines[0];
    s->parse_pc = -1;
    s->engine_insns = xcalloc(session_engine_index(s, NULL), sizeof *s->engine_insns);
    cost_model_unit(&s->unit);
    s->costs = config->costs ? config->costs : &s->unit;
    s->entry = -1;
    s->next_breakpoint = 1;
    s->next_display = 1;
    s->x_fmt = (struct fmt){ .count = 1, .letter = 'x', .size = 'w' };
    settings_init(&s->settings);
    return s;
}

/* Everything that belongs to the loaded program. Points stay: their places are resolved again by the next one. */
static void
unload(struct session *s)
{
    if (!s->program)
        return;
    data_forget_types(s);
    source_free(s);
    hits_forget(s);
    history_close(s);
    machine_free(s->machine);
    if (s->code)
        s->engine->close(s->code);
    profile_forget(s);
    program_free(s->program);
    s->machine = NULL;
    s->code = NULL;
    s->program = NULL;
    s->is_running = false;
    memset(s->engine_insns, 0, session_engine_index(s, NULL) * sizeof *s->engine_insns);
    s->entry = -1;
    s->frame = 0;
    s->event = (struct event){ .kind = EVENT_NONE };
    s->list_file = 0;
    s->list_first = s->list_last = 0;
}

void
session_free(struct session *s)
{
    if (!s)
        return;
    struct errinfo e;
    trace_off(s, &e); /* nobody is left to hear of an error */
    unload(s);
    hits_free(s);
    breakpoints_free(s);
    bookmarks_free(s);
    display_free(s);
    script_free(s);
    alias_free_all(s);
    logging_free(s);
    uninit_forget(s);
    data_free(s);
    free(s->engine_insns);
    free(s->btf_path);
    free(s->input_packet);
    free(s->input_ctx);
    free(s->repeat);
    free(s);
}

uint32_t
session_engine_index(const struct session *s, const struct engine *engine)
{
    uint32_t i = 0;
    while (s->config.engines[i] && s->config.engines[i] != engine)
        i++;
    return i;
}

uint64_t
session_code_insns(const struct session *s)
{
    uint64_t n = s->machine->n_insns;
    for (uint32_t i = 0; s->config.engines[i]; i++)
        n -= s->engine_insns[i] < n ? s->engine_insns[i] : n; /* going back leaves less than they executed */
    return n;
}

static struct code *
open_code(const struct session *s, const struct engine *engine, const struct program *program, struct errinfo *e)
{
    struct code *code = engine->open(program, s->costs, e);
    if (code && s->config.code_opened)
        s->config.code_opened(s->config.arg, program, engine, code);
    return code;
}

struct code *
session_new_code(const struct session *s, const struct engine *engine, struct errinfo *e)
{
    return open_code(s, engine, s->program, e);
}

enum err
session_open_code(struct session *s, const struct engine *engine, struct errinfo *e)
{
    if (!s->program) {
        s->engine = engine;
        return OK;
    }
    struct code *code = profile_check_engine(s, engine, e) ? NULL : open_code(s, engine, s->program, e);
    if (!code)
        return e->code;
    s->engine_insns[session_engine_index(s, s->engine)] += session_code_insns(s);
    history_forget_code(s);
    hits_forget(s);
    s->engine->close(s->code);
    s->engine = engine;
    s->code = code;
    profile_follow(s);
    return OK;
}

/* Displays and history may hold names of the old program as numbers; those that were parsed before stay what they were. */
static enum err
adopt(struct session *s, struct program *program, struct buf *out, struct errinfo *e)
{
    struct code *code = open_code(s, s->engine, program, e);
    if (!code)
        return e->code;
    unload(s);
    s->program = program;
    s->code = code;
    s->machine = machine_new(program, s->costs, out);
    s->machine->interrupt = s->config.interrupt;
    profile_follow(s);
    s->sources = xcalloc(program->n_files + 1, sizeof *s->sources);
    const struct function *entry = program_default_entry(program);
    s->entry = entry ? entry - program->functions : -1;
    for (uint32_t i = 0; i < program->n_notes; i++) {
        const struct note *note = &program->notes[i];
        if (note->pc >= 0)
            buf_printf(out, "insn %lld: ", (long long)note->pc);
        buf_printf(out, "%s\n", note->text);
    }
    breakpoints_resolve(s, out);
    displays_resolve(s, out);
    history_open(s);
    return OK;
}

void
session_adopt(struct session *s, struct program *program, struct buf *out)
{
    struct errinfo e;
    enum err err = adopt(s, program, out, &e);
    assert(err == OK); /* the reference engine opens every linked program */
}

enum err
session_load(struct session *s, const char *path, const struct load_options *options, struct buf *out, struct errinfo *e)
{
    struct program *program;
    struct load_options defaults = { 0 };
    defaults.helper_id = helper_id;
    const struct load_options *o = options ? options : &defaults;
    enum err err = program_load(path, o, &program, e);
    if (err)
        return err;
    char *btf_path = o->btf_path ? xstrdup(o->btf_path) : NULL;
    struct load_options kept = *o;
    if ((err = adopt(s, program, out, e))) {
        free(btf_path);
        program_free(program);
        return err;
    }
    free(s->btf_path);
    s->btf_path = btf_path;
    s->load_options = kept;
    s->load_options.btf_path = btf_path;
    return OK;
}

enum err
session_set_input(struct session *s, const struct input *input, struct errinfo *e)
{
    if (input->packet_bytes > PACKET_MAX_BYTES)
        return err_set(e, ERR_TOO_LARGE, "packet", 0, input->packet_bytes, PACKET_MAX_BYTES);
    if (input->ctx_bytes > CTX_MAX_BYTES)
        return err_set(e, ERR_TOO_LARGE, "context", 0, input->ctx_bytes, CTX_MAX_BYTES);
    /* the new bytes may be the old ones: copy before freeing */
    uint8_t *packet = input->packet ? xmalloc(input->packet_bytes + 1) : NULL;
    uint8_t *ctx = input->ctx ? xmalloc(input->ctx_bytes + 1) : NULL;
    if (packet)
        memcpy(packet, input->packet, input->packet_bytes);
    if (ctx)
        memcpy(ctx, input->ctx, input->ctx_bytes);
    s->input_is_newer = true;
    free(s->input_packet);
    free(s->input_ctx);
    s->input_packet = packet;
    s->input_ctx = ctx;
    s->input = (struct input){ .packet = packet, .packet_bytes = packet ? input->packet_bytes : 0,
                               .ctx = ctx, .ctx_bytes = ctx ? input->ctx_bytes : 0 };
    return OK;
}

const struct input *
session_input(const struct session *s)
{
    return &s->input;
}

const struct program *
session_program(const struct session *s)
{
    return s->program;
}

const struct machine *
session_machine(const struct session *s)
{
    return s->machine;
}

bool
session_is_running(const struct session *s)
{
    return s->is_running;
}

const char *
session_prompt(const struct session *s)
{
    return s->collection.what == COLLECT_NOTHING ? "(ebpfdbg) " : ">";
}

int
session_exit_code(const struct session *s)
{
    return s->exit_code;
}

const struct event *
session_event(const struct session *s)
{
    return &s->event;
}

enum err
session_may_write(const struct session *s, const char *path, struct errinfo *e)
{
    return s->config.writes_files ? OK : err_set_detail(e, ERR_OPEN, path, "this session writes no files");
}
