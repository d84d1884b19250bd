/* One engine at work, and the comparison of two. See lane.h. */
#include "config.h"

#include "jit/diff/lane.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- running */

const struct cost_model *
lane_costs(const struct lane_world *w, const struct subject *s)
{
    return s->has_unit_costs ? &w->unit : &w->table;
}

/* What lies behind the memory of a plain program would be what is left of longer ones: a store that goes too far would show or not, as
 * chance has it. The buffers of packets are cleared by who builds their context. */
static void
scribble(struct machine *m)
{
    memset(memory_host(&m->mem, GUEST_PACKET), 0xa5, 2 * SUBJECT_MAX_INPUT);
}

bool
lane_start(struct lane *lane, const struct lane_world *w, const struct subject *s)
{
    struct errinfo e;
    struct input input = subject_input(s);
    if (!lane->machine)
        lane->machine = machine_new(w->program, &w->table, NULL);
    lane->machine->env = w->env;
    lane->machine->env.may_goto_limit = s->may_goto_limit;
    lane->machine->costs = lane_costs(w, s);
    machine_reset_maps(lane->machine);
    if (s->type->family == CTX_GENERIC)
        scribble(lane->machine);
    return machine_start(lane->machine, 0, s->type, &input, &e) == OK;
}

bool
lane_open(struct lane *lane, const struct lane_world *w, const struct subject *s)
{
    struct errinfo e;
    lane->code = engine_reopen(lane->engine, lane->code, w->program, lane_costs(w, s), &e);
    if (!lane->code || !lane_start(lane, w, s))
        return false;
    if (w->has_points && s->n_points) {
        lane->points = subject_points(s);
        lane->engine->set_points(lane->code, lane->points);
    }
    return true;
}

void
lane_clear_points(struct lane *lane)
{
    if (!lane->points)
        return;
    lane->engine->set_points(lane->code, NULL);
    memory_watch(&lane->machine->mem, NULL, 0);
    subject_points_free(lane->points);
    lane->points = NULL;
}

void
lane_close(struct lane *lane)
{
    lane_clear_points(lane);
    if (lane->code)
        lane->engine->close(lane->code);
    machine_free(lane->machine);
    lane->code = NULL;
    lane->machine = NULL;
}

/* ---------------------------------------------------------------- comparing */

static bool
stops_differ(const struct lane *a, const struct lane *b, struct difference *d)
{
    const struct fault *left = &a->stop.fault, *right = &b->stop.fault;
    if (differ(d, DIFFERENCE_STOP, "stop", a->stop.reasons, b->stop.reasons))
        return true;
    return a->stop.reasons & STOP_FAULT && (differ(d, DIFFERENCE_FAULT, "fault", left->kind, right->kind) ||
                                            differ(d, DIFFERENCE_FAULT, "fault address", left->addr, right->addr) ||
                                            differ(d, DIFFERENCE_FAULT, "fault length", left->len, right->len) ||
                                            differ(d, DIFFERENCE_FAULT, "fault access", left->access, right->access) ||
                                            differ(d, DIFFERENCE_FAULT, "fault argument", left->arg, right->arg));
}

static bool
states_differ(const struct machine *a, const struct machine *b, struct difference *d)
{
    static const char *const names[N_REGS] = { "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10" };
    if (differ(d, DIFFERENCE_STATE, "pc", a->pc, b->pc) || differ(d, DIFFERENCE_STATE, "insns", a->n_insns, b->n_insns) ||
        differ(d, DIFFERENCE_STATE, "cycles", a->n_cycles, b->n_cycles) || differ(d, DIFFERENCE_STATE, "depth", a->depth, b->depth))
        return true;
    for (uint32_t reg = 0; reg < N_REGS; reg++)
        if (differ(d, DIFFERENCE_STATE, names[reg], a->regs[reg], b->regs[reg]))
            return true;
    for (uint32_t i = 1; i <= a->depth; i++) {
        if (differ(d, DIFFERENCE_STATE, "a return address", a->frames[i].return_pc, b->frames[i].return_pc))
            return true;
        for (uint32_t reg = 0; reg < ARRAY_LEN(a->frames[i].saved); reg++)
            if (differ(d, DIFFERENCE_STATE, "a saved register", a->frames[i].saved[reg], b->frames[i].saved[reg]))
                return true;
    }
    return differ(d, DIFFERENCE_STATE, "exited", a->has_exited, b->has_exited) ||
           differ(d, DIFFERENCE_STATE, "tail calls", a->n_tail_calls, b->n_tail_calls) ||
           differ(d, DIFFERENCE_STATE, "may_goto", a->n_may_goto, b->n_may_goto) ||
           differ(d, DIFFERENCE_STATE, "clock", a->env.clock_ns, b->env.clock_ns) ||
           differ(d, DIFFERENCE_STATE, "random", a->env.random, b->env.random) ||
           differ(d, DIFFERENCE_STATE, "records", a->n_outputs, b->n_outputs);
}

static bool
points_differ(const struct points *a, const struct points *b, struct difference *d)
{
    for (uint32_t i = 0; a && i < a->n; i++) {
        const struct point *p = &a->list[i], *q = &b->list[i];
        bool is_watch = p->kind == POINT_REGISTER;
        char name[sizeof d->name];
        snprintf(name, sizeof name, "point %u", i);
        if (differ(d, DIFFERENCE_STATE, name, p->n_hits, q->n_hits) || differ(d, DIFFERENCE_STATE, name, p->ignore, q->ignore) ||
            differ(d, DIFFERENCE_STATE, name, p->fired, q->fired) || differ(d, DIFFERENCE_STATE, name, p->is_unsure, q->is_unsure) ||
            (is_watch && differ(d, DIFFERENCE_STATE, name, p->old, q->old)) ||
            (is_watch && differ(d, DIFFERENCE_STATE, name, p->before, q->before)))
            return true;
    }
    return false;
}

/* Guest memory with its gaps: a store that went astray shows, too. */
static bool
memories_differ(const struct machine *a, const struct machine *b, struct difference *d)
{
    const struct {
        uint64_t lo, hi;
    } ranges[] = {
        { STACK_TOP - MAX_FRAMES * FRAME_STRIDE, STACK_TOP + FRAME_STRIDE },
        { GUEST_CTX, GUEST_CTX + 256 },
        { GUEST_PACKET, GUEST_PACKET + 3 * SUBJECT_MAX_INPUT },
        { GUEST_DATA, GUEST_DATA + 2 * SUBJECT_STATE_BYTES },
        { GUEST_HEAP, a->mem.heap },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(ranges); i++) {
        uint64_t lo = ranges[i].lo;
        if (bytes_differ(d, DIFFERENCE_MEMORY, "", lo, memory_host(&a->mem, lo), memory_host(&b->mem, lo), (uint32_t)(ranges[i].hi - lo)))
            return true;
    }
    return false;
}

bool
lanes_differ(const struct lane *a, const struct lane *b, struct difference *d)
{
    return stops_differ(a, b, d) || states_differ(a->machine, b->machine, d) || points_differ(a->points, b->points, d) ||
           memories_differ(a->machine, b->machine, d);
}
