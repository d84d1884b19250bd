/* The programs that a checker of the JIT is tried on: every vector of tests/vectors, accesses at the edges of memory, random programs. */
#ifndef TESTS_JIT_SUITE_H
#define TESTS_JIT_SUITE_H

#include "sim/machine/machine.h"

struct suite_program {
    char name[64];       /* "cmpxchg64", "ldx_w alone at 37", "random 17" */
    struct program *program;
    const struct prog_type *type;
    struct input input;
    uint64_t seed;       /* of a random program, else 0 */
    uint32_t edge_bytes; /* of what is loaded through r6 alone, at edges of memory, else 0 */
};

struct suite {
    struct suite_program *list;
    uint32_t n;
};

/* Reads the vectors of the source tree at `root` and makes the other programs, n_random random ones among them, the seeds being first_seed
 * (not 0) and what follows it. Problems with vectors become lines of `errors`. */
void suite_open(struct suite *s, const char *root, uint64_t first_seed, uint32_t n_random, struct buf *errors);
void suite_close(struct suite *s);

/* Prepares a machine of that program. Loops of may_goto end soon. */
void suite_start(const struct suite_program *p, struct machine *m);

#endif
