/* The processes that fuzz, seen from their parent: started, listened to, replaced when they die, their counts summed up. */
#ifndef UI_FUZZ_JOBS_H
#define UI_FUZZ_JOBS_H

#include "ui/fuzz_worker.h"

enum { FUZZ_MAX_JOBS = 256 };

struct fuzz_jobs;

/* Starts plan->n_jobs processes; the plan must outlive them. They die with their parent. NULL with *e filled when that fails. */
struct fuzz_jobs *fuzz_jobs_start(const struct fuzz_plan *plan, struct errinfo *e);

/* What is heard. */
struct fuzz_listener {
    void (*take_find)(void *arg, const struct news_find *found);
    void (*take_error)(void *arg, const struct errinfo *e); /* a process gives its share up: what it has counted stays */
    void *arg;
};

/* Listens for `ms` milliseconds, or until a signal is caught. False when all of them have ended. */
bool fuzz_jobs_listen(struct fuzz_jobs *jobs, uint32_t ms, const struct fuzz_listener *listener);

/* Asks all to end; they still send what they have. Said again, it ends them. */
void fuzz_jobs_stop(struct fuzz_jobs *jobs);

/* What all of them have counted, so far, together. */
struct fuzz_sum {
    struct fuzz_record record;
    uint64_t n_untold; /* of record.stats.n_finds: finds that were not sent though nothing says that they are like one that was */
    uint32_t n_deaths; /* processes that were replaced */
};
void fuzz_jobs_sum(const struct fuzz_jobs *jobs, struct fuzz_sum *sum);

/* Ends what still runs. */
void fuzz_jobs_free(struct fuzz_jobs *jobs);

#endif
