/* Random breakpoints and watches, with random conditions and ignore counts. */
#ifndef TESTS_JIT_RANDOM_POINTS_H
#define TESTS_JIT_RANDOM_POINTS_H

#include "sim/point.h"
#include "tests/isa/random.h"

uint32_t random_below(uint64_t *state, uint32_t n);
uint64_t random_constant(uint64_t *state); /* small more often than not */

/* A point for a program whose memory is `bytes` bytes at addr. Its condition is the caller's to free. */
struct point random_point(uint64_t *state, const struct program *p, uint32_t addr, uint32_t bytes);

#endif
