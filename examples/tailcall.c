/* tailcall.c: programs that jump to programs.
 *
 * A parser in three stages; each knows one header and leaves the rest to the next one through the PROG_ARRAY `stages`. A tail call does not
 * return: it replaces the running program, on the same packet. An empty slot is no error, the program just goes on.
 *
 *   ebpfdbg examples/tailcall.o --prog ethernet --packet examples/packets/dns.hex
 *   (ebpfdbg) break udp
 *   (ebpfdbg) run
 *   (ebpfdbg) backtrace               one frame only: who called is gone
 *   (ebpfdbg) info maps               stages holds programs
 *   (ebpfdbg) continue
 *
 * With examples/packets/icmp.hex slot 1 is not found: what is the verdict, and who gives it? */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { STAGE_IPV4, STAGE_ICMP, STAGE_UDP, N_STAGES };

int ethernet(struct xdp_md *ctx);
int ipv4(struct xdp_md *ctx);
int udp(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, N_STAGES);
    __uint(key_size, sizeof(__u32));
    __array(values, int(void *));
} stages SEC(".maps") = {
    .values = { [STAGE_IPV4] = (void *)&ipv4, [STAGE_UDP] = (void *)&udp },
};

SEC("xdp")
int
ethernet(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_ABORTED;
    if (eth->h_proto == bpf_htons(ETH_P_IP))
        bpf_tail_call(ctx, &stages, STAGE_IPV4);
    return XDP_PASS;
}

SEC("xdp")
int
ipv4(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct iphdr *ip = data + sizeof(struct ethhdr);
    if ((void *)(ip + 1) > end)
        return XDP_DROP;
    if (ip->protocol == IPPROTO_ICMP)
        bpf_tail_call(ctx, &stages, STAGE_ICMP);
    if (ip->protocol == IPPROTO_UDP)
        bpf_tail_call(ctx, &stages, STAGE_UDP);
    return XDP_PASS;
}

SEC("xdp")
int
udp(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct udphdr *header = data + sizeof(struct ethhdr) + sizeof(struct iphdr);
    if ((void *)(header + 1) > end)
        return XDP_DROP;
    return header->dest == bpf_htons(53) ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
