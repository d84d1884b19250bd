/* `ebpfdbg fuzz`: reads what is wanted, has it done by processes (fuzz_jobs.h), shows how it goes (fuzz_screen.h) and keeps what is found
 * (finds.h). The status says whether there was one. */
#include "config.h"

#include "sim/base/base.h"
#include "ui/corpus.h"
#include "ui/engines.h"
#include "ui/finds.h"
#include "ui/fuzz_jobs.h"
#include "ui/fuzz_screen.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/signals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define MAX_SECONDS UINT64_C(1000000000)

enum { TICK_MS = 1000, REDRAW_MS = 250, DEFAULT_SEED_BITS = 32, MUTATE_PERCENT = 50 };
#define RATE_SECONDS 0.99 /* over which rates are measured: a tick, which may be a little early */

enum style { STYLE_SCREEN, STYLE_LINES, STYLE_JSON };

/* One `ebpfdbg fuzz`. */
struct campaign {
    const struct options *options;
    struct fuzz_plan plan;
    struct corpus corpus;
    struct finds finds;
    enum style style;
    struct fuzz_screen screen;
    struct buf engines; /* "interp,jit", as given */
    struct buf example; /* the file of the first find */
    struct buf news;    /* lines about finds that are not shown yet */
    uint32_t n_causes;  /* finds that differ from each other */
    uint32_t n_errors;  /* processes that have given up */
    uint32_t n_rows, n_outcomes; /* that coverage can come to */
    uint64_t start_ns;
};

/* ---------------------------------------------------------------- what is wanted */

static enum err
usage(struct errinfo *e, const char *what, const char *next)
{
    return err_set_detail(e, ERR_USAGE, what, next);
}

static enum err
add_engine(struct campaign *c, const char *name, struct errinfo *e)
{
    struct fuzz_options *f = &c->plan.options;
    if (!strcmp(name, fuzz_kernel)) {
        f->with_kernel = true;
        return f->n_engines ? OK : usage(e, "the kernel can't be the reference", "name another engine before it in --engines");
    }
    const struct engine *engine = engine_named(name, e);
    if (!engine)
        return ERR_USAGE;
    if (f->n_engines == FUZZ_MAX_ENGINES)
        return usage(e, "--engines names too many", "4 and the kernel can be compared");
    f->engines[f->n_engines++] = engine;
    return OK;
}

static enum err
read_engines(struct campaign *c, struct errinfo *e)
{
    const char *list = c->options->engines ? c->options->engines : "interp,jit";
    char *copy = xstrdup(list), *rest = copy;
    enum err err = OK;
    for (char *name; !err && (name = strsep(&rest, ",")) != NULL;)
        err = add_engine(c, name, e);
    free(copy);
    buf_puts(&c->engines, list);
    if (!err && c->plan.options.n_engines + c->plan.options.with_kernel < 2)
        err = usage(e, "one engine alone has nobody to differ from", "name another one in --engines");
    return err;
}

static enum err
read_programs(struct campaign *c, struct errinfo *e)
{
    const struct options *o = c->options;
    struct generate_options *g = &c->plan.options.generate;
    static const char *const isas[] = { "v1", "v2", "v3", "v4" };
    *g = generate_everything;
    if (o->length > GENERATE_MAX_INSNS)
        return usage(e, "--length is at most 1000", "shorter programs find more per second");
    if (o->length)
        g->n_insns = (uint32_t)o->length;
    for (uint32_t i = 0; o->isa && i < ARRAY_LEN(isas); i++)
        if (!strcmp(o->isa, isas[i]))
            g->cpu = i + 1;
    if (o->isa && (!g->cpu || strcmp(o->isa, isas[g->cpu - 1]) != 0))
        return usage(e, "--isa is v1, v2, v3 or v4", "as clang's -mcpu");
    if (o->no_loops)
        g->weights[CLASS_loop] = g->weights[CLASS_maygoto] = g->weights[CLASS_walk] = 0;
    return o->weights ? generate_parse_weights(o->weights, g, e) : OK;
}

/* text: what stands behind --lockstep=, "" when nothing does; NULL without it. */
static enum err
read_lockstep(const char *text, enum lockstep_granularity *out, struct errinfo *e)
{
    *out = !text ? LOCKSTEP_WHOLE : strcmp(text, "block") ? LOCKSTEP_INSN : LOCKSTEP_BLOCK;
    return text && *text && strcmp(text, "insn") && strcmp(text, "block") ? usage(e, text, "--lockstep compares by insn or block") : OK;
}

