/* See packet.h. */
#include "config.h"

#include "sim/machine/packet.h"

#include <string.h>

/* Bases of negative offsets (linux/filter.h). */
enum { SKF_NET_OFF = -0x100000, SKF_LL_OFF = -0x200000 };

bool
packet_load(const struct machine *m, int32_t off, uint32_t bytes, uint64_t *value)
{
    const struct packet *p = &m->packet;
    int64_t at = (int64_t)p->data + off;
    if (off < SKF_LL_OFF)
        return false;
    if (off < 0)
        at = off >= SKF_NET_OFF ? (int64_t)p->net + off - SKF_NET_OFF : (int64_t)p->mac + off - SKF_LL_OFF;
    if (at < p->hard_start || at + bytes > p->end)
        return false;
    const uint8_t *from = memory_host(&m->mem, (uint64_t)at);
    *value = 0;
    for (uint32_t i = 0; i < bytes; i++)
        *value = *value << 8 | from[i];
    return true;
}

uint32_t
packet_bytes(const struct packet *p)
{
    return p->end - p->data + p->frag_bytes;
}

void
packet_copy_out(struct machine *m, uint32_t off, void *to, uint32_t bytes)
{
    const struct packet *p = &m->packet;
    uint32_t linear = p->end - p->data, n = off < linear ? linear - off : 0;
    if (n > bytes)
        n = bytes;
    memcpy(to, memory_host(&m->mem, p->data + off), n);
    if (bytes > n)
        memcpy((uint8_t *)to + n, memory_host(&m->mem, p->frags + off + n - linear), bytes - n);
}

void
packet_copy_in(struct machine *m, uint32_t off, const void *from, uint32_t bytes)
{
    const struct packet *p = &m->packet;
    uint32_t linear = p->end - p->data, n = off < linear ? linear - off : 0;
    if (n > bytes)
        n = bytes;
    memmove(memory_host(&m->mem, p->data + off), from, n);
    if (bytes > n)
        memmove(memory_host(&m->mem, p->frags + off + n - linear), (const uint8_t *)from + n, bytes - n);
}

uint32_t
csum_add(uint32_t a, uint32_t b)
{
    uint64_t sum = (uint64_t)a + b;
    return (uint32_t)(sum + (sum >> 32));
}

uint32_t
csum_bytes(const uint8_t *bytes, uint64_t n, uint32_t sum)
{
    for (uint64_t i = 0; i < n; i += 4) {
        uint32_t word = 0;
        memcpy(&word, bytes + i, n - i < 4 ? n - i : 4);
        sum = csum_add(sum, word);
    }
    return sum;
}

uint16_t
csum_fold16(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}
