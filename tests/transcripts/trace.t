# Each instruction with what it changed, as text or JSON lines; and graphs of the control flow.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) trace
Tracing is off.
(ebpfdbg) break mix
Breakpoint 1 at insn 8: file calls.c, line 43.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, mix (state=2538058380, word=16777226) at calls.c:43
43	    state ^= word * 0xcc9e2d51;
(ebpfdbg) trace on
(ebpfdbg) trace
Tracing to the commands' output.
(ebpfdbg) delete
(ebpfdbg) stepi
calls.c:43	    state ^= word * 0xcc9e2d51;
      8 <mix+0>:	w2 *= -862048943	; r2 = 0x4f2dc52a
43	    state ^= word * 0xcc9e2d51;
(ebpfdbg) stepi 2
      9 <mix+1>:	w2 ^= w1	; r2 = 0xd86a77a6
calls.c:44	    return rotate(state, 13) * 5 + 0xe6546b64;
      10 <mix+2>:	w1 = w2	; r1 = 0xd86a77a6
insn 11	44	    return rotate(state, 13) * 5 + 0xe6546b64;
(ebpfdbg) next
      11 <mix+3>:	call pc+3 <rotate>	; r10 = 0x2f400
calls.c:35	rotate(__u32 value, __u32 bits)
        15 <rotate+0>:	w0 = w1	; r0 = 0xd86a77a6
calls.c:37	    return value << (bits & 31) | value >> (-bits & 31);
        16 <rotate+1>:	w1 >>= 19	; r1 = 0x1b0d
        17 <rotate+2>:	w0 <<= 13	; r0 = 0x4ef4c000
        18 <rotate+3>:	w0 |= w1	; r0 = 0x4ef4db0d
        19 <rotate+4>:	exit	; r10 = 0x2f800
calls.c:44	    return rotate(state, 13) * 5 + 0xe6546b64;
      12 <mix+4>:	w0 *= 5	; r0 = 0x8ac84741
      13 <mix+5>:	w0 += -430675100	; r0 = 0x711cb2a5
      14 <mix+6>:	exit	; r10 = 0x2fc00
hash (source=<optimized out>, destination=33554442) at calls.c:51
51	    return mix(state, destination);
(ebpfdbg) reverse-stepi 2
mix (state=<optimized out>, word=<optimized out>) at calls.c:44
44	    return rotate(state, 13) * 5 + 0xe6546b64;
(ebpfdbg) trace on --json
(ebpfdbg) trace
Tracing to the commands' output as JSON lines.
(ebpfdbg) stepi 2
{"icount":28,"depth":2,"pc":13,"insn":"w0 += -430675100","function":"mix","file":"./examples/calls.c","line":44,"regs":{"r0":"0x711cb2a5"}}
{"icount":29,"depth":2,"pc":14,"insn":"exit","function":"mix","file":"./examples/calls.c","line":44,"regs":{"r10":"0x2fc00"}}
hash (source=<optimized out>, destination=33554442) at calls.c:51
51	    return mix(state, destination);
(ebpfdbg) trace on no/such/folder
no/such/folder: No such file or directory
(ebpfdbg) trace
Tracing is off.
(ebpfdbg) trace on calls.trace
(ebpfdbg) trace
Tracing to calls.trace.
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) trace off
(ebpfdbg) trace
Tracing is off.
(ebpfdbg) trace nonsense
Undefined trace command: "nonsense".  Try "help trace".
(ebpfdbg) # without counts, with them
(ebpfdbg) graph rotate
digraph program {
  node [shape=box, style=filled, fontname=monospace, fontsize=10];
  edge [fontname=monospace, fontsize=10];
  subgraph cluster_2 {
    label="rotate";
    n15 [fillcolor="#ffffff", label="15: w0 = w1\l16: w1 >>= 19\l17: w0 <<= 13\l18: w0 |= w1\l19: exit\l"];
  }
}
(ebpfdbg) profile on
(ebpfdbg) run
Starting program: balance (xdp)
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) graph balance
digraph program {
  node [shape=box, style=filled, fontname=monospace, fontsize=10];
  edge [fontname=monospace, fontsize=10];
  subgraph cluster_3 {
    label="balance, 1 call";
    n20 [fillcolor="#ff9060", label="1 time\l20: w0 = 2\l21: r2 = *(u32 *)(r1 +4)\l22: r1 = *(u32 *)(r1 +0)\l23: r3 = r1\l24: r3 += 34\l25: if r3 > r2 goto pc+22\l"];
    n26 [fillcolor="#ff9060", label="1 time\l26: r2 = *(u8 *)(r1 +12)\l27: r3 = *(u8 *)(r1 +13)\l28: w3 <<= 8\l29: w3 |= w2\l30: if w3 != 0x8 goto pc+17\l"];
    n31 [fillcolor="#ff9060", label="1 time\l31: r2 = *(u32 *)(r1 +30)\l32: r1 = *(u32 *)(r1 +26)\l33: call pc-34 <hash>\l34: w0 &= 3\l35: *(u32 *)(r10 -4) = r0\l36: r2 = r10\l37: r2 += -4\l38: r1 = map[servers] ll\l40: call bpf_map_lookup_elem#1\l41: r1 = r0\l42: w0 = 0\l43: if r1 == 0x0 goto pc+4\l"];
    n44 [fillcolor="#ff9060", label="1 time\l44: r2 = *(u64 *)(r1 +0)\l45: r2 += 1\l46: *(u64 *)(r1 +0) = r2\l47: w0 = 3\l"];
    n48 [fillcolor="#ff9060", label="1 time\l48: exit\l"];
    n20 -> n48 [label="0", style=dashed, color="#208020"];
    n20 -> n26 [label="1", style=solid];
    n26 -> n48 [label="0", style=dashed, color="#208020"];
    n26 -> n31 [label="1", style=solid];
    n31 -> n48 [label="0", style=dashed, color="#208020"];
    n31 -> n44 [label="1", style=solid];
    n44 -> n48 [label="1", style=solid];
  }
}
(ebpfdbg) graph nope calls.dot
Function "nope" not defined.
(ebpfdbg) graph no/such/folder
no/such/folder: No such file or directory
(ebpfdbg) graph calls.dot
(ebpfdbg) graph rotate rotate.dot
[status 1]
$ ebpfdbg -nx -q examples/filter.o --packet examples/packets/dns.hex -ex 'trace on'
(ebpfdbg) run
Starting program: filter (xdp)
filter.c:43	filter(struct xdp_md *ctx)
  11 <filter+0>:	w6 = 2	; r6 = 0x2
