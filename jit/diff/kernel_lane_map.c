/* The kernel's maps for a stream of subjects: made once, emptied before each run, compared with a machine's after it. What can be is mapped
 * into this process. */
#include "config.h"

#include "jit/diff/kernel_lane_private.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/machine/map.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE_BYTES = 4096 };

/* ---------------------------------------------------------------- making */

int
lane_create_map(uint32_t type, uint32_t value_bytes, uint32_t max_entries, uint32_t flags)
{
    union bpf_attr attr = { .map_type = type, .key_size = 4, .value_size = value_bytes, .max_entries = max_entries, .map_flags = flags };
    return lane_bpf(BPF_MAP_CREATE, &attr, sizeof attr);
}

static void *
map_values(int fd, size_t bytes)
{
    void *at = mmap(NULL, ROUND_UP(bytes, PAGE_BYTES), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

static void
unmap_values(void *at, size_t bytes)
{
    if (at)
        munmap(at, ROUND_UP(bytes, PAGE_BYTES));
}

int
lane_element(int command, int fd, const void *key, void *value)
{
    union bpf_attr attr = { .map_fd = (uint32_t)fd, .key = (uintptr_t)key, .value = (uintptr_t)value };
    return lane_bpf(command, &attr, sizeof attr);
}

/* What our own helpers give, one call after the other. */
static void
fill_world(struct kernel_lane *lane, const struct env *env)
{
    struct machine *m = xcalloc(1, sizeof *m);
    const uint64_t args[5] = { 0 };
    struct fault fault;
    for (uint32_t i = 0; i < N_WORLD_HELPERS; i++) {
        m->env = *env;
        for (uint32_t k = 0; k < N_WORLD_VALUES; k++)
            lane->desk->worlds[i].values[k] = helper_row(kernel_world_helpers[i])->fn(m, args, &fault);
    }
    free(m);
}

bool
lane_create_maps(struct kernel_lane *lane, const struct env *env)
{
    lane->fds.maps[SUBJECT_STATE] = lane_create_map(BPF_MAP_TYPE_ARRAY, SUBJECT_STATE_BYTES, 1, BPF_F_MMAPABLE);
    lane->fds.maps[SUBJECT_ARRAY] = lane_create_map(BPF_MAP_TYPE_ARRAY, SUBJECT_VALUE_BYTES, SUBJECT_ENTRIES, BPF_F_MMAPABLE);
    lane->fds.maps[SUBJECT_HASH] = lane_create_map(BPF_MAP_TYPE_HASH, SUBJECT_VALUE_BYTES, SUBJECT_ENTRIES, 0);
    lane->fds.desk = lane_create_map(BPF_MAP_TYPE_ARRAY, sizeof *lane->desk, 1, BPF_F_MMAPABLE);
    if (lane->fds.maps[SUBJECT_STATE] < 0 || lane->fds.maps[SUBJECT_ARRAY] < 0 || lane->fds.maps[SUBJECT_HASH] < 0 || lane->fds.desk < 0)
        return false;
    lane->state = map_values(lane->fds.maps[SUBJECT_STATE], SUBJECT_STATE_BYTES);
    lane->array = map_values(lane->fds.maps[SUBJECT_ARRAY], SUBJECT_VALUE_BYTES * SUBJECT_ENTRIES);
    lane->desk = map_values(lane->fds.desk, sizeof *lane->desk);
    if (!lane->state || !lane->array || !lane->desk)
        return false;
    fill_world(lane, env);
    return true;
}

void
lane_close_maps(struct kernel_lane *lane)
{
    unmap_values(lane->state, SUBJECT_STATE_BYTES);
    unmap_values(lane->array, SUBJECT_VALUE_BYTES * SUBJECT_ENTRIES);
    unmap_values(lane->desk, sizeof *lane->desk);
    const int fds[] = { lane->fds.maps[SUBJECT_STATE], lane->fds.maps[SUBJECT_ARRAY], lane->fds.maps[SUBJECT_HASH], lane->fds.desk };
    for (uint32_t i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] > 0) /* 0: not created */
            close(fds[i]);
}

/* ---------------------------------------------------------------- emptying */

static void
clear_hash(struct kernel_lane *lane)
{
    uint32_t key;
    union bpf_attr attr = { .map_fd = (uint32_t)lane->fds.maps[SUBJECT_HASH], .next_key = (uintptr_t)&key };
    while (!lane_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr))
        lane_element(BPF_MAP_DELETE_ELEM, lane->fds.maps[SUBJECT_HASH], &key, NULL);
}

void
lane_clear_maps(struct kernel_lane *lane)
{
    memset(lane->state, 0, SUBJECT_STATE_BYTES);
    memset(lane->array, 0, SUBJECT_VALUE_BYTES * SUBJECT_ENTRIES);
    for (uint32_t i = 0; i < N_WORLD_HELPERS; i++)
        lane->desk->worlds[i].n_calls = 0;
    if (lane->uses_hash)
        clear_hash(lane);
}

/* ---------------------------------------------------------------- comparing */

static bool
hashes_differ(struct kernel_lane *lane, struct machine *m, struct difference *d)
{
    struct map *map = &m->maps[SUBJECT_HASH];
    uint8_t value[SUBJECT_VALUE_BYTES];
    char name[24];
    uint32_t key, next;
    for (int more = map_next_key(m, map, NULL, &key); more == 0; more = map_next_key(m, map, &key, &key)) {
        snprintf(name, sizeof name, "hash[%u]", key);
        bool is_there = !lane_element(BPF_MAP_LOOKUP_ELEM, lane->fds.maps[SUBJECT_HASH], &key, value);
        if (!is_there) {
            differ(d, DIFFERENCE_MAP, name, 1, 0);
            d->addr = UINT64_MAX;
            return true;
        }
        if (bytes_differ(d, DIFFERENCE_MAP, name, 0, memory_host(&m->mem, map_lookup(m, map, &key)), value, sizeof value))
            return true;
    }
    union bpf_attr attr = { .map_fd = (uint32_t)lane->fds.maps[SUBJECT_HASH], .next_key = (uintptr_t)&next };
    for (; !lane_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr); key = next, attr.key = (uintptr_t)&key) {
        snprintf(name, sizeof name, "hash[%u]", next);
        if (differ(d, DIFFERENCE_MAP, name, map_lookup(m, map, &next) != 0, 1)) {
            d->addr = UINT64_MAX;
            return true;
        }
    }
    return false;
}

bool
lane_maps_differ(struct kernel_lane *lane, struct machine *m, struct difference *d)
{
    const struct map *state = &m->maps[SUBJECT_STATE], *array = &m->maps[SUBJECT_ARRAY];
    char name[24];
    if (bytes_differ(d, DIFFERENCE_MAP, "state", 0, memory_host(&m->mem, state->values), lane->state, SUBJECT_STATE_BYTES))
        return true;
    for (uint32_t i = 0; i < SUBJECT_ENTRIES; i++) {
        const uint8_t *ours = memory_host(&m->mem, array->values + (uint64_t)i * array->value_stride);
        if (!memcmp(ours, &lane->array[i * SUBJECT_VALUE_BYTES], SUBJECT_VALUE_BYTES))
            continue;
        snprintf(name, sizeof name, "array[%u]", i);
        return bytes_differ(d, DIFFERENCE_MAP, name, 0, ours, &lane->array[i * SUBJECT_VALUE_BYTES], SUBJECT_VALUE_BYTES);
    }
    return lane->uses_hash && hashes_differ(lane, m, d);
}

