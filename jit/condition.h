/* Conditions of points (sim/condition.h) to machine code. Internal to jit/. */
#ifndef JIT_CONDITION_H
#define JIT_CONDITION_H

#include "jit/job.h"

/* Loads in a condition: each needs a cell that remembers which addresses are good. */
uint32_t condition_loads(const struct condition *condition);

/* Number of bytes of the nth load. */
uint32_t condition_load_bytes(const struct condition *condition, uint32_t n);

/* Emits the evaluation. Returns the flags under which it holds; nothing else has changed but the scratch register. What can't be decided
 * goes to `site` instead (a copy of it: NO_CHECK, or the cell of the load that missed). first_cell: index of the first load's bounds. */
enum x64_cond condition_emit(struct job *j, const struct condition *condition, uint32_t first_cell, const struct site *site);

#endif
