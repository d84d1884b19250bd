/* One process that fuzzes: its share of the sequence, shrinking what it finds, telling its parent through a pipe. It may die at any program.
 * What it has counted, and where it was, stands in a page that outlives it, so that nothing is lost and its successor goes on from there. */
#ifndef UI_FUZZ_WORKER_H
#define UI_FUZZ_WORKER_H

#include "jit/diff/shrink.h"
#include "sim/base/error.h"

#include <stdatomic.h>

/* What is to be done, by all workers together. */
struct fuzz_plan {
    struct fuzz_options options; /* without a record: each worker has its own */
    uint32_t n_jobs;  /* worker i takes stretches i, i + n_jobs, ... of the sequence */
    uint64_t first;   /* programs [first, end) of it; end UINT64_MAX: no end */
    uint64_t end;
    uint64_t end_ns;  /* by now_ns(); UINT64_MAX: no end */
};

/* What a worker is doing, so that its parent knows what it died of. */
enum worker_deed {
    WORKER_RUNS,     /* program `nth` under the engines */
    WORKER_REPORTS,  /* shrinks what program `nth` has shown, which is counted already */
    WORKER_RECOVERS, /* looks at what its predecessor died of */
};

/* Memory that the parent and all workers share. */
struct worker_page {
    _Atomic uint64_t nth;  /* the program it is at, counted from plan->first */
    _Atomic uint32_t deed; /* enum worker_deed */
    struct fuzz_record record; /* all that this worker and its predecessors have counted */
    /* Causes that were sent: what is like them is only counted. Any worker reads them, this one adds. */
    struct cause seen[64];
    _Atomic uint32_t n_seen;
    uint32_t n_unnamed;       /* finds without a named cause that were sent */
    _Atomic uint64_t n_untold; /* finds that were not sent though nothing says that they are like another */
};

/* What a worker sends: this, then `bytes` bytes. All of it is from a process that is a copy of the reader: pointers to constants hold in
 * both, and to nothing else. */
enum news_kind {
    NEWS_FIND,  /* struct news_find */
    NEWS_ERROR, /* struct errinfo: it can't work, and neither could a successor */
    NEWS_END,   /* nothing: it has done its share */
};
struct news {
    uint32_t kind, bytes;
};
struct news_find {
    struct find find;
    struct cause cause;
    bool is_confirmed; /* run alone, the program shows it again */
    uint32_t n_insns;  /* before it was shrunk */
    uint32_t n_tries;
};

/* Where a worker begins. */
struct worker_start {
    uint32_t index;
    uint64_t first;    /* program, counted from plan->first; worker_first() unless another worker was there before */
    bool has_died;     /* the predecessor died at program `first` */
    bool is_last;      /* it only looks at that */
    int signal;        /* of what */
};

/* Counted from plan->first, and the one after n. */
uint64_t worker_first(uint32_t index);
uint64_t worker_next(const struct fuzz_plan *plan, uint64_t n);

/* Works until the share is done, the time is over, or SIGINT. `pages`: of all plan->n_jobs workers. A program that never ends kills the
 * process by SIGVTALRM. Returns the process's exit status. */
int worker_run(const struct fuzz_plan *plan, const struct worker_start *start, struct worker_page *pages, int fd);

#endif
