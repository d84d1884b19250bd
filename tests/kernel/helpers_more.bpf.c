/* The rest of the modelled maps and helpers: tries, queues, maps of maps, per-CPU look-ups, callbacks, strings. Results as in note.h. */
#include "note.h"

/* ---------------------------------------------------------------- longest prefix */

struct prefix {
    __u32 bits;
    __u8 bytes[4];
};

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 6);
    __type(key, struct prefix);
    __type(value, __u64);
} trie SEC(".maps");

static __always_inline void
trie_look(__u32 bits, __u32 address)
{
    struct prefix key = { bits, { address >> 24, address >> 16, address >> 8, address } };
    __u64 *value = bpf_map_lookup_elem(&trie, &key);
    note(value ? *value : ~0ULL);
}

static __always_inline void
trie_put(__u32 bits, __u32 address, __u64 value, __u64 flags)
{
    struct prefix key = { bits, { address >> 24, address >> 16, address >> 8, address } };
    note(bpf_map_update_elem(&trie, &key, &value, flags + zero));
}

static __always_inline void
trie_del(__u32 bits, __u32 address)
{
    struct prefix key = { bits, { address >> 24, address >> 16, address >> 8, address } };
    note(bpf_map_delete_elem(&trie, &key));
}

static __always_inline void
trie_look_all(void)
{
    trie_look(32, 0x0a000001);
    trie_look(32, 0x0a010203);
    trie_look(24, 0x0a010200);
    trie_look(8, 0x0a000000);
    trie_look(7, 0x0a000000);
    trie_look(0, 0);
    trie_look(32, 0x0b000000);
    trie_look(33, 0x0a010203);
}

SEC("xdp")
int
trie_everything(void *ctx)
{
    trie_look_all();
    trie_put(8, 0x0a000000, 8, BPF_ANY);
    trie_put(8, 0x0aff0000, 9, BPF_NOEXIST);
    trie_put(8, 0x0aff0000, 10, BPF_EXIST);
    trie_put(16, 0x0a010000, 16, BPF_EXIST);
    trie_put(16, 0x0a010000, 16, BPF_NOEXIST);
    trie_put(24, 0x0a010200, 24, BPF_ANY);
    trie_put(33, 0x0a010200, 33, BPF_ANY);
    trie_put(32, 0x0a010203, 32, 3);
    trie_put(32, 0x0a010203, 32, 8);
    trie_put(32, 0x0a010203, 32, BPF_F_LOCK);
    trie_look_all();
    trie_put(0, 0, 1, BPF_ANY);
    trie_put(32, 0x0a010203, 32, BPF_ANY);
    trie_put(31, 0xc0000000, 31, BPF_ANY);
    trie_put(31, 0xd0000000, 31, BPF_ANY);
    trie_put(31, 0xe0000000, 31, BPF_ANY);
    trie_put(31, 0xc0000000, 99, BPF_ANY);
    trie_look_all();
    trie_del(16, 0x0a010000);
    trie_del(16, 0x0a010000);
    trie_del(9, 0x0a000000);
    trie_del(33, 0x0a000000);
    trie_look_all();
    trie_del(0, 0);
    trie_look_all();
    return XDP_PASS;
}

/* ---------------------------------------------------------------- queues and stacks */

