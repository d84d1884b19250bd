/* Helpers that change a __sk_buff as a whole or ask about its socket, cgroup and routes; numbers in strings; callbacks over maps; flow
 * dissectors. Results as in note.h. */
#include <stddef.h>

#include "note.h"

SEC("tc")
int
change_tail(struct __sk_buff *skb)
{
    note(bpf_skb_change_tail(skb, 20, 0));
    note(skb->len);
    note(skb->data_end - skb->data);
    note(bpf_skb_change_tail(skb, 14, 0));
    note(bpf_skb_change_tail(skb, 13, 0));
    note(skb->len);
    note(bpf_skb_change_tail(skb, 100, 0));
    note(skb->len);
    note(bpf_skb_change_tail(skb, 100, 1));
    note(bpf_skb_change_tail(skb, 20000, 0));
    note(bpf_skb_change_tail(skb, 4000, 0));
    note(skb->len);
    note(bpf_skb_change_tail(skb, 16064, 0));
    note(skb->len);
    note(bpf_skb_change_tail(skb, 16065, 0));
    note(bpf_skb_change_tail(skb, 300, 0));
    note(skb->len);
    return 0;
}

SEC("lwt_xmit")
int
change_tail_lwt(struct __sk_buff *skb)
{
    note(bpf_skb_change_tail(skb, 20, 0));
    note(skb->len);
    note(skb->data_end - skb->data);
    note(bpf_skb_change_tail(skb, 14, 0));
    note(bpf_skb_change_tail(skb, 13, 0));
    note(skb->len);
    note(bpf_skb_change_tail(skb, 0, 0));
    note(skb->len);
    note(bpf_skb_change_tail(skb, 100, 0));
    note(skb->len);
    return 0;
}

SEC("tc")
int
change_head(struct __sk_buff *skb)
{
    __u64 b = 0;
    note(bpf_skb_change_head(skb, 14, 0));
    note(skb->len);
    note(skb->data_end - skb->data);
    note(bpf_skb_load_bytes_relative(skb, 0, &b, 8, BPF_HDR_START_NET));
    note(b);
    note(bpf_skb_load_bytes_relative(skb, 0, &b, 8, BPF_HDR_START_MAC));
    note(b);
    note(bpf_skb_change_head(skb, 0, 0));
    note(bpf_skb_change_head(skb, 14, 1));
    note(bpf_skb_change_head(skb, -1, 0));
    note(bpf_skb_change_head(skb, 20000, 0));
    note(bpf_skb_change_head(skb, 100, 0));
    note(skb->len);
    return 0;
}

SEC("lwt_xmit")
int
change_head_lwt(struct __sk_buff *skb)
{
    note(bpf_skb_change_head(skb, 14, 0));
    note(skb->len);
    note(skb->data_end - skb->data);
    note(bpf_skb_change_head(skb, 80, 0));
    note(skb->len);
    return 0;
}

SEC("tc")
int
change_type(struct __sk_buff *skb)
{
    note(bpf_skb_change_type(skb, 2));
    note(bpf_skb_change_type(skb, 4));
    note(bpf_skb_change_type(skb, 9));
    note(skb->pkt_type);
    return 0;
}

SEC("tc")
int
hashes_tunnels_and_neighbours(struct __sk_buff *skb)
{
    struct bpf_tunnel_key key = { .tunnel_id = 5, .remote_ipv4 = 7 };
    __u64 b = 3;
    note(bpf_set_hash(skb, 77));
    note(bpf_get_hash_recalc(skb));
    bpf_set_hash_invalid(skb);
    note(bpf_get_cgroup_classid(skb));
    note(bpf_get_route_realm(skb));
    note(bpf_skb_get_tunnel_key(skb, &key, sizeof key, 0));
    note(key.tunnel_id);
    note(bpf_skb_get_tunnel_opt(skb, &b, 8));
    note(b);
    note(bpf_skb_set_tunnel_opt(skb, &b, 8));
    key = (struct bpf_tunnel_key){ .tunnel_id = 5, .remote_ipv4 = 7 };
    note(bpf_skb_set_tunnel_key(skb, &key, sizeof key, 0));
    note(bpf_skb_set_tunnel_key(skb, &key, sizeof key, 1 << 20));
    note(bpf_skb_set_tunnel_key(skb, &key, 5, 0));
    note(bpf_csum_level(skb, 0));
    note(bpf_csum_level(skb, 3));
    note(bpf_csum_level(skb, 9));
    note(bpf_get_socket_uid(skb));
    note(bpf_get_socket_cookie(skb) != 0);
    note(bpf_redirect_peer(1, 0));
    note(bpf_redirect_peer(1, 1));
    note(bpf_redirect_neigh(1, 0, 0, 0));
    note(bpf_redirect_neigh(1, 0, 0, 1));
    note(bpf_redirect_neigh(1, (void *)&key, 4, 0));
    note(bpf_redirect_neigh(1, (void *)&key, 20, 0));
    note(bpf_redirect_neigh(1, (void *)&key, 24, 0));
    note(bpf_get_netns_cookie(skb) != 0);
    note(bpf_skb_set_tstamp(skb, 5, 1));
    note(bpf_skb_set_tstamp(skb, 0, 1));
    note(bpf_skb_set_tstamp(skb, 7, 0));
    note(bpf_skb_set_tstamp(skb, 0, 0));
    note(bpf_skb_set_tstamp(skb, 0, 9));

    note(bpf_get_hash_recalc(skb) != 0);
    return 0;
}

