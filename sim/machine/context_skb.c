/* struct __sk_buff and its packet buffer. The guest sees a linear packet; types below the link layer start at the network header.
 * See context.h. */
#include "config.h"

#include "sim/machine/context.h"

#include "sim/base/base.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stddef.h>
#include <string.h>

enum {
    SKB_HEAD = GUEST_PACKET, /* heads that programs add grow into the unused space below it */
    SKB_HEADROOM = 64, /* NET_SKB_PAD */
    SKB_FRAME_BYTES = 4096,
    SKB_TAILROOM = 320, /* struct skb_shared_info */
    SKB_LINEAR_MAX = SKB_FRAME_BYTES - SKB_HEADROOM - SKB_TAILROOM,
    WIRE_LEN_MAX = 65536, /* GSO_LEGACY_MAX_SIZE */
    GSO_SEGS_MAX = 65535,
    SOCK_ADDR = GUEST_KERNEL, /* struct bpf_sock */
    SOCK_CLOSED = 7,          /* TCP_CLOSE */
};

#define OFF(field) offsetof(struct __sk_buff, field)
#define IN(input, field) context_in_u32(input, OFF(field))

/* ctx_in may set only some fields; all other bytes must be zero. */
static enum err
check_fields(const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    for (uint32_t i = 0; i < input->ctx_bytes; i++) {
        const struct ctx_field *f = type->fields;
        if (!input->ctx[i])
            continue;
        while (f < type->fields + type->n_fields && !(f->is_input && i >= f->off && i < f->off + f->bytes))
            f++;
        if (f == type->fields + type->n_fields)
            return context_refuse(e, "context", "byte %u is not zero, but belongs to no field that can be set", i);
    }
    return OK;
}

static bool
is_l2(const struct prog_type *type)
{
    return type->kernel_type == BPF_PROG_TYPE_SCHED_CLS || type->kernel_type == BPF_PROG_TYPE_SCHED_ACT;
}

/* What the network header must have at least for this frame. */
static uint32_t
min_network_bytes(const uint8_t *frame)
{
    uint16_t proto = (uint16_t)(frame[12] << 8 | frame[13]);
    return proto == ETH_P_IP ? 20 : proto == ETH_P_IPV6 ? 40 : 0;
}

enum err
context_check_skb(const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    enum err err = context_check_tail(input, sizeof(struct __sk_buff), e);
    if (!err)
        err = check_fields(type, input, e);
    if (err)
        return err;
    if (input->packet_bytes < ETH_HLEN)
        return context_refuse(e, "packet", "%u bytes; the kernel wants at least %d", input->packet_bytes, ETH_HLEN);
    if (input->packet_bytes > SKB_LINEAR_MAX)
        return context_refuse(e, "packet", "%u bytes; the kernel takes at most %d for %s", input->packet_bytes, (int)SKB_LINEAR_MAX,
                              type->name);
    uint32_t network = min_network_bytes(input->packet);
    if (input->packet_bytes < ETH_HLEN + network)
        return context_refuse(e, "packet", "%u bytes; its Ethernet type promises an IP header of %u", input->packet_bytes, network);
    uint32_t len = input->packet_bytes - (is_l2(type) ? 0 : ETH_HLEN);
    uint32_t wire_len = IN(input, wire_len);
    if (wire_len && (wire_len < len || wire_len > WIRE_LEN_MAX))
        return context_refuse(e, "context", "wire_len is %u: it must be 0 or %u to %d", wire_len, len, (int)WIRE_LEN_MAX);
    if (IN(input, gso_segs) > GSO_SEGS_MAX)
        return context_refuse(e, "context", "gso_segs is %u, at most %d", IN(input, gso_segs), (int)GSO_SEGS_MAX);
    return OK;
}

/* As eth_type_trans() on lo, whose address and broadcast address are zero. */
static uint32_t
packet_kind(const uint8_t *frame)
{
    static const uint8_t zero[ETH_ALEN];
    if (memcmp(frame, zero, ETH_ALEN) == 0)
        return 0; /* PACKET_HOST */
    return frame[0] & 1 ? 2 /* PACKET_MULTICAST */ : 3 /* PACKET_OTHERHOST */;
}

/* The Ethernet type in network order; 802.3 frames get the kernel's own numbers. */
static uint16_t
packet_protocol(const uint8_t *frame, uint32_t bytes)
{
    uint16_t proto = (uint16_t)(frame[12] << 8 | frame[13]);
    if (proto >= ETH_P_802_3_MIN)
        return htons(proto);
    bool is_raw = bytes >= ETH_HLEN + 2 && frame[14] == 0xff && frame[15] == 0xff;
    return htons(is_raw ? ETH_P_802_3 : ETH_P_802_2);
}

