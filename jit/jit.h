/* The x86-64 JIT as an engine (sim/engine.h): native speed, the interpreter's promises. What native code can't or need not do is done
 * by the interpreter, which also finishes the last stretch before a budget ends and finds the exact instruction of a fault. */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "sim/engine.h"

extern const struct engine jit_engine;

/* Counts into somebody else's tally (tally.h) from now on, which must outlive the code. For an engine that uses this one. */
struct tally;
void jit_count_into(struct code *code, struct tally *tally);

/* The same templates with every instruction on its own: any budget is exact in native code. For lockstep. */
extern const struct engine jit_step_engine;

/* The code of jit_engine, run block by block: it returns early, without a reason, after the block at pc (or, from the middle of one, at
 * the block's end), and is to be called again. For lockstep. */
extern const struct engine jit_block_engine;

/* The same code without counts, polls and bounds checks, for comparisons of speed: what the guest does wrong, this process does wrong, no
 * loop is ever interrupted, and counters mean nothing. NOT for debugging; run only what another engine has run to its end. */
extern const struct engine jit_unchecked_engine;

#endif
