/* The processes that fuzz, seen from their parent: started, listened to, replaced when they die, their counts summed up. */
#ifndef UI_FUZZ_JOBS_H
#define UI_FUZZ_JOBS_H

#include "ui/fuzz_worker.h"

enum { FUZZ_MAX_JOBS = 256 };

struct fuzz_jobs;

/* Starts plan->n_jobs processes; the plan must outlive them. NULL with *e filled when that fails. */
struct fuzz_jobs *fuzz_jobs_start(const struct fuzz_plan *plan, struct errinfo *e);

/* Listens for `ms` milliseconds, or until SIGINT; take() gets what was found. False when all of them have ended. */
bool fuzz_jobs_listen(struct fuzz_jobs *jobs, uint32_t ms, void (*take)(void *arg, const struct news_find *found), void *arg);

/* Asks all to end; they still send what they have. */
void fuzz_jobs_stop(struct fuzz_jobs *jobs);

/* All counts together. */
void fuzz_jobs_sum(const struct fuzz_jobs *jobs, struct news_stats *sum);

/* Ends what still runs. */
void fuzz_jobs_free(struct fuzz_jobs *jobs);

#endif
