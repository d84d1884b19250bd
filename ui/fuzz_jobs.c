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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_MS UINT64_C(1000000)

union payload {
    struct news_find find;
    struct errinfo error;
};

struct job {
    uint32_t index;
    pid_t pid;        /* 0: has ended */
    int fd;
    bool is_over;     /* its share is done, or given up: no successor */
    uint32_t n_deaths;
    size_t n_heard;
    uint8_t heard[sizeof(struct news) + sizeof(union payload)]; /* the beginning of a message */
};

struct fuzz_jobs {
    const struct fuzz_plan *plan;
    struct worker_page *pages; /* n of them, shared with all workers */
    bool is_stopping; /* no more programs, but what was found is still looked at */
    bool is_killed;   /* not even that */
    union payload *payload; /* what the message that is being taken brings */
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

static _Noreturn void
be_worker(const struct fuzz_jobs *jobs, const struct worker_start *start, pid_t parent, int fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it has died before that */
        _exit(EXIT_FAILURE);
    close_others(jobs);
    _exit(worker_run(jobs->plan, start, jobs->pages, fd));
}

static bool
start_worker(struct fuzz_jobs *jobs, struct job *job, const struct worker_start *start)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe(ends))
        return false;
    fflush(NULL); /* what is buffered is the parent's to print */
    job->pid = fork();
    if (job->pid == 0) {
        close(ends[0]);
        be_worker(jobs, start, parent, ends[1]);
    }
    int why = errno;
    close(ends[1]);
    if (job->pid < 0) {
        close(ends[0]);
        job->pid = 0;
        errno = why;
        return false;
    }
    job->fd = ends[0];
    job->n_heard = 0;
    return true;
}

static enum err
no_process(struct errinfo *e)
{
    return err_set_detail(e, ERR_OPEN, "a process to fuzz in", strerror(errno));
}

static bool
start_all(struct fuzz_jobs *jobs, struct errinfo *e)
{
    size_t bytes = jobs->plan->n_jobs * sizeof *jobs->pages;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return no_process(e) == OK;
    jobs->pages = pages;
    for (uint32_t i = 0; i < jobs->plan->n_jobs; i++) {
        struct job *job = &jobs->jobs[i];
        const struct worker_start start = { .index = i, .first = worker_first(i) };
        *job = (struct job){ .index = i, .fd = -1 };
        jobs->n++;
        if (!start_worker(jobs, job, &start))
            return no_process(e) == OK;
    }
    return true;
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
    jobs->payload = xcalloc(1, sizeof *jobs->payload);
    if (start_all(jobs, e))
        return jobs;
    fuzz_jobs_free(jobs);
    return NULL;
}

void
fuzz_jobs_stop(struct fuzz_jobs *jobs)
{
    jobs->is_killed = jobs->is_stopping;
    jobs->is_stopping = true;
    for (uint32_t i = 0; i < jobs->n; i++)
        if (jobs->jobs[i].pid)
            kill(jobs->jobs[i].pid, jobs->is_killed ? SIGKILL : SIGINT);
}

static int
wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
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
            wait_for(job->pid);
        }
        if (job->fd >= 0)
            close(job->fd);
    }
    if (jobs->pages)
        munmap(jobs->pages, jobs->plan->n_jobs * sizeof *jobs->pages);
    free(jobs->payload);
    free(jobs);
}

/* ---------------------------------------------------------------- counts */

static void
add_stats(struct fuzz_stats *to, const struct fuzz_stats *from)
{
    to->n_programs += from->n_programs;
    to->n_insns += from->n_insns;
    to->n_exits += from->n_exits;
    to->n_faults += from->n_faults;
    to->n_endless += from->n_endless;
    to->n_finds += from->n_finds;
    to->n_accepted += from->n_accepted;
    to->n_refused += from->n_refused;
    to->n_withheld += from->n_withheld;
    for (uint32_t i = 0; i < from->n_reasons && i < FUZZ_MAX_REASONS; i++)
        fuzz_count_reason(to, from->reasons[i].text, from->reasons[i].n);
}

void
fuzz_jobs_sum(const struct fuzz_jobs *jobs, struct fuzz_sum *sum)
{
    memset(sum, 0, sizeof *sum);
    for (uint32_t i = 0; i < jobs->n; i++) {
        add_stats(&sum->record.stats, &jobs->pages[i].record.stats);
        coverage_add(&sum->record.coverage, &jobs->pages[i].record.coverage);
        sum->n_untold += jobs->pages[i].n_untold;
        sum->n_deaths += jobs->jobs[i].n_deaths;
    }
}

/* ---------------------------------------------------------------- listening */

/* The bytes of a message. SIZE_MAX for what no worker in its right mind says. */
static size_t
payload_bytes(const struct news *news)
{
    static const size_t bytes[] = { [NEWS_FIND] = sizeof(struct news_find), [NEWS_ERROR] = sizeof(struct errinfo), [NEWS_END] = 0 };
    return news->kind < ARRAY_LEN(bytes) && news->bytes == bytes[news->kind] ? news->bytes : SIZE_MAX;
}

static bool
is_type(const struct prog_type *type)
{
    for (uint32_t i = 0; i < n_prog_types; i++)
        if (type == &prog_types[i])
            return true;
    return false;
}

