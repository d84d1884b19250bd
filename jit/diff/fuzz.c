/* Differential fuzzing: making subjects, running them in all lanes, keeping count. See fuzz.h. */
#include "config.h"

#include "jit/diff/fuzz.h"

#include "jit/diff/exposure.h"
#include "jit/diff/kernel_lane.h"
#include "jit/diff/lane.h"
#include "jit/diff/mutate.h"
#include "jit/diff/rng.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What coverage is measured on. */
enum { FIRST_SAMPLES = 2000, SAMPLE_EVERY = 16, MAX_SAMPLE_INSNS = 2000 };

const char fuzz_kernel[] = "kernel";

/* Points that have stopped a run so often are cleared, and it goes on without. */
enum { MAX_PIECES = 16 };

struct fuzz {
    struct fuzz_options options;
    struct generator generator;
    /* Programs [first_ahead, first_ahead + n_ahead) of the sequence: the kernel is given several at a time, without it there is one. */
    struct prepared {
        struct subject subject;
        uint64_t seed;
        bool is_mutated;
    } *ahead;
    uint64_t first_ahead;
    uint32_t n_ahead;
    struct lane_world world;
    struct lane lanes[FUZZ_MAX_ENGINES];
    struct kernel_lane *kernel; /* NULL: does not take part */
    uint64_t next; /* number of the next program */
    struct fuzz_record own, *record; /* own: unless the caller has one */
};

/* ---------------------------------------------------------------- running in pieces */

/* A run of several pieces: to a budget that ends early, and from one point that fires to the next. Engines are compared after each. */
struct pieces {
    uint64_t next; /* instructions that the next one may take */
    uint64_t rest; /* and those that follow it */
    uint32_t n;    /* so far */
    uint32_t how;  /* RUN_* */
};

static struct pieces
pieces_begin(const struct fuzz *f, const struct subject *s)
{
    uint64_t all = f->options.max_insns, next = s->stop_after && s->stop_after < all ? s->stop_after : all;
    return (struct pieces){ .next = next, .rest = all - next };
}

/* Whether there is another piece after one of so many instructions that ended like this. */
static bool
pieces_go_on(struct pieces *p, uint32_t reasons, uint64_t n_insns)
{
    uint64_t left = p->next - n_insns;
    if (reasons & ~(uint32_t)(STOP_BUDGET | STOP_TRAP | STOP_WATCH))
        return false;
    p->next = left ? left : p->rest;
    p->rest = left ? p->rest : 0;
    p->how = RUN_RESUME;
    p->n++;
    return p->next;
}

/* ---------------------------------------------------------------- lockstep */

/* The first item that lockstep names, as a difference. */
static struct difference
difference_of(const struct lockstep_difference *d)
{
    static const enum difference_kind kinds[] = {
        [LOCKSTEP_STATE] = DIFFERENCE_STATE,
        [LOCKSTEP_STOP] = DIFFERENCE_STOP,
        [LOCKSTEP_MEMORY] = DIFFERENCE_MEMORY,
        [LOCKSTEP_THING] = DIFFERENCE_STATE,
    };
    const struct lockstep_item *item = &d->items.list[0];
    struct difference first = { .kind = kinds[item->kind], .addr = item->addr, .left = item->left, .right = item->right };
    snprintf(first.name, sizeof first.name, "%.*s", (int)sizeof first.name - 1, item->name);
    return first;
}

/* Runs the subject under the reference, whose machine is used, and another engine in lockstep. True when they differ; *pc is where the
 * instruction or block begins that does. */
