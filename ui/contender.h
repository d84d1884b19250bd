/* What can be raced on one program and input: an engine, the kernel, a native function. Each runs the program once when it is made,
 * so that results can be compared, and then as often as one asks. Like BPF_PROG_TEST_RUN with a repetition, runs go on with the
 * packet, the maps and the clock that the one before left. */
#ifndef UI_CONTENDER_H
#define UI_CONTENDER_H

#include "ui/target.h"

/* One batch of runs. */
struct sample {
    double ns;    /* per run */
    double insns; /* executed per run; 0 when nobody counts them */
};

struct contender {
    char name[32];
    uint32_t retval;
    bool counts;            /* an engine that counts and checks: then all of its state is compared, else the return value */
    const char *difference; /* static text: in what its first run differs from that of the first contender; NULL: in nothing */
    void *state;            /* the rest is private */
    bool (*run)(struct contender *c, uint32_t n_runs, struct sample *out);
    void (*close)(struct contender *c);
    uint32_t n_runs;        /* per batch */
    struct sample *samples;
    uint32_t n_samples;
};

/* An engine. ERR_INPUT when the input is refused; ERR_BENCH when the program does not reach its exit. */
enum err contender_engine(const struct target *t, const struct engine *engine, struct contender *out, struct errinfo *e);

/* jit_unchecked_engine, which is no engine to debug with (jit/jit.h): use it on
 * what another engine has run to its end. */
enum err contender_unchecked(const struct target *t, struct contender *out, struct errinfo *e);

/* The running kernel, loaded several times: where its JIT puts the code matters, and the fastest place counts. Compared with `first`, which
 * has only run once so far. ERR_BENCH when bpf(2) is not permitted, ERR_KERNEL_*. */
enum err contender_kernel(const struct target *t, const struct contender *first, struct contender *out, struct errinfo *e);

/* A function of the shared object at `path` that takes a struct { const uint8_t *data, *data_end; } and returns the program's result.
 * ERR_OPEN. */
enum err contender_native(const struct target *t, const char *path, const char *symbol, struct contender *out, struct errinfo *e);

/* What a contender that is an engine runs, and that engine; NULL for others. */
struct code *contender_code(const struct contender *c, const struct engine **engine);

/* Notes in *c in what the first runs of both differ. */
void contender_compare(struct contender *c, const struct contender *first);

void contender_close(struct contender *c);

/* Gives everybody `n_batches` batches of about a quarter of a millisecond, in turn, so that a busy neighbour disturbs all alike.
 * Returns false when one of them could not go on. */
bool contender_race(struct contender *const *all, uint32_t n, uint32_t n_batches);

/* Of the samples so far, in ns per run. */
double contender_min_ns(const struct contender *c);
double contender_median_ns(const struct contender *c);
double contender_insns(const struct contender *c); /* per run, of the fastest batch; 0 unknown */

#endif
