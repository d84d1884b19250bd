/* Counts words, digits and line ends in text, and looks for a pattern of four bytes. */
#include "bench.h"

PROGRAM(data, end)
{
    u32 words = 0, digits = 0, lines = 0, found = 0, last = 0, in_word = 0;
    ROUNDS
    for (u32 i = 0; i < 500; i++) {
        const u8 *p = data + i;
        if (p + 1 > end)
            break;
        u32 c = *p;
        last = last << 8 | c;
        if (last == 0x47455420)
            found += i;
        if (c >= '0' && c <= '9')
            digits++;
        if (c == '\n')
            lines++;
        if ((c | 32) >= 'a' && (c | 32) <= 'z') {
            words += !in_word;
            in_word = 1;
        } else {
            in_word = 0;
        }
    }
    return words ^ digits << 8 ^ lines << 16 ^ found << 20;
}
