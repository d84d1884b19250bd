/* Lockstep: one program on two equal machines under two engines, compared while they run. Left is the reference (the interpreter), right
 * is any engine. One piece of the program is run on both, then they are compared; a piece is an instruction, a block of the code that
 * production uses, or everything at once.
 *
 * Compared after every piece: registers, pc, depth, frames, counters, environment, context, packet bounds, regions, the records that the
 * guest put out, the stop with its fault, hits of points, and (not when everything is one piece) the bytes that the piece's stores wrote on the left.
 * Compared now and then and at the end: every byte of guest memory that was ever touched on either side, whether the guest may touch it
 * or not, and so all maps with their bookkeeping.
 *
 * What that guarantees: a difference in control, registers, counts or stored bytes is found at the piece that makes it; any other
 * difference in memory (a helper's writes, a store that went elsewhere) at the latest at the end, unless it has vanished by then. Whatever is found late is
 * looked for again from the last place where all was equal, by halves, down to one piece. When engines for smaller pieces are given
 * that piece is run again on those, so that the first instruction is named; if they find nothing, the difference is one of the larger
 * piece as such (merged checks, fused instructions, side exits) and the report names it and what differs. */
#ifndef JIT_DIFF_LOCKSTEP_H
#define JIT_DIFF_LOCKSTEP_H

#include "sim/engine.h"

enum lockstep_granularity { LOCKSTEP_INSN, LOCKSTEP_BLOCK, LOCKSTEP_WHOLE, N_LOCKSTEP_GRANULARITIES };

/* Who is compared with whom. An engine for BLOCK returns early, without a reason, after each piece of its choice (jit_block_engine). */
struct lockstep_engines {
    const struct engine *left;
    const struct engine *right[N_LOCKSTEP_GRANULARITIES]; /* NULL: there is none for pieces of this size */
};

extern const struct lockstep_engines lockstep_jit; /* the interpreter, and the JIT in all its forms */

struct lockstep_options {
    uint32_t how;         /* RUN_*, as engine.run's */
    bool is_equal;        /* the caller has started the twin exactly as the machine: it need not be made a copy of it */
    bool is_quick;        /* a difference is only found and not narrowed: no copy of the start is kept */
    /* Called some hundred times a second in a long run; NULL: nobody is interested. */
    void (*progress)(void *arg, const struct machine *left);
    void *arg;
};

/* What differs, one thing each. */
enum lockstep_item_kind {
    LOCKSTEP_STATE,  /* a number of the machine: left and right */
    LOCKSTEP_STOP,   /* what the engines returned: left and right */
    LOCKSTEP_MEMORY, /* a byte at addr: left and right */
    LOCKSTEP_THING,  /* something without a number (a region, a record): name says which */
};

struct lockstep_item {
    enum lockstep_item_kind kind;
    char name[32];   /* "r3", "insns", "frame 1 r6", "stop"; MEMORY: "" */
    uint64_t addr;
    uint64_t left, right;
};

enum { LOCKSTEP_MAX_ITEMS = 64 };

/* Items found by one comparison. */
struct lockstep_items {
    struct lockstep_item list[LOCKSTEP_MAX_ITEMS];
    uint32_t n;
    uint64_t n_more; /* that the list had no room for */
};

struct lockstep_difference {
    enum lockstep_granularity granularity; /* of the piece: the smallest that shows the difference */
    uint32_t pc;           /* where the piece begins */
    uint64_t n_before;     /* instructions from the start of lockstep_run to the piece */
    uint64_t n_insns;      /* instructions of the piece, by the left engine's count */
    bool is_reproduced;    /* run once more from before the piece, it came again */
    enum lockstep_granularity found_by; /* what the caller asked for */
    uint32_t found_pc;     /* the piece of that granularity that showed it */
    struct lockstep_items items; /* at least one */
    struct stop stop[2];   /* of left and right at the end of the piece; a stop at the end of the piece only has no reasons */
    const struct machine *before; /* the machines around the piece, valid until the next run; when it was not reproduced, before is NULL */
    const struct machine *after[2];
};

struct lockstep;

/* Opens the program in both engines; those for smaller pieces are opened when they are needed. The arguments must outlive it. NULL with *e
 * filled when an engine can't. */
struct lockstep *lockstep_open(const struct program *program, const struct cost_model *costs, const struct lockstep_engines *engines,
                               enum lockstep_granularity granularity, struct errinfo *e);
void lockstep_close(struct lockstep *ls);

/* As engine.set_trap and engine.set_points; the right engine counts in a set of its own, which is compared. */
void lockstep_set_trap(struct lockstep *ls, uint32_t pc, bool on);
void lockstep_set_points(struct lockstep *ls, struct points *points);

/* Runs m under the left engine and a twin under the right one, at most `budget` instructions, until both stop, are interrupted
 * (*m->interrupt) or differ. What is returned holds for both, as from engine.run; m is then the left machine. STOP_DIFFERENCE: m is as it was
 * before the piece, unless is_quick or the difference was not reproduced. STOP_INTERRUPT may leave a WHOLE run uncompared.
 * No allocation per piece. 100 to 200 ns per instruction by INSN, below 100 by BLOCK; some 20 us for a run as such. */
struct stop lockstep_run(struct lockstep *ls, struct machine *m, uint64_t budget, const struct lockstep_options *options);

/* The twin, to be started by a caller who wants is_equal. */
struct machine *lockstep_twin(struct lockstep *ls);

/* Of the last run. */
uint64_t lockstep_pieces(const struct lockstep *ls);
const struct lockstep_difference *lockstep_difference(const struct lockstep *ls); /* NULL: there was none */

/* lockstep_report.c: the difference of the last run, for people: the place, both states side by side with what differs marked, memory by
 * name, the native code of the right engine. How to get there again is the caller's to add: only he knows how he got there. */
void lockstep_report(const struct lockstep *ls, struct buf *out);

/* lockstep_engine.c: lockstep as an engine, by instruction and by block; its difference() is lockstep_report. */
extern const struct engine lockstep_engine, lockstep_block_engine;

#endif
