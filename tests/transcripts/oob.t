# A read past the end of the packet.
$ ebpfdbg run examples/oob.o --packet examples/packets/http.hex
program  find_get (xdp) of examples/oob.o, engine auto
verdict  XDP_DROP (1)
packet   72 bytes, unchanged
counts   22 instructions, 22 cycles (unit)
$ ebpfdbg run examples/oob.o --packet examples/packets/syn.hex
program  find_get (xdp) of examples/oob.o, engine auto
fault    read of 4 bytes at pkt+54, 4 bytes past the end of the 54-byte packet
at       insn 18 <find_get+18>, examples/oob.c:40
         40  __u32 word = *(__u32 *)payload;
         18: r1 = *(u32 *)(r2 +0)
packet   54 bytes, unchanged
counts   18 instructions, 18 cycles (unit)
debug    ebpfdbg examples/oob.o --packet examples/packets/syn.hex -ex run
[status 3]
$ ebpfdbg -nx -q examples/oob.o --packet examples/packets/syn.hex
(ebpfdbg) run
Starting program: find_get (xdp)

Program fault: read of 4 bytes at pkt+54, 4 bytes past the end of the 54-byte packet.
find_get (ctx=<optimized out>) at oob.c:40
40	    __u32 word = *(__u32 *)payload;
(ebpfdbg) info registers
r0             0x2                2
r1             0x14               20
r2             0x100136           1048886 <pkt+54, its end>
r3             0x8                8
r4             0x0                0
r5             0x0                0
r6             0x0                0
r7             0x0                0
r8             0x0                0
r9             0x0                0
r10            0x30000            0x30000 <fp>
pc             18                 18 <find_get+18>
(ebpfdbg) x/i $pc
=> 18 <find_get+18>:	r1 = *(u32 *)(r2 +0)
(ebpfdbg) x/8xb $r2-8
0x10012e <pkt+46>:	0x50	0x02	0xfa	0xf0	0xf4	0x96	0x00	0x00
(ebpfdbg) x/8xb $r2
0x100136 <pkt+54, its end>:	Cannot access memory at address 0x100136
(ebpfdbg) list
35	        return XDP_PASS;
36	    if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP)
37	        return XDP_PASS;
38	
39	    char *payload = (void *)tcp + tcp->doff * 4;
40>	    __u32 word = *(__u32 *)payload;
41	    if (word == bpf_htonl(0x47455420)) /* "GET " */
42	        return XDP_DROP;
43	    return XDP_PASS;
44	}
(ebpfdbg) continue
Continuing.

Program fault: read of 4 bytes at pkt+54, 4 bytes past the end of the 54-byte packet.
find_get (ctx=<optimized out>) at oob.c:40
40	    __u32 word = *(__u32 *)payload;
(ebpfdbg) info program
	Running find_get as xdp on engine auto.
Program stopped at insn 18.
It faulted: read of 4 bytes at pkt+54, 4 bytes past the end of the 54-byte packet.
[status 1]
