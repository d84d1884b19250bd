/* Points in the code: what is emitted before and after an instruction so that native code itself decides, by the rules of sim/point.h,
 * whether a breakpoint or a watch stops. Nothing is emitted elsewhere. Internal to jit/.
 *
 * Native code evaluates conditions (condition.h), counts hits and ignores, and notes new values. It never fires: a point that would is
 * left to C at a site, as it is, and C looks at it and at all that come after it. So nothing is counted twice, and a condition that needs C
 * (its load has missed the cell that remembers good addresses) needs no protocol of its own: C looks, and native code goes on behind. */
#ifndef JIT_POINTS_H
#define JIT_POINTS_H

#include "jit/job.h"

/* O(slots + points) for the whole set. The set and its conditions must outlive the code that is compiled from now on. */
void looks_init(struct looks *looks, const struct program *p);
void looks_set(struct compiled *c, struct points *set);
void looks_set_trap(struct looks *looks, uint32_t pc, bool on);
void looks_free(struct looks *looks);

/* Code that checks accesses together would always leave while a byte among theirs is watched: checks the accesses of a group alone from now
 * on, so that only those leave which do touch it. False when they are already. The block has to be compiled again. */
bool looks_part_group(struct compiled *c, const struct check *check);

/* Whether the code of a block is another one than without traps and points. */
bool looks_concern(const struct compiled *c, const struct block *block);

/* Looks at the PC points before the instruction at pc. */
void points_emit_before(struct job *j, uint32_t pc);

/* Looks at the watches after the instruction at pc, before control goes on behind it; it is counted already. */
void points_emit_after(struct job *j, uint32_t pc);

/* Whether the local call at pc changes a watched r10: then the interpreter does it. */
bool points_watch_frames(const struct job *j, uint32_t pc);

/* Whether the block ends with a local call after whose return watches are looked at: then there must be code for it. */
bool points_look_at_return(const struct job *j);

/* The rest of either, which is rarely executed. May add more of the kind. */
void points_emit_cold(struct job *j, struct cold cold);

/* What C does at a SITE_POINT or SITE_WATCH, the machine being materialised. True when something fires; else native code goes on. */
bool points_look(struct compiled *c, struct machine *m, const struct site *site);

#endif
