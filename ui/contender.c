/* Racing engines. See contender.h. How to time on a machine that others use, too: short batches in turn, and the minimum of each,
 * because nothing but luck makes a program run slower than it can, and nothing makes it run faster. */
#include "config.h"

#include "ui/contender.h"

#include "jit/diff/kernel.h"
#include "jit/jit.h"
#include "sim/base/base.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_NS 250000.0
#define MAX_INSNS UINT64_C(1000000000) /* of one run */

enum { N_RELOADS = 5, MAX_RUNS = 1 << 20 };

/* ---------------------------------------------------------------- engines */

struct engine_state {
    const struct target *target;
    const struct engine *engine;
    struct machine *machine;
    struct code *code;
    /* What a run starts with; put back instead of starting anew where that is enough. */
    uint64_t regs[N_REGS];
    uint32_t pc;
    bool must_restart; /* the program moves the packet or has output */
};

static bool
start(struct engine_state *s, struct errinfo *e)
{
    struct input input = target_as_input(&s->target->packet, &s->target->ctx);
    return machine_start(s->machine, s->target->entry, s->target->type, &input, e) == OK;
}

static void
rewind_machine(struct engine_state *s)
{
    struct machine *m = s->machine;
    memcpy(m->regs, s->regs, sizeof m->regs);
    m->pc = s->pc;
    m->depth = m->n_tail_calls = m->n_may_goto = 0;
    m->has_exited = false;
    m->n_insns = m->n_cycles = 0;
}

/* Times each run alone: the start does not count. */
static bool
run_restarted(struct engine_state *s, uint32_t n_runs, struct sample *out)
{
    uint64_t ns = 0, insns = 0;
    for (uint32_t i = 0; i < n_runs; i++) {
        if (!start(s, NULL))
            return false;
        uint64_t before = now_ns();
        struct stop stop = s->engine->run(s->code, s->machine, MAX_INSNS, 0);
        ns += now_ns() - before;
        insns += s->machine->n_insns;
        if (!(stop.reasons & STOP_EXIT))
            return false;
    }
    *out = (struct sample){ .ns = (double)ns / n_runs, .insns = (double)insns / n_runs };
    return true;
}

static bool
run_engine(struct contender *c, uint32_t n_runs, struct sample *out)
{
    struct engine_state *s = c->state;
    if (s->must_restart)
        return run_restarted(s, n_runs, out);
    uint64_t insns = 0, before = now_ns();
    for (uint32_t i = 0; i < n_runs; i++) {
        rewind_machine(s);
        if (!(s->engine->run(s->code, s->machine, MAX_INSNS, 0).reasons & STOP_EXIT))
            return false;
        insns += s->machine->n_insns;
    }
    *out = (struct sample){ .ns = (double)(now_ns() - before) / n_runs, .insns = (double)insns / n_runs };
    return true;
}

static void
close_engine(struct contender *c)
{
    struct engine_state *s = c->state;
    s->engine->close(s->code);
    machine_free(s->machine);
    free(s);
}

static enum err
fail_to_end(struct errinfo *e, const struct engine_state *s, const struct stop *stop)
{
    struct buf why = BUF_EMPTY;
    if (stop->reasons & STOP_FAULT)
        fault_text(s->machine, &stop->fault, &why);
    else
        buf_puts(&why, "too many instructions");
    err_set(e, ERR_BENCH, s->engine->name, 0, 0, 0);
    if (e)
        snprintf(e->detail, sizeof e->detail, "at instruction %u: %.120s", stop->pc, buf_text(&why));
    buf_free(&why);
    return ERR_BENCH;
}

