/* The processes that fuzz. See fuzz_jobs.h. */
#include "config.h"

#include "ui/fuzz_jobs.h"

#include "sim/base/base.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_MS UINT64_C(1000000)
#define STUCK_NS (10000 * NS_PER_MS) /* a program takes microseconds, a try in a process of its own 50 ms of CPU at most */

struct job {
    uint32_t index;
    pid_t pid; /* 0: has ended */
    int fd;
    bool has_done;      /* its share: NEWS_END came */
    bool is_stuck;      /* was killed because it got nowhere */
    struct worker_page *page;
    uint64_t beats, beats_ns; /* when they last grew */
    struct news_stats now;    /* of the process that runs */
    struct news_stats past;   /* of its predecessors */
    size_t n_heard;
    uint8_t heard[sizeof(struct news) + sizeof(struct news_find)]; /* the beginning of a message */
};

struct fuzz_jobs {
    const struct fuzz_plan *plan;
    bool is_stopping;
    struct news_find *incoming; /* what the message that is being taken brings */
    uint32_t n;
    struct job jobs[FUZZ_MAX_JOBS];
};

/* ---------------------------------------------------------------- processes */

/* What a worker must not keep open: the ends of the others' pipes. */
static void
close_others(const struct fuzz_jobs *jobs)
{
    for (uint32_t i = 0; i < jobs->n; i++)
        if (jobs->jobs[i].fd >= 0)
            close(jobs->jobs[i].fd);
}

static bool
start_worker(struct fuzz_jobs *jobs, struct job *job, const struct worker_start *start)
{
    int ends[2];
    if (pipe(ends))
        return false;
    fflush(NULL);
    job->pid = fork();
    if (job->pid == 0) {
        close_others(jobs);
        close(ends[0]);
        _exit(worker_run(jobs->plan, start, job->page, ends[1]));
    }
    close(ends[1]);
    if (job->pid < 0) {
        close(ends[0]);
        job->pid = 0;
        return false;
    }
    job->fd = ends[0];
    job->n_heard = 0;
    job->is_stuck = false;
    job->beats_ns = now_ns();
    return true;
}

static struct worker_page *
new_page(void)
{
    struct worker_page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? NULL : page;
}

struct fuzz_jobs *
fuzz_jobs_start(const struct fuzz_plan *plan, struct errinfo *e)
{
    assert(plan->n_jobs >= 1 && plan->n_jobs <= FUZZ_MAX_JOBS);
    struct fuzz *f = fuzz_new(&plan->options, e); /* whether it can be done at all is told here, once */
    if (!f)
        return NULL;
    fuzz_free(f);
    struct fuzz_jobs *jobs = xcalloc(1, sizeof *jobs);
    jobs->plan = plan;
    jobs->incoming = xcalloc(1, sizeof *jobs->incoming);
    for (uint32_t i = 0; i < plan->n_jobs; i++) {
        struct job *job = &jobs->jobs[i];
        struct worker_start start = { .index = i, .first = worker_first(i) };
        job->index = i;
        job->fd = -1;
        job->page = new_page();
        jobs->n++;
        if (!job->page || !start_worker(jobs, job, &start)) {
            err_set_detail(e, ERR_OPEN, "a process to fuzz in", strerror(errno));
            fuzz_jobs_free(jobs);
            return NULL;
        }
    }
    return jobs;
}

void
fuzz_jobs_stop(struct fuzz_jobs *jobs)
{
    jobs->is_stopping = true;
    for (uint32_t i = 0; i < jobs->n; i++)
        if (jobs->jobs[i].pid)
            kill(jobs->jobs[i].pid, SIGINT);
}

