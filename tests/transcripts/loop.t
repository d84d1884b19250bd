# A loop with a wrong bound: count how often its body is executed.
$ ebpfdbg run examples/loop.o --packet examples/packets/dns.hex
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex
(ebpfdbg) break loop.c:39
(ebpfdbg) ignore 1 100
(ebpfdbg) run
(ebpfdbg) info breakpoints
(ebpfdbg) list 34,43
(ebpfdbg) info line 39
(ebpfdbg) tbreak loop.c:42
(ebpfdbg) run
(ebpfdbg) disassemble
