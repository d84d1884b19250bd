/* Arrays of references: PROG_ARRAY (value: index of a function), ARRAY_OF_MAPS (index of a map), CGROUP_ARRAY, DEVMAP, CPUMAP,
 * XSKMAP, SOCKMAP. A slot is empty until user space (or the object) fills it; programs can't. PERF_EVENT_ARRAY has no slots at all: there
 * are no perf events to put into them. */
#include "config.h"

#include "sim/machine/map_ops.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

static uint32_t
index_of_key(const void *key)
{
    uint32_t i;
    memcpy(&i, key, sizeof i);
    return i;
}

static uint8_t *
is_filled(struct machine *m, struct map *map, uint32_t i)
{
    return (uint8_t *)memory_host(&m->mem, map->state) + i;
}

static uint64_t
entry_bytes(const struct machine *m, const struct map *map)
{
    return (uint64_t)map_stride(map) + 1;
}

static const char *
create(struct machine *m, struct map *map)
{
    map->value_stride = map_stride(map);
    map->state_bytes = map->max_entries;
    map->values = memory_alloc(&m->mem, (uint64_t)map->max_entries * map->value_stride, 8);
    map->state = memory_alloc(&m->mem, map->state_bytes, 8);
    if (!map->values || !map->state)
        return "guest memory is exhausted";
    if (map_guest_access(map) && !map->is_of_maps)
        memory_add(&m->mem, &(struct region){ .base = map->values, .elem_bytes = map->def->value_bytes, .stride = map->value_stride,
                                              .n = map->max_entries, .access = map_guest_access(map), .kind = REGION_MAP,
                                              .index = (uint16_t)map->index, .origin = map->values });
    return NULL;
}

static void
reset(struct machine *m, struct map *map)
{
    memory_zero(&m->mem, map->state, map->state_bytes);
    memory_zero(&m->mem, map->values, (uint64_t)map->max_entries * map->value_stride);
}

static uint64_t
lookup(struct machine *m, struct map *map, const void *key, uint32_t cpu)
{
    uint32_t i = index_of_key(key);
    return i < map->max_entries && *is_filled(m, map, i) ? map->values + (uint64_t)i * map->value_stride : 0;
}

static int
update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags)
{
    uint32_t i = index_of_key(key);
    if (flags != BPF_ANY)
        return -EINVAL;
    if (i >= map->max_entries)
        return -E2BIG;
    *is_filled(m, map, i) = 1;
    memmove(memory_host(&m->mem, map->values + (uint64_t)i * map->value_stride), value, map->def->value_bytes);
    return 0;
}

static int
delete(struct machine *m, struct map *map, const void *key)
{
    uint32_t i = index_of_key(key);
    if (i >= map->max_entries)
        return -E2BIG;
    if (!*is_filled(m, map, i))
        return -ENOENT;
    *is_filled(m, map, i) = 0;
    memset(memory_host(&m->mem, map->values + (uint64_t)i * map->value_stride), 0, map->def->value_bytes);
    return 0;
}

static int
next_key(struct machine *m, struct map *map, const void *key, void *next)
{
    for (uint32_t i = key ? index_of_key(key) + 1 : 0; i < map->max_entries; i++)
        if (*is_filled(m, map, i)) {
            memcpy(next, &i, sizeof i);
            return 0;
        }
    return -ENOENT;
}

static bool
key_at(struct machine *m, struct map *map, uint64_t value, void *key)
{
    uint32_t i = (uint32_t)((value - map->values) / map->value_stride);
    memcpy(key, &i, sizeof i);
    return true;
}

static uint32_t
n_entries(struct machine *m, struct map *map)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < map->max_entries; i++)
        n += *is_filled(m, map, i);
    return n;
}

static const char *
create_events(struct machine *m, struct map *map)
{
    return NULL;
}

static void
reset_events(struct machine *m, struct map *map)
{
}

const struct map_ops map_slots_ops = { .entry_bytes = entry_bytes, .create = create, .reset = reset, .lookup = lookup, .update = update,
                                       .delete = delete, .next_key = next_key, .key_at = key_at, .n_entries = n_entries };
const struct map_ops map_events_ops = { .create = create_events, .reset = reset_events };
