/* Helpers on packets, skb and XDP: every flag, offsets inside, across and outside. Results as in note.h; packets are compared too. */
#include "note.h"

#define BYTES 8

/* ---------------------------------------------------------------- copying bytes */

static __always_inline void
load_at(struct __sk_buff *skb, __u64 off)
{
    __u64 to = ~0ULL;
    note(bpf_skb_load_bytes(skb, off + zero, &to, BYTES));
    note(to);
}

static __always_inline void
load_relative(struct __sk_buff *skb, __u64 off, __u32 start)
{
    __u64 to = ~0ULL;
    note(bpf_skb_load_bytes_relative(skb, off + zero, &to, BYTES, start + zero));
    note(to);
}

static __always_inline void
loads(struct __sk_buff *skb)
{
    load_at(skb, 0);
    load_at(skb, 1);
    load_at(skb, 6);
    load_at(skb, skb->len - BYTES);
    load_at(skb, skb->len - BYTES + 1);
    load_at(skb, skb->len);
    load_at(skb, 0xffff);
    load_at(skb, 0x10000);
    load_at(skb, 0x80000000);
    load_at(skb, 0xffffffff);
    load_at(skb, -1ULL);
    load_relative(skb, 0, BPF_HDR_START_MAC);
    load_relative(skb, 0, BPF_HDR_START_NET);
    load_relative(skb, 12, BPF_HDR_START_MAC);
    load_relative(skb, 12, BPF_HDR_START_NET);
    load_relative(skb, 0, 2);
    load_relative(skb, 0x10000, BPF_HDR_START_NET);
    load_relative(skb, skb->len - BYTES, BPF_HDR_START_MAC);
    load_relative(skb, skb->len - BYTES, BPF_HDR_START_NET);
}

SEC("tc")
int
tc_loads(struct __sk_buff *skb)
{
    loads(skb);
    return 0;
}

SEC("socket")
int
socket_loads(struct __sk_buff *skb)
{
    loads(skb);
    return 0;
}

SEC("cgroup_skb/ingress")
int
cgroup_loads(struct __sk_buff *skb)
{
    loads(skb);
    return 1;
}

static __always_inline void
store_at(struct __sk_buff *skb, __u64 off, __u64 flags)
{
    __u64 from = 0x1122334455667788 + off;
    note(bpf_skb_store_bytes(skb, off + zero, &from, BYTES, flags + zero));
}

SEC("tc")
int
tc_stores(struct __sk_buff *skb)
{
    store_at(skb, 0, 0);
    store_at(skb, 20, BPF_F_RECOMPUTE_CSUM);
    store_at(skb, 5, BPF_F_INVALIDATE_HASH);
    store_at(skb, 3, BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH);
    store_at(skb, 7, 4);
    store_at(skb, 7, 8);
    store_at(skb, 7, 1ULL << 40);
    store_at(skb, skb->len - BYTES, 0);
    store_at(skb, skb->len - BYTES + 1, 0);
    store_at(skb, 0xffff, 0);
    store_at(skb, 0x10000, 0);
    store_at(skb, -1ULL, 0);
    note(skb->hash);
    return 0;
}

SEC("tc")
int
tc_pulls(struct __sk_buff *skb)
{
    note(bpf_skb_pull_data(skb, 0));
    note(bpf_skb_pull_data(skb, 1));
    note(bpf_skb_pull_data(skb, skb->len));
    note(bpf_skb_pull_data(skb, skb->len + 1));
    note(bpf_skb_pull_data(skb, 0xffffffff));
    note(skb->data_end - skb->data);
    return 0;
}

static __always_inline void
xdp_copy(struct xdp_md *xdp, __u64 off)
{
    __u64 to = ~0ULL, from = 0x1122334455667788 + off;
    note(bpf_xdp_load_bytes(xdp, off + zero, &to, BYTES));
    note(to);
    note(bpf_xdp_store_bytes(xdp, off + zero, &from, BYTES));
}

