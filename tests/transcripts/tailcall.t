# A chain of tail calls.
$ ebpfdbg -nx -q examples/tailcall.o --packet examples/packets/dns.hex
(ebpfdbg) show program
The program to run is "ethernet".
  ipv4                     xdp              insn 0      xdp
  udp                      xdp              insn 25     xdp
* ethernet                 xdp              insn 36     xdp
(ebpfdbg) info maps
Id  Name                 Type              Key Value    Max Entries  Flags
0   stages               prog_array          4     4      3       2  0x0
(ebpfdbg) break ipv4
Breakpoint 1 at insn 0: file tailcall.c, line 53.
(ebpfdbg) break udp
Breakpoint 2 at insn 25: file tailcall.c, line 68.
(ebpfdbg) run
Starting program: ethernet (xdp)

Breakpoint 1, ipv4 (ctx=0x40000) at tailcall.c:53
53	ipv4(struct xdp_md *ctx)
(ebpfdbg) backtrace
#0  ipv4 (ctx=0x40000) at tailcall.c:53
(ebpfdbg) continue
Continuing.

Breakpoint 2, udp (ctx=0x40000) at tailcall.c:68
68	udp(struct xdp_md *ctx)
(ebpfdbg) backtrace
#0  udp (ctx=0x40000) at tailcall.c:68
(ebpfdbg) continue
Continuing.
[ethernet returned 3 (XDP_TX), 41 insns, 41 cycles]
$ ebpfdbg run examples/tailcall.o --packet examples/packets/icmp.hex
program  ethernet (xdp) of examples/tailcall.o, engine auto
verdict  XDP_PASS (2)
packet   50 bytes, unchanged
counts   33 instructions, 33 cycles (unit)
$ ebpfdbg run examples/tailcall.o --prog udp --packet examples/packets/dns.hex
program  udp (xdp) of examples/tailcall.o, engine auto
verdict  XDP_TX (3)
packet   71 bytes, unchanged
counts   10 instructions, 10 cycles (unit)
