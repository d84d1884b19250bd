/* Helpers on maps: look up, update, delete. */
#include "config.h"

#include "sim/machine/helper_fn.h"
#include "sim/machine/map_ops.h"

#include <string.h>

/* What a program gets for a value that it looked up: in maps of maps the handle of the map that the value names. */
static uint64_t
to_guest(struct machine *m, struct map *map, uint64_t value)
{
    uint32_t index;
    if (value && map->ops->used)
        map->ops->used(m, map, value);
    if (!value || !map->is_of_maps)
        return value;
    memcpy(&index, memory_host(&m->mem, value), sizeof index);
    return index < m->program->n_maps ? m->maps[index].handle : 0;
}

uint64_t
helper_map_lookup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!(map->guest & MAP_GUEST_LOOKUP))
        return helper_refuse(fault, 1, args);
    return to_guest(m, map, map_lookup(m, map, memory_host(&m->mem, args[1])));
}

uint64_t
helper_map_update(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!(map->guest & MAP_GUEST_WRITE))
        return helper_refuse(fault, 1, args);
    return helper_errno(map_update(m, map, memory_host(&m->mem, args[1]), memory_host(&m->mem, args[2]), args[3]));
}

uint64_t
helper_map_delete(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!(map->guest & MAP_GUEST_WRITE))
        return helper_refuse(fault, 1, args);
    return helper_errno(map_delete(m, map, memory_host(&m->mem, args[1])));
}

uint64_t
helper_map_lookup_percpu(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->is_percpu)
        return helper_refuse(fault, 1, args);
    if (args[2] >= map->n_copies)
        return 0;
    return to_guest(m, map, map_lookup_cpu(m, map, memory_host(&m->mem, args[1]), (uint32_t)args[2]));
}

uint64_t
helper_map_push(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->ops->push)
        return helper_refuse(fault, 1, args);
    return helper_errno(map->ops->push(m, map, memory_host(&m->mem, args[1]), args[2]));
}

uint64_t
helper_map_pop(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->ops->peek)
        return helper_refuse(fault, 1, args);
    return helper_errno(map->ops->peek(m, map, memory_host(&m->mem, args[1]), true));
}

uint64_t
helper_map_peek(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->ops->peek)
        return helper_refuse(fault, 1, args);
    return helper_errno(map->ops->peek(m, map, memory_host(&m->mem, args[1]), false));
}
