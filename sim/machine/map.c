/* Maps: the table of types, creation for a machine, and what every family shares. See map.h; families are in map_*.c. */
#include "config.h"

#include "sim/machine/map.h"

#include "sim/base/base.h"
#include "sim/machine/map_ops.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

struct map_type {
    const char *name;
    const struct map_ops *ops;
    uint32_t flags;
};

enum { PERCPU = 1, NOELEM = 2, KEY4 = 4, OFMAPS = 8, LOOKUP = 16, WRITE = 32 };

static const struct map_type map_types[] = {
#define MAP_TYPE(id, name, ops, flags) [id] = { name, ops, flags },
#include "sim/machine/map_type.def"
};

/* Bounds of the kernel for what a file may ask for. */
enum { KEY_MAX_BYTES = 512, VALUE_MAX_BYTES = 1 << 26, DEFAULT_ENTRIES = 64 };

static const struct map_type *
type_of(const struct map *map)
{
    static const struct map_type unknown = { NULL, NULL, 0 };
    return map->def->type < ARRAY_LEN(map_types) ? &map_types[map->def->type] : &unknown;
}

/* Why a map of this definition can't be used; NULL when it can. A ring buffer's or queue's needless sizes are forgiven. */
static const char *
check_def(const struct map *map, const struct map_type *type)
{
    const struct map_def *def = map->def;
    if (!type->ops)
        return type->name ? "this type of map is not modelled" : "unknown type of map";
    if (type->flags & NOELEM)
        return NULL;
    if (type->flags & KEY4 && def->key_bytes != 4)
        return "the kernel refuses it: the key of an array has 4 bytes";
    if (def->key_bytes == 0 || def->key_bytes > KEY_MAX_BYTES)
        return "the kernel refuses it: the key must have 1 to 512 bytes";
    if (def->value_bytes == 0 || def->value_bytes > VALUE_MAX_BYTES)
        return "the kernel refuses it: the size of the value is out of range";
    return NULL;
}

/* Cuts max_entries so that a map never takes more than half of what is left of guest memory. */
static void
fit(const struct machine *m, struct map *map)
{
    uint64_t room = (GUEST_HI - m->mem.heap) / 2;
    uint64_t bytes = map->ops->entry_bytes ? map->ops->entry_bytes(m, map) : 0;
    if (bytes && map->max_entries > room / bytes)
        map->max_entries = (uint32_t)(room / bytes);
}

/* What programs may do, by type and flags. */
static uint8_t
guest_access(const struct map_def *def, const struct map_type *type)
{
    uint8_t guest = (type->flags & LOOKUP ? MAP_GUEST_LOOKUP : 0) | (type->flags & WRITE ? MAP_GUEST_WRITE : 0);
    if (def->is_readonly || def->flags & BPF_F_RDONLY_PROG)
        guest &= ~MAP_GUEST_WRITE;
    if (def->flags & BPF_F_WRONLY_PROG)
        guest &= ~MAP_GUEST_LOOKUP;
    return guest;
}

/* The size of some maps is left to user space, which is not here. */
static uint32_t
default_entries(const struct machine *m, const struct map_def *def)
{
    if (def->max_entries)
        return def->max_entries;
    return def->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ? m->env.n_cpus : DEFAULT_ENTRIES;
}

static void
create(struct machine *m, struct map *map, struct buf *notes)
{
    const struct map_type *type = type_of(map);
    const char *why = check_def(map, type);
    map->max_entries = default_entries(m, map->def);
    map->is_percpu = type->flags & PERCPU;
    map->is_indexed = type->flags & KEY4;
    map->is_of_maps = type->flags & OFMAPS;
    map->guest = guest_access(map->def, type);
    map->n_copies = map->is_percpu ? m->env.n_cpus : 1;
    if (!why) {
        map->ops = type->ops;
        fit(m, map);
        why = map->max_entries ? map->ops->create(m, map) : "guest memory is exhausted";
    }
    if (why) {
        map->ops = NULL;
        if (notes)
            buf_printf(notes, "map %s: %s; helpers stop on it\n", map->def->name, why);
    } else if (notes && !map->def->max_entries) {
        buf_printf(notes, "map %s: max_entries is 0, left to user space; %u here\n", map->def->name, map->max_entries);
    } else if (notes && map->max_entries < map->def->max_entries) {
        buf_printf(notes, "map %s: %u entries instead of %u, the most that fits into guest memory\n", map->def->name, map->max_entries,
                   map->def->max_entries);
    }
}

