/* CRC-32 (IEEE 802.3), one bit at a time. The polynomial is multiplied, not masked with -(crc & 1): Linux 6.18 follows both values of such a
 * mask, and having too many of them in a row makes its verifier dereference a null pointer (maybe_fork_scalars). */
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
            crc = crc >> 1 ^ (crc & 1) * 0xedb88320u;
    }
    return ~crc;
}
