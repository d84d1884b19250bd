# A tc program that rewrites its packet.
$ ebpfdbg run examples/ttl.o --packet examples/packets/http.hex
$ ebpfdbg run examples/ttl.o --packet examples/packets/icmp.hex
$ ebpfdbg -nx -q examples/ttl.o --packet examples/packets/http.hex --ctx mark=7
(ebpfdbg) break ttl.c:42
(ebpfdbg) run
(ebpfdbg) info context
(ebpfdbg) info packet
(ebpfdbg) next
(ebpfdbg) next
(ebpfdbg) info packet
(ebpfdbg) continue
(ebpfdbg) info context
