/* Maps as old iproute2 and Cilium defined them: 28 bytes, the sixth word being an id by which sections "ID/KEY" fill program arrays. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
    unsigned int type, size_key, size_value, max_elem, flags, id, pinning;
};

struct bpf_elf_map SEC("maps") policy = {
    .type = BPF_MAP_TYPE_HASH, .size_key = 8, .size_value = 4, .max_elem = 16, .id = 1,
};

struct bpf_elf_map SEC("maps") calls = {
    .type = BPF_MAP_TYPE_PROG_ARRAY, .size_key = 4, .size_value = 4, .max_elem = 32, .id = 2, .pinning = 16,
};

SEC("2/7")
int
seventh(struct __sk_buff *skb)
{
    return 7;
}

SEC("2/0x10")
int
sixteenth(struct __sk_buff *skb)
{
    return 16;
}

SEC("9/1")
int
nowhere(struct __sk_buff *skb)
{
    return 1;
}

SEC("from-container")
int
entry(struct __sk_buff *skb)
{
    bpf_tail_call(skb, &calls, 7);
    return 0;
}

char _license[] SEC("license") = "GPL";
