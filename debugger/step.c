/* Stepping. The rules are gdb's (infrun.c, process_event_stop_test), without signals and inferior calls: step instruction by instruction
 * while in the range of a line; entering the middle of another line goes on to its end; the begin of a statement of another line stops.
 * See step.h. */
#include "config.h"

#include "debugger/step.h"

#include "debugger/run.h"
#include "sim/base/base.h"

#include <stdlib.h>

#define ANY_DEPTH MAX_FRAMES

static bool
is_stopped(const struct session *s)
{
    return s->event.kind != EVENT_STEP;
}

static void
one_insn(struct session *s, struct buf *out)
{
    struct goal goal = { .budget = 1 };
    run_resume(s, &goal, out);
}

/* Runs until pc at a depth of at most `depth`. */
static void
run_to(struct session *s, uint32_t pc, uint32_t depth, struct buf *out)
{
    struct goal goal = { .budget = UINT64_MAX, .pcs = &pc, .n_pcs = 1, .max_depth = depth };
    run_resume(s, &goal, out);
}

/* Runs until the function at this depth (>= 1) has returned. */
static void
run_out_of(struct session *s, uint32_t depth, struct buf *out)
{
    run_to(s, s->machine->frames[depth].return_pc, depth - 1, out);
}

struct range
step_range_of(const struct program *p, uint32_t pc, uint32_t depth)
{
    const struct function *f = program_function_at(p, pc);
    const struct line *l = program_line_at(p, pc);
    struct range r = { .depth = depth, .lo = pc, .hi = pc + 1, .function = f };
    if (f) {
        r.lo = f->pc;
        r.hi = f->pc + f->n_slots;
    }
    if (l) {
        const struct line *next = l + 1;
        r.lo = l->pc;
        if (next < p->lines + p->n_lines && next->pc < r.hi)
            r.hi = next->pc;
        r.file = l->file;
        r.line = l->line;
    }
    return r;
}

static struct range
range_here(const struct session *s)
{
    return step_range_of(s->program, s->machine->pc, s->machine->depth);
}

static bool
contains(const struct range *r, const struct session *s)
{
    const struct machine *m = s->machine;
    return m->depth == r->depth && m->pc >= r->lo && m->pc < r->hi;
}

void
step_insns(struct session *s, uint64_t n, bool over, struct buf *out)
{
    struct machine *m = s->machine;
    if (!over) {
        struct goal goal = { .budget = n };
        run_resume(s, &goal, out);
        return;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint32_t depth = m->depth;
        one_insn(s, out);
        if (!is_stopped(s) && m->depth > depth)
            run_out_of(s, depth + 1, out);
        if (is_stopped(s))
            return;
    }
}

/* A call was just made from the range. True when the step ends in the callee. */
static bool
entered_callee(struct session *s, const struct range *r, bool over, struct buf *out)
{
    bool has_lines = program_line_at(s->program, s->machine->pc) != NULL;
    if (!over && (has_lines || s->settings.step_mode))
        return true;
    run_out_of(s, r->depth + 1, out);
    return false;
}

/* Steps through the range until a statement of another line begins. */
static void
step_range(struct session *s, struct range r, bool over, struct buf *out)
{
    struct machine *m = s->machine;
    for (;;) {
        one_insn(s, out);
        if (is_stopped(s))
            return;
        if (m->depth > r.depth) {
            if (entered_callee(s, &r, over, out) || is_stopped(s))
                return;
        }
        if (contains(&r, s))
            continue;
        const struct line *l = program_line_at(s->program, m->pc);
        if (!l)
            return;
        bool is_other = l->line != r.line || l->file != r.file;
        if (l->pc == m->pc && is_other && l->is_stmt)
            return;
        struct range next = range_here(s);
        if (l->pc == m->pc && is_other && m->depth == r.depth) { /* no statement: belongs to the line that came before */
            next.file = r.file;
            next.line = r.line;
        }
        r = next;
    }
}

void
step_announce_no_lines(const struct function *f, struct buf *out)
{
    buf_printf(out, "Single stepping until exit from function %s,\nwhich has no line number information.\n", f ? f->name : "??");
}

void
step_lines(struct session *s, uint64_t n, bool over, struct buf *out)
{
    for (uint64_t i = 0; i < n; i++) {
        struct range r = range_here(s);
        if (!r.line)
            step_announce_no_lines(r.function, out);
        if (!r.line && r.depth) {
            run_out_of(s, r.depth, out);
        } else if (!r.line) {
            struct goal goal = { .budget = UINT64_MAX };
            run_resume(s, &goal, out);
        } else {
            step_range(s, r, over, out);
        }
        if (is_stopped(s))
            return;
    }
}

void
step_until_next(struct session *s, struct buf *out)
{
    struct range r = range_here(s);
    if (r.line && r.function)
        r.lo = r.function->pc;
    if (r.line)
        step_range(s, r, true, out);
    else
        step_lines(s, 1, true, out);
}

enum err
step_finish(struct session *s, struct buf *out, struct errinfo *e)
{
    uint32_t depth = s->machine->depth - s->frame;
    if (!depth)
        return err_set(e, ERR_OUTERMOST, "finish", 0, 0, 0);
    run_out_of(s, depth, out);
    return OK;
}

void
step_to(struct session *s, const struct location *l, bool same_frame, struct buf *out)
{
    const struct machine *m = s->machine;
    uint32_t depth = m->depth - s->frame;
    uint32_t *pcs = xcalloc(l->n_pcs + 1, sizeof *pcs);
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n_pcs; i++)
        pcs[n++] = l->pcs[i];
    struct goal goal = { .budget = UINT64_MAX, .pcs = pcs, .n_pcs = n, .max_depth = same_frame ? depth : ANY_DEPTH };
    uint32_t return_pc = depth ? m->frames[depth].return_pc : 0;
    for (;;) {
        pcs[l->n_pcs] = return_pc;
        goal.n_pcs = depth ? l->n_pcs + 1 : l->n_pcs;
        run_resume(s, &goal, out);
        /* the place of the return counts only when the frame is gone: a recursive call passes it, too */
        bool is_return = depth && m->pc == return_pc && m->depth >= depth;
        for (uint32_t i = 0; i < l->n_pcs; i++)
            is_return &= l->pcs[i] != m->pc;
        if (is_stopped(s) || !is_return)
            break;
    }
    free(pcs);
}
