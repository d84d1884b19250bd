/* Base64: three bytes of the packet to four characters, hashed. */
#include "bench.h"

INLINE u32
letter(u32 x)
{
    x &= 63;
    return x < 26 ? 'A' + x : x < 52 ? 'a' + x - 26 : x < 62 ? '0' + x - 52 : x == 62 ? '+' : '/';
}

PROGRAM(data, end)
{
    u32 hash = 0;
    ROUNDS
    for (u32 i = 0; i < 96; i++) {
        const u8 *p = data + i * 3;
        if (p + 3 > end)
            break;
        u32 x = (u32)p[0] << 16 | (u32)p[1] << 8 | p[2];
        hash = hash * 33 + (letter(x >> 18) << 24 | letter(x >> 12) << 16 | letter(x >> 6) << 8 | letter(x));
    }
    return hash;
}