static bool
steps_differ(struct fuzz *f, const struct lane *lane, const struct subject *s, struct difference *first, uint32_t *pc)
{
    const struct lockstep_engines own = {
        .left = f->lanes[0].engine,
        .right = { [LOCKSTEP_INSN] = lane->engine, [LOCKSTEP_BLOCK] = lane->engine, [LOCKSTEP_WHOLE] = lane->engine },
    };
    bool is_jit = lane->engine == &jit_engine && f->lanes[0].engine == lockstep_jit.left;
    struct machine *m = f->lanes[0].machine;
    struct errinfo e;
    struct lockstep *ls = lockstep_open(f->world.program, lane_costs(&f->world, s), is_jit ? &lockstep_jit : &own,
                                        is_jit ? f->options.lockstep : LOCKSTEP_INSN, &e);
    if (!ls || !lane_start(&f->lanes[0], &f->world, s)) {
        lockstep_close(ls);
        return false;
    }
    struct points *points = f->world.has_points ? subject_points(s) : NULL;
    struct pieces pieces = pieces_begin(f, s);
    struct stop stop;
    uint64_t before;
    if (points)
        lockstep_set_points(ls, points);
    do {
        if (points && pieces.n == MAX_PIECES)
            lockstep_set_points(ls, NULL);
        before = m->n_insns;
        stop = lockstep_run(ls, m, pieces.next, &(struct lockstep_options){ .how = pieces.how });
    } while (pieces_go_on(&pieces, stop.reasons, m->n_insns - before));
    bool differs = stop.reasons & STOP_DIFFERENCE;
    if (differs) {
        *first = difference_of(lockstep_difference(ls));
        *pc = lockstep_difference(ls)->pc;
    }
    lockstep_close(ls);
    memory_watch(&m->mem, NULL, 0);
    subject_points_free(points);
    return differs;
}

/* ---------------------------------------------------------------- programs */

/* After a difference nothing is known about machines and code any more. */
static void
start_afresh(struct fuzz *f)
{
    for (uint32_t i = 0; i < f->options.n_engines; i++)
        lane_close(&f->lanes[i]);
}

static void
fill_find(struct fuzz *f, const struct subject *s, const char *name, const struct difference *first, uint32_t pc, struct find *find)
{
    subject_copy(&find->subject, s);
    find->left = f->lanes[0].engine->name;
    find->right = name;
    find->pc = pc;
    find->first = *first;
    start_afresh(f);
}

/* The row of a reason, a new one when it has none. The last row is kept for "others". */
static struct fuzz_reason *
reason_row(struct fuzz_stats *stats, const char *text)
{
    static const char others[] = "others";
    for (uint32_t i = 0; i < stats->n_reasons; i++)
        if (!strncmp(stats->reasons[i].text, text, sizeof stats->reasons[i].text - 1))
            return &stats->reasons[i];
    if (stats->n_reasons >= FUZZ_MAX_REASONS - 1 && strcmp(text, others))
        return reason_row(stats, others);
    struct fuzz_reason *row = &stats->reasons[stats->n_reasons++];
    *row = (struct fuzz_reason){ 0 };
    snprintf(row->text, sizeof row->text, "%s", text);
    return row;
}

void
fuzz_count_reason(struct fuzz_stats *stats, const char *text, uint64_t n)
{
    reason_row(stats, text)->n += n;
}

/* Whether what the kernel did is not what the reference did. */
static bool
results_differ(struct fuzz *f, struct difference *first)
{
    const struct lane *reference = &f->lanes[0];
    uint32_t reasons = reference->stop.reasons;
    if (!(reasons & STOP_EXIT)) /* the budget may have ended there, too */
        return differ(first, DIFFERENCE_STOP, "stop", reasons, STOP_EXIT);
    return kernel_lane_differs(f->kernel, reference->machine, first);
}

static void
count_outcome(struct fuzz_stats *stats, enum kernel_outcome outcome, const char *reason)
{
    stats->n_accepted += outcome == KERNEL_RAN;
    stats->n_refused += outcome == KERNEL_REFUSED;
    stats->n_withheld += outcome == KERNEL_WITHHELD;
    if (outcome != KERNEL_RAN)
        fuzz_count_reason(stats, reason, 1);
}

/* What differed in company is run again alone, which is how it will be looked at; when it does not differ there, it still has. */
static void
run_alone(struct fuzz *f, const struct subject *s, struct difference *first)
{
    struct difference alone;
    const char *reason;
    kernel_lane_prepare(f->kernel, NULL, 0);
    if (kernel_lane_run(f->kernel, f->world.program, s, &reason) == KERNEL_RAN && results_differ(f, &alone))
        *first = alone;
}

/* Why a difference to the kernel says nothing about engines; NULL: it does. */
static const char *
why_not_compare(const struct fuzz *f, const struct subject *s)
{
    if (f->lanes[0].stop.reasons == STOP_BUDGET && s->longest_path > f->options.max_insns)
        return "not comparable: it takes more instructions than runs may have";
    return subject_exposes(s);
}