static void
fill(struct machine *m, struct map *map)
{
    const struct map_def *def = map->def;
    if (def->origin == MAP_FROM_DATA && def->init && map->values)
        memcpy(memory_host(&m->mem, map->values), def->init, def->value_bytes);
    for (uint32_t i = 0; i < def->n_presets && map->ops && def->key_bytes == 4 && def->value_bytes == 4; i++)
        map_update(m, map, &def->presets[i].key, &def->presets[i].index, BPF_ANY);
}

void
map_create_all(struct machine *m, struct buf *notes)
{
    m->maps = xcalloc(m->program->n_maps, sizeof *m->maps);
    for (uint32_t i = 0; i < m->program->n_maps; i++) {
        struct map *map = &m->maps[i];
        map->def = &m->program->maps[i];
        map->index = i;
        map->handle = GUEST_MAP + (uint64_t)i * MAP_STRIDE;
        create(m, map, notes);
    }
    for (uint32_t i = 0; i < m->program->n_maps; i++)
        fill(m, &m->maps[i]);
}

void
machine_reset_maps(struct machine *m)
{
    for (uint32_t i = 0; i < m->program->n_maps; i++) {
        if (m->maps[i].ops)
            m->maps[i].ops->reset(m, &m->maps[i]);
        fill(m, &m->maps[i]);
    }
}

struct map *
map_of_handle(struct machine *m, uint64_t addr)
{
    if (addr < GUEST_MAP || (addr - GUEST_MAP) % MAP_STRIDE)
        return NULL;
    uint64_t i = (addr - GUEST_MAP) / MAP_STRIDE;
    return i < m->program->n_maps ? &m->maps[i] : NULL;
}

uint64_t
map_lookup_cpu(struct machine *m, struct map *map, const void *key, uint32_t cpu)
{
    if (!map->ops || !map->ops->lookup)
        return 0;
    return map->ops->lookup(m, map, key, cpu < map->n_copies ? cpu : 0);
}

uint64_t
map_lookup(struct machine *m, struct map *map, const void *key)
{
    return map_lookup_cpu(m, map, key, map_current_copy(m, map));
}

int
map_update(struct machine *m, struct map *map, const void *key, const void *value, uint64_t flags)
{
    return map->ops && map->ops->update ? map->ops->update(m, map, key, value, flags) : -EOPNOTSUPP;
}

int
map_delete(struct machine *m, struct map *map, const void *key)
{
    return map->ops && map->ops->delete ? map->ops->delete(m, map, key) : -EOPNOTSUPP;
}

int
map_next_key(struct machine *m, struct map *map, const void *key, void *next)
{
    return map->ops && map->ops->next_key ? map->ops->next_key(m, map, key, next) : -EOPNOTSUPP;
}

bool
map_key_at(struct machine *m, struct map *map, uint64_t value, void *key)
{
    return map->ops && map->ops->key_at && map->ops->key_at(m, map, value, key);
}

bool
map_has_keys(const struct map *map)
{
    return map->ops && map->ops->lookup;
}

uint32_t
map_n_entries(struct machine *m, struct map *map)
{
    return map->ops && map->ops->n_entries ? map->ops->n_entries(m, map) : 0;
}

bool
map_presence(const struct map *map, uint32_t *addr, uint32_t *n_bytes)
{
    *addr = map->state;
    *n_bytes = map->ops ? map->ops->presence_bytes : 0;
    return *n_bytes != 0;
}

const char *
map_type_name(uint32_t type)
{
    return type < ARRAY_LEN(map_types) ? map_types[type].name : NULL;
}
