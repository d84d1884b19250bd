/* SipHash-2-4 over 8-byte blocks. */
#include "bench.h"

#define SIPROUND \
    v0 += v1, v1 = rol64(v1, 13) ^ v0, v0 = rol64(v0, 32), v2 += v3, v3 = rol64(v3, 16) ^ v2, v0 += v3, v3 = rol64(v3, 21) ^ v0, \
        v2 += v1, v1 = rol64(v1, 17) ^ v2, v2 = rol64(v2, 32)

PROGRAM(data, end)
{
    u64 v0 = 0x736f6d6570736575, v1 = 0x646f72616e646f6d, v2 = 0x6c7967656e657261, v3 = 0x7465646279746573;
    ROUNDS
    for (u32 i = 0; i < 64; i++) {
        const u8 *p = data + i * 8;
        if (p + 8 > end)
            break;
        u64 m = *(const u64 *)p;
        v3 ^= m;
        SIPROUND;
        SIPROUND;
        v0 ^= m;
    }
    v2 ^= 0xff;
    SIPROUND;
    SIPROUND;
    SIPROUND;
    SIPROUND;
    u64 hash = v0 ^ v1 ^ v2 ^ v3;
    return (u32)(hash ^ hash >> 32);
}
