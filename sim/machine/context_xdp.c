/* struct xdp_md and its packet buffer: one page with 256 bytes of headroom and 320 of tailroom; what does not fit in between is in
 * fragments, which the guest reaches only through helpers. See context.h. */
#include "config.h"

#include "sim/machine/context.h"

#include "sim/base/base.h"

#include <linux/bpf.h>
#include <string.h>

enum {
    XDP_HEADROOM = 256,
    XDP_FRAME_BYTES = 4096,
    XDP_TAILROOM = 320, /* struct skb_shared_info */
    XDP_META_MAX = 216, /* headroom less struct xdp_frame */
    XDP_LINEAR_MAX = XDP_FRAME_BYTES - XDP_HEADROOM - XDP_TAILROOM,
    XDP_MIN_BYTES = 14, /* an Ethernet header */
    XDP_FRAGS = GUEST_PACKET + 0x10000, /* not a region */
    XDP_WHOLE = GUEST_PACKET + 0x40000, /* where context_result_xdp joins the parts */
};

#define IN(input, field) context_in_u32(input, offsetof(struct xdp_md, field))

enum err
context_check_xdp(const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    uint32_t meta = 0;
    enum err err = context_check_tail(input, sizeof(struct xdp_md), e);
    if (err)
        return err;
    if (input->ctx) {
        meta = IN(input, data);
        if (IN(input, data_meta))
            return context_refuse(e, "context", "data_meta must be 0: metadata starts at the front of the packet bytes");
        if (IN(input, data_end) > input->packet_bytes)
            return context_refuse(e, "context", "data_end is %u, the packet has %u bytes", IN(input, data_end), input->packet_bytes);
        if (meta > IN(input, data_end))
            return context_refuse(e, "context", "data (%u) lies past data_end (%u)", meta, IN(input, data_end));
        if (meta % 4 || meta > XDP_META_MAX)
            return context_refuse(e, "context", "data is %u: metadata is a multiple of 4 and at most %d bytes", meta, (int)XDP_META_MAX);
        if (IN(input, egress_ifindex))
            return context_refuse(e, "context", "egress_ifindex must be 0");
        if (IN(input, rx_queue_index) && !IN(input, ingress_ifindex))
            return context_refuse(e, "context", "rx_queue_index without ingress_ifindex");
    }
    if (input->packet_bytes < meta + XDP_MIN_BYTES)
        return context_refuse(e, "packet", "%u bytes; the kernel wants at least %d after the metadata", input->packet_bytes - meta,
                              (int)XDP_MIN_BYTES);
    return OK;
}

void
context_moved_xdp(struct machine *m)
{
    struct xdp_md *ctx = memory_host(&m->mem, GUEST_CTX);
    ctx->data = m->packet.data;
    ctx->data_end = m->packet.end;
    ctx->data_meta = m->packet.meta;
}

void
context_build_xdp(struct machine *m, struct region_list *list)
{
    const struct input *in = &m->input;
    uint32_t meta = IN(in, data);
    uint32_t linear = in->ctx ? IN(in, data_end) : in->packet_bytes;
    if (linear > XDP_LINEAR_MAX + meta)
        linear = XDP_LINEAR_MAX + meta;

    struct packet *p = &m->packet;
    *p = (struct packet){ .is_present = true, .hard_start = GUEST_PACKET, .data = GUEST_PACKET + XDP_HEADROOM,
                          .hard_end = GUEST_PACKET + XDP_FRAME_BYTES - XDP_TAILROOM, .frags = XDP_FRAGS,
                          .frag_bytes = in->packet_bytes - linear };
    p->meta = p->data - meta;
    p->end = p->meta + linear;
    memset(memory_host(&m->mem, p->hard_start), 0, XDP_FRAME_BYTES);
    memcpy(memory_host(&m->mem, p->meta), in->packet, linear);
    memcpy(memory_host(&m->mem, p->frags), in->packet + linear, p->frag_bytes);

    struct xdp_md *ctx = memory_host(&m->mem, GUEST_CTX);
    *ctx = (struct xdp_md){ .ingress_ifindex = 1, .rx_queue_index = IN(in, rx_queue_index) };
    if (IN(in, ingress_ifindex))
        ctx->ingress_ifindex = IN(in, ingress_ifindex);
    context_moved_xdp(m);
    m->regs[REG_1] = GUEST_CTX;
    context_add_fields(m->type, list);
    context_add_packet(m, list, MEM_READ | MEM_WRITE);
}

void
context_result_xdp(struct machine *m, struct result *out)
{
    const struct packet *p = &m->packet;
    uint32_t linear = p->end - p->meta;
    out->packet = memory_host(&m->mem, p->meta);
    out->packet_bytes = linear + p->frag_bytes;
    if (p->frag_bytes) {
        uint8_t *whole = memory_host(&m->mem, XDP_WHOLE);
        memcpy(whole, out->packet, linear);
        memcpy(whole + linear, memory_host(&m->mem, p->frags), p->frag_bytes);
        out->packet = whole;
    }
    struct xdp_md ctx = { .data = p->data - p->meta, .data_end = linear, .ingress_ifindex = IN(&m->input, ingress_ifindex),
                          .rx_queue_index = IN(&m->input, rx_queue_index) };
    memcpy(out->ctx, &ctx, sizeof ctx);
    out->ctx_bytes = sizeof ctx;
}