/* A seed from the clock: short, so that it can be typed again. */
static uint64_t
new_seed(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t z = ((uint64_t)t.tv_sec * NS_PER_SECOND + (uint64_t)t.tv_nsec) * UINT64_C(0x9e3779b97f4a7c15);
    return (z >> (64 - DEFAULT_SEED_BITS)) | 1;
}

/* What coverage can come to. Mutations keep what is in the corpus, whatever the generator leaves out. */
static uint32_t
possible_rows(const struct fuzz_options *options, uint32_t *n_outcomes)
{
    struct generator generator;
    struct generate_options generate = options->n_corpus ? generate_everything : options->generate;
    generate.for_kernel |= options->with_kernel;
    generator_init(&generator, &generate);
    return generator_rows(&generator, n_outcomes);
}

static enum err
read_plan(struct campaign *c, struct errinfo *e)
{
    const struct options *o = c->options;
    if (o->jobs > FUZZ_MAX_JOBS)
        return usage(e, "--jobs is at most 256", "one per core is enough");
    if (o->seconds > MAX_SECONDS)
        return usage(e, "--seconds is at most 1000000000", "without it fuzzing goes on until Ctrl-C");
    c->plan.n_jobs = o->jobs ? (uint32_t)o->jobs : 1;
    c->plan.first = o->first;
    c->plan.end = o->count && o->count < UINT64_MAX - o->first ? o->first + o->count : UINT64_MAX;
    c->plan.end_ns = o->seconds ? c->start_ns + o->seconds * NS_PER_SECOND : UINT64_MAX;
    c->plan.options.seed = o->seed ? o->seed : new_seed();
    c->finds.directory = o->finds ? o->finds : "ebpfdbg-finds";
    enum err err = read_engines(c, e);
    if (!err)
        err = read_lockstep(o->lockstep, &c->plan.options.lockstep, e);
    if (!err)
        err = read_programs(c, e);
    if (!err && o->corpus) {
        err = corpus_open(o->corpus, &c->corpus, e);
        c->plan.options.corpus = c->corpus.list;
        c->plan.options.n_corpus = c->corpus.n;
        c->plan.options.mutate_percent = MUTATE_PERCENT;
    }
    if (!err)
        c->n_rows = possible_rows(&c->plan.options, &c->n_outcomes);
    return err;
}

/* ---------------------------------------------------------------- finds */

/* The command line that makes this program again. */
static void
put_origin(const struct campaign *c, const struct news_find *found, struct buf *out)
{
    const struct options *o = c->options;
    buf_printf(out, "made by: ebpfdbg fuzz --engines %s --seed %" PRIu64 " --first %" PRIu64 " --count 1", buf_text(&c->engines),
               c->plan.options.seed, found->find.nth);
    if (o->isa)
        buf_printf(out, " --isa %s", o->isa);
    if (o->weights)
        buf_printf(out, " --weights %s", o->weights);
    if (o->length)
        buf_printf(out, " --length %" PRIu64, o->length);
    if (o->no_loops)
        buf_puts(out, " --no-loops");
    if (o->corpus)
        buf_printf(out, " --corpus %s", o->corpus);
    if (o->lockstep)
        buf_printf(out, " --lockstep%s%s", *o->lockstep ? "=" : "", o->lockstep);
    if (found->is_confirmed)
        buf_printf(out, "\nshrunk from %" PRIu32 " to %" PRIu32 " instructions in %" PRIu32 " tries\n", found->n_insns,
                   subject_insns(&found->find.subject), found->n_tries);
    else
        buf_puts(out, "\nother programs ran before it; alone it does not show, so it is not shrunk\n");
    buf_puts(out, "see it: ebpfdbg --replay THIS-FILE\n");
}

static void
put_found(const struct campaign *c, const struct fuzz_found *found, struct buf *out)
{
    if (c->style == STYLE_JSON)
        fuzz_json_find(found, out);
    else
        fuzz_screen_find(found, out);
}

static void
take_find(void *arg, const struct news_find *news)
{
    struct campaign *c = arg;
    struct buf origin = BUF_EMPTY, why = BUF_EMPTY;
    struct errinfo e;
    struct fuzz_found found = { .seed = c->plan.options.seed, .news = news };
    put_origin(c, news, &origin);
    found.outcome = finds_save(&c->finds, &news->find, &news->cause, buf_text(&origin), &e);
    found.path = c->finds.path;
    if (found.outcome == FINDS_ERROR) {
        err_text(&e, &why);
        found.path = buf_text(&why);
    }
    if (found.outcome != FINDS_AGAIN) { /* else two processes have found the same at the same time */
        c->n_causes++;
        put_found(c, &found, &c->news);
    }
    if ((found.outcome == FINDS_WRITTEN || found.outcome == FINDS_KNOWN) && !c->example.len)
        buf_puts(&c->example, found.path);
    buf_free(&origin);
    buf_free(&why);
}

