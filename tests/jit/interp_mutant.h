/* Corruptions of the interpreter, one at a time: what fuzzing must find with the kernel as the judge. The table is interp_mutation.def. The
 * engine is the interpreter's own source, compiled once more with something between its loop and what instructions do. */
#ifndef TESTS_JIT_INTERP_MUTANT_H
#define TESTS_JIT_INTERP_MUTANT_H

#include "sim/engine.h"
#include "tests/jit/mutant.h"

/* The rows of the table, 0 to n_interp_mutants - 1. */
extern const uint32_t n_interp_mutants;
const struct mutant *interp_mutant_at(uint32_t i);

/* From now on interp_mutant_engine executes with this corruption; NO_MUTANT: as the interpreter. Not for threads. */
void interp_mutant_activate(uint32_t i);

extern const struct engine interp_mutant_engine;

#endif
