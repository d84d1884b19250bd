/* What the parts of lockstep share. Private to jit/diff/lockstep*.c. */
#ifndef JIT_DIFF_LOCKSTEP_PRIVATE_H
#define JIT_DIFF_LOCKSTEP_PRIVATE_H

#include "jit/diff/lockstep.h"
#include "sim/machine/pages.h"

enum { LEFT, RIGHT };

/* Bytes that a piece's stores wrote on the left. */
struct written {
    struct {
        uint64_t addr;
        uint32_t n;
    } *list;
    uint32_t n;
    size_t cap;
};

/* What is known to be equal already, so that it is not looked at again. */
struct seen {
    uint64_t generations[2]; /* of the memories, whose regions were equal then */
    uint32_t n_outputs;
};

/* lockstep_compare.c. All of them take machines of the same program. */
/* Everything but memory and stops. False when something differs. */
bool compare_state(const struct machine *left, const struct machine *right, struct seen *seen);
bool compare_stop(const struct stop *left, const struct stop *right);
bool compare_written(const struct machine *left, const struct machine *right, const struct written *written);
bool compare_memory(const struct machine *left, const struct machine *right, struct pages *pages);
/* All of these, every difference into items. True when there is none. */
bool compare_all(const struct machine *left, const struct machine *right, const struct stop stop[2], struct pages *pages,
                 struct lockstep_items *items);
/* Adds a difference to a list. */
void compare_add(struct lockstep_items *items, enum lockstep_item_kind kind, uint64_t addr, uint64_t left, uint64_t right,
                 const char *name, ...) __attribute__((format(printf, 6, 7)));

/* lockstep_points.c: what changes in a set while it is used. Both are copies of one set, or NULL. */
void points_copy_counts(struct points *to, const struct points *from);
bool points_same_counts(const struct points *left, const struct points *right, struct lockstep_items *items);

/* What lockstep.c is made of, for the report. */
struct lockstep {
    const struct program *program;
    const struct cost_model *costs;
    const struct lockstep_engines *engines;
    struct code *left;
    struct code *right[N_LOCKSTEP_GRANULARITIES]; /* NULL: not opened yet */
    uint64_t *traps;      /* bitmap over slots, for engines that are opened later */
    struct points *points, *right_points, *base_points; /* the caller's, and copies of it; NULL: none */
    struct machine *twin;
    struct machine *base; /* as both were when they were compared last; NULL: not needed yet */
    struct machine *before; /* a copy of the left machine before the piece of the difference; NULL likewise */
    struct pages pages;
    bool twin_is_noted;   /* its memory in pages */

    enum lockstep_granularity chosen;

    /* Of the run under way. */
    struct lockstep_options options;
    struct machine *m;    /* the left machine: the caller's */
    enum lockstep_granularity granularity;
    uint64_t limit;       /* n_insns at which the budget ends */
    uint64_t start;       /* n_insns at the start */
    volatile sig_atomic_t *interrupt; /* the caller's */
    volatile sig_atomic_t never;      /* what the machines look at meanwhile */
    uint32_t how;         /* for the next piece: RUN_RESUME or nothing */
    uint32_t base_how;    /* for the first piece after the base */
    bool is_interrupted;  /* while the left side had not caught up */
    uint32_t piece_pc;    /* where the last piece began */
    uint64_t piece_start; /* n_insns there */
    struct stop stop[2];  /* of the last piece */
    uint64_t n_pieces, n_since_base, pieces_per_look;
    struct written written;
    struct seen seen;

    bool has_difference;
    struct lockstep_difference difference;
};

#endif
