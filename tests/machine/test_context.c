/* Contexts and packets are what BPF_PROG_TEST_RUN builds, byte by byte; inputs that the kernel refuses are refused. */
#include "config.h"

#include "tests/machine/fixture.h"

#include <linux/bpf.h>
#include <string.h>

static uint8_t frame[4000];

static void
set_up(void)
{
    memset(frame, 0, sizeof frame);
    for (unsigned i = 14; i < sizeof frame; i++)
        frame[i] = (uint8_t)i;
    frame[12] = 0x88;
    frame[13] = 0xb5; /* a local experimental Ethernet type */
    fixture_open();
}

TestSuite(context, .init = set_up, .fini = fixture_close);

static enum err
start(const char *type, const void *ctx, uint32_t ctx_bytes, uint32_t packet_bytes)
{
    struct input in = { .packet = packet_bytes ? frame : NULL, .packet_bytes = packet_bytes, .ctx = ctx, .ctx_bytes = ctx_bytes };
    struct errinfo e;
    return machine_start(fix.m, 0, prog_type_named(type), &in, &e);
}

static uint32_t
u32_at(uint64_t addr)
{
    uint32_t value = 0;
    const void *p = memory_translate(&fix.m->mem, addr, 4, MEM_READ, NULL);
    cr_assert_not_null(p, "0x%lx is readable", (long)addr);
    memcpy(&value, p, 4);
    return value;
}

Test(context, generic)
{
    cr_assert_eq(start("generic", NULL, 0, 20), OK);
    cr_assert_eq(fix.m->regs[1], GUEST_PACKET);
    cr_assert_eq(fix.m->regs[2], 20);
    cr_assert_eq(fix.m->regs[10], STACK_TOP);
    cr_assert_eq(start("generic", NULL, 0, 0), OK);
    cr_assert_eq(fix.m->regs[1], 0);
    cr_assert_eq(fix.m->regs[2], 0);
}

Test(context, xdp)
{
    cr_assert_eq(start("xdp", NULL, 0, 64), OK);
    uint64_t ctx = fix.m->regs[1];
    uint32_t data = u32_at(ctx);
    cr_assert_eq(u32_at(ctx + 4) - data, 64);
    cr_assert_eq(u32_at(ctx + 8), data);
    cr_assert_eq(u32_at(ctx + 12), 1);
    cr_assert_eq(u32_at(ctx + 16), 0);
    cr_assert_null(memory_translate(&fix.m->mem, ctx + 20, 4, MEM_READ, NULL), "egress_ifindex is for devmap programs");
    cr_assert_null(memory_translate(&fix.m->mem, ctx, 4, MEM_WRITE, NULL));
    cr_assert_eq(memcmp(memory_translate(&fix.m->mem, data, 64, MEM_READ | MEM_WRITE, NULL), frame, 64), 0);
    cr_assert_null(memory_translate(&fix.m->mem, data - 1, 1, MEM_READ, NULL));
    cr_assert_null(memory_translate(&fix.m->mem, data + 64, 1, MEM_READ, NULL));
}

Test(context, xdp_metadata)
{
    struct xdp_md md = { .data = 8, .data_end = 100, .ingress_ifindex = 1, .rx_queue_index = 0 };
    struct result out;
    cr_assert_eq(start("xdp", &md, sizeof md, 100), OK);
    uint64_t ctx = fix.m->regs[1];
    cr_assert_eq(u32_at(ctx) - u32_at(ctx + 8), 8);
    cr_assert_eq(u32_at(ctx + 4) - u32_at(ctx), 92);
    machine_result(fix.m, &out);
    cr_assert_eq(out.packet_bytes, 100);
    cr_assert_eq(memcmp(out.packet, frame, 100), 0);
    cr_assert_eq(out.ctx_bytes, 24);
    cr_assert_eq(memcmp(out.ctx, &md, sizeof md), 0);
}

Test(context, xdp_refusals)
{
    struct xdp_md md = { .data_end = 64 };
    uint8_t longer[28] = { 0 };
    cr_assert_eq(start("xdp", NULL, 0, 13), ERR_INPUT);
    cr_assert_eq(start("xdp", NULL, 0, 14), OK);
    cr_assert_eq(start("xdp", &md, sizeof md, 63), ERR_INPUT);
    md.data = 6;
    cr_assert_eq(start("xdp", &md, sizeof md, 64), ERR_INPUT);
    md.data = 220;
    md.data_end = 300;
    cr_assert_eq(start("xdp", &md, sizeof md, 300), ERR_INPUT);
    md.data = 216;
    cr_assert_eq(start("xdp", &md, sizeof md, 300), OK);
    md.data_meta = 1;
    cr_assert_eq(start("xdp", &md, sizeof md, 300), ERR_INPUT);
    md = (struct xdp_md){ .data_end = 64, .rx_queue_index = 1 };
    cr_assert_eq(start("xdp", &md, sizeof md, 64), ERR_INPUT);
    memcpy(longer, &(struct xdp_md){ .data_end = 64 }, 24);
    cr_assert_eq(start("xdp", longer, 28, 64), OK);
    longer[27] = 1;
    cr_assert_eq(start("xdp", longer, 28, 64), ERR_INPUT);
}

