/* Events as text. See render.h. */
#include "config.h"

#include "debugger/render.h"

#include "debugger/display.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/breakpoints.h"
#include "debugger/script.h"
#include "debugger/select.h"
#include "debugger/source.h"
#include "debugger/watch.h"
#include "sim/machine/listing.h"

#include <inttypes.h>

struct origin
render_origin(const struct session *s)
{
    if (!s->is_running)
        return (struct origin){ 0 };
    return (struct origin){ .depth = s->machine->depth, .function = program_function_at(s->program, s->machine->pc) };
}

void
render_insn(struct session *s, uint32_t pc, struct buf *out)
{
    bool is_here = frame_count(s) && pc == frame_pc(s, s->frame);
    buf_printf(out, "%s%u", is_here ? "=> " : "   ", pc);
    format_code_name(s, pc, out);
    buf_puts(out, ":\t");
    if (pc < s->program->n_slots)
        listing_insn(s->program, pc, s->settings.syntax ? SYNTAX_MNEMONIC : SYNTAX_KERNEL, out);
    else /* the program has stepped past its last instruction, and not faulted yet */
        buf_puts(out, "(behind the end)");
    buf_putc(out, '\n');
}

void
render_source(struct session *s, uint32_t level, struct buf *out)
{
    uint32_t pc = frame_pc(s, level);
    const struct line *l = program_line_at(s->program, level && pc ? pc - 1 : pc);
    if (!l)
        return;
    source_print_line(s, l->file, l->line, out);
    s->list_file = l->file;
    s->list_first = s->list_last = 0; /* `list` shows what is around this line next */
}

void
render_frame(struct session *s, struct buf *out)
{
    frame_text(s, s->frame, true, out);
    render_source(s, s->frame, out);
}

static void
cycles_text(const struct machine *m, struct buf *out)
{
    uint64_t whole = m->n_cycles / CYCLE_SCALE, rest = m->n_cycles % CYCLE_SCALE;
    buf_printf(out, "%" PRIu64, whole);
    if (rest)
        buf_printf(out, ".%03" PRIu64, rest);
    buf_printf(out, " cycle%s", whole == 1 && !rest ? "" : "s");
}

void
render_result(struct session *s, struct buf *out)
{
    const struct machine *m = s->machine;
    uint32_t retval = (uint32_t)m->regs[REG_0];
    const char *verdict = prog_type_verdict(m->type, retval);
    buf_printf(out, "[%s returned %" PRId32, s->program->functions[m->entry].name, (int32_t)retval);
    if (verdict)
        buf_printf(out, " (%s)", verdict);
    buf_printf(out, ", %" PRIu64 " insn%s, ", m->n_insns, m->n_insns == 1 ? "" : "s");
    cycles_text(m, out);
    buf_puts(out, "]\n");
}

/* The location in gdb's two forms: the whole frame, or within the same function only the line. */
static void
put_location(struct session *s, bool is_same, struct buf *out)
{
    uint32_t pc = frame_pc(s, 0);
    const struct line *l = program_line_at(s->program, pc);
    if (!is_same || !l)
        frame_text(s, 0, false, out);
    else if (!frame_is_at_line_start(s, 0))
        buf_printf(out, "insn %u\t", pc);
    render_source(s, 0, out);
    if (s->settings.disassemble_next == 1 || (s->settings.disassemble_next == 2 && !l))
        render_insn(s, pc, out);
}

/* What a watchpoint has seen. */
static void
put_watch(struct session *s, const struct hit *hit, struct buf *out)
{
    const struct breakpoint *b = breakpoint_numbered(s, hit->number);
    buf_printf(out, "\n%s %u: ", breakpoint_title(b), hit->number);
    watch_text(b->watch, out);
    if (hit->before)
        buf_printf(out, "\n\nOld value = %s\nNew value = %s\n", hit->before, hit->now);
    else
        buf_printf(out, "\n\nValue = %s\n", hit->now);
}

/* All watchpoints, then the first breakpoint, which the location belongs to. */
static void
put_hits(struct session *s, struct buf *out)
{
    const struct hit *first = NULL;
    for (uint32_t i = 0; i < s->event.n_hits; i++) {
        const struct hit *hit = &s->event.hits[i];
        if (breakpoint_is_watch(hit->type))
            put_watch(s, hit, out);
        else if (!first)
            first = hit;
    }
    if (!first)
        return;
    const struct breakpoint *b = breakpoint_numbered(s, first->number);
    buf_printf(out, "\n%s %u", breakpoint_title(b), first->number);
    if (b->catch) {
        buf_puts(out, " (");
        catch_event_text(s, b->catch, out);
        buf_putc(out, ')');
    }
    buf_puts(out, ", ");
}

static void
put_fault(struct session *s, struct buf *out)
{
    buf_puts(out, "\nProgram fault: ");
    fault_text(s->machine, &s->event.stop.fault, out);
    buf_puts(out, ".\n");
}

static void
put_reason(struct session *s, struct buf *out)
{
    const struct event *event = &s->event;
    switch (event->kind) {
    case EVENT_BREAKPOINT:
    case EVENT_WATCH:
        if (event->stop.reasons & STOP_FAULT)
            put_fault(s, out);
        put_hits(s, out);
        return;
    case EVENT_FAULT:
        put_fault(s, out);
        return;
    case EVENT_DIFFERENCE:
        buf_puts(out, "\nThe engines disagree about what comes next:\n");
        s->engine->difference(s->code, out);
        return;
    case EVENT_HISTORY:
        buf_puts(out, "\nNo more reverse-execution history.\n");
        return;
    case EVENT_INTERRUPT:
        buf_puts(out, "\nProgram received signal SIGINT, Interrupt.\n");
        return;
    default:
        return;
    }
}

void
render_stop(struct session *s, const struct origin *origin, struct buf *out)
{
    struct errinfo e;
    if (s->event.kind == EVENT_EXIT) {
        render_result(s, out);
        breakpoints_sweep(s);
        return;
    }
    uint64_t n_stops = s->n_stops;
    if (script_stop_hook(s, out, &e) != OK) {
        err_text(&e, out);
        buf_putc(out, '\n');
    }
    if (s->n_stops != n_stops || !s->is_running) /* it made the program go on, which was reported */
        return;
    struct origin now = render_origin(s);
    if (s->stop_is_silent) {
        breakpoints_sweep(s);
        return;
    }
    bool is_same = s->event.kind == EVENT_STEP && origin && origin->depth == now.depth && origin->function == now.function;
    s->frame = 0;
    put_reason(s, out);
    put_location(s, is_same, out);
    breakpoints_sweep(s);
    display_all(s, out);
}
