/* What a fuzzing run looks like: a block of lines that is redrawn on a terminal, a line a second elsewhere, JSON for machines. */
#ifndef UI_FUZZ_SCREEN_H
#define UI_FUZZ_SCREEN_H

#include "jit/diff/fuzz.h"

/* All that is shown. */
struct fuzz_view {
    const char *engines;  /* "interp, jit" */
    bool with_kernel;
    uint64_t seed;
    uint32_t n_jobs;
    double seconds;       /* since the start */
    double seconds_left;  /* below 0: there is no end */
    uint64_t count;       /* programs wanted; 0: no end */
    struct fuzz_stats stats;
    struct coverage_sums coverage; /* of what it can come to: */
    uint32_t n_rows, n_outcomes;
    double programs_per_s, insns_per_s; /* of the last second; at the end of all */
    uint32_t n_causes;    /* finds that are not like one before */
    const char *directory;
    const char *last;     /* file of the last find and what differs; "" before the first */
};

/* Appends the block, 10 to 20 lines none of which is longer than `columns` bytes (0: as long as they get). */
void fuzz_screen_block(const struct fuzz_view *view, uint32_t columns, struct buf *out);

/* Appends one line. */
void fuzz_screen_line(const struct fuzz_view *view, struct buf *out);

/* Appends one JSON object and a newline. */
void fuzz_screen_json(const struct fuzz_view *view, bool is_final, struct buf *out);

/* How many of the block's lines there are on the terminal. */
struct fuzz_screen {
    uint32_t n_lines;
};

/* Whether standard output is a terminal on which a block can be redrawn. */
bool fuzz_screen_can_redraw(void);

/* Shows the block in place of the one before. */
void fuzz_screen_redraw(struct fuzz_screen *screen, const struct fuzz_view *view);

#endif
