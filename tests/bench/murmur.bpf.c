/* MurmurHash3 (x86, 32 bits) over 4-byte blocks. */
#include "bench.h"

PROGRAM(data, end)
{
    u32 hash = 42;
    ROUNDS
    for (u32 i = 0; i < 128; i++) {
        const u8 *p = data + i * 4;
        if (p + 4 > end)
            break;
        u32 k = *(const u32 *)p * 0xcc9e2d51u;
        hash = rol32(hash ^ rol32(k, 15) * 0x1b873593u, 13) * 5 + 0xe6546b64u;
    }
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}
