/* FNV-1a, 64 bits, byte by byte. */
#include "bench.h"

PROGRAM(data, end)
{
    u64 hash = 0xcbf29ce484222325;
    ROUNDS
    for (u32 i = 0; i < 512; i++) {
        const u8 *p = data + i;
        if (p + 1 > end)
            break;
        hash = (hash ^ *p) * 0x100000001b3;
    }
    return (u32)(hash ^ hash >> 32);
}