struct {
    __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __uint(max_entries, 4);
} cgroups SEC(".maps");

SEC("tc")
int
cgroup_questions(struct __sk_buff *skb)
{
    note(bpf_skb_under_cgroup(skb, &cgroups, 0));
    note(bpf_skb_under_cgroup(skb, &cgroups, 4));
    note(bpf_current_task_under_cgroup(&cgroups, 0));
    note(bpf_current_task_under_cgroup(&cgroups, 9));
    note(bpf_get_current_cgroup_id());
    note(bpf_get_current_ancestor_cgroup_id(0));
    note(bpf_get_current_ancestor_cgroup_id(5));
    note(bpf_skb_cgroup_id(skb));
    note(bpf_skb_ancestor_cgroup_id(skb, 0));
    return 0;
}

SEC("tc")
int
fib(struct __sk_buff *skb)
{
    struct bpf_fib_lookup p = { .family = 2, .ifindex = 1, .ipv4_src = 0x0100007f, .ipv4_dst = 0x0200007f };
    note(bpf_fib_lookup(skb, &p, sizeof p, 0));
    note(bpf_fib_lookup(skb, &p, sizeof p, 1));
    note(bpf_fib_lookup(skb, &p, sizeof p, 1 << 12));
    note(bpf_fib_lookup(skb, &p, 8, 0));
    p.ifindex = 77;
    note(bpf_fib_lookup(skb, &p, sizeof p, 0));
    p.ifindex = 1;
    p.family = 10;
    note(bpf_fib_lookup(skb, &p, sizeof p, 0));
    p.family = 5;
    note(bpf_fib_lookup(skb, &p, sizeof p, 0));
    return 0;
}

SEC("tc")
int
socks(struct __sk_buff *skb)
{
    struct bpf_sock_tuple t = { .ipv4 = { 0x0100007f, 0x0200007f, 5, 6 } };
    struct bpf_sock *sk = bpf_sk_lookup_udp(skb, &t, sizeof t.ipv4, -1, 0);
    if (sk) {
        note(1);
        bpf_sk_release(sk);
    } else
        note(0);
    sk = bpf_sk_lookup_tcp(skb, &t, sizeof t.ipv4, -1, 0);
    if (sk) {
        note(1);
        bpf_sk_release(sk);
    } else
        note(0);
    sk = bpf_skc_lookup_tcp(skb, &t, sizeof t.ipv4, -1, 0);
    if (sk) {
        note(1);
        bpf_sk_release(sk);
    } else
        note(0);
    struct bpf_sock *s = skb->sk;
    if (s) {
        s = bpf_sk_fullsock(s);
        if (s) {
            note(s->type);
            note(s->family);
            note(s->protocol);
            note(s->state);
            note(s->mark);
            note(s->bound_dev_if);
            note(s->src_ip4);
            note(s->dst_ip4);
            note(s->src_port);
            note(s->rx_queue_mapping);
            note(s->priority);
            note(bpf_tcp_sock(s) ? 1 : 0);
        }
    }
    return 0;
}

SEC("tc")
int
strings(struct __sk_buff *skb)
{
    char a[16] = " -123abc", b[16] = "0x1fg", c[16] = "077", d[24] = "9999999999999999999", e[16] = "zz", f[16] = "-", h[16] = "+5",
         k[24] = "18446744073709551615";
    long r = 1;
    unsigned long u = 1;
    note(bpf_strtol(a, sizeof a, 0, &r));
    note(r);
    note(bpf_strtol(b, sizeof b, 0, &r));
    note(r);
    note(bpf_strtol(c, sizeof c, 0, &r));
    note(r);
    note(bpf_strtol(c, sizeof c, 10, &r));
    note(r);
    note(bpf_strtol(c, sizeof c, 16, &r));
    note(r);
    note(bpf_strtol(b, sizeof b, 16, &r));
    note(r);
    note(bpf_strtol(b, sizeof b, 10, &r));
    note(r);
    note(bpf_strtol(c, sizeof c, 7, &r));
    note(r);
    note(bpf_strtol(d, sizeof d, 10, &r));
    note(r);
    note(bpf_strtol(d, 5, 10, &r));
    note(r);
    note(bpf_strtol(e, sizeof e, 0, &r));
    note(r);
    note(bpf_strtol(f, sizeof f, 0, &r));
    note(r);
    note(bpf_strtol(h, sizeof h, 0, &r));
    note(r);
    note(bpf_strtol(a, sizeof a, 32, &r));
    note(r);
    note(bpf_strtoul(a, sizeof a, 0, &u));
    note(u);
    note(bpf_strtoul(b, sizeof b, 0, &u));
    note(u);
    note(bpf_strtoul(k, 20 > sizeof k ? sizeof k : 20, 0, &u));
    note(u);
    note(bpf_strtoul(d, 19, 10, &u));
    note(u);
    return 0;
}

