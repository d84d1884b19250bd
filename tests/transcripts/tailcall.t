# A chain of tail calls.
$ ebpfdbg -nx -q examples/tailcall.o --packet examples/packets/dns.hex
(ebpfdbg) show program
(ebpfdbg) info maps
(ebpfdbg) break ipv4
(ebpfdbg) break udp
(ebpfdbg) run
(ebpfdbg) backtrace
(ebpfdbg) continue
(ebpfdbg) backtrace
(ebpfdbg) continue
$ ebpfdbg run examples/tailcall.o --packet examples/packets/icmp.hex
$ ebpfdbg run examples/tailcall.o --prog udp --packet examples/packets/dns.hex
