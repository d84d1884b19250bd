/* Maps as kernel samples defined them: 28 bytes, the sixth word being the position of the inner map. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_map_def {
    unsigned int type, key_size, value_size, max_entries, map_flags, inner_map_idx, numa_node;
};

struct bpf_map_def SEC("maps") a_hash = {
    .type = BPF_MAP_TYPE_HASH, .key_size = 8, .value_size = 16, .max_entries = 100, .map_flags = 1,
};

struct bpf_map_def SEC("maps") b_inner = {
    .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
};

struct bpf_map_def SEC("maps") c_outer = {
    .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4, .value_size = 4, .max_entries = 2, .inner_map_idx = 1,
};

SEC("socket1")
int
look(struct __sk_buff *skb)
{
    int key = 0;
    unsigned long long wide = 1;
    return bpf_map_lookup_elem(&a_hash, &wide) && bpf_map_lookup_elem(&c_outer, &key);
}

char _license[] SEC("license") = "GPL";
