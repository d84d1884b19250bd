/* The Internet checksum (RFC 1071) of the whole packet, 16 bits at a time. */
#include "bench.h"

PROGRAM(data, end)
{
    u32 sum = 0;
    ROUNDS
    for (u32 i = 0; i < 1000; i += 2) {
        const u8 *p = data + i;
        if (p + 2 > end)
            break;
        sum += *(const u16 *)p;
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}
