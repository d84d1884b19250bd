/* Helpers on maps: look up, update, delete. */
#include "config.h"

#include "sim/machine/helper_fn.h"
#include "sim/machine/map_ops.h"

uint64_t
helper_map_lookup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->ops->lookup)
        return helper_refuse(fault, 1, args);
    return map_lookup(m, map, memory_host(&m->mem, args[1]));
}

uint64_t
helper_map_update(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->ops->update)
        return helper_refuse(fault, 1, args);
    return helper_errno(map_update(m, map, memory_host(&m->mem, args[1]), memory_host(&m->mem, args[2]), args[3]));
}

uint64_t
helper_map_delete(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (!map->ops->delete)
        return helper_refuse(fault, 1, args);
    return helper_errno(map_delete(m, map, memory_host(&m->mem, args[1])));
}
