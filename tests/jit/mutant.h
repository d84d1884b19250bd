/* Corruptions of the JIT, one at a time: what a checker of the JIT must find. The table is mutation.def; emitter.h is how they get in. */
#ifndef TESTS_JIT_MUTANT_H
#define TESTS_JIT_MUTANT_H

#include "sim/object/program.h"

#include <stdbool.h>
#include <stdint.h>

struct mutant {
    const char *name;
    const char *what; /* "a 64-bit addition of registers is 32 bits wide" */
};

/* The rows of the table, 0 to n_mutants - 1. */
extern const uint32_t n_mutants;
const struct mutant *mutant_at(uint32_t i);

/* From now on code is compiled with this corruption; NO_MUTANT: as it should be. Code that exists stays as it is. Not for threads. */
#define NO_MUTANT UINT32_MAX
void mutant_activate(uint32_t i);

/* Whether the program has an instruction that the corruption concerns: if not, its code is sound. */
bool mutant_concerns(uint32_t i, const struct program *p);

/* How often the corruption was put into code since it was activated: 0 means that what was compiled is sound. */
uint64_t mutant_hits(void);

/* Whether a difference at `pc` is rightly named: the instruction there is one that the corruption concerns. next_pc: where the
 * reference is after it. */
bool mutant_is_named_by(uint32_t i, const struct program *p, uint32_t pc, uint32_t next_pc);

#endif