Test(context, xdp_fragments)
{
    struct result out;
    cr_assert_eq(start("xdp", NULL, 0, 4000), OK);
    cr_assert_eq(u32_at(fix.m->regs[1] + 4) - u32_at(fix.m->regs[1]), 3520);
    machine_result(fix.m, &out);
    cr_assert_eq(out.packet_bytes, 4000);
    cr_assert_eq(memcmp(out.packet, frame, 4000), 0);
}

Test(context, tc)
{
    cr_assert_eq(start("tc", NULL, 0, 60), OK);
    uint64_t ctx = fix.m->regs[1];
    cr_assert_eq(u32_at(ctx), 60);
    cr_assert_eq(u32_at(ctx + 16), 0xb588);
    cr_assert_eq(u32_at(ctx + 40), 1);
    cr_assert_eq(u32_at(ctx + 160), 0);
    cr_assert_eq(u32_at(ctx + 80) - u32_at(ctx + 76), 60);
    cr_assert_not_null(memory_translate(&fix.m->mem, ctx + 8, 4, MEM_WRITE, NULL), "mark");
    cr_assert_not_null(memory_translate(&fix.m->mem, ctx + 48, 20, MEM_WRITE, NULL), "cb");
    cr_assert_null(memory_translate(&fix.m->mem, ctx, 4, MEM_WRITE, NULL), "len");
    cr_assert_null(memory_translate(&fix.m->mem, ctx + 88, 4, MEM_READ, NULL), "family");
}

Test(context, skb_below_the_link_layer)
{
    struct result out;
    cr_assert_eq(start("cgroup_skb", NULL, 0, 60), OK);
    uint64_t ctx = fix.m->regs[1];
    cr_assert_eq(u32_at(ctx), 46);
    cr_assert_eq(memcmp(memory_translate(&fix.m->mem, u32_at(ctx + 76), 46, MEM_READ, NULL), frame + 14, 46), 0);
    machine_result(fix.m, &out);
    cr_assert_eq(out.packet_bytes, 60);
    cr_assert_eq(out.packet[13], 0);
    cr_assert_eq(memcmp(out.packet + 14, frame + 14, 46), 0);
    cr_assert_eq(start("socket_filter", NULL, 0, 60), OK);
    cr_assert_null(memory_translate(&fix.m->mem, ctx + 76, 4, MEM_READ, NULL), "socket filters have no data");
}

Test(context, skb_refusals)
{
    struct __sk_buff skb = { .mark = 7, .wire_len = 59 };
    cr_assert_eq(start("tc", NULL, 0, 13), ERR_INPUT);
    cr_assert_eq(start("tc", NULL, 0, 3713), ERR_INPUT);
    cr_assert_eq(start("tc", &skb, sizeof skb, 60), ERR_INPUT, "wire_len below len");
    skb.wire_len = 60;
    cr_assert_eq(start("tc", &skb, sizeof skb, 60), OK);
    skb.tc_index = 1;
    cr_assert_eq(start("tc", &skb, sizeof skb, 60), ERR_INPUT);
    frame[12] = 0x08;
    frame[13] = 0x00;
    cr_assert_eq(start("tc", NULL, 0, 33), ERR_INPUT);
    cr_assert_eq(start("tc", NULL, 0, 34), OK);
}

Test(context, starting_again_on_its_own_input)
{
    uint64_t before, generation;
    cr_assert_eq(start("xdp", NULL, 0, 64), OK);
    before = machine_digest(fix.m);
    generation = fix.m->mem.generation;
    ((uint8_t *)memory_host(&fix.m->mem, fix.m->packet.data))[0] = 1;
    ((uint8_t *)memory_host(&fix.m->mem, STACK_TOP - 8))[0] = 1;
    fix.m->regs[3] = 5;
    cr_assert_neq(machine_digest(fix.m), before);
    cr_assert_eq(machine_start(fix.m, 0, prog_type_named("xdp"), &fix.m->input, NULL), OK);
    cr_assert_eq(machine_digest(fix.m), before);
    cr_assert_eq(fix.m->mem.generation, generation);
}

Test(context, kprobe_and_tracepoint)
{
    uint8_t regs[169] = { 1, 2, 3 };
    cr_assert_eq(start("kprobe", regs, 168, 0), OK);
    cr_assert_eq(u32_at(fix.m->regs[1]), 0x030201);
    cr_assert_eq(start("kprobe", regs, 169, 0), ERR_INPUT);
    cr_assert_eq(start("kprobe", regs, 8, 0), OK);
    cr_assert_eq(u32_at(fix.m->regs[1] + 164), 0);
    cr_assert_eq(start("kprobe", NULL, 0, 64), ERR_INPUT, "no packet");
    cr_assert_eq(start("tracepoint", regs, 16, 0), OK);
    cr_assert_null(memory_translate(&fix.m->mem, fix.m->regs[1] + 16, 1, MEM_READ, NULL));
}