enum err
contender_engine(const struct target *t, const struct engine *engine, struct contender *out, struct errinfo *e)
{
    struct engine_state *s = xcalloc(1, sizeof *s);
    *out = (struct contender){ .counts = true, .state = s, .run = run_engine, .close = close_engine };
    snprintf(out->name, sizeof out->name, "%s", engine->name);
    s->target = t;
    s->engine = engine;
    s->machine = machine_new(t->program, &t->costs, NULL);
    s->code = engine->open(t->program, &t->costs, e);
    enum err err = s->code ? OK : e->code;
    if (!err && !start(s, e))
        err = e->code;
    if (!err) {
        struct packet packet = s->machine->packet;
        memcpy(s->regs, s->machine->regs, sizeof s->regs);
        s->pc = s->machine->pc;
        struct stop stop = engine->run(s->code, s->machine, MAX_INSNS, 0);
        if (!(stop.reasons & STOP_EXIT))
            err = fail_to_end(e, s, &stop);
        s->must_restart = s->machine->n_outputs || memcmp(&packet, &s->machine->packet, sizeof packet) != 0;
        out->retval = (uint32_t)s->machine->regs[REG_0];
    }
    if (err) {
        if (s->code)
            engine->close(s->code);
        machine_free(s->machine);
        free(s);
    }
    return err;
}

enum err
contender_unchecked(const struct target *t, struct contender *out, struct errinfo *e)
{
    enum err err = contender_engine(t, &jit_unchecked_engine, out, e);
    out->counts = false;
    return err;
}

/* ---------------------------------------------------------------- the kernel */

struct kernel_state {
    const struct target *target;
    struct machine *pristine; /* whose maps' contents the kernel's maps got */
    struct kernel_prog *loads[N_RELOADS];
    uint32_t next;
};

static bool
run_kernel(struct contender *c, uint32_t n_runs, struct sample *out)
{
    struct kernel_state *s = c->state;
    struct kernel_result result;
    struct input input = target_as_input(&s->target->packet, &s->target->ctx);
    if (kernel_run(s->loads[s->next++ % N_RELOADS], &input, n_runs, &result, NULL) != OK)
        return false;
    /* The kernel cuts the mean to whole ns. */
    *out = (struct sample){ .ns = result.duration_ns + 0.5 };
    kernel_result_free(&result);
    return true;
}

static void
close_kernel(struct contender *c)
{
    struct kernel_state *s = c->state;
    for (uint32_t i = 0; i < N_RELOADS; i++)
        if (s->loads[i])
            kernel_close(s->loads[i]);
    machine_free(s->pristine);
    free(s);
}

/* Static text: what differs between the kernel's first run and the machine's. */
static const char *
kernel_difference(struct kernel_prog *k, const struct kernel_result *kernel, struct machine *m)
{
    struct result mine;
    struct buf lines = BUF_EMPTY;
    machine_result(m, &mine);
    uint32_t n_map_differences = kernel_compare_maps(k, m, &lines);
    buf_free(&lines);
    if (kernel->retval != mine.retval)
        return "return value";
    if (kernel->packet && (kernel->packet_bytes != mine.packet_bytes || memcmp(kernel->packet, mine.packet, mine.packet_bytes) != 0))
        return "packet";
    if (kernel->ctx_bytes && (kernel->ctx_bytes != mine.ctx_bytes || memcmp(kernel->ctx, mine.ctx, mine.ctx_bytes) != 0))
        return "context";
    return n_map_differences ? "maps" : NULL;
}

enum err
contender_kernel(const struct target *t, const struct contender *first, struct contender *out, struct errinfo *e)
{
    const char *why;
    if (!kernel_available(&why))
        return err_set_detail(e, ERR_BENCH, "kernel", why);
    struct kernel_state *s = xcalloc(1, sizeof *s);
    *out = (struct contender){ .name = "kernel", .state = s, .run = run_kernel, .close = close_kernel };
    s->target = t;
    s->pristine = machine_new(t->program, NULL, NULL);
    enum err err = OK;
    for (uint32_t i = 0; i < N_RELOADS && !err; i++)
        err = kernel_load(t->program, t->entry, t->type, s->pristine, 0, &s->loads[i], NULL, e);
    struct kernel_result result;
    struct input input = target_as_input(&t->packet, &t->ctx);
    if (!err)
        err = kernel_run(s->loads[0], &input, 1, &result, e);
    if (err) {
        close_kernel(out);
        return err;
    }
    const struct engine_state *reference = first->state;
    out->retval = result.retval;
    out->difference = kernel_difference(s->loads[0], &result, reference->machine);
    kernel_result_free(&result);
    return OK;
}

/* ---------------------------------------------------------------- native code */

struct native_packet {
    const uint8_t *data, *data_end;
};

struct native_state {
    void *library;
    int (*function)(struct native_packet *packet);
    struct native_packet packet;
};

