/* Ethernet, VLAN tags, IPv4 with options, TCP or UDP: the ports' verdict, for frames at 24 places of the packet. */
#include "bench.h"

INLINE u32
be16(const u8 *p)
{
    return (u32)p[0] << 8 | p[1];
}

NOINLINE u32
classify(const u8 *frame, const u8 *end)
{
    const u8 *p = frame + 12;
    if (p + 60 > end)
        return 1;
    u32 type = be16(p), tags = 0;
    ROUNDS
    while ((type == 0x8100 || type == 0x88a8) && tags < 2) {
        tags++;
        p += 4;
        if (p + 60 > end)
            return 2;
        type = be16(p);
    }
    p += 2;
    if (type != 0x0800)
        return 3 + tags;
    u32 header = (p[0] & 15u) * 4;
    if (p[0] >> 4 != 4 || header < 20)
        return 6;
    u32 protocol = p[9], total = be16(p + 2), fragment = be16(p + 6);
    if (fragment & 0x1fff)
        return 7;
    const u8 *l4 = p + header;
    if (l4 + 20 > end)
        return 8;
    u32 source = be16(l4), target = be16(l4 + 2);
    if (protocol == 6)
        return source ^ target << 3 ^ (l4[13] & 2u) << 16 ^ total;
    if (protocol == 17)
        return source + target * 5 + be16(l4 + 4);
    return 9;
}

PROGRAM(data, end)
{
    u32 verdict = 0;
    ROUNDS
    for (u32 i = 0; i < 24; i++) {
        const u8 *frame = data + i * 32;
        if (frame > end)
            break;
        verdict = rol32(verdict, 5) ^ classify(frame, end);
    }
    return verdict;
}