SEC("raw_tp/x")
int
world(void *ctx)
{
    struct bpf_pidns_info ns = { 1, 2 };
    note(bpf_get_ns_current_pid_tgid(0, 0, &ns, sizeof ns));
    note(ns.pid);
    note(ns.tgid);
    note(bpf_get_attach_cookie(ctx));
    note(bpf_get_numa_node_id());

    return 0;
}

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __uint(max_entries, 2);
} events SEC(".maps");

SEC("raw_tp/perf")
int
perf(void *ctx)
{
    struct bpf_perf_event_value v = { 1, 2, 3 };
    note(bpf_perf_event_read(&events, 0));
    note(bpf_perf_event_read(&events, 7));
    note(bpf_perf_event_read(&events, 1ULL << 40));
    note(bpf_perf_event_read_value(&events, BPF_F_CURRENT_CPU, &v, sizeof v));
    note(v.counter);
    note(bpf_perf_event_read_value(&events, 7, &v, sizeof v));
    note(bpf_perf_event_read_value(&events, 0, &v, 8));
    return 0;
}

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, 8);
} h SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, 4);
} arr SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, 4);
} parr SEC(".maps");

__u64 sum;

static long
each(void *map, __u32 *key, __u64 *value, void *ctx)
{
    sum += *key * 1000 + *value;
    return *key == 100;
}

static long
each_stop(void *map, __u32 *key, __u64 *value, void *ctx)
{
    sum += 1;
    *value += 5;
    return sum == *(__u64 *)ctx;
}

static long
each_delete(void *map, __u32 *key, __u64 *value, void *ctx)
{
    sum += *value;
    bpf_map_delete_elem(&h, key);
    return 0;
}

SEC("tc")
int
for_each(struct __sk_buff *skb)
{
    __u64 v = 2, stop = 3;
    __u32 k;
    sum = 0;
    note(bpf_for_each_map_elem(&h, each, 0, 0));
    note(sum);
    for (__u32 i = 0; i < 5; i++) {
        k = i;
        v = k * 3;
        bpf_map_update_elem(&h, &k, &v, 0);
        bpf_map_update_elem(&arr, &k, &v, 0);
    }
    sum = 0;
    note(bpf_for_each_map_elem(&h, each, 0, 0));
    note(sum);
    sum = 0;
    note(bpf_for_each_map_elem(&arr, each, 0, 0));
    note(sum);
    note(bpf_for_each_map_elem(&arr, each, 0, 1));
    sum = 0;
    note(bpf_for_each_map_elem(&arr, each_stop, &stop, 0));
    note(sum);
    sum = 0;
    note(bpf_for_each_map_elem(&parr, each_stop, &stop, 0));
    note(sum);
    sum = 0;
    note(bpf_for_each_map_elem(&h, each_delete, 0, 0));
    note(sum);
    sum = 0;
    note(bpf_for_each_map_elem(&h, each, 0, 0));
    note(sum);
    return 0;
}

SEC("flow_dissector")
int
flow(struct __sk_buff *skb)
{
    struct bpf_flow_keys *k = skb->flow_keys;
    void *d = (void *)(long)skb->data, *e = (void *)(long)skb->data_end;
    __u64 b = 9;
    note(e - d);
    note(k->nhoff);
    note(k->thoff);
    note(k->n_proto);
    note(k->flags);
    if (d + 14 <= e)
        note(*(unsigned char *)(d + 12));
    note(bpf_skb_load_bytes(skb, 0, &b, 8));
    note(b);
    k->thoff = 3;
    k->nhoff = 9999;
    k->sport = 5;
    k->ip_proto = 6;
    k->is_encap = 1;
    return 129;
}

SEC("flow_dissector")
int
flow2(struct __sk_buff *skb)
{
    struct bpf_flow_keys *k = skb->flow_keys;
    k->thoff = 3;
    k->nhoff = 20;
    return 0;
}

char _license[] SEC("license") = "GPL";