/* Whether the find can be looked at: the process that sent it has run code that may have written anywhere. */
static bool
is_sane(const struct fuzz_jobs *jobs, const struct find *find)
{
    const struct fuzz_options *o = &jobs->plan->options;
    const struct subject *s = &find->subject;
    bool is_right_known = o->with_kernel && find->right == fuzz_kernel;
    for (uint32_t i = 1; i < o->n_engines; i++)
        is_right_known |= find->right == o->engines[i]->name;
    return is_right_known && find->left == o->engines[0]->name && s->n_slots <= SUBJECT_MAX_SLOTS && s->n_input <= SUBJECT_MAX_INPUT &&
           s->n_targets <= SUBJECT_MAX_TARGETS && is_type(s->type) && memchr(find->first.name, 0, sizeof find->first.name);
}

static bool
take_message(struct fuzz_jobs *jobs, struct job *job, enum news_kind kind, const struct fuzz_listener *listener)
{
    switch (kind) {
    case NEWS_FIND:
        if (!is_sane(jobs, &jobs->payload->find.find))
            return false;
        listener->take_find(listener->arg, &jobs->payload->find);
        return true;
    case NEWS_ERROR:
        listener->take_error(listener->arg, &jobs->payload->error);
        job->is_over = true;
        return true;
    case NEWS_END:
        job->is_over = true;
        return true;
    }
    return false;
}

/* Takes the messages that are complete off what was heard. False when one of them makes no sense. */
static bool
take_messages(struct fuzz_jobs *jobs, struct job *job, const struct fuzz_listener *listener)
{
    struct news news;
    while (job->n_heard >= sizeof news) {
        memcpy(&news, job->heard, sizeof news);
        size_t n = payload_bytes(&news);
        if (n == SIZE_MAX)
            return false;
        if (job->n_heard < sizeof news + n)
            return true;
        memcpy(jobs->payload, job->heard + sizeof news, n);
        if (!take_message(jobs, job, (enum news_kind)news.kind, listener))
            return false;
        job->n_heard -= sizeof news + n;
        memmove(job->heard, job->heard + sizeof news + n, job->n_heard);
    }
    return true;
}

/* What a worker died of goes on record as one more program that differs; its successor looks at it. */
static void
replace(struct fuzz_jobs *jobs, struct job *job, int status, const struct fuzz_listener *listener)
{
    struct worker_page *page = &jobs->pages[job->index];
    struct worker_start start = { .index = job->index, .first = page->nth, .has_died = true, .is_last = jobs->is_stopping };
    struct errinfo e;
    start.signal = WIFSIGNALED(status) ? WTERMSIG(status) : SIGABRT;
    job->n_deaths++;
    switch ((enum worker_deed)page->deed) {
    case WORKER_RUNS:
        page->record.stats.n_programs++;
        page->record.stats.n_finds++;
        break;
    case WORKER_REPORTS:
        break;
    case WORKER_RECOVERS: /* died of looking at it: on with the next one */
        page->n_untold++;
        start.first = worker_next(jobs->plan, start.first);
        start.has_died = false;
        break;
    }
    if (start_worker(jobs, job, &start))
        return;
    no_process(&e);
    listener->take_error(listener->arg, &e);
}

/* The pipe is closed: the worker has ended, one way or another. */
static void
take_end(struct fuzz_jobs *jobs, struct job *job, const struct fuzz_listener *listener)
{
    close(job->fd);
    job->fd = -1;
    int status = wait_for(job->pid);
    job->pid = 0;
    if (!job->is_over && !jobs->is_killed)
        replace(jobs, job, status, listener);
}

static void
hear(struct fuzz_jobs *jobs, struct job *job, const struct fuzz_listener *listener)
{
    ssize_t n = read(job->fd, job->heard + job->n_heard, sizeof job->heard - job->n_heard);
    if (n > 0) {
        job->n_heard += (size_t)n;
        if (!take_messages(jobs, job, listener)) {
            job->n_heard = 0;
            kill(job->pid, SIGKILL);
        }
    } else if (n == 0 || errno != EINTR) {
        take_end(jobs, job, listener);
    }
}

bool
fuzz_jobs_listen(struct fuzz_jobs *jobs, uint32_t ms, const struct fuzz_listener *listener)
{
    uint64_t now = now_ns(), end = now + ms * NS_PER_MS;
    do {
        struct pollfd fds[FUZZ_MAX_JOBS];
        struct job *heard[FUZZ_MAX_JOBS];
        uint32_t n = 0;
        for (uint32_t i = 0; i < jobs->n; i++) {
            if (!jobs->jobs[i].pid)
                continue;
            fds[n] = (struct pollfd){ .fd = jobs->jobs[i].fd, .events = POLLIN };
            heard[n++] = &jobs->jobs[i];
        }
        if (!n)
            return false;
        if (poll(fds, n, (int)((end - now) / NS_PER_MS) + 1) < 0)
            return true; /* a signal */
        for (uint32_t i = 0; i < n; i++)
            if (fds[i].revents)
                hear(jobs, heard[i], listener);
        now = now_ns();
    } while (now < end);
    return true;
}
