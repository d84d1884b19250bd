/* What was executed how often. An engine that is given counts keeps them exact at every stop, at a price that only they who ask for them
 * pay: it counts where control does not simply go on, and everything else follows from that (counts_hits).
 *
 * They add up over runs and engines, for as long as somebody wants. What counts is what engine.run executes with them set: who executes
 * something again that has been counted already (history) does so with other code, or puts back what was there (counts_assign). */
#ifndef SIM_COUNTS_H
#define SIM_COUNTS_H

#include "sim/machine/machine.h"

/* The arrays have one element per slot of the image, and one more for what is behind it. Differences wrap around. */
struct counts {
    const struct program *program;
    const struct cost_model *costs;
    /* Times control went from the instruction to another place than the next one: branches taken, calls, exits, tail calls. A branch or
     * a local call leads where insn_target says; the others have added to `came` there. */
    uint64_t *left;
    /* Times control came there by other ways than these, less the times that a run stopped there: starts, returns, tail calls. */
    uint64_t *came;
    /* Per call: instructions executed between entering what it calls and coming back. Of a helper, only what its callbacks execute. What
     * begins or ends in the middle of a function is only right between counts_begin and counts_end. */
    uint64_t *insns;
    uint64_t *cycles; /* likewise, 1/1000 cycle; only kept when instructions cost differently: !is_uniform */
    bool is_uniform;
};

/* All zero. Both must outlive them. */
struct counts *counts_new(const struct program *program, const struct cost_model *costs);
void counts_free(struct counts *c); /* NULL is allowed */
void counts_reset(struct counts *c);

/* Makes it say what `from` says, which is of the same program. */
void counts_assign(struct counts *c, const struct counts *from);

/* Before and after engine.run, or several of them: the functions that the machine is in are entered, and left. */
void counts_begin(struct counts *c, const struct machine *m);
void counts_end(struct counts *c, const struct machine *m);

/* The call that has opened frame `depth` (1...) of the machine. */
uint32_t counts_site(const struct machine *m, uint32_t depth);

/* For engines: frame `depth` of the machine is entered, or was left; n_insns and n_cycles are what they are then. */
void counts_enter(struct counts *c, const struct machine *m, uint32_t depth, uint64_t n_insns, uint64_t n_cycles);
void counts_leave(struct counts *c, const struct machine *m, uint32_t depth, uint64_t n_insns, uint64_t n_cycles);

/* Fills hits[0..n_slots) with the times each instruction was executed. O(slots). */
void counts_hits(const struct counts *c, uint64_t *hits);

/* Slot that a branch or local call leads to when it is taken; -1 for all others, and for those that can't be taken. */
int64_t counts_target(const struct program *p, uint32_t pc);

#endif