SEC("xdp")
int
xdp_copies(struct xdp_md *xdp)
{
    __u64 len = bpf_xdp_get_buff_len(xdp);
    note(len);
    xdp_copy(xdp, 0);
    xdp_copy(xdp, 3);
    xdp_copy(xdp, len - BYTES);
    xdp_copy(xdp, len - BYTES + 1);
    xdp_copy(xdp, len);
    xdp_copy(xdp, 0xffff);
    xdp_copy(xdp, 0x10000);
    xdp_copy(xdp, -1ULL);
    return XDP_PASS;
}

/* ---------------------------------------------------------------- checksums in place */

SEC("tc")
int
tc_checksums(struct __sk_buff *skb)
{
    for (__u64 flags = 0; flags < 10; flags++)
        note(bpf_l3_csum_replace(skb, 24, 0x1234, 0x4321, flags + zero));
    note(bpf_l3_csum_replace(skb, 24, 0, 0x98765, 0));
    note(bpf_l3_csum_replace(skb, 25, 1, 2, 2));
    note(bpf_l3_csum_replace(skb, skb->len - 1, 1, 2, 2));
    note(bpf_l3_csum_replace(skb, skb->len - 2, 1, 2, 2));
    note(bpf_l3_csum_replace(skb, 0xffff, 1, 2, 2));
    note(bpf_l3_csum_replace(skb, 0x10000, 1, 2, 2));
    for (__u64 flags = 0; flags < 10; flags++) {
        note(bpf_l4_csum_replace(skb, 30, 0x1234, 0x4321, flags + zero));
        note(bpf_l4_csum_replace(skb, 32, 0x12345678, 0x9abcdef0, (BPF_F_PSEUDO_HDR | flags) + zero));
        note(bpf_l4_csum_replace(skb, 10, 7, 8, (BPF_F_MARK_MANGLED_0 | flags) + zero));
        note(bpf_l4_csum_replace(skb, 12, 7, 8, (BPF_F_MARK_ENFORCE | flags) + zero));
    }
    note(bpf_l4_csum_replace(skb, 30, 1, 2, 1ULL << 10));
    note(bpf_l4_csum_replace(skb, skb->len - 1, 1, 2, 2));
    note(bpf_l4_csum_replace(skb, 0x10000, 1, 2, 2));
    note(bpf_csum_update(skb, 5));
    note(bpf_csum_update(skb, 0xffffffff));
    return 0;
}

/* ---------------------------------------------------------------- sending elsewhere */

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} devices SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} cpus SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} sockets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} device_hash SEC(".maps");

SEC("xdp")
int
xdp_redirects(struct xdp_md *xdp)
{
    for (__u64 flags = 0; flags < 18; flags++) {
        note(bpf_redirect(1, flags + zero));
        note(bpf_redirect_map(&devices, 0, flags + zero));
        note(bpf_redirect_map(&device_hash, 9, flags + zero));
        note(bpf_redirect_map(&cpus, 1, flags + zero));
        note(bpf_redirect_map(&sockets, 1, flags + zero));
    }
    note(bpf_redirect_map(&devices, 4, XDP_DROP));
    note(bpf_redirect_map(&devices, -1ULL, XDP_TX));
    note(bpf_redirect_map(&sockets, 1ULL << 32, XDP_PASS));
    note(bpf_redirect_map(&devices, 0, 1ULL << 32));
    __u32 key = 0;
    note(bpf_map_lookup_elem(&devices, &key) != NULL);
    note(bpf_map_lookup_elem(&device_hash, &key) != NULL);
    note(bpf_map_lookup_elem(&sockets, &key) != NULL);
    return XDP_PASS;
}

SEC("tc")
int
tc_redirects(struct __sk_buff *skb)
{
    for (__u64 flags = 0; flags < 6; flags++)
        note(bpf_redirect(1, flags + zero));
    note(bpf_redirect(1, 1ULL << 33));
    return 0;
}

char _license[] SEC("license") = "GPL";
