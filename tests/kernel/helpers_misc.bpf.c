/* Return values and errors of the helpers around maps: ring buffers, perf events, printing, checksums, reading memory, tail calls. Results as
 * in helpers_map.bpf.c. What is not the same in two worlds (time, random numbers, pids) is reduced to its shape. */
#include "note.h"

/* ---------------------------------------------------------------- ring buffers */

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

static __always_inline void
query(void)
{
    for (__u64 flags = 0; flags < 6; flags++)
        note(bpf_ringbuf_query(&ring, flags + zero));
}

#define RESERVE(bytes, then, flags)                                \
    do {                                                           \
        char *record = bpf_ringbuf_reserve(&ring, bytes, 0);       \
        note(record != NULL);                                      \
        if (record) {                                              \
            __builtin_memset(record, 0x5a, (bytes) < 64 ? (bytes) : 64); \
            then(record, flags);                                   \
        }                                                          \
    } while (0)

SEC("xdp")
int
ring_records(void *ctx)
{
    query();
    RESERVE(1, bpf_ringbuf_submit, 0);
    query();
    RESERVE(8, bpf_ringbuf_submit, BPF_RB_NO_WAKEUP);
    RESERVE(9, bpf_ringbuf_discard, 0);
    RESERVE(64, bpf_ringbuf_submit, BPF_RB_FORCE_WAKEUP);
    query();
    return XDP_PASS;
}

SEC("xdp")
int
ring_output(void *ctx)
{
    char bytes[40] = "the quick brown fox jumps over the lazy";
    note(bpf_ringbuf_output(&ring, bytes, 1, 0));
    note(bpf_ringbuf_output(&ring, bytes, 8, BPF_RB_NO_WAKEUP));
    note(bpf_ringbuf_output(&ring, bytes, 40, BPF_RB_FORCE_WAKEUP));
    note(bpf_ringbuf_output(&ring, bytes, 40, 4 + zero));
    note(bpf_ringbuf_output(&ring, bytes, 40, (1ULL << 40) + zero));
    query();
    return XDP_PASS;
}

SEC("xdp")
int
ring_full(void *ctx)
{
    void *record = bpf_ringbuf_reserve(&ring, 4096, 0);
    note(record != NULL);
    if (record)
        bpf_ringbuf_discard(record, 0);
    record = bpf_ringbuf_reserve(&ring, 4088, 0);
    note(record != NULL);
    if (record)
        bpf_ringbuf_discard(record, 0);
    record = bpf_ringbuf_reserve(&ring, 16, 1);
    note(record != NULL);
    if (record)
        bpf_ringbuf_discard(record, 0);
    for (int i = 0; i < 12; i++) {
        __u64 bytes[48] = { i };
        note(bpf_ringbuf_output(&ring, bytes, sizeof bytes, 0));
    }
    query();
    RESERVE(100, bpf_ringbuf_submit, 0);
    return XDP_PASS;
}

/* ---------------------------------------------------------------- perf events */

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __uint(max_entries, 2);
} events SEC(".maps");

SEC("xdp")
int
perf_events(void *ctx)
{
    __u64 data[2] = { 1, 2 };
    note(bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, 0, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, 1, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, 2, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | 16ULL << 32, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | 60000ULL << 32, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | 1ULL << 60, data, sizeof data));
    note(bpf_perf_event_output(ctx, &events, 1ULL << 33 | 7, data, sizeof data));
    return XDP_PASS;
}

/* ---------------------------------------------------------------- printing */

SEC("xdp")
int
printing(void *ctx)
{
    char text[8] = "abcdef";
    static const char bad_conversion[] = "%y";
    static const char two[] = "%d %d";
    static const char no_end[] = { 'a', 'b', 'c', 'd' };
    note(bpf_printk("hello"));
    note(bpf_printk("%d|%u|%x", -5, 5, 0xabcdef));
    note(bpf_printk("%5d|%-5d|%05d", 12, 12, 12));
    note(bpf_printk("%ld %lu %lx", -5L, 5L, 0xabcdef0123L));
    note(bpf_printk("%lld %llu %llx", -5LL, 5LL, 0xabcdef0123LL));
    note(bpf_printk("%s", text));
    note(bpf_printk("%c%c%%", 'x', 'y'));
    note(bpf_printk("%i", -1));
    note(bpf_printk("%hd %hhd", 70000, 300));
    note(bpf_printk("a line\n"));
    note(bpf_printk(""));
    note(bpf_trace_printk(bad_conversion, sizeof bad_conversion));
    note(bpf_trace_printk(two, sizeof two, 1, 22));
    note(bpf_trace_printk(no_end, sizeof no_end));
    note(bpf_trace_printk(two, 4, 1, 22));
    return XDP_PASS;
}

/* The pass through an array of arguments, which bpf_printk takes for more than three. */
SEC("xdp")
int
printing_many(void *ctx)
{
    char text[8] = "abcdef";
    note(bpf_printk("%d %d %d %d", 1, -2, 3, -4));
    note(bpf_printk("%s %s %d %llx", text, text, 5, 0x123456789abcdefLL));
    note(bpf_printk("%u %u %u %u %u %u %u %u", 1, 22, 333, 4444, 55555, 666666, 7777777, 88888888));
    return XDP_PASS;
}

/* ---------------------------------------------------------------- checksums */

