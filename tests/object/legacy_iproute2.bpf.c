/* Maps as iproute2 defines them: 36 bytes, the inner map by id and its key in the outer one. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
    unsigned int type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};

struct bpf_elf_map SEC("maps") within = {
    .type = BPF_MAP_TYPE_ARRAY, .size_key = 4, .size_value = 12, .max_elem = 6, .id = 42, .inner_idx = 3, .pinning = 2,
};

struct bpf_elf_map SEC("maps") around = {
    .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .size_key = 4, .size_value = 4, .max_elem = 5, .inner_id = 42, .pinning = 2,
};

SEC("classifier")
int
look(struct __sk_buff *skb)
{
    int key = 3;
    void *inner = bpf_map_lookup_elem(&around, &key);
    return inner && bpf_map_lookup_elem(inner, &key);
}

char _license[] SEC("license") = "GPL";
