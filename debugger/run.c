/* Running in slices, and why it stopped. See run.h. */
#include "config.h"

#include "debugger/run.h"

#include "debugger/data.h"
#include "debugger/history.h"
#include "debugger/hits.h"
#include "debugger/logging.h"
#include "debugger/profile.h"
#include "debugger/script.h"
#include "debugger/select.h"
#include "debugger/trace.h"
#include "debugger/uninit.h"
#include "sim/base/base.h"

#include <assert.h>
#include <string.h>

/* Instructions between two looks at output: some 50 ms of the interpreter. */
#define SLICE UINT64_C(50000000)
/* Bytes of output that the front end shall have before the command is over. */
enum { MUCH_TEXT = 1 << 16 };

static void
show_bytes(const struct output *o, struct buf *out)
{
    enum { SHOWN = 64 };
    for (uint32_t i = 0; i < o->n_bytes && i < SHOWN; i++)
        buf_printf(out, "%s%02x", i ? " " : "", o->bytes[i]);
    if (o->n_bytes > SHOWN)
        buf_printf(out, " ... (%u more)", o->n_bytes - SHOWN);
}

static void
show_output(struct session *s, const struct output *o, struct buf *out)
{
    const struct program *p = s->program;
    const char *map = o->map < p->n_maps ? p->maps[o->map].name : "?";
    switch (o->kind) {
    case OUTPUT_TRACE_PRINTK:
        buf_write(out, o->bytes, o->n_bytes);
        if (!o->n_bytes || o->bytes[o->n_bytes - 1] != '\n')
            buf_putc(out, '\n');
        return;
    case OUTPUT_PERF_EVENT:
    case OUTPUT_RINGBUF:
        buf_printf(out, "[%s %s: %u bytes: ", o->kind == OUTPUT_RINGBUF ? "ringbuf" : "perf event", map, o->n_bytes);
        break;
    case OUTPUT_REDIRECT:
        buf_printf(out, "[redirect: %u bytes: ", o->n_bytes);
        break;
    }
    show_bytes(o, out);
    buf_puts(out, "]\n");
}

void
run_show_outputs(struct session *s, struct buf *out)
{
    for (; s->n_outputs_shown < s->machine->n_outputs; s->n_outputs_shown++)
        show_output(s, &s->machine->outputs[s->n_outputs_shown], out);
}

enum err
run_start(struct session *s, struct errinfo *e)
{
    const struct prog_type *type;
    enum err err = select_check(s, &type, e);
    if (!err)
        err = machine_start(s->machine, (uint32_t)s->entry, type, &s->input, e);
    if (err) {
        s->is_running = false;
        return err;
    }
    s->is_running = true;
    s->input_is_newer = false;
    s->at_trap = false;
    s->frame = 0;
    s->n_outputs_shown = 0;
    memset(s->engine_insns, 0, session_engine_index(s, NULL) * sizeof *s->engine_insns);
    s->event = (struct event){ .pc = s->machine->pc };
    history_begin(s);
    profile_begin(s);
    uninit_forget(s);
    return OK;
}

void
run_set_event(struct session *s, enum event_kind kind, const struct stop *stop)
{
    const struct machine *m = s->machine;
    s->event = (struct event){ .kind = kind, .stop = *stop, .pc = m->pc, .n_insns = m->n_insns };
    if (kind == EVENT_BREAKPOINT || kind == EVENT_WATCH) {
        s->event.hits = s->hits;
        s->event.n_hits = s->n_hits;
    }
    s->n_stops++;
    s->at_trap = true;
    script_plan(s);
    if (kind == EVENT_EXIT) {
        struct value code = value_int(BASE_INT, m->regs[REG_0]);
        data_set_variable(s, "_exitcode", &code);
        s->is_running = false;
    }
}

