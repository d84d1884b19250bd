/* Maps, by family. Keys and values live in guest memory together with the bookkeeping. Return values are the kernel's: 0 or -errno. */
#ifndef SIM_MACHINE_MAP_H
#define SIM_MACHINE_MAP_H

#include "sim/machine/machine.h"

struct map_ops; /* one row per family in map.c */

enum { MAP_GUEST_LOOKUP = 1, MAP_GUEST_WRITE = 2 }; /* map_lookup_elem; map_update_elem and map_delete_elem */

struct map {
    const struct map_def *def;
    const struct map_ops *ops; /* NULL: a type that is not modelled; helpers on it stop with FAULT_HELPER */
    uint32_t index;
    uint64_t handle;      /* guest pointer: GUEST_MAP + index * MAP_STRIDE */
    uint32_t max_entries; /* may be less than def's when guest memory is too small; machine_new says so */
    uint32_t value_stride; /* distance of values (and of per-CPU copies) in guest memory */
    uint32_t values;      /* guest address of the first value; 0 when the family has none */
    bool is_percpu;
    bool is_of_maps;      /* values are indices of maps; look-ups by helpers return the handle */
    uint8_t guest;        /* MAP_GUEST_*: which helpers take it */
    bool is_indexed;      /* the key is a 4-byte index */
    uint32_t n_copies;    /* values per entry: CPUs for per-CPU maps, else 1 */
    uint32_t state;       /* guest address of the family's bookkeeping */
    uint32_t state_bytes;
    uint32_t extra;       /* guest address of more bookkeeping of some families */
};

/* Called by machine_new. */
void map_create_all(struct machine *m, struct buf *notes);

/* The map whose handle is `addr`, NULL when it is none. */
struct map *map_of_handle(struct machine *m, uint64_t addr);

/* False for ring buffers, queues and the like, and for maps that are not modelled. */
bool map_has_keys(const struct map *map);

/* For user and guest alike; key and value are host bytes of def->key_bytes and value_bytes.
 * map_lookup returns the guest address of the value (of env.cpu's copy for per-CPU maps), 0 when absent. */
uint64_t map_lookup(struct machine *m, struct map *map, const void *key);
int map_update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags);
int map_delete(struct machine *m, struct map *map, const void *key);
/* Key after `key` (NULL: the first one) in the map's own, deterministic order. -ENOENT at the end. */
int map_next_key(struct machine *m, struct map *map, const void *key, void *next);
/* Guest address of cpu's copy; for maps that are not per-CPU the value itself. 0 when absent. */
uint64_t map_lookup_cpu(struct machine *m, struct map *map, const void *key, uint32_t cpu);
/* Key of the element whose value is at guest address `value`; false when it is free. key has room for def->key_bytes. */
bool map_key_at(struct machine *m, struct map *map, uint64_t value, void *key);
/* Guest memory of the map's bookkeeping in which a byte changes whenever an element comes, goes or moves; false when elements never do. */
bool map_presence(const struct map *map, uint32_t *addr, uint32_t *n_bytes);
uint32_t map_n_entries(struct machine *m, struct map *map);
const char *map_type_name(uint32_t type); /* bpftool's names: "hash", "percpu_array"; "type 99" has none: NULL */

#endif
