/* Maps as BTF describes them: every way to give sizes, inner maps, static initialisers, and what other loaders mend. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
    int port;
    short family;
};

typedef long long counter_t;

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, int);
    __type(value, counter_t);
} inner_one SEC(".maps"), inner_two SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, int);
    __array(values, struct inner);
} outer SEC(".maps") = {
    .values = { [1] = &inner_one, [3] = &inner_two },
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 8);
    __uint(key_size, sizeof(struct key));
    __array(values, struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 5);
        __type(key, int);
        __type(value, short);
    });
} by_port SEC(".maps");

int tail(struct __sk_buff *skb);
int other(struct __sk_buff *skb);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, sizeof(int));
    __array(values, int(struct __sk_buff *));
} jumps SEC(".maps") = {
    .values = { [0] = tail, [2] = other },
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
    __uint(key_size, 4);
    __uint(value_size, 8);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
} events SEC(".maps");

static struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, struct key);
    __type(value, counter_t[2]);
} local SEC(".maps");

SEC("tc")
int
tail(struct __sk_buff *skb)
{
    return 7;
}

SEC("tc")
int
other(struct __sk_buff *skb)
{
    return 8;
}

SEC("tc")
int
entry(struct __sk_buff *skb)
{
    struct key key = { .port = skb->len };
    int zero = 0;
    bpf_map_lookup_elem(&outer, &zero);
    bpf_map_lookup_elem(&by_port, &key);
    bpf_map_lookup_elem(&local, &key);
    bpf_tail_call(skb, &jumps, 2);
    return 0;
}

char _license[] SEC("license") = "GPL";
