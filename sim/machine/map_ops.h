/* What a map family provides. Private to sim/machine; map.c checks arguments that all families share and dispatches. */
#ifndef SIM_MACHINE_MAP_OPS_H
#define SIM_MACHINE_MAP_OPS_H

#include "sim/base/base.h"
#include "sim/machine/map.h"

struct map_ops {
    /* Bytes of guest memory that an entry takes, for cutting max_entries to what fits. NULL: create allocates on its own. */
    uint64_t (*entry_bytes)(const struct machine *m, const struct map *map);
    /* Allocates and adds regions. NULL when it is done, else why the map can't be used (static text). */
    const char *(*create)(struct machine *m, struct map *map);
    void (*reset)(struct machine *m, struct map *map); /* empty again */
    uint64_t (*lookup)(struct machine *m, struct map *map, const void *key, uint32_t cpu); /* 0: absent */
    void (*used)(struct machine *m, struct map *map, uint64_t value); /* a program looked this value up; NULL: nobody counts that */
    int (*update)(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags);
    int (*delete)(struct machine *m, struct map *map, const void *key);
    int (*next_key)(struct machine *m, struct map *map, const void *key, void *next);
    bool (*key_at)(struct machine *m, struct map *map, uint64_t value, void *key); /* see map_key_at */
    uint32_t (*n_entries)(struct machine *m, struct map *map);
    uint32_t presence_bytes; /* of map->state: see map_presence; 0: elements never come, go or move */
    /* QUEUE, STACK; NULL elsewhere */
    int (*push)(struct machine *m, struct map *map, const void *value, uint64_t flags);
    int (*peek)(struct machine *m, struct map *map, void *value, bool is_pop);
};

extern const struct map_ops map_array_ops, map_hash_ops, map_lru_hash_ops, map_lpm_ops, map_slots_ops, map_queue_ops, map_stack_ops,
    map_events_ops, map_ringbuf_ops;

/* Distance of values: at least one unmapped byte after each, 8-byte alignment as in the kernel. */
static inline uint32_t
map_stride(const struct map *map)
{
    return ROUND_UP(map->def->value_bytes + 1, 8);
}

/* Which of the values of an entry a program sees. A CPU that the maps were not made for shares the first one's. */
static inline uint32_t
map_current_copy(const struct machine *m, const struct map *map)
{
    return m->env.cpu < map->n_copies ? m->env.cpu : 0;
}

/* What a program may do to values. */
static inline uint8_t
map_guest_access(const struct map *map)
{
    return (map->guest & MAP_GUEST_LOOKUP ? MEM_READ : 0) | (map->guest & MAP_GUEST_WRITE ? MEM_WRITE : 0);
}

#endif
