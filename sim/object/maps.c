/* What maps of all origins share: places, data sections as maps, mending, guest addresses. See maps.h. */
#include "config.h"

#include "sim/object/maps.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"
#include "sim/object/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Entries of a map whose size the object leaves to user space. */
enum { DEFAULT_ENTRIES = 1024 };

/* Distance of data sections in the guest: a page, so that running over the end of one never meets the next. */
enum { DATA_GUARD_BYTES = 4096 };

int32_t
maps_add(struct object *o, struct program *p, const char *name, enum map_origin origin, uint32_t section, uint64_t off,
         uint64_t n_bytes)
{
    if (p->n_maps == MAX_MAPS) {
        program_note(p, -1, "map %.100s is left out: the limit is %d maps", name, MAX_MAPS);
        return -1;
    }
    uint32_t index = p->n_maps;
    struct map_def *def = LIST_ADD(p->maps, p->n_maps);
    def->name = object_name(name);
    def->origin = origin;
    def->inner = -1;
    if (section) {
        struct map_place *place = LIST_ADD(o->map_places, o->n_map_places);
        *place = (struct map_place){ .section = section, .off = off, .n_bytes = n_bytes, .map = index, .values_off = UINT64_MAX };
    }
    return (int32_t)index;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(((const struct named_type *)a)->name, ((const struct named_type *)b)->name);
}

struct named_type *
named_types(const struct btf *btf, uint32_t kind, uint32_t *n)
{
    struct named_type *list = NULL;
    *n = 0;
    for (uint32_t id = 1; btf && id < btf__type_cnt(btf); id++) {
        const struct btf_type *t = btf__type_by_id(btf, id);
        if (btf_kind(t) == kind)
            *LIST_ADD(list, *n) = (struct named_type){ btf_name(btf, t->name_off), id };
    }
    if (list)
        qsort(list, *n, sizeof *list, compare_names);
    return list;
}

uint32_t
named_type(const struct named_type *list, uint32_t n, const char *name)
{
    struct named_type key = { .name = name };
    const struct named_type *found = list ? bsearch(&key, list, n, sizeof *list, compare_names) : NULL;
    return found ? found->id : 0;
}

/* Tells the section's BTF where its variables lie, from their symbols. */
static void
place_variables(struct object *o, uint32_t section, uint32_t datasec)
{
    const struct btf_type *t = btf__type_by_id(o->btf, datasec);
    uint32_t n_symbols, n = 0;
    const uint32_t *order = object_symbols_in(o, section, &n_symbols);
    struct named_type *names = NULL; /* id: symbol */
    for (uint32_t i = 0; i < n_symbols; i++)
        *LIST_ADD(names, n) = (struct named_type){ o->symbols[order[i]].name, order[i] };
    if (names)
        qsort(names, n, sizeof *names, compare_names);
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        const struct btf_type *var = btf__type_by_id(o->btf, btf_var_secinfos(t)[i].type);
        uint32_t symbol = named_type(names, n, btf_name(o->btf, var->name_off)); /* 0: the null symbol, so none */
        uint64_t off = symbol ? o->symbols[symbol].value : BTF_NO_PLACE;
        btf_place_variable(o->btf, datasec, i, off < BTF_NO_PLACE ? (uint32_t)off : BTF_NO_PLACE);
    }
    free(names);
}

/* Makes a map of one data section. False when there is no room for more maps. */
static bool
add_data(struct object *o, struct program *p, struct section *s, uint32_t datasec)
{
    s->map = maps_add(o, p, s->name, MAP_FROM_DATA, 0, 0, 0);
    if (s->map < 0)
        return false;
    struct map_def *def = &p->maps[s->map];
    def->type = BPF_MAP_TYPE_ARRAY;
    def->key_bytes = 4;
    def->value_bytes = (uint32_t)s->n_bytes;
    def->max_entries = 1;
    def->is_readonly = !(s->flags & SHF_WRITE) || strncmp(s->name, ".rodata", 7) == 0;
    def->value_btf_id = datasec;
    if (datasec)
        place_variables(o, (uint32_t)(s - o->sections), datasec);
    if (s->bytes) {
        def->init = xmalloc(s->n_bytes);
        memcpy(def->init, s->bytes, s->n_bytes);
    }
    return true;
}

enum err
maps_data_link(struct object *o, struct program *p, struct errinfo *e)
{
    uint64_t n_bytes = 0;
    uint32_t n_datasecs;
    struct named_type *datasecs = named_types(o->btf, BTF_KIND_DATASEC, &n_datasecs);
    enum err err = OK;
    for (uint32_t i = 1; i < o->n_sections; i++) {
        struct section *s = &o->sections[i];
        if (s->kind != SECTION_DATA)
            continue;
        if (s->n_bytes > DATA_MAX_BYTES - n_bytes) {
            err = err_set(e, ERR_TOO_LARGE, o->path, 0, n_bytes + s->n_bytes, DATA_MAX_BYTES);
            break;
        }
        n_bytes += s->n_bytes;
        if (!add_data(o, p, s, named_type(datasecs, n_datasecs, s->name)))
            break;
    }
    free(datasecs);
    return err;
}

static int
compare_places(const void *a, const void *b)
{
    const struct map_place *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    return x->off < y->off ? -1 : x->off > y->off;
}

const struct map_place *
maps_at(const struct object *o, uint32_t section, uint64_t off)
{
    uint32_t lo = 0, hi = o->n_map_places;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct map_place *place = &o->map_places[mid];
        if (place->section < section || (place->section == section && place->off <= off))
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0)
        return NULL;
    const struct map_place *place = &o->map_places[lo - 1];
    return place->section == section && off - place->off < place->n_bytes ? place : NULL;
}

