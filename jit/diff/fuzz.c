/* Differential fuzzing. See fuzz.h.
 *
 * One program, one machine per engine, and what every engine made of the program: all of them are kept from one subject to the next. */
#include "config.h"

#include "jit/diff/fuzz.h"

#include "sim/base/base.h"
#include "sim/base/buf.h"
#include "sim/object/layout.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One engine at work. */
struct lane {
    const struct engine *engine;
    struct code *code; /* NULL: not opened */
    struct machine *machine;
    struct stop stop;
};

struct fuzz {
    struct fuzz_options options;
    struct cost_model costs;
    struct subject subject;
    struct program *program; /* the subject, linked; NULL before the first */
    struct lane lanes[FUZZ_MAX_ENGINES];
    uint64_t next; /* number of the next program */
    struct fuzz_stats stats;
};

/* ---------------------------------------------------------------- running */

static void
lane_close(struct lane *lane)
{
    if (lane->code)
        lane->engine->close(lane->code);
    machine_free(lane->machine);
    lane->code = NULL;
    lane->machine = NULL;
}

static bool
lane_run(struct fuzz *f, struct lane *lane, const struct subject *s)
{
    struct errinfo e;
    struct input input = subject_input(s);
    lane->code = engine_reopen(lane->engine, lane->code, f->program, &f->costs, &e);
    if (!lane->code)
        return false;
    if (!lane->machine)
        lane->machine = machine_new(f->program, &f->costs, NULL);
    machine_reset_maps(lane->machine);
    if (machine_start(lane->machine, 0, s->type, &input, &e) != OK)
        return false;
    lane->stop = lane->engine->run(lane->code, lane->machine, f->options.max_insns, 0);
    return true;
}

/* ---------------------------------------------------------------- comparing */

static bool
differ(struct difference *d, enum difference_kind kind, const char *name, uint64_t left, uint64_t right)
{
    if (left == right)
        return false;
    *d = (struct difference){ .kind = kind, .left = left, .right = right };
    snprintf(d->name, sizeof d->name, "%s", name);
    return true;
}

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
    for (uint32_t i = 1; i <= a->depth; i++)
        for (uint32_t reg = 0; reg < ARRAY_LEN(a->frames[i].saved); reg++)
            if (differ(d, DIFFERENCE_STATE, "a saved register", a->frames[i].saved[reg], b->frames[i].saved[reg]))
                return true;
    return differ(d, DIFFERENCE_STATE, "exited", a->has_exited, b->has_exited) ||
           differ(d, DIFFERENCE_STATE, "tail calls", a->n_tail_calls, b->n_tail_calls) ||
           differ(d, DIFFERENCE_STATE, "may_goto", a->n_may_goto, b->n_may_goto) ||
           differ(d, DIFFERENCE_STATE, "clock", a->env.clock_ns, b->env.clock_ns) ||
           differ(d, DIFFERENCE_STATE, "random", a->env.random, b->env.random) ||
           differ(d, DIFFERENCE_STATE, "records", a->n_outputs, b->n_outputs);
}

/* Guest memory with its gaps: a store that went astray shows, too. */
static bool
memories_differ(const struct machine *a, const struct machine *b, struct difference *d)
{
    const struct {
        uint64_t lo, hi;
    } ranges[] = {
        { STACK_TOP - MAX_FRAMES * FRAME_STRIDE, STACK_TOP + FRAME_STRIDE },
        { GUEST_PACKET, GUEST_PACKET + 2 * SUBJECT_MAX_INPUT },
        { GUEST_DATA, GUEST_DATA + 2 * SUBJECT_STATE_BYTES },
        { GUEST_HEAP, a->mem.heap },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(ranges); i++) {
        const uint8_t *left = memory_host(&a->mem, ranges[i].lo), *right = memory_host(&b->mem, ranges[i].lo);
        size_t n = ranges[i].hi - ranges[i].lo, at = 0;
        if (!memcmp(left, right, n))
            continue;
        while (left[at] == right[at])
            at++;
        *d = (struct difference){ .kind = DIFFERENCE_MEMORY, .addr = ranges[i].lo + at, .left = left[at], .right = right[at] };
        return true;
    }
    return false;
}