SEC("xdp")
int
checksums(void *ctx)
{
    __u8 a[64], b[64];
    for (int i = 0; i < 64; i++) {
        a[i] = i * 37;
        b[i] = 255 - i * 11;
    }
    note(bpf_csum_diff(NULL, 0, (__be32 *)a, 4, 0));
    note(bpf_csum_diff(NULL, 0, (__be32 *)a, 20, 0));
    note(bpf_csum_diff(NULL, 0, (__be32 *)a, 64, 0xffff));
    note(bpf_csum_diff((__be32 *)a, 20, NULL, 0, 0));
    note(bpf_csum_diff((__be32 *)a, 20, NULL, 0, 0x12345678));
    note(bpf_csum_diff((__be32 *)a, 20, (__be32 *)b, 20, 0));
    note(bpf_csum_diff((__be32 *)a, 40, (__be32 *)b, 20, 0xffffffff));
    note(bpf_csum_diff((__be32 *)a, 8, (__be32 *)b, 64, 0x80000000));
    note(bpf_csum_diff(NULL, 0, NULL, 0, 0x00011234));
    note(bpf_csum_diff((__be32 *)a, 3, (__be32 *)b, 4, 0));
    note(bpf_csum_diff((__be32 *)a, 4, (__be32 *)b, 6, 0));
    note(bpf_csum_diff((__be32 *)a, 64, (__be32 *)a, 64, 7));
    return XDP_PASS;
}

/* ---------------------------------------------------------------- reading memory */

static const char words[16] = "words";

SEC("raw_tp/reading")
int
reading_memory(void *ctx)
{
    char from[16] = "0123456789abcde", to[16] = "zzzzzzzzzzzzzzz";
    note(bpf_probe_read_kernel(to, 8, from));
    note(*(__u64 *)to);
    note(bpf_probe_read_kernel(to, 8, (void *)zero));
    note(*(__u64 *)to);
    note(bpf_probe_read_kernel(to, 0, from));
    note(bpf_probe_read_user(to, 8, (void *)zero));
    note(*(__u64 *)to);
    note(bpf_probe_read(to, 16, from));
    note(*(__u64 *)(to + 8));
    note(bpf_probe_read(to, 8, (void *)zero));
    note(*(__u64 *)to);
    return 0;
}

SEC("raw_tp/strings")
int
reading_strings(void *ctx)
{
    char to[16] = "zzzzzzzzzzzzzzz";
    note(bpf_probe_read_kernel_str(to, sizeof to, words));
    note(*(__u64 *)to);
    note(*(__u64 *)(to + 8));
    note(bpf_probe_read_kernel_str(to, 3, words));
    note(*(__u64 *)to);
    note(bpf_probe_read_kernel_str(to, 1, words));
    note(*(__u64 *)to);
    note(bpf_probe_read_kernel_str(to, 0, words));
    note(bpf_probe_read_kernel_str(to, 8, (void *)zero));
    note(*(__u64 *)to);
    note(bpf_probe_read_user_str(to, 8, (void *)zero));
    note(*(__u64 *)to);
    note(bpf_probe_read_str(to, 8, words));
    note(*(__u64 *)to);
    note(bpf_probe_read_str(to, 8, (void *)zero));
    note(*(__u64 *)to);
    return 0;
}

/* ---------------------------------------------------------------- the world, by shape */

SEC("raw_tp/world")
int
the_world(void *ctx)
{
    char comm[16] = "zzzzzzzzzzzzzzz", small[4];
    __u64 before = bpf_ktime_get_ns(), after = bpf_ktime_get_ns();
    note(after >= before && before);
    note(bpf_ktime_get_boot_ns() != 0);
    note(bpf_get_prandom_u32() >> 16 >> 16);
    note(bpf_get_current_pid_tgid() != 0);
    note(bpf_get_current_uid_gid());
    note(bpf_get_current_comm(comm, sizeof comm));
    note(comm[15]);
    note(bpf_get_current_comm(small, sizeof small));
    note(small[3]);
    note(bpf_get_smp_processor_id());
    note(bpf_get_current_task() != 0);
    return 0;
}

/* ---------------------------------------------------------------- tail calls */

int chain(void *ctx);
int last(void *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __array(values, int(void *));
} targets SEC(".maps") = { .values = { [0] = (void *)&chain, [2] = (void *)&last } };

/* Calls itself until the kernel has had enough. */
SEC("xdp")
int
chain(void *ctx)
{
    note(n_results);
    bpf_tail_call(ctx, &targets, 0);
    return 0x100 + n_results;
}

SEC("xdp")
int
last(void *ctx)
{
    note(0xbeef);
    return 7;
}

SEC("xdp")
int
tail_calls(void *ctx)
{
    bpf_tail_call(ctx, &targets, 1); /* empty */
    note(1);
    bpf_tail_call(ctx, &targets, 4); /* past the end */
    note(2);
    bpf_tail_call(ctx, &targets, 0xffffffff);
    note(3);
    bpf_tail_call(ctx, &targets, 2);
    note(4);
    return 1;
}

static __noinline int
calls_from_below(void *ctx)
{
    note(5);
    bpf_tail_call(ctx, &targets, 2);
    return 3;
}

/* A tail call in a subprogram replaces the subprogram's frame only: its caller goes on with the target's r0. */
SEC("xdp")
int
tail_call_in_subprogram(void *ctx)
{
    int r = calls_from_below(ctx);
    note(r);
    return r + 100;
}

char _license[] SEC("license") = "GPL";
