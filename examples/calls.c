/* calls.c: functions that call functions.
 *
 * A load balancer chooses one of four servers by a hash over the addresses of a packet. Each function has its own 512 bytes of stack; r1 to r5
 * carry the arguments and are lost in the call, r6 to r9 survive it.
 *
 *   ebpfdbg examples/calls.o --packet examples/packets/http.hex
 *   (ebpfdbg) break rotate
 *   (ebpfdbg) run
 *   (ebpfdbg) backtrace               rotate, called by mix, called by hash, called by balance
 *   (ebpfdbg) info frame
 *   (ebpfdbg) finish                  what did it return?
 *   (ebpfdbg) up
 *   (ebpfdbg) info registers
 *   (ebpfdbg) delete
 *   (ebpfdbg) continue
 *
 * Then see how many instructions a packet costs: `info cycles`. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define N_SERVERS 4

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, N_SERVERS);
    __type(key, __u32);
    __type(value, __u64);
} servers SEC(".maps");

static __attribute__((noinline)) __u32
rotate(__u32 value, __u32 bits)
{
    return value << (bits & 31) | value >> (-bits & 31);
}

static __attribute__((noinline)) __u32
mix(__u32 state, __u32 word)
{
    state ^= word * 0xcc9e2d51;
    return rotate(state, 13) * 5 + 0xe6546b64;
}

static __attribute__((noinline)) __u32
hash(__u32 source, __u32 destination)
{
    __u32 state = mix(0x9747b28c, source);
    return mix(state, destination);
}

SEC("xdp")
int
balance(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;

    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
    __u64 *packets = bpf_map_lookup_elem(&servers, &server);
    if (!packets)
        return XDP_ABORTED;
    *packets += 1;
    return XDP_TX;
}

char _license[] SEC("license") = "GPL";
