/* The sieve of Eratosthenes in 448 bytes of stack, without skipping multiples: the verifier would follow both ways each time. The packet
 * only says where the sum starts. */
#include "bench.h"

enum { N = 448 };

PROGRAM(data, end)
{
    u8 composite[N];
    if (data + 1 > end)
        return 0;
    __builtin_memset(composite, 0, sizeof composite);
    u32 sum = data[0];
    ROUNDS
    for (u32 i = 2; i < 22; i++) {
        ROUNDS
        for (u32 k = i * i; k < N; k += i)
            composite[k] = 1;
    }
    ROUNDS
    for (u32 i = 2; i < N; i++)
        sum += (composite[i] - 1u) & i;
    return sum;
}
