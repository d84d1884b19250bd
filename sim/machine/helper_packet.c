/* Helpers on packets: bytes, checksums, head and tail, redirection. */
#include "config.h"

#include "sim/machine/context.h"
#include "sim/machine/helper_fn.h"
#include "sim/machine/output.h"
#include "sim/machine/packet.h"

#include <limits.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <string.h>

enum {
    XDP_FRAME_HEADER = 40, /* struct xdp_frame, kept free at the start of the headroom */
    CSUM_OFF_MAX = 0xffff,
    CSUM_MANGLED_0 = 0xffff,
    CSUM_IPV6 = 0x80, /* BPF_F_IPV6, newer than the headers of Debian 12 */
    HDR_SIZE_MASK = 0xf,
    ENOTSUPP_KERNEL = 524,
};

/* Linear bytes from data on. */
static uint32_t
linear_bytes(const struct machine *m)
{
    return m->packet.end - m->packet.data;
}

static bool
is_family(struct machine *m, enum ctx_family family, const uint64_t args[5], struct fault *fault)
{
    if (m->type->family == family)
        return true;
    helper_refuse(fault, 1, args);
    return false;
}

/* ---- __sk_buff */

uint64_t
helper_skb_load_bytes(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint32_t off = (uint32_t)args[1], bytes = (uint32_t)args[3];
    void *to = memory_host(&m->mem, args[2]);
    bool is_flow = m->type->family == CTX_FLOW; /* has no skb under BPF_PROG_TEST_RUN, only bytes */
    if (!is_flow && !is_family(m, CTX_SKB, args, fault))
        return 0;
    if (is_flow || off > INT_MAX || (uint64_t)off + bytes > linear_bytes(m)) {
        memset(to, 0, bytes);
        return helper_errno(-EFAULT);
    }
    memmove(to, memory_host(&m->mem, m->packet.data + off), bytes);
    return 0;
}

uint64_t
helper_skb_load_bytes_relative(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint32_t off = (uint32_t)args[1], bytes = (uint32_t)args[3];
    void *to = memory_host(&m->mem, args[2]);
    if (!is_family(m, CTX_SKB, args, fault))
        return 0;
    uint64_t at = (uint64_t)(args[4] == BPF_HDR_START_NET ? m->packet.net : m->packet.mac) + off;
    if (off > CSUM_OFF_MAX || args[4] > BPF_HDR_START_NET || at + bytes > m->packet.end) {
        memset(to, 0, bytes);
        return helper_errno(-EFAULT);
    }
    memmove(to, memory_host(&m->mem, at), bytes);
    return 0;
}

uint64_t
helper_skb_store_bytes(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint32_t off = (uint32_t)args[1], bytes = (uint32_t)args[3];
    if (!is_family(m, CTX_SKB, args, fault))
        return 0;
    if (args[4] & ~(uint64_t)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH))
        return helper_errno(-EINVAL);
    if (off > INT_MAX || (uint64_t)off + bytes > linear_bytes(m))
        return helper_errno(-EFAULT);
    memmove(memory_host(&m->mem, m->packet.data + off), memory_host(&m->mem, args[2]), bytes);
    return 0;
}

uint64_t
helper_skb_pull_data(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!is_family(m, CTX_SKB, args, fault))
        return 0;
    return helper_errno((uint32_t)args[1] > linear_bytes(m) ? -ENOMEM : 0);
}

/* The packet has no complete checksum, so there is nothing to update. */
uint64_t
helper_csum_update(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return is_family(m, CTX_SKB, args, fault) ? helper_errno(-ENOTSUPP_KERNEL) : 0;
}

/* Changes the 16-bit checksum at args[1]: by a difference (size 0) or for a field of 2 or 4 bytes that went from args[2] to args[3]. */
static int
csum_replace(struct machine *m, const uint64_t args[5], uint16_t *sum)
{
    uint32_t from = (uint32_t)args[2], to = (uint32_t)args[3];
    uint32_t old = (uint16_t)~*sum;
    switch (args[4] & HDR_SIZE_MASK) {
    case 0:
        if (args[2])
            return -EINVAL;
        *sum = (uint16_t)~csum_fold16(csum_add(to, old));
        return 0;
    case 2:
        *sum = (uint16_t)~csum_fold16(csum_add(csum_add(old, (uint16_t)~from), (uint16_t)to));
        return 0;
    case 4:
        *sum = (uint16_t)~csum_fold16(csum_add(csum_add(old, ~from), to));
        return 0;
    default: return -EINVAL;
    }
}

