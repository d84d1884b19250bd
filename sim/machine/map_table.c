/* See map_table.h. Nodes are never moved; a free node is on the free list, its number found again LIFO, so that the same calls give the
 * same layout in every machine. */
#include "config.h"

#include "sim/machine/map_table.h"

#include "sim/base/base.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* At map->state. Addresses are guest addresses. */
struct table {
    uint32_t n_buckets; /* power of two */
    uint32_t buckets;   /* of u32: first node of the chain */
    uint32_t nodes;     /* of struct node, key behind it; node i at nodes + (i - 1) * node_stride */
    uint32_t node_stride;
    uint32_t n_entries;
    uint32_t n_used;    /* nodes that have ever been used: the others need no free list */
    uint32_t free;      /* head of the free list, linked by `next` */
    uint32_t newest, oldest;
};

static_assert(sizeof(struct table) == TABLE_HEAD_BYTES, "what is watched is all of it");

struct node {
    uint32_t next; /* in the chain, or in the free list */
    uint32_t newer, older;
    uint32_t is_used;
};

static struct table *
table_of(struct machine *m, struct map *map)
{
    return memory_host(&m->mem, map->state);
}

static struct node *
node_at(struct machine *m, struct map *map, uint32_t node)
{
    const struct table *t = table_of(m, map);
    assert(node && node <= map->max_entries + 1 && "nodes are counted from 1");
    return memory_host(&m->mem, t->nodes + (uint64_t)(node - 1) * t->node_stride);
}

