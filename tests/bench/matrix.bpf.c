/* Three nested loops: the product of two 7 x 7 matrices on the stack, filled from the packet. */
#include "bench.h"

enum { N = 7 };

PROGRAM(data, end)
{
    u32 a[N * N], b[N * N];
    if (data + N * N * 2 > end)
        return 0;
    ROUNDS
    for (u32 i = 0; i < N * N; i++) {
        a[i] = data[i];
        b[i] = data[N * N + i];
    }
    u32 sum = 0;
    ROUNDS
    for (u32 i = 0; i < N; i++) {
        ROUNDS
        for (u32 j = 0; j < N; j++) {
            u32 dot = 0;
            ROUNDS
            for (u32 k = 0; k < N; k++)
                dot += a[i * N + k] * b[k * N + j];
            sum = sum * 3 + dot;
        }
    }
    return sum;
}
