/* LPM_TRIE: a table of prefixes, looked up from the longest length that occurs to the shortest. Keys are kept with the bits behind the
 * prefix cleared (the kernel keeps what was written there, and shows it only when keys are listed). */
#include "config.h"

#include "sim/machine/map_table.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

enum { LPM_MAX_BYTES = 256, PREFIX_LEN_BYTES = 4 };

struct lpm_key {
    uint32_t prefix_len; /* bits */
    uint8_t data[LPM_MAX_BYTES];
};

static uint32_t
max_prefix(const struct map *map)
{
    return 8 * (map->def->key_bytes - PREFIX_LEN_BYTES);
}

/* Number of prefixes of each length, behind the table. */
static uint32_t *
counts(struct machine *m, const struct map *map)
{
    return memory_host(&m->mem, map->extra);
}

/* The key with only the first `bits` bits of data. */
static struct lpm_key
masked(const struct map *map, const void *key, uint32_t bits)
{
    struct lpm_key k = { .prefix_len = bits };
    memcpy(k.data, (const uint8_t *)key + PREFIX_LEN_BYTES, (bits + 7) / 8);
    if (bits % 8)
        k.data[bits / 8] &= (uint8_t)(0xff00 >> bits % 8);
    return k;
}

static uint32_t
prefix_of(const void *key)
{
    uint32_t bits;
    memcpy(&bits, key, sizeof bits);
    return bits;
}

static const char *
create(struct machine *m, struct map *map)
{
    if (map->def->key_bytes <= PREFIX_LEN_BYTES || map->def->key_bytes > PREFIX_LEN_BYTES + LPM_MAX_BYTES)
        return "the kernel refuses it: the key must have 5 to 260 bytes";
    map->extra = memory_alloc(&m->mem, (max_prefix(map) + 1) * sizeof(uint32_t), 8);
    return map->extra ? table_create(m, map, map_guest_access(map)) : "guest memory is exhausted";
}

static void
reset(struct machine *m, struct map *map)
{
    memset(counts(m, map), 0, (max_prefix(map) + 1) * sizeof(uint32_t));
    table_reset(m, map);
}

static uint64_t
lookup(struct machine *m, struct map *map, const void *key, uint32_t cpu)
{
    uint32_t bits = prefix_of(key);
    if (bits > max_prefix(map))
        return 0;
    for (uint32_t n = bits + 1; n-- > 0;) {
        if (!counts(m, map)[n])
            continue;
        struct lpm_key k = masked(map, key, n);
        uint32_t node = table_find(m, map, &k);
        if (node)
            return table_value(m, map, node, cpu);
    }
    return 0;
}

static int
update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags)
{
    uint32_t bits = prefix_of(key);
    if (flags > BPF_EXIST || bits > max_prefix(map))
        return -EINVAL;
    struct lpm_key k = masked(map, key, bits);
    uint32_t node = table_find(m, map, &k);
    if (flags == BPF_NOEXIST && node)
        return -EEXIST;
    if (flags == BPF_EXIST && !node)
        return -ENOENT;
    if (!node && table_count(m, map) >= map->max_entries)
        return -ENOSPC;
    counts(m, map)[bits] += !node;
    table_put(m, map, node, &k, value);
    return 0;
}

static int
delete(struct machine *m, struct map *map, const void *key)
{
    uint32_t bits = prefix_of(key);
    if (bits > max_prefix(map))
        return -EINVAL;
    struct lpm_key k = masked(map, key, bits);
    uint32_t node = table_find(m, map, &k);
    if (!node)
        return -ENOENT;
    counts(m, map)[bits]--;
    table_remove(m, map, node);
    return 0;
}

static int
next_key(struct machine *m, struct map *map, const void *key, void *next)
{
    uint32_t node = 0;
    if (key && prefix_of(key) <= max_prefix(map)) {
        struct lpm_key k = masked(map, key, prefix_of(key));
        node = table_find(m, map, &k);
    }
    return table_next_key(m, map, node, next);
}

const struct map_ops map_lpm_ops = { .entry_bytes = table_entry_bytes, .create = create, .reset = reset, .lookup = lookup,
                                     .update = update, .delete = delete, .next_key = next_key, .key_at = table_key_at,
                                     .n_entries = table_count, .presence_bytes = TABLE_HEAD_BYTES };
