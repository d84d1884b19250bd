/* The input of targets that run programs: a subject (jit/diff/subject.h) and how to run it. Bytes of a file, numbers little-endian:
 *
 *   0  1   options: CASE_*
 *   1  1   b: the budget is 2^(b % 16) instructions
 *   2  2   slots of code; cut to what is there
 *   4  2   slot of a breakpoint, modulo the slots
 *   6  1   r: a watched register, r % 11
 *   7  1   a: 8 watched bytes of the stack, from r10 - 2 * a - 8 on
 *   8  4*2 slots where tail-called programs begin, modulo the slots; 0: none
 *   16     code, then the program's input up to the end of the file */
#ifndef TESTS_FUZZ_CASE_H
#define TESTS_FUZZ_CASE_H

#include "jit/diff/subject.h"
#include "sim/machine/machine.h"

enum { CASE_HEADER_BYTES = 16, CASE_MAX_SLOTS = 1000, CASE_MAX_BYTES = CASE_HEADER_BYTES + CASE_MAX_SLOTS * SLOT_BYTES + SUBJECT_MAX_INPUT };

enum {
    CASE_COSTS = 1,  /* count cycles by the table, else one per instruction */
    CASE_TC = 2,     /* a tc program on a packet, so that LDABS and LDIND find it; else one on plain memory */
    CASE_BLOCKS = 4, /* in lockstep by block, else by instruction */
    CASE_POINTS = 8, /* with what is watched */
};

struct fuzz_case {
    uint8_t options;
    uint8_t budget_log2; /* 0..15 */
    uint32_t trap;       /* a slot of the program */
    uint8_t watched_reg;
    uint32_t watched_addr;
    struct subject subject;
};

/* Reads one. False when there is no instruction in it. */
bool case_read(const uint8_t *bytes, size_t n, struct fuzz_case *out);

/* Writes one and returns its length; 0 when there is no room. */
size_t case_write(const struct fuzz_case *c, uint8_t *out, size_t max);

/* What the options say. */
void case_costs(const struct fuzz_case *c, struct cost_model *out);

/* Starts the subject on a machine of its program, with maps as at first. False when the input is refused. */
bool case_start(const struct fuzz_case *c, struct machine *m);

/* As LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver. mutate_bytes is for what has no structure. */
size_t case_mutate(uint8_t *bytes, size_t n, size_t max, unsigned seed, size_t (*mutate_bytes)(uint8_t *bytes, size_t n, size_t max));
size_t case_cross(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t max, unsigned seed);

#endif
