/* Population counts in three ways: in parallel, by clearing the lowest bit (bounded), and by shifting. */
#include "bench.h"

PROGRAM(data, end)
{
    u64 total = 0;
    ROUNDS
    for (u32 i = 0; i < 40; i++) {
        const u8 *p = data + i * 8;
        if (p + 8 > end)
            break;
        u64 word = *(const u64 *)p, x = word;
        x = x - (x >> 1 & 0x5555555555555555);
        x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
        total += x * 0x0101010101010101 >> 56;
        ROUNDS
        for (u32 k = 0; k < 12; k++) {
            total += word & 1;
            word >>= 3;
        }
    }
    return (u32)total;
}
