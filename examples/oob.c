/* oob.c: a read past the end of the packet. Where?
 *
 * Looks for the word "GET " at the start of the TCP payload. It works on every packet that the author tried; the kernel refuses to load it,
 * and says so in terms of registers. Here the program runs until it really does the wrong thing:
 *
 *   ebpfdbg run examples/oob.o --packet examples/packets/http.hex     fine
 *   ebpfdbg run examples/oob.o --packet examples/packets/syn.hex      a fault: which line, how far past the end?
 *
 *   ebpfdbg examples/oob.o --packet examples/packets/syn.hex
 *   (ebpfdbg) run
 *   (ebpfdbg) info registers          which register points where?
 *   (ebpfdbg) x/8xb $r2-8             what is there...
 *   (ebpfdbg) x/8xb $r2               ...and what is not
 *   (ebpfdbg) info check              what the kernel would say
 *
 * Mend it: one comparison with `end` is missing. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int
find_get(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct tcphdr *tcp = (void *)(ip + 1);
    if ((void *)(tcp + 1) > end)
        return XDP_PASS;
    if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP)
        return XDP_PASS;

    char *payload = (void *)tcp + tcp->doff * 4;
    __u32 word = *(__u32 *)payload;
    if (word == bpf_htonl(0x47455420)) /* "GET " */
        return XDP_DROP;
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
