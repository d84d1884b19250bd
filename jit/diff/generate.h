/* Random programs from the ISA table: valid by construction (registers have values, loops end, branches go somewhere), so that they run
 * to their end unless an access is out of bounds on purpose. One seed gives one program. */
#ifndef JIT_DIFF_GENERATE_H
#define JIT_DIFF_GENERATE_H

#include "jit/diff/subject.h"

struct generate_options {
    uint32_t n_insns;       /* of the main function, about; 1..GENERATE_MAX_INSNS */
    uint32_t groups;        /* mask of 1 << GROUP_*: what may be emitted; base64 always is */
    bool has_loops, has_calls, has_memory;
    uint32_t wild_percent;  /* of memory accesses that may be out of bounds, and of branches to nowhere */
};

enum { GENERATE_MAX_INSNS = 1000, GENERATE_MAX_SLOTS = SUBJECT_MAX_SLOTS };

extern const struct generate_options generate_everything; /* 60 instructions, all groups, 2 % wild */

/* Writes the encoding of a program that takes r1 = memory of `memory_bytes` bytes and r2 = its length (CTX_GENERIC). code has room for
 * GENERATE_MAX_SLOTS slots. Returns the number of slots. */
uint32_t generate_program(uint64_t seed, const struct generate_options *options, uint32_t memory_bytes, uint8_t *code);

/* A program with its input: all of it follows from the arguments. */
void generate_subject(uint64_t seed, const struct generate_options *options, struct subject *out);

#endif
