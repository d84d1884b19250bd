/* See map_ringbuf.h. The data area is laid out as the kernel's: a header of 8 bytes (length with two flag bits, page offset), the record,
 * rounding to 8. */
#include "config.h"

#include "sim/machine/map_ringbuf.h"

#include "sim/machine/output.h"

#include <assert.h>
#include <string.h>

enum { HEADER_BYTES = 8, PAGE_BYTES = 4096 };
#define BUSY (UINT32_C(1) << 31)
#define DISCARDED (UINT32_C(1) << 30)
#define RECORD_MAX_BYTES (UINT32_MAX / 4)

static uint64_t *
producer(struct machine *m, struct map *map)
{
    return memory_host(&m->mem, map->state);
}

/* The ring whose data area holds addr, NULL when none does. */
static struct map *
ring_at(struct machine *m, uint64_t addr)
{
    for (uint32_t i = 0; i < m->program->n_maps; i++) {
        struct map *map = &m->maps[i];
        if (map->ops == &map_ringbuf_ops && addr >= map->values && addr < map->values + ringbuf_bytes(map))
            return map;
    }
    return NULL;
}

static const char *
create(struct machine *m, struct map *map)
{
    uint32_t bytes = map->max_entries;
    if (bytes & (bytes - 1) || bytes % PAGE_BYTES)
        return "the kernel refuses it: the size must be a power of two and a multiple of the page size";
    map->state_bytes = sizeof(uint64_t);
    map->state = memory_alloc(&m->mem, map->state_bytes, 8);
    map->values = memory_alloc(&m->mem, bytes, 8);
    return map->values && map->state ? NULL : "guest memory is exhausted";
}

static void
reset(struct machine *m, struct map *map)
{
    uint64_t end = *producer(m, map);
    for (uint64_t at = 0; at < end;) {
        const uint32_t *header = memory_host(&m->mem, map->values + at);
        uint32_t bytes = *header & ~(BUSY | DISCARDED);
        if (*header & BUSY && bytes)
            memory_remove(&m->mem, map->values + (uint32_t)at + HEADER_BYTES);
        at += ROUND_UP((uint64_t)bytes + HEADER_BYTES, 8);
    }
    memory_zero(&m->mem, map->values, end);
    *producer(m, map) = 0;
}

const struct map_ops map_ringbuf_ops = { .create = create, .reset = reset };

uint64_t
ringbuf_reserve(struct machine *m, struct map *map, uint64_t bytes)
{
    uint64_t at = *producer(m, map), len = ROUND_UP(bytes + HEADER_BYTES, 8);
    if (bytes > RECORD_MAX_BYTES || at + len > ringbuf_bytes(map) - 1)
        return 0;
    uint32_t header[2] = { (uint32_t)bytes | BUSY, (uint32_t)(at / PAGE_BYTES) };
    memcpy(memory_host(&m->mem, map->values + at), header, sizeof header);
    *producer(m, map) = at + len;
    uint32_t record = map->values + (uint32_t)at + HEADER_BYTES;
    if (bytes)
        memory_add(&m->mem, &(struct region){ .base = record, .elem_bytes = (uint32_t)bytes, .n = 1, .access = MEM_READ | MEM_WRITE,
                                              .kind = REGION_MAP, .index = (uint16_t)map->index, .origin = record });
    return record;
}

bool
ringbuf_is_record(struct machine *m, uint64_t addr)
{
    uint64_t lo = 0, hi;
    struct map *map = ring_at(m, addr);
    if (!map || addr % 8 || addr < map->values + HEADER_BYTES || addr - map->values > *producer(m, map))
        return false;
    if (memory_bounds(&m->mem, addr, MEM_READ, &lo, &hi))
        return lo == addr;
    /* A record of no bytes has no region, but a header of its own, which the guest can't forge: nothing there is mapped. */
    const uint32_t *header = memory_host(&m->mem, addr - HEADER_BYTES);
    return !memory_bounds(&m->mem, addr - HEADER_BYTES, MEM_READ, &lo, &hi) && *header == BUSY;
}

void
ringbuf_commit(struct machine *m, uint64_t addr, bool is_discard)
{
    struct map *map = ring_at(m, addr);
    assert(map && "a record lies in a ring");
    uint32_t *header = memory_host(&m->mem, addr - HEADER_BYTES);
    uint32_t bytes = *header & ~BUSY;
    if (bytes)
        memory_remove(&m->mem, (uint32_t)addr);
    if (!is_discard)
        output_add(m, OUTPUT_RINGBUF, map->index, memory_host(&m->mem, addr), bytes);
    *header = bytes | (is_discard ? DISCARDED : 0);
}

uint64_t
ringbuf_producer(struct machine *m, struct map *map)
{
    return *producer(m, map);
}

uint64_t
ringbuf_bytes(const struct map *map)
{
    return map->max_entries;
}