void
run_set_hits(struct session *s, const struct stop *stop)
{
    struct value number = value_int(BASE_INT, s->hits[0].number);
    enum event_kind kind = EVENT_WATCH;
    for (uint32_t i = 0; i < s->n_hits; i++) {
        if (!breakpoint_is_watch(s->hits[i].type))
            kind = EVENT_BREAKPOINT;
    }
    run_set_event(s, kind, stop);
    data_set_variable(s, "_hit_bpnum", &number);
}

static bool
is_goal(const struct session *s, const struct goal *goal)
{
    for (uint32_t i = 0; i < goal->n_pcs; i++) {
        if (goal->pcs[i] == s->machine->pc && s->machine->depth <= goal->max_depth)
            return true;
    }
    return false;
}

/* Instructions until somebody has to look: the end of the step, output, moments, what no engine watches. */
static uint64_t
slice_of(const struct session *s, const struct goal *goal, uint64_t left)
{
    uint64_t slice = left < SLICE ? left : SLICE, distance = moment_distance(s, &goal->moment);
    uint64_t rooms[] = { hits_room(s), history_room(s), profile_room(s), trace_room(s) };
    for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
        slice = rooms[i] < slice ? rooms[i] : slice;
    return distance && distance < slice ? distance : slice;
}

/* Judges one return of the engine. False: nothing that the user must hear of. */
static bool
judge(struct session *s, const struct goal *goal, uint64_t left, const struct stop *stop, struct buf *out)
{
    bool is_hit = hits_collect(s, stop, out);
    if (stop->reasons & STOP_EXIT)
        run_set_event(s, EVENT_EXIT, stop);
    else if (is_hit)
        run_set_hits(s, stop);
    else if (stop->reasons & STOP_FAULT)
        run_set_event(s, EVENT_FAULT, stop);
    else if (stop->reasons & STOP_DIFFERENCE)
        run_set_event(s, EVENT_DIFFERENCE, stop);
    else if (stop->reasons & STOP_INTERRUPT)
        run_set_event(s, EVENT_INTERRUPT, stop);
    else if (!left || ((stop->reasons & STOP_TRAP) && is_goal(s, goal)) || (goal->moment.unit && !moment_distance(s, &goal->moment)))
        run_set_event(s, EVENT_STEP, stop);
    else
        return false;
    return true;
}

static void
set_goal(struct session *s, const struct goal *goal, bool on)
{
    for (uint32_t i = 0; i < goal->n_pcs; i++)
        s->engine->set_trap(s->code, goal->pcs[i], on);
}

void
run_resume(struct session *s, const struct goal *goal, struct buf *out)
{
    struct machine *m = s->machine;
    uint64_t left = goal->budget, since_flush = 0;
    uint32_t how = s->at_trap ? RUN_RESUME : 0;
    assert(s->is_running && left);
    if (s->settings.budget && left > s->settings.budget)
        left = s->settings.budget;
    s->frame = 0;
    history_before_run(s, out);
    set_goal(s, goal, true);
    hits_begin(s);
    for (bool is_over = false; !is_over;) {
        uint64_t before = m->n_insns, slice = slice_of(s, goal, left), start = now_ns();
        hits_arm(s);
        trace_before(s);
        struct stop stop = profile_run(s, slice, how);
        trace_after(s, out);
        uint64_t done = m->n_insns - before;
        s->at_trap = true; /* what is set on this pc was looked at, and is judged below */
        left -= left == UINT64_MAX ? 0 : done;
        history_ran(s, done, now_ns() - start);
        run_show_outputs(s, out);
        is_over = judge(s, goal, left, &stop, out);
        how = RUN_RESUME;
        if (done && history_replay_edit(s)) {
            how = s->at_trap ? RUN_RESUME : 0;
            s->event.pc = m->pc;
            hits_begin(s);
        }
        since_flush += done;
        if (since_flush >= SLICE || out->len >= MUCH_TEXT) {
            logging_show(s, out);
            since_flush = 0;
        }
    }
    set_goal(s, goal, false);
}
