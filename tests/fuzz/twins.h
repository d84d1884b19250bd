/* A program under the interpreter and the JIT at once (jit/diff/lockstep.h): whatever is not the same ends the process with a report. */
#ifndef TESTS_FUZZ_TWINS_H
#define TESTS_FUZZ_TWINS_H

#include "jit/diff/lockstep.h"

/* The arguments must outlive what is returned; to be closed with lockstep_close. */
struct lockstep *twins_open(const struct program *program, const struct cost_model *costs, enum lockstep_granularity granularity);

/* As engine.run, on m and a twin of it. */
struct stop twins_run(struct lockstep *ls, struct machine *m, uint64_t budget, uint32_t how);

#endif
