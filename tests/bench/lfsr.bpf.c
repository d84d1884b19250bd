/* Pseudo-random sequences: a Galois LFSR, xorshift64* and PCG, seeded from the packet. */
#include "bench.h"

PROGRAM(data, end)
{
    if (data + 16 > end)
        return 0;
    u32 lfsr = *(const u32 *)data | 1, out = 0;
    u64 x = *(const u64 *)(data + 8) | 1, pcg = x;
    ROUNDS
    for (u32 i = 0; i < 200; i++) {
        lfsr = lfsr >> 1 ^ (lfsr & 1) * 0xa3000000u;
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        pcg = pcg * 6364136223846793005 + 1442695040888963407;
        out += (u32)(x * 0x2545f4914f6cdd1d >> 32) ^ lfsr ^ (u32)(pcg >> 33);
    }
    return out;
}