static bool
run_native(struct contender *c, uint32_t n_runs, struct sample *out)
{
    struct native_state *s = c->state;
    uint64_t before = now_ns();
    for (uint32_t i = 0; i < n_runs; i++)
        s->function(&s->packet);
    *out = (struct sample){ .ns = (double)(now_ns() - before) / n_runs };
    return true;
}

static void
close_native(struct contender *c)
{
    struct native_state *s = c->state;
    dlclose(s->library);
    free(s);
}

enum err
contender_native(const struct target *t, const char *path, const char *symbol, struct contender *out, struct errinfo *e)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return err_set_detail(e, ERR_OPEN, path, dlerror());
    void *function = dlsym(library, symbol);
    if (!function) {
        dlclose(library);
        return err_set_detail(e, ERR_OPEN, path, "it does not have the function");
    }
    struct native_state *s = xcalloc(1, sizeof *s);
    *out = (struct contender){ .name = "native", .state = s, .run = run_native, .close = close_native };
    s->library = library;
    memcpy(&s->function, &function, sizeof function);
    s->packet = (struct native_packet){ t->packet.data, t->packet.data + t->packet.n };
    out->retval = (uint32_t)s->function(&s->packet);
    return OK;
}

/* ---------------------------------------------------------------- the race */

void
contender_compare(struct contender *c, const struct contender *first)
{
    if (c->retval != first->retval) {
        c->difference = "return value";
        return;
    }
    if (!c->counts || !first->counts)
        return;
    const struct engine_state *a = c->state, *b = first->state;
    if (a->machine->n_insns != b->machine->n_insns || a->machine->n_cycles != b->machine->n_cycles)
        c->difference = "counters";
    else if (machine_digest(a->machine) != machine_digest(b->machine))
        c->difference = "registers or memory";
}

struct code *
contender_code(const struct contender *c, const struct engine **engine)
{
    if (c->close != close_engine)
        return NULL;
    const struct engine_state *s = c->state;
    *engine = s->engine;
    return s->code;
}

void
contender_close(struct contender *c)
{
    c->close(c);
    free(c->samples);
}

/* Runs that take about BATCH_NS. The kernel's repetition has a price of its own, so one measurement must do. */
static bool
calibrate(struct contender *c)
{
    struct sample sample;
    uint32_t n = 8;
    if (!c->run(c, 1, &sample)) /* warms up */
        return false;
    do {
        if (!c->run(c, n, &sample))
            return false;
        n *= 4;
    } while (sample.ns * n / 4 < BATCH_NS / 16 && n < MAX_RUNS);
    double runs = BATCH_NS / (sample.ns > 0.1 ? sample.ns : 0.1);
    c->n_runs = runs < 1 ? 1 : runs > MAX_RUNS ? MAX_RUNS : (uint32_t)runs;
    return true;
}

bool
contender_race(struct contender *const *all, uint32_t n, uint32_t n_batches)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!calibrate(all[i]))
            return false;
        all[i]->samples = xrealloc(all[i]->samples, (all[i]->n_samples + n_batches) * sizeof *all[i]->samples);
    }
    for (uint32_t batch = 0; batch < n_batches; batch++)
        for (uint32_t i = 0; i < n; i++)
            if (!all[i]->run(all[i], all[i]->n_runs, &all[i]->samples[all[i]->n_samples++]))
                return false;
    return true;
}

static const struct sample *
fastest(const struct contender *c)
{
    const struct sample *best = c->samples;
    for (uint32_t i = 1; i < c->n_samples; i++)
        if (c->samples[i].ns < best->ns)
            best = &c->samples[i];
    return best;
}

double
contender_min_ns(const struct contender *c)
{
    return fastest(c)->ns;
}

double
contender_insns(const struct contender *c)
{
    return fastest(c)->insns;
}

static int
compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

double
contender_median_ns(const struct contender *c)
{
    double *ns = xcalloc(c->n_samples, sizeof *ns);
    for (uint32_t i = 0; i < c->n_samples; i++)
        ns[i] = c->samples[i].ns;
    qsort(ns, c->n_samples, sizeof *ns, compare_doubles);
    double median = ns[c->n_samples / 2];
    free(ns);
    return median;
}
