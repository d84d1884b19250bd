/* ringbuf.c: telling user space through a ring buffer.
 *
 * Reports the first packet of every TCP connection (SYN without ACK) as a record in `events`: reserve room, fill it, submit it. A record that
 * is reserved and neither submitted nor discarded is what the kernel's verifier calls an unreleased reference.
 *
 *   ebpfdbg examples/ringbuf.o --packet examples/packets/syn.hex
 *   (ebpfdbg) break ringbuf.c:53      the record is reserved and empty
 *   (ebpfdbg) run
 *   (ebpfdbg) next
 *   (ebpfdbg) next
 *   (ebpfdbg) info output             nothing yet
 *   (ebpfdbg) continue
 *   (ebpfdbg) info output             the record
 *
 * `ebpfdbg run` prints the records too. The clock is a simulated one: the same run gives the same time, always. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct event {
    __u64 time_ns;
    __u32 source, destination;
    __u16 port;
    __u16 length;
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int
watch_connections(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct tcphdr *tcp = (void *)(ip + 1);
    if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP)
        return XDP_PASS;
    if (!tcp->syn || tcp->ack)
        return XDP_PASS;

    struct event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
    if (!event)
        return XDP_PASS;
    event->time_ns = bpf_ktime_get_ns();
    event->source = ip->saddr;
    event->destination = ip->daddr;
    event->port = bpf_ntohs(tcp->dest);
    event->length = bpf_ntohs(ip->tot_len);
    bpf_ringbuf_submit(event, 0);
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
