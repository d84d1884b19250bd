/* Points: what engines stop for on somebody's behalf. A breakpoint is a point on a pc; a watchpoint is a point on a register or on
 * memory. Conditions and counts are part of them, so that an engine can decide by itself, at its own speed, whether to stop.
 *
 * A PC point is looked at before its instruction, a watch after each instruction that might concern it; both are counted once for each
 * time that control comes by. */
#ifndef SIM_POINT_H
#define SIM_POINT_H

#include "sim/condition.h"

enum point_kind {
    POINT_PC,       /* control reaches pc */
    POINT_REGISTER, /* an instruction (or a call, or a return) has changed bits of the register */
    POINT_MEMORY,   /* an instruction or a helper has accessed bytes of the range */
};

struct point {
    enum point_kind kind;
    uint32_t pc;                        /* PC */
    uint8_t reg;                        /* REGISTER: 0..10 */
    uint64_t mask;                      /* REGISTER: bits that count; UINT64_MAX, or UINT32_MAX for a w register */
    uint32_t addr, len;                 /* MEMORY: guest address; 1..POINT_MAX_BYTES */
    uint8_t access;                     /* MEMORY: enum access that it is about */
    bool on_change;                     /* MEMORY: only when a byte has another value than before */
    const struct condition *condition;  /* NULL: always. Kept by the caller as long as the set */

    /* Counted by the engines. A point whose condition holds is hit; while `ignore` isn't zero, a hit takes one off and does not stop. */
    uint64_t n_hits, ignore;

    /* Of the last run. */
    bool fired;                         /* it is a reason of the stop */
    bool is_unsure;                     /* its condition could not be evaluated, which stops, too */
    uint64_t old, before;               /* REGISTER: value now known; value before the hit */
    uint8_t *old_bytes, *before_bytes;  /* MEMORY: likewise, len bytes; the set's */
};

enum { POINT_MAX_BYTES = 1 << 16 };

/* A set of points, as engines take it. The caller reads and writes n_hits and ignore between runs; all else is fixed. */
struct points {
    struct point *list;
    uint32_t n;
    struct watched *watched; /* of its MEMORY points, in order; for memory_watch */
    uint32_t n_watched;
    uint16_t watched_regs;   /* mask of the registers that REGISTER points are about */
};

/* A copy of the list. Freed by the caller, after the engines have got another set (or NULL) and machines that ran with it are gone or
 * have run with another. */
struct points *points_new(const struct point *list, uint32_t n);
void points_free(struct points *points);

/* ---- For engines. points may be NULL everywhere: then nothing is watched. ---- */

/* Whether there are watches: something to look at after instructions. */
static inline bool
points_watch(const struct points *points)
{
    return points && (points->n_watched || points->watched_regs);
}

/* At the start of a run: notes the values of what is watched, forgets what fired. O(bytes watched). */
void points_begin(struct points *points, struct machine *m);

/* Looks at the PC points of m->pc from list index `first` on, in order, and counts. True when one fires. */
bool points_reached(struct points *points, struct machine *m, uint32_t first);

/* Looks at the watches after an instruction; the machine is materialised. True when one fires. */
bool points_changed(struct points *points, struct machine *m);

/* Whether insn changes a register that is watched, as far as one can tell without executing it. */
bool points_concern(const struct points *points, const struct insn *insn);

#endif
