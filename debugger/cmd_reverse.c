/* Commands that travel in time. */
#include "config.h"

#include "debugger/back.h"
#include "debugger/breakpoints.h"
#include "debugger/call.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/history.h"
#include "debugger/render.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum err
cmd_reverse_continue(struct call *c)
{
    if (c->has_count)
        breakpoint_ignore_crossings(c->s, c->count, c->out);
    buf_puts(c->out, "Continuing.\n");
    back_to_hit(c->s);
    render_stop(c->s, NULL, c->out);
    return OK;
}

static enum err
reverse_insns(struct call *c, bool over)
{
    struct origin origin = render_origin(c->s);
    if (!c->count)
        return OK;
    back_insns(c->s, c->count, over);
    render_stop(c->s, &origin, c->out);
    return OK;
}

enum err
cmd_reverse_stepi(struct call *c)
{
    return reverse_insns(c, false);
}

enum err
cmd_reverse_nexti(struct call *c)
{
    return reverse_insns(c, true);
}

static enum err
reverse_lines(struct call *c, bool over)
{
    struct origin origin = render_origin(c->s);
    if (!c->count)
        return OK;
    back_lines(c->s, c->count, over, c->out);
    render_stop(c->s, &origin, c->out);
    return OK;
}

enum err
cmd_reverse_step(struct call *c)
{
    return reverse_lines(c, false);
}

enum err
cmd_reverse_next(struct call *c)
{
    return reverse_lines(c, true);
}

enum err
cmd_reverse_finish(struct call *c)
{
    struct session *s = c->s;
    if (s->frame + 1 >= frame_count(s))
        return err_set(c->e, ERR_OUTERMOST, "reverse-finish", 0, 0, 0);
    buf_puts(c->out, "Run back to call of ");
    frame_text(s, s->frame, true, c->out);
    enum err err = back_finish(s, c->e);
    if (!err)
        render_stop(s, NULL, c->out);
    return err;
}

enum err
cmd_when(struct call *c)
{
    struct session *s = c->s;
    const struct machine *m = s->machine;
    uint64_t first = history_first(s), last = history_last(s), span = last - first;
    buf_printf(c->out, "icount %" PRIu64 " of %" PRIu64 " (%u %%), cycle %" PRIu64 ", insn %u", m->n_insns, last,
               span ? (unsigned)((double)(m->n_insns - first) * 100 / (double)span) : 100, m->n_cycles / CYCLE_SCALE, m->pc);
    format_code_name(s, m->pc, c->out);
    buf_puts(c->out, s->machine->has_exited ? ", after its end\n" : "\n");
    return OK;
}

static enum err
go(struct call *c, uint64_t moment)
{
    if (moment < history_first(c->s))
        return err_set(c->e, ERR_MOMENT_FORGOTTEN, NULL, 0, moment, history_first(c->s));
    back_or_forth(c->s, moment, c->out);
    render_stop(c->s, NULL, c->out);
    return OK;
}

/* To the first moment at which so many cycles are over. */
static enum err
go_to_cycle(struct call *c, uint64_t cycles)
{
    struct session *s = c->s;
    const struct moment goal = { .unit = MOMENT_CYCLES, .n = cycles };
    enum err err = go(c, history_of_cycles(s, cycles));
    for (uint64_t distance; !err && s->event.kind == EVENT_STEP && (distance = moment_distance(s, &goal));) {
        buf_clear(c->out);
        err = go(c, s->machine->n_insns + distance);
    }
    return err;
}

enum err
cmd_seek(struct call *c)
{
    struct session *s = c->s;
    const char *text = c->text;
    size_t len = strlen(text), word = command_word(text);
    bool is_cycles = word && strncmp(text, "cycles", word) == 0 && text[word] && isspace((unsigned char)text[word]);
    bool is_percent = len && text[len - 1] == '%';
    uint64_t n;
    if (!len)
        return err_set(c->e, ERR_ARGUMENT, "an icount, a percentage, or \"cycle\" and a number", 0, 0, 0);
    char *number = xstrndup(is_cycles ? text + word : text, is_cycles ? len : len - is_percent);
    enum err err = expr_number(s, number, &n, c->e);
    free(number);
    if (err)
        return err;
    if (is_cycles)
        return go_to_cycle(c, n);
    if (is_percent && n > 100)
        return err_set(c->e, ERR_DEBUGGER, "History has 100 % only.", 0, 0, 0);
    uint64_t first = history_first(s), span = history_last(s) - first;
    return go(c, is_percent ? first + span / 100 * n + span % 100 * n / 100 : n);
}

enum err
cmd_undo(struct call *c)
{
    struct session *s = c->s;
    uint64_t moment, present = s->machine->n_insns;
    bool was_running = s->is_running;
    enum err err = history_undo(s, &moment, c->e);
    if (err)
        return err;
    buf_printf(c->out, "The last edit, at icount %" PRIu64 ", was taken back.\n", moment);
    if (moment != present || was_running != s->is_running) {
        s->at_trap = true;
        s->frame = 0;
        s->event = (struct event){ .kind = s->is_running ? EVENT_STEP : EVENT_EXIT, .pc = s->machine->pc, .n_insns = s->machine->n_insns };
        render_stop(s, NULL, c->out);
    }
    return OK;
}

enum err
cmd_info_history(struct call *c)
{
    history_text(c->s, c->out);
    return OK;
}