static uint64_t
replace_at(struct machine *m, const uint64_t args[5], bool keeps_zero, bool mangles_zero)
{
    uint32_t off = (uint32_t)args[1];
    uint16_t sum;
    if (off > CSUM_OFF_MAX || off & 1 || (uint64_t)off + sizeof sum > linear_bytes(m))
        return helper_errno(-EFAULT);
    void *at = memory_host(&m->mem, m->packet.data + off);
    memcpy(&sum, at, sizeof sum);
    if (keeps_zero && !sum)
        return 0;
    int error = csum_replace(m, args, &sum);
    if (!error) {
        if (mangles_zero && !sum)
            sum = CSUM_MANGLED_0;
        memcpy(at, &sum, sizeof sum);
    }
    return helper_errno(error);
}

uint64_t
helper_l3_csum_replace(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!is_family(m, CTX_SKB, args, fault))
        return 0;
    if (args[4] & ~(uint64_t)HDR_SIZE_MASK)
        return helper_errno(-EINVAL);
    return replace_at(m, args, false, false);
}

uint64_t
helper_l4_csum_replace(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    bool marks = args[4] & BPF_F_MARK_MANGLED_0, enforces = args[4] & BPF_F_MARK_ENFORCE;
    if (!is_family(m, CTX_SKB, args, fault))
        return 0;
    if (args[4] & ~(uint64_t)(HDR_SIZE_MASK | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | CSUM_IPV6))
        return helper_errno(-EINVAL);
    return replace_at(m, args, marks && !enforces, marks);
}

/* ---- both */

/* Linux 6.18 folds the result to 16 bits; older kernels returned the 32-bit sum. */
uint64_t
helper_csum_diff(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint32_t sum = (uint32_t)args[4];
    if (args[1] && args[3]) {
        uint32_t to = csum_bytes(memory_host(&m->mem, args[2]), args[3], sum);
        sum = csum_add(to, ~csum_bytes(memory_host(&m->mem, args[0]), args[1], 0));
    } else if (args[3]) {
        sum = csum_bytes(memory_host(&m->mem, args[2]), args[3], sum);
    } else if (args[1]) {
        sum = ~csum_bytes(memory_host(&m->mem, args[0]), args[1], ~sum);
    }
    return csum_fold16(sum);
}

/* Outputs of redirections are { u32 interface or key, u32 flags }. */
static void
record_redirect(struct machine *m, uint32_t map, uint64_t target, uint64_t flags)
{
    uint32_t record[2] = { (uint32_t)target, (uint32_t)flags };
    output_add(m, OUTPUT_REDIRECT, map, record, sizeof record);
}

uint64_t
helper_redirect(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    bool is_xdp = m->type->family == CTX_XDP;
    if (args[1] & ~(uint64_t)(is_xdp ? 0 : BPF_F_INGRESS))
        return is_xdp ? XDP_ABORTED : TC_ACT_SHOT;
    record_redirect(m, UINT32_MAX, args[0], args[1]);
    return is_xdp ? XDP_REDIRECT : TC_ACT_REDIRECT;
}

/* ---- xdp_md */

uint64_t
helper_redirect_map(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct map *map = map_of_handle(m, args[0]);
    uint32_t key = (uint32_t)args[1], type = map->def->type;
    bool is_dev = type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
    uint64_t action = args[2] & 3, allowed = 3 | (is_dev ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0);
    if (!is_dev && type != BPF_MAP_TYPE_CPUMAP && type != BPF_MAP_TYPE_XSKMAP)
        return helper_refuse(fault, 1, args);
    if (args[2] & ~allowed)
        return XDP_ABORTED;
    if (!map_lookup(m, map, &key) && !(args[2] & BPF_F_BROADCAST))
        return action;
    record_redirect(m, map->index, args[1], args[2]);
    return XDP_REDIRECT;
}

