/* Bob Jenkins' lookup3 over 12-byte blocks, as the kernel's jhash does. */
#include "bench.h"

PROGRAM(data, end)
{
    u32 a = 0xdeadbeef, b = a + 17, c = a + 99;
    ROUNDS
    for (u32 i = 0; i < 60; i++) {
        const u8 *p = data + i * 12;
        if (p + 12 > end)
            break;
        a += *(const u32 *)p;
        b += *(const u32 *)(p + 4);
        c += *(const u32 *)(p + 8);
        a -= c, a ^= rol32(c, 4), c += b;
        b -= a, b ^= rol32(a, 6), a += c;
        c -= b, c ^= rol32(b, 8), b += a;
        a -= c, a ^= rol32(c, 16), c += b;
        b -= a, b ^= rol32(a, 19), a += c;
        c -= b, c ^= rol32(b, 4), b += a;
    }
    return a ^ b ^ c;
}
