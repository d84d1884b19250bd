/* Maps in the kernel. See kernel_map.h. Comparing them with a machine's is kernel_compare.c. */
#include "config.h"

#include "jit/diff/kernel_map.h"

#include "sim/base/base.h"
#include "sim/machine/map.h"
#include "jit/diff/kernel_private.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum map_content
kernel_map_content(uint32_t type)
{
    switch (type) {
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
    case BPF_MAP_TYPE_LPM_TRIE:
        return CONTENT_PLAIN;
    case BPF_MAP_TYPE_PERCPU_ARRAY:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
        return CONTENT_PER_CPU;
    case BPF_MAP_TYPE_RINGBUF:
        return CONTENT_RECORDS;
    default:
        return CONTENT_OPAQUE;
    }
}

void
kernel_name(const char *name, char out[16])
{
    size_t n = 0;
    for (; name[n] && n < 15; n++)
        out[n] = isalnum((unsigned char)name[n]) || name[n] == '.' ? name[n] : '_';
    out[n] = '\0';
}

void
kernel_maps_init(struct kernel_maps *maps, const struct program *p, struct machine *m)
{
    int n_cpus = libbpf_num_possible_cpus();
    *maps = (struct kernel_maps){ .program = p, .machine = m, .n_cpus = n_cpus > 0 ? (uint32_t)n_cpus : 1 };
    maps->fds = xmalloc((p->n_maps + 1) * sizeof *maps->fds);
    maps->ring_positions = xcalloc(p->n_maps + 1, sizeof *maps->ring_positions);
    for (uint32_t i = 0; i < p->n_maps; i++)
        maps->fds[i] = -1;
}

void
kernel_maps_close(struct kernel_maps *maps)
{
    for (uint32_t i = 0; i < maps->program->n_maps; i++)
        if (maps->fds[i] >= 0)
            close(maps->fds[i]);
    free(maps->fds);
    free(maps->ring_positions);
}

/* Sizes as the kernel wants them where objects leave them to user space: the machine has made the same choice. */
static void
fix_up(const struct kernel_maps *maps, uint32_t index, struct map_def *def)
{
    uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
    uint32_t modelled = maps->machine ? maps->machine->maps[index].max_entries : 0;
    if (modelled)
        def->max_entries = modelled;
    if (def->type == BPF_MAP_TYPE_RINGBUF) {
        def->key_bytes = def->value_bytes = 0;
        uint32_t bytes = page;
        while (bytes < def->max_entries && bytes < UINT32_C(1) << 31)
            bytes *= 2;
        def->max_entries = bytes;
    } else if (def->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || def->type == BPF_MAP_TYPE_PROG_ARRAY) {
        def->key_bytes = def->value_bytes = 4;
    }
    if (!def->max_entries)
        def->max_entries = def->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ? maps->n_cpus : 1;
    if (def->origin == MAP_FROM_DATA) {
        def->type = BPF_MAP_TYPE_ARRAY;
        def->key_bytes = 4;
        def->max_entries = 1;
        def->flags = BPF_F_MMAPABLE | (def->is_readonly ? BPF_F_RDONLY_PROG : 0);
    }
}

static int
create(struct kernel_maps *maps, uint32_t index, struct errinfo *e)
{
    struct map_def def = maps->program->maps[index];
    LIBBPF_OPTS(bpf_map_create_opts, opts);
    char name[16];
    fix_up(maps, index, &def);
    if (def.inner >= 0) {
        int inner = kernel_map_fd(maps, (uint32_t)def.inner, e);
        if (inner < 0)
            return -1;
        opts.inner_map_fd = (uint32_t)inner;
    }
    opts.map_flags = def.flags;
    kernel_name(def.name, name);
    int fd = bpf_map_create((enum bpf_map_type)def.type, name, def.key_bytes, def.value_bytes, def.max_entries, &opts);
    if (fd < 0)
        err_set_detail(e, ERR_KERNEL_LOAD, def.name, strerror(errno));
    return fd;
}

