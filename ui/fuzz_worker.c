/* A process that fuzzes. See fuzz_worker.h. */
#include "config.h"

#include "ui/fuzz_worker.h"

#include "sim/base/base.h"
#include "ui/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

enum {
    STRETCH = 256,      /* programs that one worker takes in a row */
    LOOK_EVERY = 32,    /* programs between two looks at the clock: 0.1 s when none of them ends and all are compared in lockstep */
    STUCK_SECONDS = 2,  /* of the processor's time without a look */
    SHRINK_SECONDS = 5,
    MAX_UNNAMED = 16,   /* finds that are shrunk though nothing tells them from those before */
};

struct worker {
    const struct fuzz_plan *plan;
    struct worker_page *pages, *page; /* all; its own */
    int fd;
    struct fuzz *fuzz;
    struct news_find *found;
};

/* ---------------------------------------------------------------- the pipe */

static void
write_all(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno != EINTR)
            _exit(EXIT_FAILURE); /* nobody listens any more */
        if (done > 0) {
            at += done;
            n -= (size_t)done;
        }
    }
}

static void
send(int fd, enum news_kind kind, const void *what, size_t bytes)
{
    struct news news = { .kind = kind, .bytes = (uint32_t)bytes };
    write_all(fd, &news, sizeof news);
    write_all(fd, what, bytes);
}

/* ---------------------------------------------------------------- life */

/* Says that it gets on. When it has not said so for long it is ended by SIGVTALRM: only a program that never returns takes that much time,
 * and unlike the time of the day that of the process does not pass while others have the processor, or while it is suspended. */
