/* A process that fuzzes. See fuzz_worker.h. */
#include "config.h"

#include "ui/fuzz_worker.h"

#include "sim/base/base.h"
#include "ui/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

enum {
    STRETCH = 256,      /* programs that one worker takes in a row */
    LOOK_EVERY = 32,    /* programs between two looks at the clock */
    STATS_PER_SECOND = 10,
    SHRINK_SECONDS = 5,
    MAX_UNNAMED = 16,   /* finds that are shrunk though nothing tells them from those before */
};

struct worker {
    const struct fuzz_plan *plan;
    struct worker_page *page;
    int fd;
    struct fuzz *fuzz;
    struct news_find *found;
    uint64_t next_stats_ns;
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
send(const struct worker *w, enum news_kind kind, const void *what, size_t bytes)
{
    struct news news = { .kind = kind, .bytes = (uint32_t)bytes };
    write_all(w->fd, &news, sizeof news);
    write_all(w->fd, what, bytes);
}

static void
send_stats(struct worker *w, enum news_kind kind)
{
    struct news_stats news = { .stats = *fuzz_stats(w->fuzz), .coverage = *fuzz_coverage(w->fuzz) };
    send(w, kind, &news, sizeof news);
    w->next_stats_ns = now_ns() + NS_PER_SECOND / STATS_PER_SECOND;
}

/* ---------------------------------------------------------------- finds */

static bool
is_interrupted(void)
{
    return *signals_interrupt();
}

static bool
goes_on(void *arg)
{
    struct worker *w = arg;
    w->page->beats++;
    return !is_interrupted();
}

/* Whether a cause was reported before; remembers it. */
static bool
is_seen(struct worker_page *page, const struct cause *cause)
{
    if (!cause->is_named)
        return page->n_unnamed++ >= MAX_UNNAMED;
    for (uint32_t i = 0; i < page->n_seen; i++)
        if (cause_is_like(&page->seen[i], cause))
            return true;
    if (page->n_seen == ARRAY_LEN(page->seen))
        return true;
    page->seen[page->n_seen++] = *cause;
    return false;
}

/* Shrinks and sends w->found->find, which the judge has confirmed, unless something like it was sent before. */
static void
report(struct worker *w, struct judge *judge)
{
    struct news_find *found = w->found;
    const struct shrink_limits limits = { .max_ns = SHRINK_SECONDS * NS_PER_SECOND, .go_on = goes_on, .arg = w };
    judge_cause(judge, &found->find.subject, &found->find, &found->cause);
    if (is_seen(w->page, &found->cause))
        return;
    found->n_insns = subject_insns(&found->find.subject);
    found->n_tries = shrink(judge, &found->find, &limits, &found->cause);
    send(w, NEWS_FIND, found, sizeof *found);
}

static void
report_as_it_is(struct worker *w)
{
    w->found->cause = (struct cause){ .kind = w->found->find.first.kind, .op = OP_illegal };
    w->found->n_insns = subject_insns(&w->found->find.subject);
    w->found->n_tries = 0;
    send(w, NEWS_FIND, w->found, sizeof *w->found);
}

/* A find of the fuzzer. What a judge of its own does not confirm depends on what ran before: it is reported as it is. */
static void
report_find(struct worker *w)
{
    struct errinfo e;
    struct judge *judge = judge_new(&w->plan->options, &w->found->find, false, &e);
    if (judge && judge_try(judge, &w->found->find.subject, &w->found->find))
        report(w, judge);
    else
        report_as_it_is(w);
    judge_free(judge);
}

/* What the predecessor died of, run in processes of its own under each engine until one of them shows it. */
static void
report_death(struct worker *w, const struct worker_start *start)
{
    const struct fuzz_options *options = &w->plan->options;
    struct find *find = &w->found->find;
    struct errinfo e;
    find->nth = w->plan->first + start->first;
    find->seed = fuzz_subject(w->fuzz, find->nth, &find->subject);
    find->left = options->engines[0]->name;
    for (uint32_t i = 1; i < options->n_engines; i++) {
        find->right = options->engines[i]->name;
        struct judge *judge = judge_new(options, find, true, &e);
        bool is_shown = judge && judge_try(judge, &find->subject, find);
        if (is_shown)
            report(w, judge);
        judge_free(judge);
        if (is_shown)
            return;
    }
    find->right = options->engines[options->n_engines - 1]->name;
    find->pc = 0;
    differ(&find->first, DIFFERENCE_SIGNAL, "signal", 0, (uint64_t)start->signal);
    report_as_it_is(w);
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
            uint64_t now = now_ns();
            if (now >= w->plan->end_ns)
                return;
            if (now >= w->next_stats_ns)
                send_stats(w, NEWS_STATS);
        }
        w->page->nth = n;
        w->page->beats++;
        fuzz_seek(w->fuzz, w->plan->first + n);
        if (fuzz_step(w->fuzz, &w->found->find))
            report_find(w);
    }
}

int
worker_run(const struct fuzz_plan *plan, const struct worker_start *start, struct worker_page *page, int fd)
{
    struct errinfo e;
    struct worker w = { .plan = plan, .page = page, .fd = fd, .found = xcalloc(1, sizeof *w.found) };
    uint64_t first = start->first;
    w.fuzz = fuzz_new(&plan->options, &e);
    if (!w.fuzz)
        return EXIT_FAILURE;
    if (start->has_died) {
        page->is_recovering = true;
        report_death(&w, start);
        page->is_recovering = false;
        first = worker_next(plan, first);
    }
    work(&w, first);
    send_stats(&w, NEWS_END);
    fuzz_free(w.fuzz);
    free(w.found);
    return EXIT_SUCCESS;
}
