/* Values worth trying. See rng.h. */
#include "config.h"

#include "jit/diff/rng.h"

#include "sim/base/base.h"

#include <assert.h>

int64_t
rng_edge(struct rng *r)
{
    static const int64_t edges[] = {
        0, 0, 1, 2, -1, -1, -2, 7, 8, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
        INT32_MAX, INT32_MIN, INT32_MIN, UINT32_MAX, INT64_C(0x100000000), INT64_MAX, INT64_MIN, INT64_MIN,
        -INT64_C(0x100000000), INT64_C(0x7fffffff80000000), INT64_C(-0x80000001), 0x0102030405060708,
    };
    uint64_t bits = rng_next(r);
    uint32_t dice = bits & 63, at = (uint32_t)(bits >> 6) & 63;
    bits ^= bits << 32;
    if (dice < 40)
        return edges[(uint64_t)(uint32_t)(bits >> 20) * ARRAY_LEN(edges) >> 32];
    if (dice < 50)
        return (int64_t)(bits >> at);
    if (dice < 60)
        return (int64_t)bits >> at;
    return (int64_t)bits;
}

uint8_t
rng_reg(struct rng *r, uint16_t mask)
{
    assert(mask && "there is a register to choose");
    uint32_t n = rng_below(r, (uint32_t)__builtin_popcount(mask));
    while (n--)
        mask &= (uint16_t)(mask - 1);
    return (uint8_t)__builtin_ctz(mask);
}