static void
take_error(void *arg, const struct errinfo *e)
{
    struct campaign *c = arg;
    c->n_errors++;
    message_error(e, NULL);
}

/* ---------------------------------------------------------------- the run */

/* What was counted at the last line. */
struct mark {
    double seconds;
    uint64_t n_programs, n_insns;
};

static void
look(const struct campaign *c, const struct fuzz_jobs *jobs, const struct mark *since, struct fuzz_view *view)
{
    uint64_t now = now_ns();
    *view = (struct fuzz_view){
        .engines = buf_text(&c->engines),
        .with_kernel = c->plan.options.with_kernel,
        .seed = c->plan.options.seed,
        .n_jobs = c->plan.n_jobs,
        .seconds = (double)(now - c->start_ns) / (double)NS_PER_SECOND,
        .seconds_left = -1,
        .count = c->options->count,
        .n_rows = c->n_rows,
        .n_outcomes = c->n_outcomes,
        .n_causes = c->n_causes,
        .directory = c->finds.directory,
        .example = buf_text(&c->example),
    };
    if (c->plan.end_ns != UINT64_MAX)
        view->seconds_left = now < c->plan.end_ns ? (double)(c->plan.end_ns - now) / (double)NS_PER_SECOND : 0;
    fuzz_jobs_sum(jobs, &view->sum);
    view->coverage = coverage_sum(&view->sum.record.coverage);
    double passed = view->seconds - since->seconds;
    if (passed > 0) {
        view->programs_per_s = (double)(view->sum.record.stats.n_programs - since->n_programs) / passed;
        view->insns_per_s = (double)(view->sum.record.stats.n_insns - since->n_insns) / passed;
    }
}

/* Shows how it goes, or how it went, and the finds since the last time. */
static void
show(struct campaign *c, const struct fuzz_view *view)
{
    if (c->style == STYLE_SCREEN) {
        fuzz_screen_redraw(&c->screen, buf_text(&c->news), view);
    } else {
        if (c->style == STYLE_JSON)
            fuzz_json_view(view, &c->news);
        else if (view->is_final)
            fuzz_screen_block(view, 0, 0, &c->news);
        else
            fuzz_screen_line(view, &c->news);
        fputs(buf_text(&c->news), stdout);
        fflush(stdout);
    }
    buf_clear(&c->news);
}

/* Until the last process has ended. Returns whether there was a find. */
static bool
watch(struct campaign *c, struct fuzz_jobs *jobs)
{
    static const struct mark start = { 0 };
    const struct fuzz_listener listener = { .take_find = take_find, .take_error = take_error, .arg = c };
    struct fuzz_view *view = xmalloc(sizeof *view);
    struct mark mark = start;
    while (fuzz_jobs_listen(jobs, c->style == STYLE_SCREEN ? REDRAW_MS : TICK_MS, &listener)) {
        if (*signals_interrupt()) {
            *signals_interrupt() = 0;
            fuzz_jobs_stop(jobs);
            continue;
        }
        look(c, jobs, &mark, view);
        show(c, view);
        if (view->seconds - mark.seconds >= RATE_SECONDS)
            mark = (struct mark){ view->seconds, view->sum.record.stats.n_programs, view->sum.record.stats.n_insns };
    }
    look(c, jobs, &start, view);
    view->is_final = true;
    show(c, view);
    bool has_finds = c->n_causes || view->sum.record.stats.n_finds;
    free(view);
    return has_finds;
}

int
fuzz_main(const struct options *o)
{
    struct campaign *c = xcalloc(1, sizeof *c);
    struct errinfo e;
    struct fuzz_jobs *jobs = NULL;
    int status = EXIT_FAILED;
    c->options = o;
    c->start_ns = now_ns();
    c->style = o->json ? STYLE_JSON : fuzz_screen_can_redraw() ? STYLE_SCREEN : STYLE_LINES;
    if (read_plan(c, &e) == OK) {
        signals_catch();
        jobs = finds_check(&c->finds, &e) == OK ? fuzz_jobs_start(&c->plan, &e) : NULL;
    }
    if (jobs) {
        status = watch(c, jobs) ? EXIT_FIND : c->n_errors ? EXIT_FAILED : EXIT_DONE;
    } else {
        status = e.code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
        message_error(&e, NULL);
    }
    fuzz_jobs_free(jobs);
    fuzz_screen_close(&c->screen);
    corpus_close(&c->corpus);
    buf_free(&c->engines);
    buf_free(&c->example);
    buf_free(&c->news);
    free(c);
    return status;
}
