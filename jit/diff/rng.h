/* Random numbers for generators: splitmix64, so that a state is one number and any number is a good one. */
#ifndef JIT_DIFF_RNG_H
#define JIT_DIFF_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t
rng_next(struct rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 to n - 1. */
static inline uint32_t
rng_below(struct rng *r, uint32_t n)
{
    return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

static inline bool
rng_chance(struct rng *r, uint32_t percent)
{
    return rng_below(r, 100) < percent;
}

/* Values at the edges of all widths, and near them, more often than any others. */
int64_t rng_edge(struct rng *r);

/* One of the registers in a mask that is not empty. */
uint8_t rng_reg(struct rng *r, uint16_t mask);

#endif
