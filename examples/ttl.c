/* ttl.c: a tc program that rewrites packets.
 *
 * Does what a router does: takes one from the time to live and mends the header checksum by the difference (RFC 1624). Packets whose time is
 * over are dropped, all others are marked for the routing rules.
 *
 *   ebpfdbg run examples/ttl.o --packet examples/packets/http.hex     shows the bytes that changed
 *
 *   ebpfdbg examples/ttl.o --packet examples/packets/http.hex
 *   (ebpfdbg) break forward
 *   (ebpfdbg) run
 *   (ebpfdbg) info context            struct __sk_buff, as the kernel fills it
 *   (ebpfdbg) info packet
 *   (ebpfdbg) break ttl.c:44          when the packet has changed
 *   (ebpfdbg) continue
 *   (ebpfdbg) info packet
 *
 * Set the mark that it starts with: `--ctx mark=7`. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int
forward(struct __sk_buff *skb)
{
    void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return TC_ACT_OK;
    if (ip->ttl <= 1) {
        bpf_printk("time is over: protocol %d", ip->protocol);
        return TC_ACT_SHOT;
    }

    /* The time to live is the high byte of a big-endian word: one less there is 0x100 less in the sum, so 0x100 more in its complement. */
    __u32 check = ip->check;
    check += bpf_htons(0x100);
    ip->check = check + (check >= 0xffff);
    ip->ttl--;
    skb->mark |= 0x100;
    return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
