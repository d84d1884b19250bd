/* filter.c: a packet filter that counts.
 *
 * Drops UDP packets to port 53 and counts, in the map `packets`, how many packets of each IP protocol it has seen.
 *
 *   ebpfdbg examples/filter.o --packet examples/packets/dns.hex
 *   (ebpfdbg) break filter            stop where the program begins...
 *   (ebpfdbg) run                     ...on a DNS query
 *   (ebpfdbg) next                    a source line at a time
 *   (ebpfdbg) info registers
 *   (ebpfdbg) break count             the function that writes the map
 *   (ebpfdbg) continue
 *   (ebpfdbg) finish
 *   (ebpfdbg) map lookup packets 17   UDP has been seen once
 *   (ebpfdbg) continue                the verdict
 *
 * Try the other packets of examples/packets, and `ebpfdbg run` for the short answer. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u64);
} packets SEC(".maps");

static __attribute__((noinline)) void
count(__u32 protocol)
{
    __u64 *n = bpf_map_lookup_elem(&packets, &protocol);
    if (n)
        *n += 1; /* on several CPUs: __sync_fetch_and_add(n, 1), which gcc 12 can't compile */
}

SEC("xdp")
int
filter(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end)
        return XDP_PASS;
    if (eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;

    count(ip->protocol);
    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
        return XDP_PASS;

    struct udphdr *udp = (void *)(ip + 1);
    if ((void *)(udp + 1) > end)
        return XDP_PASS;
    if (udp->dest == bpf_htons(53))
        return XDP_DROP;
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
