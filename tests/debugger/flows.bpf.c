/* Elements that come, change, move and go: a hash map as programs use it. Compiled for test_watch. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct flow {
    __u32 packets;
    __u32 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct flow);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} recent SEC(".maps");

SEC("xdp")
int
count(struct xdp_md *ctx)
{
    __u32 key = 7, other = 8, third = 9;
    struct flow flow = { 1, 60 };
    __u64 number = 5;
    bpf_map_update_elem(&flows, &other, &flow, BPF_ANY);
    bpf_map_update_elem(&flows, &key, &flow, BPF_ANY);
    struct flow *found = bpf_map_lookup_elem(&flows, &key);
    if (found)
        found->packets = 2;
    flow.bytes = 61;
    bpf_map_update_elem(&flows, &key, &flow, BPF_ANY); /* the element moves */
    bpf_map_update_elem(&flows, &key, &flow, BPF_ANY); /* and has the same value */
    bpf_map_delete_elem(&flows, &other);
    bpf_map_delete_elem(&flows, &key);
    bpf_map_update_elem(&recent, &key, &number, BPF_ANY);
    bpf_map_update_elem(&recent, &other, &number, BPF_ANY);
    bpf_map_update_elem(&recent, &third, &number, BPF_ANY); /* the oldest one goes */
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
