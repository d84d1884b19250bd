# A loop with a wrong bound: count how often its body is executed.
$ ebpfdbg run examples/loop.o --packet examples/packets/dns.hex
program  check_header (xdp) of examples/loop.o, engine auto
verdict  XDP_DROP (1)
packet   71 bytes, unchanged
counts   87 instructions, 87 cycles (unit)
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex
(ebpfdbg) break loop.c:39
Breakpoint 1 at insn 13: file loop.c, line 39.
(ebpfdbg) ignore 1 100
Will ignore next 100 crossings of breakpoint 1.
(ebpfdbg) run
Starting program: check_header (xdp)
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       breakpoint     keep y   insn 13            in check_header at loop.c:39
	breakpoint already hit 9 times
	ignore next 91 hits
(ebpfdbg) list 34,43
34	    __u32 sum = 0;
35	#ifdef __clang__
36	#pragma clang loop unroll(disable)
37	#endif
38	    for (int i = 0; i < HEADER_WORDS; i++)
39B	        sum += words[i];
40	    sum = (sum & 0xffff) + (sum >> 16);
41	    sum = (sum & 0xffff) + (sum >> 16);
42	    return sum == 0xffff ? XDP_PASS : XDP_DROP;
43	}
(ebpfdbg) info line 39
Line 39 of "loop.c" starts at insn 13 <check_header+13> and ends at 16 <check_header+16>.
(ebpfdbg) tbreak loop.c:42
Temporary breakpoint 2 at insn 29: file loop.c, line 42.
(ebpfdbg) run
Starting program: check_header (xdp)

Temporary breakpoint 2, check_header (ctx=<optimized out>) at loop.c:42
42	    return sum == 0xffff ? XDP_PASS : XDP_DROP;
(ebpfdbg) disassemble
Dump of assembler code for function check_header:
       0 <+0>:	w0 = 2
       1 <+1>:	r2 = *(u32 *)(r1 +4)
       2 <+2>:	r1 = *(u32 *)(r1 +0)
       3 <+3>:	r3 = r1
       4 <+4>:	r3 += 34
       5 <+5>:	if r3 > r2 goto pc+25
       6 <+6>:	r2 = *(u8 *)(r1 +12)
       7 <+7>:	r3 = *(u8 *)(r1 +13)
       8 <+8>:	w3 <<= 8
       9 <+9>:	w3 |= w2
      10 <+10>:	if w3 != 0x8 goto pc+20
      11 <+11>:	w2 = 0
      12 <+12>:	r3 = 14
      13 <+13>:	r4 = r1
      14 <+14>:	r4 += r3
      15 <+15>:	r4 = *(u16 *)(r4 +0)
      16 <+16>:	w2 += w4
      17 <+17>:	r3 += 2
      18 <+18>:	if r3 == 0x20 goto pc+1
      19 <+19>:	goto pc-7
      20 <+20>:	w1 = w2
      21 <+21>:	w1 >>= 16
      22 <+22>:	w2 &= 65535
      23 <+23>:	w2 += w1
      24 <+24>:	w1 = w2
      25 <+25>:	w1 >>= 16
      26 <+26>:	w2 &= 65535
      27 <+27>:	w2 += w1
      28 <+28>:	w0 = 2
=>    29 <+29>:	if w2 == 0xffff goto pc+1
      30 <+30>:	w0 = 1
      31 <+31>:	exit
End of assembler dump.
