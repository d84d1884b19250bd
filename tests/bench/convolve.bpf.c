/* A 3 x 3 filter over a 16 x 16 picture in the packet. */
#include "bench.h"

enum { SIDE = 16 };

PROGRAM(data, end)
{
    if (data + SIDE * SIDE > end)
        return 0;
    u32 sum = 0;
    ROUNDS
    for (u32 y = 1; y < SIDE - 1; y++) {
        ROUNDS
        for (u32 x = 1; x < SIDE - 1; x++) {
            const u8 *p = data + y * SIDE + x;
            u32 edge = 8u * p[0] - p[-1] - p[1] - p[-SIDE] - p[SIDE] - p[-SIDE - 1] - p[-SIDE + 1] - p[SIDE - 1] - p[SIDE + 1];
            sum += edge & 0xff;
        }
    }
    return sum;
}
