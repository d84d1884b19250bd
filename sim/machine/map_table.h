/* A hash table in guest memory, used by the hash and trie families: nodes with keys, an array of values of the same index, chains.
 * Everything is an index or a guest address, so that a copy of the memory is a copy of the table. Private to sim/machine.
 *
 * One element more than max_entries exists: an update of a present key moves to the spare element and the old one becomes the spare,
 * as the kernel does it, so that a pointer looked up before the update still shows the old value. */
#ifndef SIM_MACHINE_MAP_TABLE_H
#define SIM_MACHINE_MAP_TABLE_H

#include "sim/machine/map_ops.h"

/* Nodes are numbers, 1..max_entries + 1; 0 is none. */

uint64_t table_entry_bytes(const struct machine *m, const struct map *map);
/* Allocates; with is_region the values are a region of the guest. NULL or why not. */
const char *table_create(struct machine *m, struct map *map, bool is_region);
void table_reset(struct machine *m, struct map *map);

uint32_t table_find(struct machine *m, struct map *map, const void *key);
/* Adds or replaces; `node` is the one found, 0 for a new key (the table must not be full then). */
void table_put(struct machine *m, struct map *map, uint32_t node, const void *key, const void *value);
void table_remove(struct machine *m, struct map *map, uint32_t node);

enum { TABLE_HEAD_BYTES = 36 }; /* at map->state: counts and list heads, which no change of elements leaves as they are */
uint32_t table_count(struct machine *m, struct map *map);
uint64_t table_value(struct machine *m, struct map *map, uint32_t node, uint32_t cpu); /* guest address */
const void *table_key(struct machine *m, struct map *map, uint32_t node);
uint32_t table_node_of_value(struct machine *m, struct map *map, uint64_t value); /* 0 when the element is free */
uint32_t table_next(struct machine *m, struct map *map, uint32_t node);         /* present node with a higher number, 0: none */

/* For map_ops: the key after `node` (0: the first one) into *next, or -ENOENT; the key of the element whose value is at `value`. */
int table_next_key(struct machine *m, struct map *map, uint32_t node, void *next);
bool table_key_at(struct machine *m, struct map *map, uint64_t value, void *key);

/* Use order, for LRU: the most recent node first. */
void table_touch(struct machine *m, struct map *map, uint32_t node);
uint32_t table_oldest(struct machine *m, struct map *map);

#endif