/* What the kernel says about the subject, which the reference has run. */
static bool
kernel_differs(struct fuzz *f, const struct subject *s, struct difference *first)
{
    const char *reason;
    enum kernel_outcome outcome = kernel_lane_run(f->kernel, f->world.program, s, &reason);
    bool differs = outcome == KERNEL_RAN && results_differ(f, first);
    if (differs && (reason = why_not_compare(f, s))) {
        outcome = KERNEL_WITHHELD;
        differs = false;
    }
    count_outcome(&f->record->stats, outcome, reason);
    if (differs)
        run_alone(f, s, first);
    return differs;
}

/* The lanes that run now: all, or in lockstep the reference alone. */
static uint32_t
n_running(const struct fuzz *f)
{
    return f->options.lockstep == LOCKSTEP_WHOLE ? f->options.n_engines : 1;
}

/* Runs the subject under every engine. The number of the first that differs from the reference, 0: none does. */
static uint32_t
run_lanes(struct fuzz *f, const struct subject *s, struct difference *first)
{
    struct lane *reference = &f->lanes[0];
    struct pieces pieces = pieces_begin(f, s);
    uint32_t differing = 0, n = n_running(f);
    bool is_open[FUZZ_MAX_ENGINES];
    uint64_t before;
    for (uint32_t i = 0; i < n; i++)
        is_open[i] = lane_open(&f->lanes[i], &f->world, s);
    assert(is_open[0] && "an interpreter takes every program, and the input of a subject is one");
    do {
        before = reference->machine->n_insns;
        for (uint32_t i = 0; i < n && !differing; i++) {
            struct lane *lane = &f->lanes[i];
            if (!is_open[i])
                continue;
            if (pieces.n == MAX_PIECES)
                lane_clear_points(lane);
            lane->stop = lane->engine->run(lane->code, lane->machine, pieces.next, pieces.how);
            differing = i && lanes_differ(reference, lane, first) ? i : 0;
        }
    } while (!differing && pieces_go_on(&pieces, reference->stop.reasons, reference->machine->n_insns - before));
    for (uint32_t i = 0; i < n; i++)
        lane_clear_points(&f->lanes[i]);
    return differing;
}