static void
get_on(void)
{
    const struct itimerval limit = { .it_value.tv_sec = STUCK_SECONDS };
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

static bool
is_interrupted(void)
{
    return *signals_interrupt();
}

static bool
goes_on(void *arg)
{
    (void)arg;
    get_on();
    return !is_interrupted();
}

/* ---------------------------------------------------------------- finds */

/* Whether any worker has sent a find with this cause. */
static bool
is_seen(const struct worker *w, const struct cause *cause)
{
    for (uint32_t job = 0; job < w->plan->n_jobs; job++) {
        const struct worker_page *page = &w->pages[job];
        for (uint32_t i = 0, n = page->n_seen; i < n; i++)
            if (cause_is_like(&page->seen[i], cause))
                return true;
    }
    return false;
}

/* Whether a find with this cause is to be sent. */
static bool
is_wanted(struct worker *w, const struct cause *cause)
{
    struct worker_page *page = w->page;
    if (cause->is_named && is_seen(w, cause))
        return false;
    if (cause->is_named ? page->n_seen < ARRAY_LEN(page->seen) : page->n_unnamed < MAX_UNNAMED)
        return true;
    page->n_untold++;
    return false;
}

/* Sends w->found. Only then its cause counts as seen: a worker that dies while it shrinks leaves the find to its successor. */
static void
send_find(struct worker *w)
{
    struct worker_page *page = w->page;
    send(w->fd, NEWS_FIND, w->found, sizeof *w->found);
    if (w->found->cause.is_named)
        page->seen[page->n_seen++] = w->found->cause;
    else
        page->n_unnamed++;
}

/* Shrinks and sends w->found->find, which the judge has confirmed. */
static void
report_confirmed(struct worker *w, struct judge *judge)
{
    struct news_find *found = w->found;
    const struct shrink_limits limits = { .max_ns = SHRINK_SECONDS * NS_PER_SECOND, .go_on = goes_on };
    found->is_confirmed = true;
    found->n_insns = subject_insns(&found->find.subject);
    judge_cause(judge, &found->find.subject, &found->find, &found->cause);
    if (!is_wanted(w, &found->cause))
        return;
    found->n_tries = shrink(judge, &found->find, &limits, &found->cause);
    send_find(w);
}

static void
report_unconfirmed(struct worker *w)
{
    struct news_find *found = w->found;
    found->is_confirmed = false;
    found->n_insns = subject_insns(&found->find.subject);
    found->n_tries = 0;
    found->cause = (struct cause){ .kind = found->find.first.kind, .op = OP_illegal };
    if (is_wanted(w, &found->cause))
        send_find(w);
}

/* A find of the fuzzer. What a judge of its own does not confirm depends on what ran before: it is reported as it is. */
static void
report_find(struct worker *w)
{
    struct errinfo e;
    get_on();
    struct judge *judge = judge_new(&w->plan->options, &w->found->find, false, &e);
    if (judge && judge_try(judge, &w->found->find.subject, &w->found->find))
        report_confirmed(w, judge);
    else
        report_unconfirmed(w);
    judge_free(judge);
}

/* Whether the subject of w->found makes the process that runs it die, or differ, under the engine of this name (fuzz_kernel: the kernel);
 * reports it when it does. */
static bool
report_guarded(struct worker *w, const char *right)
{
    struct find *find = &w->found->find;
    struct errinfo e;
    get_on();
    find->left = w->plan->options.engines[0]->name;
    find->right = right;
    struct judge *judge = judge_new(&w->plan->options, find, true, &e);
    bool is_shown = judge && judge_try(judge, &find->subject, find);
    if (is_shown)
        report_confirmed(w, judge);
    judge_free(judge);
    return is_shown;
}

/* What the predecessor died of, run in processes of its own under each engine until one of them shows it. */
static void
report_death(struct worker *w, const struct worker_start *start)
{
    const struct fuzz_options *options = &w->plan->options;
    struct find *find = &w->found->find;
    fuzz_subject(w->fuzz, w->plan->first + start->first, find);
    for (uint32_t i = 1; i < options->n_engines; i++)
        if (report_guarded(w, options->engines[i]->name))
            return;
    if (options->with_kernel && report_guarded(w, fuzz_kernel))
        return;
    find->right = options->n_engines > 1 ? options->engines[1]->name : fuzz_kernel;
    find->pc = 0;
    differ(&find->first, DIFFERENCE_SIGNAL, "signal", 0, (uint64_t)start->signal);
    report_unconfirmed(w);
}

/* ---------------------------------------------------------------- the work */

uint64_t
worker_first(uint32_t index)
{
    return (uint64_t)index * STRETCH;
}

uint64_t
worker_next(const struct fuzz_plan *plan, uint64_t n)
{
    return (n + 1) % STRETCH ? n + 1 : n + 1 + (uint64_t)(plan->n_jobs - 1) * STRETCH;
}

static void
work(struct worker *w, uint64_t n)
{
    for (uint32_t turn = 0; n < w->plan->end - w->plan->first && !is_interrupted(); n = worker_next(w->plan, n), turn++) {
        if (turn % LOOK_EVERY == 0) {
            if (now_ns() >= w->plan->end_ns)
                return;
            get_on();
        }
        w->page->nth = n;
        fuzz_seek(w->fuzz, w->plan->first + n);
        if (fuzz_step(w->fuzz, &w->found->find)) {
            w->page->deed = WORKER_REPORTS;
            report_find(w);
            w->page->deed = WORKER_RUNS;
        }
    }
}

int
worker_run(const struct fuzz_plan *plan, const struct worker_start *start, struct worker_page *pages, int fd)
{
    struct errinfo e;
    struct worker w = { .plan = plan, .pages = pages, .page = &pages[start->index], .fd = fd, .found = xcalloc(1, sizeof *w.found) };
    struct fuzz_options options = plan->options;
    uint64_t first = start->first;
    options.record = &w.page->record;
    w.fuzz = fuzz_new(&options, &e);
    if (!w.fuzz) {
        send(fd, NEWS_ERROR, &e, sizeof e);
        return EXIT_FAILURE;
    }
    if (start->has_died) {
        w.page->deed = WORKER_RECOVERS;
        report_death(&w, start);
        first = worker_next(plan, first);
    }
    w.page->deed = WORKER_RUNS;
    if (!start->is_last)
        work(&w, first);
    send(fd, NEWS_END, NULL, 0);
    fuzz_free(w.fuzz);
    free(w.found);
    return EXIT_SUCCESS;
}
