/* Test frames. See packets.h. Each row: what stands behind the addresses, as text; sizes are filled up with a pattern. */
#include "config.h"

#include "tests/kernel/packets.h"

#include "sim/base/base.h"

#include <stdio.h>
#include <string.h>

#define IP4(total, proto, rest) "0800 4500" total "0001 0000 40" proto "0000 0a000001 0a000002" rest
#define IP6(length, next, rest) "86dd 60000000" length next "40 20010db8000000000000000000000001 20010db8000000000000000000000002" rest

static const struct {
    const char *name;
    const char *mac;  /* destination */
    const char *text; /* hex from the ethertype on */
    uint32_t n_bytes;
} rows[] = {
    { "ipv4 tcp syn", "000000000000", IP4("0034", "06", "3039 0050 00000001 00000000 5002 ffff 0000 0000"), 66 },
    { "ipv4 tcp data", "020000000001", IP4("0064", "06", "0016 01bb 00000009 00000008 5018 ffff 0000 0000"), 114 },
    { "ipv4 udp", "000000000000", IP4("0024", "11", "0035 1f90 0010 0000"), 50 },
    { "ipv4 udp long", "000000000000", IP4("05dc", "11", "1234 0035 05c8 0000"), 1514 },
    { "ipv4 icmp", "000000000000", IP4("0054", "01", "0800 0000 0001 0001"), 98 },
    { "ipv4 fragment", "000000000000", "0800 4500 0030 0001 2005 4011 0000 c0a80001 c0a80002", 62 },
    { "ipv4 options", "000000000000", "0800 4700 0030 0001 0000 4006 0000 c0a80001 c0a80002 01010101 01010100 0050 0051 00000001", 62 },
    { "ipv4 header only", "000000000000", IP4("0014", "06", ""), 34 },
    { "ipv6 tcp", "000000000000", IP6("0014", "06", "3039 0050 00000001 00000000 5002 ffff 0000 0000"), 74 },
    { "ipv6 udp", "333300000001", IP6("0010", "11", "0035 0035 0010 0000"), 70 },
    { "ipv6 icmp", "333300000001", IP6("0020", "3a", "8700 0000 00000000"), 86 },
    { "ipv6 header only", "000000000000", IP6("0000", "3b", ""), 54 },
    { "arp", "ffffffffffff", "0806 0001 0800 06 04 0001 020000000002 0a000001 000000000000 0a000002", 42 },
    { "vlan ipv4", "000000000000", "8100 0064 0800 4500 0028 0001 0000 4011 0000 0a000001 0a000002 0035 0035 0014 0000", 64 },
    { "vlan twice", "000000000000", "88a8 0064 8100 0065 86dd 6000 0000 0008 3b40", 80 },
    { "shortest", "000000000000", "88b5", 14 },
    { "loopback", "000000000000", "9000 0000", 60 },
};

/* Appends the bytes of hex text; blanks separate. */
static uint32_t
put_hex(uint8_t *out, const char *text)
{
    uint32_t n = 0;
    for (; *text; text++) {
        unsigned value;
        if (*text == ' ')
            continue;
        sscanf(text++, "%2x", &value);
        out[n++] = (uint8_t)value;
    }
    return n;
}

bool
test_packet(uint32_t i, struct test_packet *out)
{
    if (i >= ARRAY_LEN(rows))
        return false;
    out->name = rows[i].name;
    out->n_bytes = rows[i].n_bytes;
    for (uint32_t at = 0; at < out->n_bytes; at++)
        out->bytes[at] = (uint8_t)(at * 7 + i);
    uint8_t *p = out->bytes;
    p += put_hex(p, rows[i].mac);
    p += put_hex(p, "020000000002");
    put_hex(p, rows[i].text);
    return true;
}
