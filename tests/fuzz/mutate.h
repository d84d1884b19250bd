/* Code of fuzz inputs changed as code: jit/diff/mutate.h for who has slots with a limit instead of subjects. What is put in comes from
 * generated programs, some of them with accesses out of bounds. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stdbool.h>
#include <stdint.h>

/* Changes a program of n >= 0 slots in place; code has room for max slots. Returns the new number of slots, at most max. What is no instruction
 * is lost. A change for which there is no room is none. */
uint32_t mutate_program(uint8_t *code, uint32_t n, uint32_t max, uint64_t *state);

/* The same for code that has its place in something larger: every slot stays one. False when it has not been changed. */
bool mutate_in_place(uint8_t *code, uint32_t n, uint64_t *state);

/* Puts a part of b into a copy of a, at out with room for max slots. Returns the number of slots; 0 when there is no room. */
uint32_t mutate_splice(const uint8_t *a, uint32_t n_a, const uint8_t *b, uint32_t n_b, uint8_t *out, uint32_t max, uint64_t *state);

#endif
