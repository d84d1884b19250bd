/* Helpers that change a __sk_buff as a whole: its ends, its type, hash and tunnel, and questions about its socket and cgroup. What depends
 * on the host's network answers as in a namespace that has nothing but lo. */
#include "config.h"

#include "sim/machine/context.h"
#include "sim/machine/helper_fn.h"
#include "sim/machine/output.h"
#include "sim/machine/packet.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <string.h>

enum {
    SKB_MAX_BYTES = 16064, /* BPF_SKB_MAX_LEN: four pages less struct skb_shared_info */
    TUNNEL_KEY_OLD_BYTES = 16, /* up to remote_ipv4 of IPv4-only programs, with padding; the smallest size the kernel takes */
    FIB_FLAGS = 0x3f,
    FIB_FWD_DISABLED = 5,
    ROOT_CGROUP = 1,
    SOCKET_COOKIE = 1,
};

static struct __sk_buff *
skb_of(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (m->type->family == CTX_SKB)
        return memory_host(&m->mem, GUEST_CTX);
    helper_refuse(fault, 1, args);
    return NULL;
}

/* A tail may not cut into the network header's offset. */
uint64_t
helper_skb_change_tail(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct packet *p = &m->packet;
    uint32_t len = (uint32_t)args[1], old = p->end - p->data;
    uint32_t min = p->net > p->data ? p->net - p->data : 0;
    if (!skb_of(m, args, fault))
        return 0;
    if (args[2] || len > SKB_MAX_BYTES || len < min)
        return helper_errno(-EINVAL);
    if (len > old)
        memset(memory_host(&m->mem, p->end), 0, len - old);
    p->end = p->data + len;
    context_packet_moved(m);
    return 0;
}

uint64_t
helper_skb_change_head(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct packet *p = &m->packet;
    uint32_t room = (uint32_t)args[1], len = p->end - p->data;
    if (!skb_of(m, args, fault))
        return 0;
    if (args[2] || (int32_t)room < 0 || (uint64_t)room + len > SKB_MAX_BYTES)
        return helper_errno(-EINVAL);
    p->data -= room;
    p->meta = p->mac = p->data;
    if (p->hard_start > p->data)
        p->hard_start = p->data;
    memset(memory_host(&m->mem, p->data), 0, room);
    context_packet_moved(m);
    return 0;
}

/* Only between the types that say for whom a packet is. */
uint64_t
helper_skb_change_type(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    enum { PACKET_OTHERHOST = 3 };
    struct __sk_buff *skb = skb_of(m, args, fault);
    if (!skb)
        return 0;
    if (skb->pkt_type > PACKET_OTHERHOST || (uint32_t)args[1] > PACKET_OTHERHOST)
        return helper_errno(-EINVAL);
    skb->pkt_type = (uint32_t)args[1];
    return 0;
}

uint64_t
helper_set_hash(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct __sk_buff *skb = skb_of(m, args, fault);
    if (skb)
        skb->hash = (uint32_t)args[1];
    return 0;
}

uint64_t
helper_set_hash_invalid(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct __sk_buff *skb = skb_of(m, args, fault);
    if (skb)
        skb->hash = 0;
    return 0;
}

/* A hash of the packet when it has none yet; which one the kernel would give nobody can know, its key is random. */
uint64_t
helper_get_hash_recalc(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct __sk_buff *skb = skb_of(m, args, fault);
    if (!skb)
        return 0;
    if (!skb->hash)
        skb->hash = csum_bytes(memory_host(&m->mem, m->packet.data), m->packet.end - m->packet.data, 1);
    return skb->hash;
}

/* No tunnel: there is no key and no option. */
uint64_t
helper_skb_get_tunnel(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!skb_of(m, args, fault))
        return 0;
    memset(memory_host(&m->mem, args[1]), 0, args[2]);
    return helper_errno(-EINVAL);
}

uint64_t
helper_skb_get_tunnel_opt(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!skb_of(m, args, fault))
        return 0;
    memset(memory_host(&m->mem, args[1]), 0, args[2]);
    return helper_errno(-ENOENT);
}

