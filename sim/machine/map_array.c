/* ARRAY and PERCPU_ARRAY, data sections included: values at a stride, all present from the start.
 * Copies of a per-CPU value lie side by side: value i of CPU c is element i * n_cpus + c. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/map_ops.h"

#include <assert.h>
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

static uint64_t
entry_bytes(const struct machine *m, const struct map *map)
{
    return map->def->origin == MAP_FROM_DATA ? 0 : (uint64_t)map_stride(map) * map->n_copies;
}

static const char *
create(struct machine *m, struct map *map)
{
    const struct map_def *def = map->def;
    bool is_data = def->origin == MAP_FROM_DATA;
    map->value_stride = map_stride(map);
    if (is_data)
        map->max_entries = 1;
    uint64_t n = (uint64_t)map->max_entries * map->n_copies;
    map->values = is_data ? (uint32_t)def->value_addr : memory_alloc(&m->mem, n * map->value_stride, 8);
    if (!map->values)
        return "guest memory is exhausted";
    memory_add(&m->mem, &(struct region){ .base = map->values, .elem_bytes = def->value_bytes, .stride = map->value_stride,
                                          .n = (uint32_t)n, .access = map_guest_access(map), .kind = is_data ? REGION_DATA : REGION_MAP,
                                          .index = (uint16_t)map->index, .origin = map->values });
    return NULL;
}

static void
reset(struct machine *m, struct map *map)
{
    uint64_t n = (uint64_t)map->max_entries * map->n_copies;
    memory_zero(&m->mem, map->values, (n - 1) * map->value_stride + map->def->value_bytes);
}

static uint64_t
lookup(struct machine *m, struct map *map, const void *key, uint32_t cpu)
{
    uint32_t i = index_of_key(key);
    if (i >= map->max_entries)
        return 0;
    return map->values + ((uint64_t)i * map->n_copies + cpu) * map->value_stride;
}

static int
update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags)
{
    if ((flags & ~(uint64_t)BPF_F_LOCK) > BPF_EXIST)
        return -EINVAL;
    if (index_of_key(key) >= map->max_entries)
        return -E2BIG;
    if (flags & BPF_NOEXIST)
        return -EEXIST;
    if (flags & BPF_F_LOCK)
        return -EINVAL; /* needs a bpf_spin_lock in the value */
    memmove(memory_host(&m->mem, lookup(m, map, key, map_current_copy(m, map))), value, map->def->value_bytes);
    return 0;
}

static int
delete(struct machine *m, struct map *map, const void *key)
{
    return -EINVAL;
}

static int
next_key(struct machine *m, struct map *map, const void *key, void *next)
{
    uint32_t i = key ? index_of_key(key) : UINT32_MAX;
    if (key && i == map->max_entries - 1)
        return -ENOENT;
    i = !key || i >= map->max_entries ? 0 : i + 1;
    memcpy(next, &i, sizeof i);
    return 0;
}

static bool
key_at(struct machine *m, struct map *map, uint64_t value, void *key)
{
    uint32_t i = (uint32_t)((value - map->values) / map->value_stride / map->n_copies);
    memcpy(key, &i, sizeof i);
    return true;
}

static uint32_t
n_entries(struct machine *m, struct map *map)
{
    return map->max_entries;
}

const struct map_ops map_array_ops = { .entry_bytes = entry_bytes, .create = create, .reset = reset, .lookup = lookup, .update = update,
                                       .delete = delete, .next_key = next_key, .key_at = key_at,
                                       .n_entries = n_entries };