void
fuzz_jobs_free(struct fuzz_jobs *jobs)
{
    if (!jobs)
        return;
    for (uint32_t i = 0; i < jobs->n; i++) {
        struct job *job = &jobs->jobs[i];
        if (job->pid) {
            kill(job->pid, SIGKILL);
            while (waitpid(job->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        }
        if (job->fd >= 0)
            close(job->fd);
        if (job->page)
            munmap(job->page, sizeof *job->page);
    }
    free(jobs->incoming);
    free(jobs);
}

/* ---------------------------------------------------------------- counts */

static void
add_stats(struct news_stats *to_both, const struct news_stats *from_both)
{
    struct fuzz_stats *to = &to_both->stats;
    const struct fuzz_stats *from = &from_both->stats;
    to->n_programs += from->n_programs;
    to->n_insns += from->n_insns;
    to->n_exits += from->n_exits;
    to->n_faults += from->n_faults;
    to->n_endless += from->n_endless;
    to->n_finds += from->n_finds;
    to->n_accepted += from->n_accepted;
    to->n_refused += from->n_refused;
    to->n_withheld += from->n_withheld;
    for (uint32_t i = 0; i < from->n_reasons; i++)
        fuzz_count_reason(to, from->reasons[i].text, from->reasons[i].n);
    coverage_add(&to_both->coverage, &from_both->coverage);
}

void
fuzz_jobs_sum(const struct fuzz_jobs *jobs, struct news_stats *sum)
{
    memset(sum, 0, sizeof *sum);
    for (uint32_t i = 0; i < jobs->n; i++) {
        add_stats(sum, &jobs->jobs[i].past);
        add_stats(sum, &jobs->jobs[i].now);
    }
}

/* ---------------------------------------------------------------- listening */

struct taker {
    void (*take)(void *arg, const struct news_find *found);
    void *arg;
};

/* Takes the messages that are complete off what was heard. False for what no worker in its right mind says. */
static bool
take_messages(struct fuzz_jobs *jobs, struct job *job, const struct taker *taker)
{
    struct news news;
    while (job->n_heard >= sizeof news) {
        memcpy(&news, job->heard, sizeof news);
        if (news.bytes != (news.kind == NEWS_FIND ? sizeof *jobs->incoming : sizeof job->now) || news.kind > NEWS_END)
            return false;
        if (job->n_heard < sizeof news + news.bytes)
            return true;
        memcpy(news.kind == NEWS_FIND ? (void *)jobs->incoming : &job->now, job->heard + sizeof news, news.bytes);
        job->has_done |= news.kind == NEWS_END;
        if (news.kind == NEWS_FIND)
            taker->take(taker->arg, jobs->incoming);
        job->n_heard -= sizeof news + news.bytes;
        memmove(job->heard, job->heard + sizeof news + news.bytes, job->n_heard);
    }
    return true;
}

/* What a worker died of goes on record as one more program that differs; its successor looks at it. */
static void
replace(struct fuzz_jobs *jobs, struct job *job, int status)
{
    struct worker_start start = { .index = job->index, .first = job->page->nth, .has_died = true };
    start.signal = job->is_stuck ? SIGVTALRM : WIFSIGNALED(status) ? WTERMSIG(status) : SIGABRT;
    add_stats(&job->past, &job->now);
    memset(&job->now, 0, sizeof job->now);
    if (job->page->is_recovering) { /* died of looking at it: on with the next one */
        job->page->is_recovering = false;
        start.first = worker_next(jobs->plan, start.first);
        start.has_died = false;
    } else {
        job->past.stats.n_finds++;
        job->past.stats.n_programs++;
    }
    start_worker(jobs, job, &start);
}

/* The pipe is closed: the worker has ended, one way or another. */
static void
take_end(struct fuzz_jobs *jobs, struct job *job)
{
    int status = 0;
    close(job->fd);
    job->fd = -1;
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
        ;
    job->pid = 0;
    if (!job->has_done && !jobs->is_stopping)
        replace(jobs, job, status);
}

static void
hear(struct fuzz_jobs *jobs, struct job *job, const struct taker *taker)
{
    ssize_t n = read(job->fd, job->heard + job->n_heard, sizeof job->heard - job->n_heard);
    if (n > 0) {
        job->n_heard += (size_t)n;
        if (!take_messages(jobs, job, taker)) {
            job->n_heard = 0;
            kill(job->pid, SIGKILL);
        }
    } else if (n == 0 || errno != EINTR) {
        take_end(jobs, job);
    }
}

/* Ends a worker that gets nowhere: a program that never returns. */
static void
watch(struct job *job, uint64_t now)
{
    uint64_t beats = job->page->beats;
    if (beats != job->beats) {
        job->beats = beats;
        job->beats_ns = now;
    } else if (!job->is_stuck && now - job->beats_ns > STUCK_NS) {
        job->is_stuck = true;
        kill(job->pid, SIGKILL);
    }
}

bool
fuzz_jobs_listen(struct fuzz_jobs *jobs, uint32_t ms, void (*take)(void *arg, const struct news_find *found), void *arg)
{
    const struct taker taker = { take, arg };
    uint64_t now = now_ns(), end = now + ms * NS_PER_MS;
    do {
        struct pollfd fds[FUZZ_MAX_JOBS];
        struct job *heard[FUZZ_MAX_JOBS];
        uint32_t n = 0;
        for (uint32_t i = 0; i < jobs->n; i++) {
            struct job *job = &jobs->jobs[i];
            if (!job->pid)
                continue;
            watch(job, now);
            fds[n] = (struct pollfd){ .fd = job->fd, .events = POLLIN };
            heard[n++] = job;
        }
        if (!n)
            return false;
        if (poll(fds, n, (int)((end - now) / NS_PER_MS) + 1) < 0)
            return true; /* SIGINT */
        for (uint32_t i = 0; i < n; i++)
            if (fds[i].revents)
                hear(jobs, heard[i], &taker);
        now = now_ns();
    } while (now < end);
    return true;
}
