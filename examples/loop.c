/* loop.c: a loop with a wrong bound. It loads, it runs, and it drops every packet.
 *
 * Adds up the sixteen-bit words of an IPv4 header as RFC 1071 says; the sum of a good header, folded, is 0xffff. Someone counted wrong.
 *
 *   ebpfdbg run examples/loop.o --packet examples/packets/dns.hex      XDP_DROP, though the packet is good
 *
 *   ebpfdbg examples/loop.o --packet examples/packets/dns.hex
 *   (ebpfdbg) break loop.c:39         the line that adds
 *   (ebpfdbg) ignore 1 100            do not stop, only count
 *   (ebpfdbg) run
 *   (ebpfdbg) info breakpoints        how often did it add? A header of 20 bytes has 10 words
 *
 * Mend it and see the verdict change. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define HEADER_WORDS 9

SEC("xdp")
int
check_header(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;

    __u16 *words = (__u16 *)ip;
    __u32 sum = 0;
#ifdef __clang__
#pragma clang loop unroll(disable)
#endif
    for (int i = 0; i < HEADER_WORDS; i++)
        sum += words[i];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
