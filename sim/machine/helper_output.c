/* Helpers that say something: trace_printk, perf_event_output, the ring buffer. What they say is kept in m->outputs. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/format.h"
#include "sim/machine/helper_fn.h"
#include "sim/machine/map_ringbuf.h"
#include "sim/machine/output.h"
#include "sim/machine/progtype.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

enum { PRINT_MAX_BYTES = 1024, PRINTK_ARGS = 3, VPRINTK_ARGS = 12 };

/* Formats, records what the trace pipe would show, returns the length or the error. */
static uint64_t
print(struct machine *m, const char *format, uint64_t n_format, const uint64_t *args, uint32_t n_args)
{
    char text[PRINT_MAX_BYTES];
    int64_t n = format_expand(m, format, n_format, args, n_args, text, sizeof text);
    if (n >= 0)
        output_add(m, OUTPUT_TRACE_PRINTK, 0, text, (uint32_t)strlen(text));
    return (uint64_t)n;
}

/* The arguments of vprintk and snprintf: an array of u64 in guest memory. False when its size is wrong. */
static bool
load_args(struct machine *m, uint64_t addr, uint64_t bytes, uint64_t to[VPRINTK_ARGS])
{
    if (bytes % 8 || bytes > VPRINTK_ARGS * 8 || (bytes && !addr))
        return false;
    if (bytes)
        memcpy(to, memory_host(&m->mem, addr), bytes);
    return true;
}

uint64_t
helper_trace_printk(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return print(m, memory_host(&m->mem, args[0]), args[1], &args[2], PRINTK_ARGS);
}

uint64_t
helper_trace_vprintk(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint64_t values[VPRINTK_ARGS];
    if (!load_args(m, args[2], args[3], values))
        return helper_errno(-EINVAL);
    return print(m, memory_host(&m->mem, args[0]), args[1], values, (uint32_t)(args[3] / 8));
}

uint64_t
helper_snprintf(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint64_t values[VPRINTK_ARGS];
    if (!load_args(m, args[3], args[4], values))
        return helper_errno(-EINVAL);
    const char *format = memory_host(&m->mem, args[2]);
    int64_t n = format_expand(m, format, strlen(format) + 1, values, (uint32_t)(args[4] / 8), memory_host(&m->mem, args[0]),
                              (uint32_t)args[1]);
    return (uint64_t)(n < 0 ? n : n + 1);
}

/* No perf event is open, as under BPF_PROG_TEST_RUN: a valid call returns -ENOENT. What it would have sent is recorded all the same. */
uint64_t
helper_perf_event_output(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[1]);
    uint64_t flags = args[2], cpu = flags & BPF_F_INDEX_MASK, n_packet = (flags & BPF_F_CTXLEN_MASK) >> 32;
    bool has_packet = m->type->family == CTX_XDP || m->type->family == CTX_SKB;
    const struct packet *p = &m->packet;
    if (map->def->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
        return helper_refuse(fault, 2, args);
    if (flags & ~(uint64_t)(BPF_F_INDEX_MASK | (has_packet ? BPF_F_CTXLEN_MASK : 0)))
        return helper_errno(-EINVAL);
    if (has_packet && n_packet > p->end - p->data + p->frag_bytes)
        return helper_errno(-EFAULT);
    if (cpu == BPF_F_CURRENT_CPU)
        cpu = m->env.cpu;
    if (cpu >= map->max_entries)
        return helper_errno(-E2BIG);
    struct buf record = BUF_EMPTY;
    if (args[4])
        buf_write(&record, memory_host(&m->mem, args[3]), args[4]);
    if (n_packet) {
        uint64_t linear = p->end - p->data < n_packet ? p->end - p->data : n_packet;
        buf_write(&record, memory_host(&m->mem, p->data), linear);
        buf_write(&record, memory_host(&m->mem, p->frags), n_packet - linear);
    }
    output_add(m, OUTPUT_PERF_EVENT, map->index, buf_text(&record), (uint32_t)record.len);
    buf_free(&record);
    return helper_errno(-ENOENT);
}

/* The map of argument 1 when it is a ring buffer. */
static struct map *
ring_of_arg(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    if (map->def->type == BPF_MAP_TYPE_RINGBUF)
        return map;
    helper_refuse(fault, 1, args);
    return NULL;
}

uint64_t
helper_ringbuf_output(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = ring_of_arg(m, args, fault);
    if (!map)
        return 0;
    if (args[3] & ~(uint64_t)(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP))
        return helper_errno(-EINVAL);
    uint64_t record = ringbuf_reserve(m, map, args[2]);
    if (!record)
        return helper_errno(-EAGAIN);
    if (args[2])
        memcpy(memory_host(&m->mem, record), memory_host(&m->mem, args[1]), args[2]);
    ringbuf_commit(m, record, false);
    return 0;
}

uint64_t
helper_ringbuf_reserve(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = ring_of_arg(m, args, fault);
    return map && !args[2] ? ringbuf_reserve(m, map, args[1]) : 0;
}

uint64_t
helper_ringbuf_submit(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    ringbuf_commit(m, args[0], false);
    return 0;
}

uint64_t
helper_ringbuf_discard(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    ringbuf_commit(m, args[0], true);
    return 0;
}

uint64_t
helper_ringbuf_query(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = ring_of_arg(m, args, fault);
    if (!map)
        return 0;
    switch (args[1]) {
    case BPF_RB_AVAIL_DATA:
    case BPF_RB_PROD_POS: return ringbuf_producer(m, map);
    case BPF_RB_RING_SIZE: return ringbuf_bytes(map);
    default: return 0; /* BPF_RB_CONS_POS: nobody consumes */
    }
}