#define LINE(name, map_type)                   \
    struct {                                   \
        __uint(type, BPF_MAP_TYPE_##map_type); \
        __uint(max_entries, 3);                \
        __uint(value_size, 8);                 \
    } name SEC(".maps")

LINE(queue, QUEUE);
LINE(stack, STACK);

static __always_inline void
push(void *map, __u64 value, __u64 flags)
{
    note(bpf_map_push_elem(map, &value, flags + zero));
}

static __always_inline void
pop(void *map)
{
    __u64 value = ~0ULL;
    note(bpf_map_peek_elem(map, &value));
    note(value);
    value = ~0ULL;
    note(bpf_map_pop_elem(map, &value));
    note(value);
}

static __always_inline void
line_everything(void *map)
{
    pop(map);
    for (__u64 i = 1; i < 6; i++)
        push(map, i, 0);
    push(map, 6, BPF_EXIST);
    push(map, 7, BPF_NOEXIST);
    push(map, 8, 3);
    push(map, 9, 8);
    push(map, 10, BPF_EXIST);
    for (int i = 0; i < 5; i++)
        pop(map);
    push(map, 11, BPF_EXIST);
    pop(map);
}

SEC("xdp")
int
queue_everything(void *ctx)
{
    line_everything(&queue);
    return XDP_PASS;
}

SEC("xdp")
int
stack_everything(void *ctx)
{
    line_everything(&stack);
    return XDP_PASS;
}

/* ---------------------------------------------------------------- maps of maps */

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} outer SEC(".maps") = { .values = { [0] = &inner_a, [2] = &inner_b } };

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} outer_hash SEC(".maps") = { .values = { [1] = &inner_b } };

static __always_inline void
through(void *map, __u32 key)
{
    __u32 index = 1;
    void *found = bpf_map_lookup_elem(map, &key);
    note(found != NULL);
    if (!found)
        return;
    __u64 *value = bpf_map_lookup_elem(found, &index);
    if (!value)
        return;
    *value += key + 1;
    note(*value);
}

SEC("xdp")
int
maps_of_maps(void *ctx)
{
    for (__u32 key = 0; key < 6; key++) {
        through(&outer, key);
        through(&outer_hash, key);
    }
    return XDP_PASS;
}

/* ---------------------------------------------------------------- per CPU, callbacks, strings */

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} per_cpu SEC(".maps");

SEC("xdp")
int
per_cpu_look_ups(void *ctx)
{
    __u32 key = 1;
    __u64 seven = 7;
    note(bpf_map_update_elem(&per_cpu, &key, &seven, 0));
    __u64 *mine = bpf_map_lookup_percpu_elem(&per_cpu, &key, bpf_get_smp_processor_id());
    note(mine ? *mine : ~0ULL);
    note(bpf_map_lookup_percpu_elem(&per_cpu, &key, 1000) != NULL);
    key = 2;
    note(bpf_map_lookup_percpu_elem(&per_cpu, &key, 0) != NULL);
    return XDP_PASS;
}

static long
count(__u32 i, __u64 *sum)
{
    *sum = *sum * 3 + i;
    return i == 6;
}

SEC("xdp")
int
loops(void *ctx)
{
    __u64 sum = 1;
    note(bpf_loop(0, count, &sum, 0));
    note(bpf_loop(5, count, &sum, 0));
    note(bpf_loop(100, count, &sum, 0));
    note(bpf_loop(3, count, &sum, zero + 1));
    note(bpf_loop((1 << 23) + 1, count, &sum, 0));
    note(sum);
    return XDP_PASS;
}

static const char word[8] = "brother";

SEC("xdp")
int
strings(void *ctx)
{
    char text[8] = "brother", less[8] = "brothel", out[24] = {};
    __u64 args[3] = { 42, (__u64)(long)text, 0xabcdef };
    note(bpf_strncmp(text, sizeof text, word));
    note(bpf_strncmp(less, sizeof less, word));
    note(bpf_strncmp(less, 6, word));
    text[0] = 'z';
    note(bpf_strncmp(text, sizeof text, word));
    static const char format[] = "%d %s %llx", plain[] = "plain", bad[] = "%q";
    note(bpf_snprintf(out, sizeof out, format, args, sizeof args));
    for (int i = 0; i < 3; i++)
        note(((__u64 *)out)[i]);
    note(bpf_snprintf(out, 5, format, args, sizeof args));
    note(((__u64 *)out)[0]);
    note(bpf_snprintf(out, sizeof out, plain, NULL, 0));
    note(((__u64 *)out)[0]);
    note(bpf_snprintf(NULL, 0, format, args, sizeof args));
    (void)bad;
    return XDP_PASS;
}

SEC("xdp")
int
the_world_by_shape(void *ctx)
{
    note(bpf_jiffies64() != 0);
    note(bpf_get_numa_node_id());
    note(bpf_ktime_get_coarse_ns() != 0);
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
