/* Random instructions for property tests. The seed comes from EBPFDBG_SEED or the clock; a test that fails prints it. */
#ifndef TESTS_ISA_RANDOM_H
#define TESTS_ISA_RANDOM_H

#include "sim/isa/isa.h"

/* splitmix64 */
static inline uint64_t
random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t random_seed(void);

/* Random values in the operand fields of row `op`, its constants in the others. Often edge values: 0, -1, the smallest, the largest. */
struct insn random_insn(uint32_t op, uint64_t *state);

#endif
