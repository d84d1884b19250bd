/* verdict.c: the wrong verdict. The firewall shall let nobody in but to port 22 (ssh) and drop all else. It drops ssh too. Why?
 *
 *   ebpfdbg run examples/verdict.o --packet examples/packets/syn.hex   a SYN to port 22: XDP_DROP
 *
 *   ebpfdbg examples/verdict.o --packet examples/packets/syn.hex
 *   (ebpfdbg) break allowed
 *   (ebpfdbg) run
 *   (ebpfdbg) print $r1               22 was sent. What arrived?
 *   (ebpfdbg) print/x $r1
 *   (ebpfdbg) set $r1 = 22            what if it were right?
 *   (ebpfdbg) continue
 *
 * What the wire calls 22 this machine calls 5632: a bpf_ntohs() is missing. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __attribute__((noinline)) int
allowed(__u32 port)
{
    return port == 22;
}

SEC("xdp")
int
firewall(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct tcphdr *tcp = (void *)(ip + 1);
    if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    if (ip->protocol != IPPROTO_TCP)
        return XDP_DROP;
    return allowed(tcp->dest) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
