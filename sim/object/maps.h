/* Map definitions of all origins while they are collected. Internal to sim/object; link.c calls the functions in this order. */
#ifndef SIM_OBJECT_MAPS_H
#define SIM_OBJECT_MAPS_H

#include "sim/object/object.h"

#include <linux/bpf.h>

/* 1. Definitions. Each appends to p->maps and o->map_places. What can't be read becomes a note; data sections of more than
 * DATA_MAX_BYTES in all are ERR_TOO_LARGE. */
void maps_legacy_link(struct object *o, struct program *p);
void maps_btf_link(struct object *o, struct program *p);
enum err maps_data_link(struct object *o, struct program *p, struct errinfo *e);

/* 2. After all of them: sorts the places and mends what the kernel would refuse but other loaders mend (each with a note). */
void maps_close(struct object *o, struct program *p);

/* 3. Guest addresses for all MAP_FROM_DATA maps. ERR_TOO_LARGE when they do not fit. */
enum err maps_place_data(const struct object *o, struct program *p, struct errinfo *e);

/* 4. Elements that definitions preset, once functions are known. */
void maps_legacy_preset(struct object *o, struct program *p);
void maps_btf_preset(struct object *o, struct program *p);

/* Adds a map that is defined at `off` of a section. Returns its index, -1 with a note when there are MAX_MAPS already. */
int32_t maps_add(struct object *o, struct program *p, const char *name, enum map_origin origin, uint32_t section, uint64_t off,
                 uint64_t n_bytes);

/* The definition that covers a byte of a section; NULL when none does. After maps_close(). */
const struct map_place *maps_at(const struct object *o, uint32_t section, uint64_t off);

/* Presets element `key` of maps[map] with function or map `index`. */
void maps_preset(struct program *p, uint32_t map, uint32_t key, uint32_t index);

/* The types of one kind by name: sorted, so that hostile names can't make look-ups slow. The caller frees the list. */
struct named_type {
    const char *name;
    uint32_t id;
};
struct named_type *named_types(const struct btf *btf, uint32_t kind, uint32_t *n);
uint32_t named_type(const struct named_type *list, uint32_t n, const char *name); /* id; 0 when there is none */

static inline bool
map_is_of_maps(const struct map_def *def)
{
    return def->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || def->type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

#endif
