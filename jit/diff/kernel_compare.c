/* Comparing the maps of a program in the kernel with those of a machine. See kernel_compare_maps in kernel.h. */
#include "config.h"

#include "jit/diff/kernel_map.h"

#include "jit/diff/kernel_private.h"
#include "sim/base/base.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SHOWN_BYTES = 16,           /* of a value, from the first difference on */
    ARRAY_MAX_BYTES = 64 << 20, /* of an array that is read as a whole */
};

static void
put_hex(struct buf *out, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%02x", bytes[i]);
}

/* "name[key]+off: interp XX, kernel YY" */
static void
put_difference(struct buf *out, const struct map_def *def, const uint8_t *key, const uint8_t *ours, const uint8_t *theirs, size_t n)
{
    size_t at = 0;
    while (at < n && ours[at] == theirs[at])
        at++;
    size_t shown = n - at < SHOWN_BYTES ? n - at : SHOWN_BYTES;
    buf_printf(out, "%s[", def->name);
    put_hex(out, key, def->key_bytes);
    buf_printf(out, "]+%zu: interp ", at);
    put_hex(out, ours + at, shown);
    buf_puts(out, ", kernel ");
    put_hex(out, theirs + at, shown);
    buf_putc(out, '\n');
}

static void
put_lonely_key(struct buf *out, const struct map_def *def, const uint8_t *key, const char *where)
{
    buf_printf(out, "%s[", def->name);
    put_hex(out, key, def->key_bytes);
    buf_printf(out, "]: only in %s\n", where);
}

