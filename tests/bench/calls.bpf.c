/* Chains of bpf-to-bpf calls, five deep, with values kept over the calls. */
#include "bench.h"

NOINLINE u64
fifth(u64 a, u64 b)
{
    return a * 31 + (b ^ a >> 3);
}

NOINLINE u64
fourth(u64 a, u64 b, u64 c)
{
    return fifth(a + c, b) ^ fifth(b, c);
}

NOINLINE u64
third(u64 a, u64 b)
{
    return fourth(a, b, a ^ b) + a;
}

NOINLINE u64
second(u64 a, u64 b)
{
    return third(b, a) - third(a + 1, b + 2);
}

NOINLINE u64
first(u64 a)
{
    return second(a, a << 7 | 5) + a;
}

PROGRAM(data, end)
{
    u64 sum = 1;
    ROUNDS
    for (u32 i = 0; i < 64; i++) {
        const u8 *p = data + i * 4;
        if (p + 4 > end)
            break;
        sum = first(sum ^ *(const u32 *)p);
    }
    return (u32)(sum ^ sum >> 32);
}
