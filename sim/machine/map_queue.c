/* QUEUE and STACK: a ring of values without keys. */
#include "config.h"

#include "sim/machine/map_ops.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

/* At map->state. */
struct ring {
    uint32_t first; /* oldest value */
    uint32_t n;
};

static struct ring *
ring_of(struct machine *m, struct map *map)
{
    return memory_host(&m->mem, map->state);
}

/* Value i, counted from the oldest. */
static void *
value_at(struct machine *m, struct map *map, uint32_t i)
{
    uint64_t at = ((uint64_t)ring_of(m, map)->first + i) % map->max_entries;
    return memory_host(&m->mem, map->values + at * map->value_stride);
}

static uint64_t
entry_bytes(const struct machine *m, const struct map *map)
{
    return map_stride(map);
}

static const char *
create(struct machine *m, struct map *map)
{
    if (!map->def->value_bytes)
        return "the kernel refuses it: the value has no bytes";
    map->value_stride = map_stride(map);
    map->state_bytes = sizeof(struct ring);
    map->values = memory_alloc(&m->mem, (uint64_t)map->max_entries * map->value_stride, 8);
    map->state = memory_alloc(&m->mem, map->state_bytes, 8);
    return map->values && map->state ? NULL : "guest memory is exhausted";
}

static void
reset(struct machine *m, struct map *map)
{
    memset(ring_of(m, map), 0, sizeof(struct ring));
    memory_zero(&m->mem, map->values, (uint64_t)map->max_entries * map->value_stride);
}

static int
push(struct machine *m, struct map *map, const void *value, uint64_t flags)
{
    struct ring *r = ring_of(m, map);
    if (flags & BPF_NOEXIST || flags > BPF_EXIST)
        return -EINVAL;
    if (r->n == map->max_entries && flags != BPF_EXIST)
        return -E2BIG;
    if (r->n == map->max_entries) {
        r->first = (r->first + 1) % map->max_entries;
        r->n--;
    }
    memmove(value_at(m, map, r->n++), value, map->def->value_bytes);
    return 0;
}

/* Reads value i and takes it out; an empty map gives zeros. */
static int
take(struct machine *m, struct map *map, void *value, bool is_pop, bool is_stack)
{
    struct ring *r = ring_of(m, map);
    if (!r->n) {
        memset(value, 0, map->def->value_bytes);
        return -ENOENT;
    }
    memmove(value, value_at(m, map, is_stack ? r->n - 1 : 0), map->def->value_bytes);
    if (is_pop) {
        if (!is_stack)
            r->first = (r->first + 1) % map->max_entries;
        r->n--;
    }
    return 0;
}

static int
queue_peek(struct machine *m, struct map *map, void *value, bool is_pop)
{
    return take(m, map, value, is_pop, false);
}

static int
stack_peek(struct machine *m, struct map *map, void *value, bool is_pop)
{
    return take(m, map, value, is_pop, true);
}

static uint32_t
n_entries(struct machine *m, struct map *map)
{
    return ring_of(m, map)->n;
}

const struct map_ops map_queue_ops = { .entry_bytes = entry_bytes, .create = create, .reset = reset, .n_entries = n_entries,
                                       .push = push, .peek = queue_peek };
const struct map_ops map_stack_ops = { .entry_bytes = entry_bytes, .create = create, .reset = reset, .n_entries = n_entries,
                                       .push = push, .peek = stack_peek };