static uint32_t
hash_key(const struct map *map, const void *key)
{
    const uint8_t *p = key;
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < map->def->key_bytes; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

static uint32_t *
bucket(struct machine *m, struct map *map, const void *key)
{
    const struct table *t = table_of(m, map);
    uint32_t *buckets = memory_host(&m->mem, t->buckets);
    return &buckets[hash_key(map, key) & (t->n_buckets - 1)];
}

static void
use_unlink(struct machine *m, struct map *map, uint32_t node)
{
    struct table *t = table_of(m, map);
    struct node *n = node_at(m, map, node);
    if (n->newer)
        node_at(m, map, n->newer)->older = n->older;
    else
        t->newest = n->older;
    if (n->older)
        node_at(m, map, n->older)->newer = n->newer;
    else
        t->oldest = n->newer;
}

static void
use_link(struct machine *m, struct map *map, uint32_t node)
{
    struct table *t = table_of(m, map);
    struct node *n = node_at(m, map, node);
    n->newer = 0;
    n->older = t->newest;
    if (t->newest)
        node_at(m, map, t->newest)->newer = node;
    else
        t->oldest = node;
    t->newest = node;
}

static void
chain_unlink(struct machine *m, struct map *map, uint32_t node)
{
    uint32_t *at = bucket(m, map, table_key(m, map, node));
    while (*at != node)
        at = &node_at(m, map, *at)->next;
    *at = node_at(m, map, node)->next;
}

static uint32_t
take_free(struct machine *m, struct map *map)
{
    struct table *t = table_of(m, map);
    uint32_t node = t->free;
    if (node)
        t->free = node_at(m, map, node)->next;
    else
        node = ++t->n_used;
    assert(node <= map->max_entries + 1 && "a full table takes no new key");
    return node;
}

/* Takes the node out of all lists. Its value stays readable, as it does in the kernel until the element is used again. */
static void
release(struct machine *m, struct map *map, uint32_t node)
{
    struct table *t = table_of(m, map);
    struct node *n = node_at(m, map, node);
    chain_unlink(m, map, node);
    use_unlink(m, map, node);
    n->is_used = 0;
    n->next = t->free;
    t->free = node;
}

static void
fill_value(struct machine *m, struct map *map, uint32_t node, const void *value, bool is_new)
{
    for (uint32_t cpu = 0; cpu < map->n_copies; cpu++) {
        void *to = memory_host(&m->mem, table_value(m, map, node, cpu));
        if (cpu == map_current_copy(m, map))
            memmove(to, value, map->def->value_bytes);
        else if (is_new)
            memset(to, 0, map->def->value_bytes);
    }
}

static uint32_t
node_stride(const struct map *map)
{
    return sizeof(struct node) + ROUND_UP(map->def->key_bytes, 8);
}

uint64_t
table_entry_bytes(const struct machine *m, const struct map *map)
{
    /* At most two buckets of 4 bytes per entry. */
    return node_stride(map) + 8 + (uint64_t)map_stride(map) * map->n_copies;
}

const char *
table_create(struct machine *m, struct map *map, bool is_region)
{
    uint64_t n = (uint64_t)map->max_entries + 1;
    uint64_t n_buckets = 1;
    while (n_buckets < n)
        n_buckets *= 2;
    map->value_stride = map_stride(map);
    map->state_bytes = (uint32_t)(ROUND_UP(sizeof(struct table), 8) + n_buckets * 4 + n * node_stride(map));
    map->values = memory_alloc(&m->mem, n * map->n_copies * map->value_stride, 8);
    map->state = memory_alloc(&m->mem, map->state_bytes, 8);
    if (!map->values || !map->state)
        return "guest memory is exhausted";
    struct table *t = table_of(m, map);
    t->n_buckets = (uint32_t)n_buckets;
    t->node_stride = node_stride(map);
    t->nodes = map->state + ROUND_UP((uint32_t)sizeof(struct table), 8);
    t->buckets = t->nodes + (uint32_t)n * t->node_stride;
    if (is_region)
        memory_add(&m->mem, &(struct region){ .base = map->values, .elem_bytes = map->def->value_bytes, .stride = map->value_stride,
                                              .n = (uint32_t)n * map->n_copies, .access = map_guest_access(map), .kind = REGION_MAP,
                                              .index = (uint16_t)map->index, .origin = map->values });
    return NULL;
}

void
table_reset(struct machine *m, struct map *map)
{
    struct table *t = table_of(m, map);
    if (t->n_used == 0)
        return;
    uint64_t values = (uint64_t)t->n_used * map->n_copies * map->value_stride;
    /* A fuzzer resets large tables with few keys very often. */
    if (t->n_used < t->n_buckets / 8)
        for (uint32_t node = table_next(m, map, 0); node; node = table_next(m, map, node))
            *bucket(m, map, table_key(m, map, node)) = 0;
    else
        memory_zero(&m->mem, t->buckets, (uint64_t)t->n_buckets * 4);
    memory_zero(&m->mem, t->nodes, (uint64_t)t->n_used * t->node_stride);
    memory_zero(&m->mem, map->values, values);
    t->n_entries = t->n_used = t->free = t->newest = t->oldest = 0;
}

uint32_t
table_find(struct machine *m, struct map *map, const void *key)
{
    uint32_t node = *bucket(m, map, key);
    while (node && memcmp(table_key(m, map, node), key, map->def->key_bytes) != 0)
        node = node_at(m, map, node)->next;
    return node;
}

void
table_put(struct machine *m, struct map *map, uint32_t node, const void *key, const void *value)
{
    struct table *t = table_of(m, map);
    if (node && map->is_percpu) {
        fill_value(m, map, node, value, false);
        table_touch(m, map, node);
        return;
    }
    uint32_t to = take_free(m, map);
    struct node *n = node_at(m, map, to);
    memmove(n + 1, key, map->def->key_bytes);
    fill_value(m, map, to, value, true);
    if (node)
        release(m, map, node);
    else
        t->n_entries++;
    uint32_t *head = bucket(m, map, table_key(m, map, to));
    n->next = *head;
    n->is_used = 1;
    *head = to;
    use_link(m, map, to);
}

void
table_remove(struct machine *m, struct map *map, uint32_t node)
{
    release(m, map, node);
    table_of(m, map)->n_entries--;
}

uint32_t
table_count(struct machine *m, struct map *map)
{
    return table_of(m, map)->n_entries;
}

uint64_t
table_value(struct machine *m, struct map *map, uint32_t node, uint32_t cpu)
{
    return map->values + ((uint64_t)(node - 1) * map->n_copies + cpu) * map->value_stride;
}

const void *
table_key(struct machine *m, struct map *map, uint32_t node)
{
    return node_at(m, map, node) + 1;
}

uint32_t
table_node_of_value(struct machine *m, struct map *map, uint64_t value)
{
    uint32_t node = (uint32_t)((value - map->values) / map->value_stride / map->n_copies) + 1;
    return node_at(m, map, node)->is_used ? node : 0;
}

uint32_t
table_next(struct machine *m, struct map *map, uint32_t node)
{
    const struct table *t = table_of(m, map);
    while (++node <= t->n_used)
        if (node_at(m, map, node)->is_used)
            return node;
    return 0;
}

int
table_next_key(struct machine *m, struct map *map, uint32_t node, void *next)
{
    node = table_next(m, map, node);
    if (!node)
        return -ENOENT;
    memcpy(next, table_key(m, map, node), map->def->key_bytes);
    return 0;
}

bool
table_key_at(struct machine *m, struct map *map, uint64_t value, void *key)
{
    uint32_t node = table_node_of_value(m, map, value);
    if (node)
        memcpy(key, table_key(m, map, node), map->def->key_bytes);
    return node;
}

void
table_touch(struct machine *m, struct map *map, uint32_t node)
{
    if (table_of(m, map)->newest == node)
        return;
    use_unlink(m, map, node);
    use_link(m, map, node);
}

uint32_t
table_oldest(struct machine *m, struct map *map)
{
    return table_of(m, map)->oldest;
}