/* The addresses that the kernel copies from the packet into its dummy socket: source is local, destination is remote. */
static void
set_addresses(const uint8_t *frame, struct __sk_buff *ctx, struct bpf_sock *sock)
{
    const uint8_t *ip = frame + ETH_HLEN;
    *sock = (struct bpf_sock){ .state = SOCK_CLOSED, .rx_queue_mapping = -1 };
    switch (min_network_bytes(frame)) {
    case 20:
        ctx->family = sock->family = 2; /* AF_INET */
        memcpy(&ctx->local_ip4, ip + 12, 4);
        memcpy(&ctx->remote_ip4, ip + 16, 4);
        memcpy(&sock->src_ip4, ip + 12, 4);
        memcpy(&sock->dst_ip4, ip + 16, 4);
        break;
    case 40:
        ctx->family = sock->family = 10; /* AF_INET6 */
        memcpy(ctx->local_ip6, ip + 8, 16);
        memcpy(ctx->remote_ip6, ip + 24, 16);
        memcpy(sock->src_ip6, ip + 8, 16);
        memcpy(sock->dst_ip6, ip + 24, 16);
        break;
    }
}

static void
build_packet(struct machine *m)
{
    const struct input *in = &m->input;
    struct packet *p = &m->packet;
    *p = (struct packet){ .is_present = true, .hard_start = SKB_HEAD, .hard_end = SKB_HEAD + SKB_FRAME_BYTES - SKB_TAILROOM };
    uint32_t mac = p->hard_start + SKB_HEADROOM;
    p->data = p->meta = is_l2(m->type) ? mac : mac + ETH_HLEN;
    p->end = mac + in->packet_bytes;
    p->mac = mac;
    p->net = mac + ETH_HLEN;
    memset(memory_host(&m->mem, p->hard_start), 0, SKB_FRAME_BYTES);
    memcpy(memory_host(&m->mem, mac), in->packet, in->packet_bytes);
}

static void
build_fields(struct machine *m)
{
    const struct input *in = &m->input;
    struct __sk_buff *ctx = memory_host(&m->mem, GUEST_CTX);
    memset(ctx, 0, sizeof *ctx);
    for (uint32_t i = 0; i < m->type->n_fields; i++) {
        const struct ctx_field *f = &m->type->fields[i];
        if (f->is_input && f->off < in->ctx_bytes)
            memcpy((uint8_t *)ctx + f->off, in->ctx + f->off, f->bytes < in->ctx_bytes - f->off ? f->bytes : in->ctx_bytes - f->off);
    }
    ctx->gso_size = (uint16_t)ctx->gso_size; /* skb_shared_info has 16 bits for it */
    ctx->pkt_type = packet_kind(in->packet);
    ctx->protocol = packet_protocol(in->packet, in->packet_bytes);
    if (!ctx->ifindex)
        ctx->ifindex = 1;
    if (in->ctx && !ctx->wire_len)
        ctx->wire_len = m->packet.end - m->packet.data;
    set_addresses(in->packet, ctx, memory_host(&m->mem, SOCK_ADDR));
    uint64_t sock = SOCK_ADDR;
    memcpy((uint8_t *)ctx + OFF(sk), &sock, sizeof sock);
    context_moved_skb(m);
}

void
context_build_skb(struct machine *m, struct region_list *list)
{
    build_packet(m);
    build_fields(m);
    m->regs[REG_1] = GUEST_CTX;
    context_add_fields(m->type, list);
    context_add_packet(m, list, MEM_READ | MEM_WRITE);
    context_add_region(list, &(struct region){ .base = SOCK_ADDR, .elem_bytes = sizeof(struct bpf_sock), .n = 1, .access = MEM_READ,
                                               .kind = REGION_KERNEL, .origin = SOCK_ADDR });
}

void
context_moved_skb(struct machine *m)
{
    struct __sk_buff *ctx = memory_host(&m->mem, GUEST_CTX);
    ctx->data = m->packet.data;
    ctx->data_end = m->packet.end;
    ctx->data_meta = m->packet.meta;
    ctx->len = m->packet.end - m->packet.data;
}

void
context_result_skb(struct machine *m, struct result *out)
{
    const struct __sk_buff *ctx = memory_host(&m->mem, GUEST_CTX);
    uint32_t start = m->packet.data;
    if (!is_l2(m->type)) {
        start -= ETH_HLEN;
        memset(memory_host(&m->mem, start), 0, ETH_HLEN);
    }
    out->packet = memory_host(&m->mem, start);
    out->packet_bytes = m->packet.end - start;
    struct __sk_buff back = { .mark = ctx->mark, .priority = ctx->priority, .ingress_ifindex = ctx->ingress_ifindex,
                              .ifindex = ctx->ifindex, .tstamp = ctx->tstamp, .wire_len = ctx->wire_len, .gso_segs = ctx->gso_segs,
                              .hwtstamp = ctx->hwtstamp, .gso_size = IN(&m->input, gso_size) };
    memcpy(back.cb, ctx->cb, sizeof back.cb);
    memcpy(out->ctx, &back, sizeof back);
    out->ctx_bytes = sizeof back;
}