uint64_t
helper_skb_set_tunnel_key(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    const uint64_t flags = BPF_F_TUNINFO_IPV6 | BPF_F_ZERO_CSUM_TX | BPF_F_DONT_FRAGMENT | BPF_F_SEQ_NUMBER | 1 << 5; /* NO_TUNNEL_KEY */
    if (!skb_of(m, args, fault))
        return 0;
    return helper_errno(args[3] & ~flags || args[2] < TUNNEL_KEY_OLD_BYTES || args[2] > sizeof(struct bpf_tunnel_key) ? -EINVAL : 0);
}

uint64_t
helper_redirect_neigh(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if ((args[2] && args[2] < sizeof(struct bpf_redir_neigh)) || args[3])
        return TC_ACT_SHOT;
    output_add(m, OUTPUT_REDIRECT, UINT32_MAX, (uint32_t[]){ (uint32_t)args[0], 0 }, 8);
    return TC_ACT_REDIRECT;
}

uint64_t
helper_redirect_peer(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (args[1])
        return TC_ACT_SHOT;
    output_add(m, OUTPUT_REDIRECT, UINT32_MAX, (uint32_t[]){ (uint32_t)args[0], 0 }, 8);
    return TC_ACT_REDIRECT;
}

/* lo does not forward. */
uint64_t
helper_fib_lookup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct bpf_fib_lookup params;
    if (args[2] < sizeof params || args[3] & ~(uint64_t)FIB_FLAGS)
        return helper_errno(-EINVAL);
    memcpy(&params, memory_host(&m->mem, args[1]), sizeof params);
    if (params.family != 2 && params.family != 10)
        return helper_errno(-EAFNOSUPPORT);
    return params.ifindex == 1 ? FIB_FWD_DISABLED : helper_errno(-ENODEV);
}

/* The slot of a cgroup array that argument n names: -E2BIG, -EAGAIN when it is empty, 1 when somebody filled it. */
static uint64_t
under_cgroup(struct machine *m, const uint64_t args[5], unsigned n, struct fault *fault)
{
    struct map *map = map_of_handle(m, args[n - 1]);
    uint32_t index = (uint32_t)args[n];
    if (map->def->type != BPF_MAP_TYPE_CGROUP_ARRAY)
        return helper_refuse(fault, n, args);
    if (index >= map->max_entries)
        return helper_errno(-E2BIG);
    return map_lookup(m, map, &index) ? 1 : helper_errno(-EAGAIN);
}

uint64_t
helper_skb_under_cgroup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return under_cgroup(m, args, 2, fault);
}

uint64_t
helper_task_under_cgroup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return under_cgroup(m, args, 1, fault);
}

uint64_t
helper_socket_cookie(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return SOCKET_COOKIE;
}

/* The root cgroup has no ancestor but itself. */
uint64_t
helper_task_ancestor_cgroup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return args[0] ? 0 : ROOT_CGROUP;
}

uint64_t
helper_skb_ancestor_cgroup(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return args[1] ? 0 : ROOT_CGROUP;
}

/* Sockets, classes, realms, cookies that are not there. */
uint64_t
helper_zero(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return 0;
}

/* The dummy socket of a test run is a full one. */
uint64_t
helper_sk_fullsock(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return args[0];
}

/* No tunnel, hence no place for options. */
uint64_t
helper_skb_set_tunnel_opt(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return skb_of(m, args, fault) ? helper_errno(-EINVAL) : 0;
}

/* The packet's checksum has not been verified by anyone (CHECKSUM_NONE): it has no level. */
uint64_t
helper_csum_level(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!skb_of(m, args, fault))
        return 0;
    if (args[1] > BPF_CSUM_LEVEL_RESET)
        return helper_errno(-EINVAL);
    return args[1] == BPF_CSUM_LEVEL_QUERY ? helper_errno(-EACCES) : 0;
}

uint64_t
helper_skb_set_tstamp(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    enum { CLOCK_TYPE_REAL, CLOCK_TYPE_MONOTONIC, CLOCK_TYPE_TAI };
    struct __sk_buff *skb = skb_of(m, args, fault);
    if (!skb)
        return 0;
    if (skb->protocol != htons(ETH_P_IP) && skb->protocol != htons(ETH_P_IPV6))
        return helper_errno(-EOPNOTSUPP);
    if (args[2] > CLOCK_TYPE_TAI || (args[2] != CLOCK_TYPE_REAL && !args[1]))
        return helper_errno(-EINVAL);
    skb->tstamp = args[1];
    skb->tstamp_type = (uint8_t)args[2];
    return 0;
}
