/* One process that fuzzes: its share of the sequence, shrinking what it finds, telling its parent through a pipe. It may die at any program;
 * what it leaves in its page says at which, and its successor goes on from there. */
#ifndef UI_FUZZ_WORKER_H
#define UI_FUZZ_WORKER_H

#include "jit/diff/shrink.h"

#include <stdatomic.h>

/* What is to be done, by all workers together. */
struct fuzz_plan {
    struct fuzz_options options;
    uint32_t n_jobs;  /* worker i takes stretches i, i + n_jobs, ... of the sequence */
    uint64_t first;   /* programs [first, end) of it; end UINT64_MAX: no end */
    uint64_t end;
    uint64_t end_ns;  /* by now_ns(); UINT64_MAX: no end */
};

/* Memory that parent and worker share and that outlives the worker. */
struct worker_page {
    _Atomic uint64_t nth;       /* the program it is at */
    _Atomic uint64_t beats;     /* grows as long as it gets anywhere */
    _Atomic bool is_recovering; /* it is looking at what its predecessor died of */
    /* Causes that were reported: what is like them is only counted. */
    struct cause seen[64];
    uint32_t n_seen;
    uint32_t n_unnamed; /* finds without a named cause that were shrunk */
};

/* What a worker sends: this, then `bytes` bytes. */
enum news_kind {
    NEWS_STATS, /* struct news_stats of this process so far */
    NEWS_FIND,  /* struct news_find */
    NEWS_END,   /* struct news_stats: it has done its share */
};
struct news {
    uint32_t kind, bytes;
};
struct news_stats {
    struct fuzz_stats stats;
    struct coverage coverage;
};
struct news_find {
    struct find find;
    struct cause cause;
    uint32_t n_insns; /* before it was shrunk */
    uint32_t n_tries;
};

/* Where a worker begins. */
struct worker_start {
    uint32_t index;
    uint64_t first;    /* program, counted from plan->first; worker_first() unless another worker was there before */
    bool has_died;     /* the predecessor died at program `first` */
    int signal;        /* of what */
};

/* Counted from plan->first, and the one after n. */
uint64_t worker_first(uint32_t index);
uint64_t worker_next(const struct fuzz_plan *plan, uint64_t n);

/* Works until the share is done, the time is over, or SIGINT. Returns the process's exit status. */
int worker_run(const struct fuzz_plan *plan, const struct worker_start *start, struct worker_page *page, int fd);

#endif
