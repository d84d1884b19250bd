# The session that examples/filter.c tells.
$ ebpfdbg -nx -q examples/filter.o --packet examples/packets/dns.hex
(ebpfdbg) break filter
(ebpfdbg) run
(ebpfdbg) next
(ebpfdbg) next
(ebpfdbg) info registers
(ebpfdbg) break count
(ebpfdbg) continue
(ebpfdbg) backtrace
(ebpfdbg) finish
(ebpfdbg) map lookup packets 17
(ebpfdbg) continue
(ebpfdbg) info cycles
(ebpfdbg) run
(ebpfdbg) info breakpoints
(ebpfdbg) delete
(ebpfdbg) continue
(ebpfdbg) map lookup packets 17
$ ebpfdbg run examples/filter.o --packet examples/packets/dns.hex
$ ebpfdbg run examples/filter.o --pcap examples/packets/sample.pcap:4
$ ebpfdbg run examples/filter.o --packet examples/packets/arp.hex
