# A record for user space.
$ ebpfdbg -nx -q examples/ringbuf.o --packet examples/packets/syn.hex
(ebpfdbg) break ringbuf.c:53
(ebpfdbg) run
(ebpfdbg) info output
(ebpfdbg) next
(ebpfdbg) next
(ebpfdbg) continue
(ebpfdbg) info output
$ ebpfdbg run examples/ringbuf.o --packet examples/packets/syn.hex
$ ebpfdbg run examples/ringbuf.o --packet examples/packets/http.hex
