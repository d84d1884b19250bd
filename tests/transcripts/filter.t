# The session that examples/filter.c tells.
$ ebpfdbg -nx -q examples/filter.o --packet examples/packets/dns.hex
(ebpfdbg) break filter
Breakpoint 1 at insn 11: file filter.c, line 43.
(ebpfdbg) run
Starting program: filter (xdp)

Breakpoint 1, filter (ctx=0x40000) at filter.c:43
43	filter(struct xdp_md *ctx)
(ebpfdbg) next
45	    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
(ebpfdbg) next
48	    if ((void *)(ip + 1) > end)
(ebpfdbg) info registers
r0             0x0                0
r1             0x40000            262144 <xdp_md+0>
r2             0x0                0
r3             0x0                0
r4             0x0                0
r5             0x0                0
r6             0x2                2
r7             0x100100           1048832 <pkt+0>
r8             0x100147           1048903 <pkt+71, its end>
r9             0x0                0
r10            0x30000            0x30000 <fp>
pc             14                 14 <filter+3>
(ebpfdbg) break count
Breakpoint 2 at insn 0: file filter.c, line 34.
(ebpfdbg) continue
Continuing.

Breakpoint 2, count (protocol=17) at filter.c:34
34	count(__u32 protocol)
(ebpfdbg) backtrace
#0  count (protocol=17) at filter.c:34
#1  insn 24 in filter (ctx=<optimized out>) at filter.c:53
(ebpfdbg) finish
Run till exit from #0  count (protocol=17) at filter.c:34
filter (ctx=<optimized out>) at filter.c:54
54	    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
(ebpfdbg) map lookup packets 17
[17] = 1
(ebpfdbg) continue
Continuing.
[filter returned 1 (XDP_DROP), 36 insns, 36 cycles]
(ebpfdbg) info cycles
36 instructions executed, 36.000 cycles (model "unit")
(ebpfdbg) run
Starting program: filter (xdp)

Breakpoint 1, filter (ctx=0x40000) at filter.c:43
43	filter(struct xdp_md *ctx)
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       breakpoint     keep y   insn 11            in filter at filter.c:43
	breakpoint already hit 2 times
2       breakpoint     keep y   insn 0             in count at filter.c:34
	breakpoint already hit 1 time
(ebpfdbg) delete
(ebpfdbg) continue
Continuing.
[filter returned 1 (XDP_DROP), 36 insns, 36 cycles]
(ebpfdbg) map lookup packets 17
[17] = 2
$ ebpfdbg run examples/filter.o --packet examples/packets/dns.hex
program  filter (xdp) of examples/filter.o, engine auto
verdict  XDP_DROP (1)
packet   71 bytes, unchanged
map      packets[17] = 1
counts   36 instructions, 36 cycles (unit)
$ ebpfdbg run examples/filter.o --pcap examples/packets/sample.pcap:4
program  filter (xdp) of examples/filter.o, engine auto
verdict  XDP_PASS (2)
packet   72 bytes, unchanged
map      packets[6] = 1
counts   27 instructions, 27 cycles (unit)
$ ebpfdbg run examples/filter.o --packet examples/packets/arp.hex
program  filter (xdp) of examples/filter.o, engine auto
verdict  XDP_PASS (2)
packet   42 bytes, unchanged
counts   13 instructions, 13 cycles (unit)
