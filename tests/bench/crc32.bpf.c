/* CRC-32 (IEEE 802.3), one bit at a time. */
#include "bench.h"

PROGRAM(data, end)
{
    u32 crc = 0xffffffff;
    ROUNDS
    for (u32 i = 0; i < 96; i++) {
        const u8 *p = data + i;
        if (p + 1 > end)
            break;
        crc ^= *p;
        ROUNDS
        for (u32 k = 0; k < 8; k++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}
