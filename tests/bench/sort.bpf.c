/* Selection sort of 24 words on the stack. */
#include "bench.h"

enum { N = 24 };

PROGRAM(data, end)
{
    u32 v[N];
    if (data + N * 4 > end)
        return 0;
    ROUNDS
    for (u32 i = 0; i < N; i++)
        v[i] = *(const u32 *)(data + i * 4) * 2654435761u;
    ROUNDS
    for (u32 i = 0; i < N - 1; i++) {
        u32 least = v[i];
        ROUNDS
        for (u32 k = i + 1; k < N; k++) {
            u32 other = v[k];
            if (other < least) {
                v[k] = least;
                least = other;
            }
        }
        v[i] = least;
    }
    return v[0] ^ v[N / 2] << 1 ^ v[N - 1] << 2;
}