/* Types whose keys or values are not the user's: ring buffers have none, the others hold 4-byte descriptors under 4-byte keys. */
enum shape { SHAPE_RING, SHAPE_DESCRIPTORS, SHAPE_VALUES /* given by __array(values, ...), which says the size */ };
enum { DESCRIPTOR_BYTES = 4, RING_BYTES = 4096 };

static const struct shape_row {
    uint32_t type;
    enum shape shape;
} shapes[] = {
    { BPF_MAP_TYPE_RINGBUF, SHAPE_RING },
    { BPF_MAP_TYPE_USER_RINGBUF, SHAPE_RING },
    { BPF_MAP_TYPE_PROG_ARRAY, SHAPE_VALUES },
    { BPF_MAP_TYPE_ARRAY_OF_MAPS, SHAPE_VALUES },
    { BPF_MAP_TYPE_HASH_OF_MAPS, SHAPE_VALUES },
    { BPF_MAP_TYPE_PERF_EVENT_ARRAY, SHAPE_DESCRIPTORS },
    { BPF_MAP_TYPE_CGROUP_ARRAY, SHAPE_DESCRIPTORS },
    { BPF_MAP_TYPE_XSKMAP, SHAPE_DESCRIPTORS },
    { BPF_MAP_TYPE_SOCKMAP, SHAPE_DESCRIPTORS },
    { BPF_MAP_TYPE_DEVMAP, SHAPE_DESCRIPTORS },
    { BPF_MAP_TYPE_DEVMAP_HASH, SHAPE_DESCRIPTORS },
    { BPF_MAP_TYPE_CPUMAP, SHAPE_DESCRIPTORS },
};

static const struct shape_row *
shape_of(uint32_t type)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        if (shapes[i].type == type)
            return &shapes[i];
    return NULL;
}

/* Types without max_entries; 32 is BPF_MAP_TYPE_CGRP_STORAGE, which Debian 12's header does not have. */
static bool
has_local_storage(uint32_t type)
{
    return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE || type == BPF_MAP_TYPE_TASK_STORAGE
           || type == 32 || type == BPF_MAP_TYPE_CGROUP_STORAGE || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static void
mend_sizes(struct program *p, struct map_def *def, enum shape shape)
{
    if (shape == SHAPE_RING) {
        if (def->key_bytes || def->value_bytes)
            program_note(p, -1, "map %.100s: a ring buffer has no key and no value; their sizes (%u, %u) are ignored", def->name,
                         def->key_bytes, def->value_bytes);
        def->key_bytes = def->value_bytes = 0;
        return;
    }
    if (!def->key_bytes) {
        def->key_bytes = DESCRIPTOR_BYTES;
        program_note(p, -1, "map %.100s: its key size is not given; %u is assumed", def->name, def->key_bytes);
    }
    if (!def->value_bytes) {
        def->value_bytes = DESCRIPTOR_BYTES;
        if (shape == SHAPE_DESCRIPTORS)
            program_note(p, -1, "map %.100s: its value size is not given; %u is assumed", def->name, def->value_bytes);
    }
}

static void
mend(struct program *p, struct map_def *def)
{
    const struct shape_row *row = shape_of(def->type);
    if (row)
        mend_sizes(p, def, row->shape);
    if (!def->max_entries && !has_local_storage(def->type)) {
        def->max_entries = row && row->shape == SHAPE_RING ? RING_BYTES : DEFAULT_ENTRIES;
        program_note(p, -1, "map %.100s: max_entries is 0, left for user space to set; %u is assumed", def->name, def->max_entries);
    }
    if (map_is_of_maps(def) && def->inner < 0)
        program_note(p, -1, "map %.100s: no inner map is defined; look-ups find nothing", def->name);
}

void
maps_close(struct object *o, struct program *p)
{
    if (o->n_map_places)
        qsort(o->map_places, o->n_map_places, sizeof *o->map_places, compare_places);
    for (uint32_t i = 0; i < p->n_maps; i++)
        if (p->maps[i].origin != MAP_FROM_DATA)
            mend(p, &p->maps[i]);
}

enum err
maps_place_data(const struct object *o, struct program *p, struct errinfo *e)
{
    uint64_t addr = GUEST_DATA;
    for (uint32_t i = 0; i < p->n_maps; i++) {
        struct map_def *def = &p->maps[i];
        if (def->origin != MAP_FROM_DATA)
            continue;
        if (def->value_bytes > GUEST_HEAP - addr - DATA_GUARD_BYTES)
            return err_set(e, ERR_TOO_LARGE, o->path, 0, addr - GUEST_DATA + def->value_bytes, GUEST_HEAP - GUEST_DATA);
        def->value_addr = addr;
        addr = ROUND_UP(addr + def->value_bytes + DATA_GUARD_BYTES, 4096);
        if (addr > GUEST_HEAP - 2 * DATA_GUARD_BYTES)
            return err_set(e, ERR_TOO_LARGE, o->path, 0, addr - GUEST_DATA, GUEST_HEAP - GUEST_DATA);
    }
    return OK;
}

void
maps_preset(struct program *p, uint32_t map, uint32_t key, uint32_t index)
{
    struct map_def *def = &p->maps[map];
    struct map_preset *preset = LIST_ADD(def->presets, def->n_presets);
    *preset = (struct map_preset){ .key = key, .index = index };
}
