/* What the passes of shrinking share. Private to jit/diff/shrink*.c. */
#ifndef JIT_DIFF_SHRINK_PRIVATE_H
#define JIT_DIFF_SHRINK_PRIVATE_H

#include "jit/diff/draft.h"
#include "jit/diff/shrink.h"

struct shrink {
    struct judge *judge;
    const struct shrink_limits *limits;
    uint64_t end_ns; /* 0: never */
    uint32_t n_tries, max_tries;
    bool is_for_kernel;      /* the kernel is one of the two: its verifier takes no code that nothing leads to */
    bool keeps_exit;         /* nothing may fall off the end: not what a program looks like, though engines agree on that fault */
    struct find *best;       /* what the best draft gives */
    struct find found;
    struct cause cause;
    struct subject subject; /* of the trial */
    struct draft draft;     /* best->subject taken apart */
    struct draft trial;
    struct trace trace;
};

/* Begins a trial: a copy of the best draft, to be changed. */
struct draft *shrink_begin(struct shrink *sh);

/* Whether the trial shows the same: it is the best one then. */
bool shrink_accept(struct shrink *sh);

/* shrink_memory.c: values that are kept, or come from somewhere, in simpler ways. Passes. */
bool shrink_return_stores(struct shrink *sh);
bool shrink_simplify_pointers(struct shrink *sh);
bool shrink_load_from_stack(struct shrink *sh);
bool shrink_leave_frame(struct shrink *sh);
bool shrink_use_r0(struct shrink *sh);
bool shrink_operands(struct shrink *sh);

/* shrink.c: one register for another in all operands. */
void rename_register(struct draft *d, uint8_t from, uint8_t to);

/* shrink_points.c: fewer points with simpler conditions, and a run in one piece. A pass. */
bool shrink_points(struct shrink *sh);

#endif
