/* Differential fuzzing: programs are made (generate.h, mutate.h), run under several engines on the same input, and what they leave is compared.
 * The first engine is the reference; where another one, or the kernel, disagrees with it, the program is a find.
 *
 *     struct fuzz *f = fuzz_new(&options, &e);
 *     while (...)
 *         if (fuzz_step(f, find))
 *             ... find->subject, find->first ...
 *     fuzz_free(f);
 *
 * Program i of a seed is a pure function of both, of options.generate and the corpus, whatever the engines say and whatever ran before. */
#ifndef JIT_DIFF_FUZZ_H
#define JIT_DIFF_FUZZ_H

#include "jit/diff/coverage.h"
#include "jit/diff/difference.h"
#include "jit/diff/generate.h"
#include "jit/diff/lockstep.h"
#include "jit/diff/subject.h"
#include "sim/engine.h"

enum { FUZZ_MAX_ENGINES = 4 };

/* Why the kernel did not run a program, and how often. */
enum { FUZZ_MAX_REASONS = 64, FUZZ_REASON_BYTES = 200 };
struct fuzz_reason {
    char text[FUZZ_REASON_BYTES];
    uint64_t n;
};

struct fuzz_stats {
    uint64_t n_programs;
    uint64_t n_insns;        /* executed by the reference */
    uint64_t n_exits, n_faults, n_endless; /* how runs of the reference ended; endless: max_insns */
    uint64_t n_finds;
    uint64_t n_accepted, n_refused, n_withheld; /* by the kernel's verifier; withheld: a known difference (known.h), so it was not asked */
    struct fuzz_reason reasons[FUZZ_MAX_REASONS]; /* refused or withheld */
    uint32_t n_reasons;
};

/* Counts n more programs for a reason, or for "others" when there is no room for another one. */
void fuzz_count_reason(struct fuzz_stats *stats, const char *text, uint64_t n);

/* What a fuzzer counts. It only ever adds, and is readable at any moment, also from another process. */
struct fuzz_record {
    struct fuzz_stats stats;
    struct coverage coverage; /* of samples: the first programs, and every 16th */
};

struct fuzz_options {
    const struct engine *engines[FUZZ_MAX_ENGINES]; /* the first is the reference */
    uint32_t n_engines;                             /* at least 2, or 1 and the kernel */
    bool with_kernel;
    /* After what engines are compared (the kernel: after the run). WHOLE is the fastest; what is wrong in between must still be visible
     * at the end. BLOCK and INSN are some thousand programs a second; an engine that knows no blocks is compared by instruction. */
    enum lockstep_granularity lockstep;
    uint64_t seed;
    struct generate_options generate;
    /* What part of the programs, in percent, are mutations of these subjects; they and the list must outlive the fuzzer. */
    const struct subject *const *corpus;
    uint32_t n_corpus, mutate_percent;
    struct fuzz_record *record; /* where to count, on top of what is there; must outlive the fuzzer. NULL: in memory of its own */
    uint64_t max_insns; /* of a run; what takes longer is compared there. 0: FUZZ_MAX_INSNS */
};
enum { FUZZ_MAX_INSNS = 20000 };

extern const char fuzz_kernel[]; /* "kernel": what finds call it */

struct find {
    struct subject subject;
    uint64_t seed;           /* generate_subject(seed, ...) makes the subject again, unless it is mutated */
    bool is_mutated;         /* mutate_subject(seed, ...) of the corpus made it */
    uint64_t nth;            /* its number in this fuzzer's sequence, from 0 */
    const char *left, *right; /* names of the engines, or fuzz_kernel */
    uint32_t pc;             /* where the reference stopped; in lockstep: where the piece begins that differs */
    struct difference first;
};

struct fuzz;

/* The options are copied; what they point to must outlive the fuzzer. NULL with *e filled when an engine or the kernel can't. */
struct fuzz *fuzz_new(const struct fuzz_options *options, struct errinfo *e);
void fuzz_free(struct fuzz *f);

/* Makes and runs the next program. True with *find filled when engines disagree on it. */
bool fuzz_step(struct fuzz *f, struct find *find);

/* Runs a given subject instead: for shrinking a find and for saying whether it still is one. find->seed and nth stay as they are. Not counted. */
bool fuzz_try(struct fuzz *f, const struct subject *s, struct find *find);

/* From now on runs end after so many instructions. */
void fuzz_set_max_insns(struct fuzz *f, uint64_t max_insns);

/* Makes program n of the sequence without running it: fills find->subject, seed, is_mutated and nth. */
void fuzz_subject(const struct fuzz *f, uint64_t n, struct find *find);

/* Goes on with program n of the sequence: every process of several takes its own share. */
void fuzz_seek(struct fuzz *f, uint64_t n);

/* What was counted. Valid until the next call. */
const struct fuzz_stats *fuzz_stats(const struct fuzz *f);
const struct coverage *fuzz_coverage(const struct fuzz *f);

/* The generator, for what coverage can come to (generator_rows). */
const struct generator *fuzz_generator(const struct fuzz *f);

/* find.c: "r3: interp 0x1, jit 0x2", "end: interp exit, jit fault", "jit: killed by signal 11 (Segmentation fault)", "jit: does not end"; one line
 * without newline. */
void find_text(const struct find *find, struct buf *out);

#endif