/* Value of `key` in the machine in the form that bpf(2) takes: one copy, or one per possible CPU. */
bool
kernel_map_machine_value(const struct kernel_maps *maps, struct machine *m, struct map *map, const void *key, uint8_t *out)
{
    uint32_t bytes = map->def->value_bytes;
    if (kernel_map_content(map->def->type) == CONTENT_PLAIN) {
        uint64_t addr = map_lookup(m, map, key);
        if (addr)
            memcpy(out, memory_host(&m->mem, addr), bytes);
        return addr != 0;
    }
    for (uint32_t cpu = 0; cpu < maps->n_cpus && cpu < m->env.n_cpus; cpu++) {
        uint64_t addr = map_lookup_cpu(m, map, key, cpu);
        if (!addr)
            return false;
        memcpy(out + (size_t)cpu * ROUND_UP(bytes, 8), memory_host(&m->mem, addr), bytes);
    }
    return true;
}

size_t
kernel_map_value_bytes(const struct kernel_maps *maps, const struct map_def *def)
{
    return kernel_map_content(def->type) == CONTENT_PER_CPU ? (size_t)ROUND_UP(def->value_bytes, 8) * maps->n_cpus : def->value_bytes;
}

static bool
is_zero(const uint8_t *bytes, size_t n)
{
    return !n || (!bytes[0] && !memcmp(bytes, bytes + 1, n - 1));
}

/* Copies the machine's contents. Elements of arrays that are zero need no copy. */
static int
fill(struct kernel_maps *maps, uint32_t index)
{
    struct machine *m = maps->machine;
    struct map *map = &m->maps[index];
    const struct map_def *def = map->def;
    size_t value_bytes = kernel_map_value_bytes(maps, def);
    bool is_array = def->type == BPF_MAP_TYPE_ARRAY || def->type == BPF_MAP_TYPE_PERCPU_ARRAY;
    uint8_t *key = xcalloc(1, def->key_bytes + 1), *value = xcalloc(1, value_bytes + 1);
    int failed = 0;
    for (int more = map_next_key(m, map, NULL, key); more == 0 && !failed; more = map_next_key(m, map, key, key))
        if (kernel_map_machine_value(maps, m, map, key, value) && !(is_array && is_zero(value, value_bytes)))
            failed = bpf_map_update_elem(maps->fds[index], key, value, 0);
    free(value);
    free(key);
    return failed;
}

/* Puts the inner maps that the object presets into an array or hash of maps. */
static int
fill_inner(struct kernel_maps *maps, uint32_t index, struct errinfo *e)
{
    const struct map_def *def = &maps->program->maps[index];
    for (uint32_t i = 0; i < def->n_presets; i++) {
        int inner = kernel_map_fd(maps, def->presets[i].index, e);
        if (inner < 0)
            return -1;
        if (bpf_map_update_elem(maps->fds[index], &def->presets[i].key, &inner, 0)) {
            err_set_detail(e, ERR_KERNEL_LOAD, def->name, strerror(errno));
            return -1;
        }
    }
    return 0;
}

int
kernel_map_fd(struct kernel_maps *maps, uint32_t index, struct errinfo *e)
{
    const struct map_def *def = &maps->program->maps[index];
    if (maps->fds[index] >= 0)
        return maps->fds[index];
    maps->fds[index] = create(maps, index, e);
    if (maps->fds[index] < 0)
        return -1;
    if (def->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || def->type == BPF_MAP_TYPE_HASH_OF_MAPS)
        return fill_inner(maps, index, e) ? -1 : maps->fds[index];
    enum map_content content = kernel_map_content(def->type);
    if (maps->machine && maps->machine->maps[index].ops && (content == CONTENT_PLAIN || content == CONTENT_PER_CPU) && fill(maps, index)) {
        err_set_detail(e, ERR_KERNEL_LOAD, def->name, strerror(errno));
        return -1;
    }
    if (def->origin == MAP_FROM_DATA && def->is_readonly)
        bpf_map_freeze(maps->fds[index]); /* lets the verifier fold constants; without it the program is as right */
    return maps->fds[index];
}