static bool
lanes_differ(const struct lane *a, const struct lane *b, struct difference *d)
{
    return stops_differ(a, b, d) || states_differ(a->machine, b->machine, d) || memories_differ(a->machine, b->machine, d);
}

/* ---------------------------------------------------------------- programs */

/* After a difference nothing is known about machines and code any more. */
static void
start_afresh(struct fuzz *f)
{
    for (uint32_t i = 0; i < f->options.n_engines; i++)
        lane_close(&f->lanes[i]);
}

/* Runs the subject everywhere. True when something differs. */
static bool
compare_all(struct fuzz *f, const struct subject *s, struct find *find)
{
    struct lane *reference = &f->lanes[0];
    if (f->program)
        subject_link(f->program, s);
    else
        f->program = subject_program(s);
    bool is_run = lane_run(f, reference, s);
    assert(is_run && "an interpreter takes every program, and the input of a subject is one");
    (void)is_run;
    for (uint32_t i = 1; i < f->options.n_engines; i++) {
        struct lane *lane = &f->lanes[i];
        struct difference first;
        if (!lane_run(f, lane, s) || !lanes_differ(reference, lane, &first))
            continue;
        subject_copy(&find->subject, s);
        find->left = reference->engine->name;
        find->right = lane->engine->name;
        find->pc = reference->machine->pc;
        find->first = first;
        start_afresh(f);
        return true;
    }
    return false;
}

static uint64_t
seed_of(const struct fuzz *f, uint64_t n)
{
    uint64_t z = f->options.seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

bool
fuzz_try(struct fuzz *f, const struct subject *s, struct find *find)
{
    return compare_all(f, s, find);
}

static void
count_run(struct fuzz_stats *stats, uint32_t reasons, uint64_t n_insns)
{
    stats->n_programs++;
    stats->n_insns += n_insns;
    if (reasons & STOP_EXIT)
        stats->n_exits++;
    else if (reasons & STOP_FAULT)
        stats->n_faults++;
    else
        stats->n_endless++;
}

bool
fuzz_step(struct fuzz *f, struct find *find)
{
    uint64_t nth = f->next++, seed = seed_of(f, nth);
    generate_subject(seed, &f->options.generate, &f->subject);
    if (!compare_all(f, &f->subject, find)) {
        count_run(&f->stats, f->lanes[0].stop.reasons, f->lanes[0].machine->n_insns);
        return false;
    }
    find->seed = seed;
    find->nth = nth;
    f->stats.n_programs++;
    f->stats.n_finds++;
    return true;
}

void
fuzz_seek(struct fuzz *f, uint64_t n)
{
    f->next = n;
}

/* ---------------------------------------------------------------- the fuzzer */

struct fuzz *
fuzz_new(const struct fuzz_options *options, struct errinfo *e)
{
    (void)e;
    assert(options->n_engines >= 1 && options->n_engines <= FUZZ_MAX_ENGINES);
    struct fuzz *f = xcalloc(1, sizeof *f);
    f->options = *options;
    if (!f->options.max_insns)
        f->options.max_insns = FUZZ_MAX_INSNS;
    for (uint32_t i = 0; i < options->n_engines; i++)
        f->lanes[i].engine = options->engines[i];
    cost_model_table(&f->costs);
    return f;
}

void
fuzz_free(struct fuzz *f)
{
    if (!f)
        return;
    start_afresh(f);
    program_free(f->program);
    free(f);
}

const struct fuzz_stats *
fuzz_stats(const struct fuzz *f)
{
    return &f->stats;
}

void
find_text(const struct find *find, struct buf *out)
{
    const struct difference *d = &find->first;
    switch (d->kind) {
    case DIFFERENCE_MEMORY:
        buf_printf(out, "memory at 0x%" PRIx64, d->addr);
        break;
    case DIFFERENCE_PACKET:
        buf_printf(out, "packet+%" PRIu64, d->addr);
        break;
    case DIFFERENCE_CONTEXT:
        buf_printf(out, "context+%" PRIu64, d->addr);
        break;
    case DIFFERENCE_MAP:
        buf_printf(out, "%s+%" PRIu64, d->name, d->addr);
        break;
    default:
        buf_puts(out, d->name);
        break;
    }
    buf_printf(out, ": %s 0x%" PRIx64 ", %s 0x%" PRIx64, find->left, d->left, find->right, d->right);
}
