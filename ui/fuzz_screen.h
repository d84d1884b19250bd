/* What a fuzzing run looks like: a block of lines that is redrawn on a terminal, a line a second elsewhere, JSON for machines. */
#ifndef UI_FUZZ_SCREEN_H
#define UI_FUZZ_SCREEN_H

#include "ui/finds.h"
#include "ui/fuzz_jobs.h"

/* All that is shown. */
struct fuzz_view {
    const char *engines;  /* "interp,jit" */
    bool with_kernel;
    uint64_t seed;
    uint32_t n_jobs;
    double seconds;       /* since the start */
    double seconds_left;  /* below 0: there is no end */
    uint64_t count;       /* programs wanted; 0: no end */
    struct fuzz_sum sum;
    struct coverage_sums coverage; /* of what it can come to: */
    uint32_t n_rows, n_outcomes;
    double programs_per_s, insns_per_s; /* of the last second; at the end of all */
    uint32_t n_causes;    /* finds that are not like one before */
    const char *directory;
    const char *example;  /* a file there; "" when there is none */
    bool is_final;
};

/* One find. */
struct fuzz_found {
    enum finds_outcome outcome;
    const char *path;   /* of the file; for FINDS_ERROR: why there is none */
    uint64_t seed;      /* of the run */
    const struct news_find *news;
};

/* Appends a line about it. */
void fuzz_screen_find(const struct fuzz_found *found, struct buf *out);

/* Appends the block: at most `rows` lines, the kernel's reasons and then the first ones left out; none longer than `columns` bytes. 0: as it
 * gets. */
void fuzz_screen_block(const struct fuzz_view *view, uint32_t rows, uint32_t columns, struct buf *out);

/* Appends one line. */
void fuzz_screen_line(const struct fuzz_view *view, struct buf *out);

/* fuzz_json.c: each appends one JSON object and a newline. */
void fuzz_json_find(const struct fuzz_found *found, struct buf *out);
void fuzz_json_view(const struct fuzz_view *view, struct buf *out);

/* The block that is on the terminal. */
struct fuzz_screen {
    struct buf block;
};

/* Whether standard output is a terminal on which a block can be redrawn. */
bool fuzz_screen_can_redraw(void);

/* Shows the block in place of the one before, below `news`: lines that stay. The final block is shown whole. */
void fuzz_screen_redraw(struct fuzz_screen *screen, const char *news, const struct fuzz_view *view);
void fuzz_screen_close(struct fuzz_screen *screen);

#endif
