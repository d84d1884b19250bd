# The wrong verdict, and what would be if the byte order were right.
$ ebpfdbg run examples/verdict.o --packet examples/packets/syn.hex
program  firewall (xdp) of examples/verdict.o, engine auto
verdict  XDP_DROP (1)
packet   54 bytes, unchanged
counts   24 instructions, 24 cycles (unit)
$ ebpfdbg -nx -q examples/verdict.o --packet examples/packets/syn.hex
(ebpfdbg) break allowed
Breakpoint 1 at insn 0: file verdict.c, line 24.
(ebpfdbg) run
Starting program: firewall (xdp)

Breakpoint 1, allowed (port=5632) at verdict.c:24
24	allowed(__u32 port)
(ebpfdbg) print $r1
$1 = 5632
(ebpfdbg) print/x $r1
$2 = 0x1600
(ebpfdbg) set $r1 = 22
(ebpfdbg) continue
Continuing.
[firewall returned 2 (XDP_PASS), 24 insns, 24 cycles]