filter.c:45	    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  12 <filter+1>:	r8 = *(u32 *)(r1 +4)	; r8 = 0x100147
  13 <filter+2>:	r7 = *(u32 *)(r1 +0)	; r7 = 0x100100
filter.c:48	    if ((void *)(ip + 1) > end)
  14 <filter+3>:	r1 = r7	; r1 = 0x100100
  15 <filter+4>:	r1 += 34	; r1 = 0x100122
  16 <filter+5>:	if r1 > r8 goto pc+19
filter.c:50	    if (eth->h_proto != bpf_htons(ETH_P_IP))
  17 <filter+6>:	r1 = *(u8 *)(r7 +12)	; r1 = 0x8
  18 <filter+7>:	r2 = *(u8 *)(r7 +13)
  19 <filter+8>:	w2 <<= 8
  20 <filter+9>:	w2 |= w1	; r2 = 0x8
  21 <filter+10>:	if w2 != 0x8 goto pc+14
filter.c:53	    count(ip->protocol);
  22 <filter+11>:	r1 = *(u8 *)(r7 +23)	; r1 = 0x11
  23 <filter+12>:	call pc-24 <count>	; r10 = 0x2fc00
filter.c:34	count(__u32 protocol)
    0 <count+0>:	*(u32 *)(r10 -4) = r1	; fp-4 = 0x11
    1 <count+1>:	r2 = r10	; r2 = 0x2fc00
    2 <count+2>:	r2 += -4	; r2 = 0x2fbfc
filter.c:36	    __u64 *n = bpf_map_lookup_elem(&packets, &protocol);
    3 <count+3>:	r1 = map[packets] ll	; r1 = 0x1000000
    5 <count+5>:	call bpf_map_lookup_elem#1	; r0 = 0x10000110
filter.c:37	    if (n)
    6 <count+6>:	if r0 == 0x0 goto pc+3
filter.c:38	        *n += 1; /* on several CPUs: __sync_fetch_and_add(n, 1), which gcc 12 can't compile */
    7 <count+7>:	r1 = *(u64 *)(r0 +0)	; r1 = 0x0
    8 <count+8>:	r1 += 1	; r1 = 0x1
    9 <count+9>:	*(u64 *)(r0 +0) = r1	; packets[17]+0 = 0x1
filter.c:39	}
    10 <count+10>:	exit	; r10 = 0x30000
filter.c:54	    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
  24 <filter+13>:	r1 = *(u8 *)(r7 +23)	; r1 = 0x11
  25 <filter+14>:	if w1 != 0x11 goto pc+10
  26 <filter+15>:	r1 = *(u8 *)(r7 +14)	; r1 = 0x45
  27 <filter+16>:	w1 &= 15	; r1 = 0x5
  28 <filter+17>:	if w1 != 0x5 goto pc+7
  29 <filter+18>:	r1 = r7	; r1 = 0x100100
  30 <filter+19>:	r1 += 42	; r1 = 0x10012a
  31 <filter+20>:	if r1 > r8 goto pc+4
filter.c:60	    if (udp->dest == bpf_htons(53))
  32 <filter+21>:	r1 = *(u16 *)(r7 +36)	; r1 = 0x3500
  33 <filter+22>:	w6 = 1	; r6 = 0x1
  34 <filter+23>:	if w1 == 0x3500 goto pc+1
filter.c:63	}
  36 <filter+25>:	w0 = w6	; r0 = 0x1
  37 <filter+26>:	exit
[filter returned 1 (XDP_DROP), 36 insns, 36 cycles]
