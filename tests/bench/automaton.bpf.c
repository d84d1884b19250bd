/* A state machine with a switch per byte, as a tokenizer has it. */
#include "bench.h"

PROGRAM(data, end)
{
    u32 state = 0, tokens = 0, value = 0;
    ROUNDS
    for (u32 i = 0; i < 400; i++) {
        const u8 *p = data + i;
        if (p + 1 > end)
            break;
        u32 c = *p & 7;
        switch (state) {
        case 0:
            state = c < 3 ? 1 : c == 5 ? 4 : 0;
            break;
        case 1:
            value = value * 10 + c;
            state = c > 5 ? 2 : 1;
            break;
        case 2:
            tokens += value & 1;
            state = c == 7 ? 3 : c & 1;
            break;
        case 3:
            value ^= 0x55;
            state = c < 4 ? 0 : 4;
            break;
        default:
            tokens++;
            state = c == 0 ? 2 : 0;
            break;
        }
        state &= 7;
    }
    return tokens << 16 ^ value ^ state;
}