uint64_t
helper_xdp_adjust_head(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct packet *p = &m->packet;
    int64_t by = (int32_t)args[1], data = (int64_t)p->data + by;
    uint32_t meta = p->data - p->meta;
    if (!is_family(m, CTX_XDP, args, fault))
        return 0;
    if (data < (int64_t)p->hard_start + XDP_FRAME_HEADER + meta || data > (int64_t)p->end - ETH_HLEN)
        return helper_errno(-EINVAL);
    memmove(memory_host(&m->mem, (uint64_t)(p->meta + by)), memory_host(&m->mem, p->meta), meta);
    p->data = (uint32_t)data;
    p->meta = p->data - meta;
    context_packet_moved(m);
    return 0;
}

uint64_t
helper_xdp_adjust_meta(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct packet *p = &m->packet;
    int64_t meta = (int64_t)p->meta + (int32_t)args[1];
    if (!is_family(m, CTX_XDP, args, fault))
        return 0;
    if (meta < (int64_t)p->hard_start + XDP_FRAME_HEADER || meta > p->data)
        return helper_errno(-EINVAL);
    if ((p->data - meta) % 4)
        return helper_errno(-EACCES);
    p->meta = (uint32_t)meta;
    context_packet_moved(m);
    return 0;
}

/* With fragments the end of the packet is the end of the last fragment, which can only shrink: lo has no room for more. */
static int
adjust_frags(struct machine *m, int32_t by)
{
    struct packet *p = &m->packet;
    if (by >= 0)
        return -EOPNOTSUPP;
    uint32_t shrink = -(uint32_t)by;
    if ((int64_t)shrink > (int64_t)packet_bytes(p) - ETH_HLEN)
        return -EINVAL;
    uint32_t from_frags = shrink < p->frag_bytes ? shrink : p->frag_bytes;
    p->frag_bytes -= from_frags;
    p->end -= shrink - from_frags;
    return 0;
}

uint64_t
helper_xdp_adjust_tail(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    struct packet *p = &m->packet;
    int32_t by = (int32_t)args[1];
    int64_t end = (int64_t)p->end + by;
    int error = 0;
    if (!is_family(m, CTX_XDP, args, fault))
        return 0;
    if (p->frag_bytes) {
        error = adjust_frags(m, by);
    } else if (end > p->hard_end || end < (int64_t)p->data + ETH_HLEN) {
        error = -EINVAL;
    } else {
        if (by > 0)
            memset(memory_host(&m->mem, p->end), 0, (uint32_t)by);
        p->end = (uint32_t)end;
    }
    if (!error)
        context_packet_moved(m);
    return helper_errno(error);
}

uint64_t
helper_xdp_get_buff_len(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return is_family(m, CTX_XDP, args, fault) ? packet_bytes(&m->packet) : 0;
}

/* Whether xdp_load_bytes and xdp_store_bytes may touch this range. */
static int
check_range(const struct machine *m, const uint64_t args[5])
{
    uint32_t off = (uint32_t)args[1], bytes = (uint32_t)args[3];
    if (off > 0xffff || bytes > 0xffff)
        return -EFAULT;
    return off + bytes > packet_bytes(&m->packet) ? -EINVAL : 0;
}

uint64_t
helper_xdp_load_bytes(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!is_family(m, CTX_XDP, args, fault))
        return 0;
    int error = check_range(m, args);
    if (!error)
        packet_copy_out(m, (uint32_t)args[1], memory_host(&m->mem, args[2]), (uint32_t)args[3]);
    return helper_errno(error);
}

uint64_t
helper_xdp_store_bytes(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    if (!is_family(m, CTX_XDP, args, fault))
        return 0;
    int error = check_range(m, args);
    if (!error)
        packet_copy_in(m, (uint32_t)args[1], memory_host(&m->mem, args[2]), (uint32_t)args[3]);
    return helper_errno(error);
}
