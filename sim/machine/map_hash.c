/* HASH, PERCPU_HASH, their LRU kinds and HASH_OF_MAPS, DEVMAP_HASH: policy over map_table.h.
 *
 * LRU: when the map is full, the key that a program looked up or anybody updated longest ago goes. The kernel approximates that with
 * per-CPU lists in batches, so that what it evicts depends on the number of CPUs; here the order is exact and always the same. */
#include "config.h"

#include "sim/machine/map_table.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

static const char *
create(struct machine *m, struct map *map)
{
    return table_create(m, map, map_guest_access(map) && !map->is_of_maps);
}

static uint64_t
lookup(struct machine *m, struct map *map, const void *key, uint32_t cpu)
{
    uint32_t node = table_find(m, map, key);
    return node ? table_value(m, map, node, cpu) : 0;
}

static void
lru_used(struct machine *m, struct map *map, uint64_t value)
{
    table_touch(m, map, table_node_of_value(m, map, value));
}

/* 0, or what the kernel answers to these flags when the key is present or not. */
static int
check_flags(uint64_t flags, bool is_present)
{
    if (flags > BPF_EXIST)
        return -EINVAL; /* BPF_F_LOCK: needs a bpf_spin_lock in the value */
    if (flags == BPF_NOEXIST && is_present)
        return -EEXIST;
    if (flags == BPF_EXIST && !is_present)
        return -ENOENT;
    return 0;
}

static int
update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags)
{
    uint32_t node = table_find(m, map, key);
    int error = check_flags(flags, node);
    if (!error && !node && table_count(m, map) >= map->max_entries)
        error = -E2BIG;
    if (!error)
        table_put(m, map, node, key, value);
    return error;
}

static int
lru_update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags)
{
    uint32_t node = table_find(m, map, key);
    int error = check_flags(flags, node);
    if (error)
        return error;
    if (!node && table_count(m, map) >= map->max_entries)
        table_remove(m, map, table_oldest(m, map));
    table_put(m, map, node, key, value);
    return 0;
}

static int
delete(struct machine *m, struct map *map, const void *key)
{
    uint32_t node = table_find(m, map, key);
    if (!node)
        return -ENOENT;
    table_remove(m, map, node);
    return 0;
}

static int
next_key(struct machine *m, struct map *map, const void *key, void *next)
{
    return table_next_key(m, map, key ? table_find(m, map, key) : 0, next);
}

const struct map_ops map_hash_ops = { .entry_bytes = table_entry_bytes, .create = create, .reset = table_reset, .lookup = lookup,
                                      .update = update, .delete = delete, .next_key = next_key, .key_at = table_key_at,
                                      .n_entries = table_count, .presence_bytes = TABLE_HEAD_BYTES };
const struct map_ops map_lru_hash_ops = { .entry_bytes = table_entry_bytes, .create = create, .reset = table_reset,
                                          .lookup = lookup, .used = lru_used, .update = lru_update, .delete = delete, .next_key = next_key,
                                          .key_at = table_key_at, .n_entries = table_count, .presence_bytes = TABLE_HEAD_BYTES };