static bool
is_array(const struct map_def *def)
{
    return def->type == BPF_MAP_TYPE_ARRAY || def->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

/* All values of an array, read in few calls (real objects have arrays of 65536 elements); NULL when there is no such way: too large, or a
 * kernel without it. */
static uint8_t *
read_array(int fd, uint32_t n, size_t value_bytes)
{
    if (!n || value_bytes > ARRAY_MAX_BYTES / n)
        return NULL;
    uint8_t *values = xmalloc(n * value_bytes);
    uint32_t *keys = xmalloc(n * sizeof *keys), batch, done = 0;
    int failed = 0;
    while (done < n && !failed) {
        uint32_t count = n - done;
        failed = bpf_map_lookup_batch(fd, done ? &batch : NULL, &batch, keys, values + done * value_bytes, &count, NULL);
        done += count;
        failed &= done < n; /* at the end it says so by an error */
    }
    free(keys);
    if (!failed)
        return values;
    free(values);
    return NULL;
}

/* One key at a time, or from `values`, which holds a whole array. */
static bool
kernel_value(int fd, const uint8_t *values, const uint8_t *key, size_t value_bytes, uint8_t *out)
{
    uint32_t index;
    if (!values)
        return bpf_map_lookup_elem(fd, key, out) == 0;
    memcpy(&index, key, sizeof index);
    memcpy(out, values + index * value_bytes, value_bytes);
    return true;
}

/* Every key of the machine's map: present in the kernel, with the same value. */
static uint32_t
compare_machine_keys(struct kernel_maps *maps, struct machine *m, struct map *map, int fd, struct buf *out)
{
    const struct map_def *def = map->def;
    size_t bytes = kernel_map_value_bytes(maps, def);
    uint8_t *key = xcalloc(1, def->key_bytes + 1), *ours = xcalloc(1, bytes + 1), *theirs = xcalloc(1, bytes + 1);
    uint8_t *values = is_array(def) ? read_array(fd, map->max_entries, bytes) : NULL;
    uint32_t n = 0;
    for (int more = map_next_key(m, map, NULL, key); more == 0; more = map_next_key(m, map, key, key)) {
        if (!kernel_value(fd, values, key, bytes, theirs)) {
            put_lonely_key(out, def, key, "interp");
            n++;
            continue;
        }
        memcpy(ours, theirs, bytes); /* CPUs that the machine does not have, and padding */
        if (kernel_map_machine_value(maps, m, map, key, ours) && memcmp(ours, theirs, bytes)) {
            put_difference(out, def, key, ours, theirs, bytes);
            n++;
        }
    }
    free(values);
    free(theirs);
    free(ours);
    free(key);
    return n;
}

static uint32_t
compare_kernel_keys(struct machine *m, struct map *map, int fd, struct buf *out)
{
    uint8_t *key = xcalloc(1, map->def->key_bytes + 1);
    uint32_t n = 0;
    for (int more = bpf_map_get_next_key(fd, NULL, key); more == 0; more = bpf_map_get_next_key(fd, key, key))
        if (!map_lookup(m, map, key)) {
            put_lonely_key(out, map->def, key, "kernel");
            n++;
        }
    free(key);
    return n;
}

/* A ring buffer of the kernel, mapped: the producer's position, and the data twice in a row so that records never wrap. */
struct ring {
    uint8_t *pages;
    size_t bytes;
    uint64_t mask;
};

static bool
ring_open(struct ring *ring, int fd)
{
    struct bpf_map_info info = { 0 };
    uint32_t info_bytes = sizeof info;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (bpf_obj_get_info_by_fd(fd, &info, &info_bytes))
        return false;
    ring->bytes = page + 2 * (size_t)info.max_entries;
    ring->mask = info.max_entries - 1;
    ring->pages = mmap(NULL, ring->bytes, PROT_READ, MAP_SHARED, fd, (off_t)page);
    return ring->pages != MAP_FAILED;
}

static uint64_t
ring_position(const struct ring *ring)
{
    return __atomic_load_n((const uint64_t *)ring->pages, __ATOMIC_ACQUIRE);
}

/* The next record at or after *pos; *pos moves behind it. False at the end. Discarded records are skipped. */
static bool
ring_next(const struct ring *ring, uint64_t *pos, const uint8_t **bytes, uint32_t *n)
{
    const uint8_t *data = ring->pages + sysconf(_SC_PAGESIZE);
    uint64_t end = ring_position(ring);
    while (*pos < end) {
        const uint8_t *record = data + (*pos & ring->mask);
        uint32_t header = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
        if (header & BPF_RINGBUF_BUSY_BIT)
            return false;
        uint32_t len = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
        *pos += ROUND_UP((uint64_t)len + BPF_RINGBUF_HDR_SZ, 8);
        if (header & BPF_RINGBUF_DISCARD_BIT)
            continue;
        *bytes = record + BPF_RINGBUF_HDR_SZ;
        *n = len;
        return true;
    }
    return false;
}

void
kernel_maps_mark(struct kernel_maps *maps)
{
    struct ring ring;
    for (uint32_t i = 0; i < maps->program->n_maps; i++)
        if (maps->fds[i] >= 0 && maps->program->maps[i].type == BPF_MAP_TYPE_RINGBUF && ring_open(&ring, maps->fds[i])) {
            maps->ring_positions[i] = ring_position(&ring);
            munmap(ring.pages, ring.bytes);
        }
}

static uint32_t
compare_records(struct kernel_maps *maps, struct machine *m, uint32_t index, struct buf *out)
{
    const char *name = maps->program->maps[index].name;
    uint64_t pos = maps->ring_positions[index];
    const uint8_t *theirs;
    struct ring ring;
    uint32_t n = 0, bytes, record = 0;
    if (!ring_open(&ring, maps->fds[index])) {
        buf_printf(out, "%s: the kernel's ring buffer can't be mapped\n", name);
        return 1;
    }
    for (uint32_t i = 0; i < m->n_outputs; i++) {
        const struct output *ours = &m->outputs[i];
        if (ours->kind != OUTPUT_RINGBUF || ours->map != index)
            continue;
        if (!ring_next(&ring, &pos, &theirs, &bytes)) {
            buf_printf(out, "%s: record %u: only in interp\n", name, record);
            n++;
        } else if (bytes != ours->n_bytes || memcmp(theirs, ours->bytes, bytes)) {
            buf_printf(out, "%s: record %u: interp ", name, record);
            put_hex(out, ours->bytes, ours->n_bytes);
            buf_puts(out, ", kernel ");
            put_hex(out, theirs, bytes);
            buf_putc(out, '\n');
            n++;
        }
        record++;
    }
    for (; ring_next(&ring, &pos, &theirs, &bytes); record++, n++)
        buf_printf(out, "%s: record %u: only in kernel\n", name, record);
    munmap(ring.pages, ring.bytes);
    return n;
}

uint32_t
kernel_maps_compare(struct kernel_maps *maps, struct machine *m, struct buf *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < maps->program->n_maps; i++) {
        struct map *map = &m->maps[i];
        enum map_content content = kernel_map_content(map->def->type);
        if (maps->fds[i] < 0 || !map->ops || content == CONTENT_OPAQUE)
            continue;
        if (content == CONTENT_RECORDS) {
            n += compare_records(maps, m, i, out);
            continue;
        }
        n += compare_machine_keys(maps, m, map, maps->fds[i], out);
        if (!is_array(map->def))
            n += compare_kernel_keys(m, map, maps->fds[i], out);
    }
    return n;
}
