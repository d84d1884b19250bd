/* Flow dissectors: a __sk_buff of three pointers, a packet from the Ethernet header on, and struct bpf_flow_keys, which the program fills
 * and BPF_PROG_TEST_RUN hands back as data_out. See context.h. */
#include "config.h"

#include "sim/machine/context.h"

#include "sim/base/base.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stddef.h>
#include <string.h>

enum { FLOW_PACKET_MAX = 4096, FLOW_HEADROOM = 64, FLOW_KEYS = GUEST_KERNEL };

#define KEYS_OFF(field) offsetof(struct bpf_flow_keys, field)

enum err
context_check_flow(const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    enum err err = context_check_tail(input, sizeof(struct bpf_flow_keys), e);
    if (err)
        return err;
    for (uint32_t i = 0; i < input->ctx_bytes; i++)
        if (input->ctx[i] && (i < KEYS_OFF(flags) || i >= KEYS_OFF(flags) + 4))
            return context_refuse(e, "context", "byte %u is not zero; only flags of struct bpf_flow_keys can be set", i);
    if (input->packet_bytes < ETH_HLEN || input->packet_bytes > FLOW_PACKET_MAX)
        return context_refuse(e, "packet", "%u bytes; the kernel takes %d to %d", input->packet_bytes, ETH_HLEN, (int)FLOW_PACKET_MAX);
    return OK;
}

void
context_build_flow(struct machine *m, struct region_list *list)
{
    const struct input *in = &m->input;
    uint32_t data = GUEST_PACKET + FLOW_HEADROOM;
    m->packet = (struct packet){ .is_present = true, .hard_start = GUEST_PACKET, .meta = data, .data = data, .mac = data,
                                 .net = data + ETH_HLEN, .end = data + in->packet_bytes, .hard_end = data + in->packet_bytes };
    memcpy(memory_host(&m->mem, data), in->packet, in->packet_bytes);

    struct bpf_flow_keys *keys = memory_host(&m->mem, FLOW_KEYS);
    *keys = (struct bpf_flow_keys){ .nhoff = ETH_HLEN, .thoff = ETH_HLEN, .flags = context_in_u32(in, KEYS_OFF(flags)) };
    memcpy(&keys->n_proto, in->packet + 2 * ETH_ALEN, sizeof keys->n_proto);

    struct __sk_buff *ctx = memory_host(&m->mem, GUEST_CTX);
    uint64_t address = FLOW_KEYS;
    memset(ctx, 0, sizeof *ctx);
    ctx->data = data;
    ctx->data_end = m->packet.end;
    memcpy((uint8_t *)ctx + offsetof(struct __sk_buff, flow_keys), &address, sizeof address);
    m->regs[REG_1] = GUEST_CTX;
    context_add_fields(m->type, list);
    context_add_packet(m, list, MEM_READ);
    context_add_region(list, &(struct region){ .base = FLOW_KEYS, .elem_bytes = sizeof *keys, .n = 1, .access = MEM_READ | MEM_WRITE,
                                               .kind = REGION_KERNEL, .origin = FLOW_KEYS });
}

static uint16_t
clamp(uint16_t value, uint32_t lo, uint32_t hi)
{
    return (uint16_t)(value < lo ? lo : value > hi ? hi : value);
}

void
context_result_flow(struct machine *m, struct result *out)
{
    struct bpf_flow_keys *keys = memory_host(&m->mem, FLOW_KEYS);
    keys->nhoff = clamp(keys->nhoff, ETH_HLEN, m->input.packet_bytes);
    keys->thoff = clamp(keys->thoff, keys->nhoff, m->input.packet_bytes);
    out->packet = (const uint8_t *)keys;
    out->packet_bytes = sizeof *keys;
    memcpy(out->ctx + KEYS_OFF(flags), (uint32_t[]){ context_in_u32(&m->input, KEYS_OFF(flags)) }, sizeof(uint32_t));
    out->ctx_bytes = sizeof *keys;
}