/* Runs the subject everywhere. True when something differs. */
static bool
compare_all(struct fuzz *f, const struct subject *s, struct find *find)
{
    struct lane *reference = &f->lanes[0];
    struct difference first;
    subject_link(f->world.program, s);
    uint32_t differing = run_lanes(f, s, &first), pc = reference->machine->pc;
    for (uint32_t i = n_running(f); !differing && i < f->options.n_engines; i++)
        differing = steps_differ(f, &f->lanes[i], s, &first, &pc) ? i : 0;
    if (differing) {
        fill_find(f, s, f->lanes[differing].engine->name, &first, pc, find);
        return true;
    }
    if (f->kernel && kernel_differs(f, s, &first)) {
        fill_find(f, s, fuzz_kernel, &first, pc, find);
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

/* Runs the subject once more under the reference, which has its code, to see what it executes. */
static void
look_closely(struct fuzz *f, const struct subject *s, uint64_t nth)
{
    if (nth >= FIRST_SAMPLES && nth % SAMPLE_EVERY)
        return;
    if (lane_start(&f->lanes[0], &f->world, s))
        coverage_run(&f->record->coverage, f->lanes[0].engine, f->lanes[0].code, f->lanes[0].machine, MAX_SAMPLE_INSNS);
}

/* Makes the subject of a seed. True when it is a mutation. */
static bool
make_subject(const struct fuzz *f, uint64_t seed, struct subject *out)
{
    const struct fuzz_options *o = &f->options;
    struct rng r = { ~seed };
    if (!o->n_corpus || !rng_chance(&r, o->mutate_percent)) {
        generate_subject(&f->generator, seed, out);
        return false;
    }
    const struct subject *from = o->corpus[rng_below(&r, o->n_corpus)], *other = o->corpus[rng_below(&r, o->n_corpus)];
    mutate_subject(seed, from, other, out);
    return true;
}

/* Makes program n and, for the kernel, those behind it. They end where a multiple of KERNEL_MAX_AHEAD begins, for processes that share a
 * sequence take turns there. */
static void
look_ahead(struct fuzz *f, uint64_t n)
{
    const struct subject *generated[KERNEL_MAX_AHEAD];
    uint32_t n_generated = 0;
    f->first_ahead = n;
    f->n_ahead = f->kernel ? KERNEL_MAX_AHEAD - (uint32_t)(n % KERNEL_MAX_AHEAD) : 1;
    for (uint32_t i = 0; i < f->n_ahead; i++) {
        struct prepared *p = &f->ahead[i];
        p->seed = seed_of(f, n + i);
        p->is_mutated = make_subject(f, p->seed, &p->subject);
        if (!p->is_mutated) /* mutations may read what a dispatcher leaves behind */
            generated[n_generated++] = &p->subject;
    }
    if (f->kernel)
        kernel_lane_prepare(f->kernel, generated, n_generated);
}

bool
fuzz_step(struct fuzz *f, struct find *find)
{
    uint64_t nth = f->next++;
    if (nth - f->first_ahead >= f->n_ahead)
        look_ahead(f, nth);
    const struct prepared *p = &f->ahead[nth - f->first_ahead];
    if (!compare_all(f, &p->subject, find)) {
        count_run(&f->record->stats, f->lanes[0].stop.reasons, f->lanes[0].machine->n_insns);
        look_closely(f, &p->subject, nth);
        return false;
    }
    find->seed = p->seed;
    find->nth = nth;
    find->is_mutated = p->is_mutated;
    f->record->stats.n_programs++;
    f->record->stats.n_finds++;
    return true;
}

void
fuzz_subject(const struct fuzz *f, uint64_t n, struct find *find)
{
    find->nth = n;
    find->seed = seed_of(f, n);
    find->is_mutated = make_subject(f, find->seed, &find->subject);
}

void
fuzz_set_max_insns(struct fuzz *f, uint64_t max_insns)
{
    f->options.max_insns = max_insns;
}

void
fuzz_seek(struct fuzz *f, uint64_t n)
{
    f->next = n;
}

/* ---------------------------------------------------------------- the fuzzer */

/* The program that ends at once: with it the maps are there. */
static struct program *
empty_program(void)
{
    static const struct subject nothing = { .n_slots = 1, .code = { 0x95 } };
    return subject_program(&nothing);
}

struct fuzz *
fuzz_new(const struct fuzz_options *options, struct errinfo *e)
{
    assert(options->n_engines >= 1 && options->n_engines <= FUZZ_MAX_ENGINES);
    struct fuzz *f = xcalloc(1, sizeof *f);
    f->options = *options;
    f->record = options->record ? options->record : &f->own;
    if (!f->options.max_insns)
        f->options.max_insns = FUZZ_MAX_INSNS;
    f->options.generate.for_kernel |= options->with_kernel;
    generator_init(&f->generator, &f->options.generate);
    cost_model_table(&f->world.table);
    cost_model_unit(&f->world.unit);
    f->world.program = empty_program();
    f->world.has_points = true;
    for (uint32_t i = 0; i < options->n_engines; i++) {
        f->lanes[i] = (struct lane){ .engine = options->engines[i], .machine = machine_new(f->world.program, &f->world.table, NULL) };
        f->world.has_points &= options->engines[i]->set_points != NULL;
    }
    f->world.env = f->lanes[0].machine->env;
    f->ahead = xcalloc(options->with_kernel ? KERNEL_MAX_AHEAD : 1, sizeof *f->ahead);
    if (options->with_kernel && !(f->kernel = kernel_lane_new(&f->world.env, e))) {
        fuzz_free(f);
        return NULL;
    }
    return f;
}

void
fuzz_free(struct fuzz *f)
{
    if (!f)
        return;
    start_afresh(f);
    kernel_lane_free(f->kernel);
    program_free(f->world.program);
    free(f->ahead);
    free(f);
}

const struct fuzz_stats *
fuzz_stats(const struct fuzz *f)
{
    return &f->record->stats;
}

const struct coverage *
fuzz_coverage(const struct fuzz *f)
{
    return &f->record->coverage;
}

const struct generator *
fuzz_generator(const struct fuzz *f)
{
    return &f->generator;
}
