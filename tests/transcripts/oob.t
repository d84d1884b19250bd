# A read past the end of the packet.
$ ebpfdbg run examples/oob.o --packet examples/packets/http.hex
$ ebpfdbg run examples/oob.o --packet examples/packets/syn.hex
$ ebpfdbg -nx -q examples/oob.o --packet examples/packets/syn.hex
(ebpfdbg) run
(ebpfdbg) info registers
(ebpfdbg) x/i $pc
(ebpfdbg) x/8xb $r2-8
(ebpfdbg) x/8xb $r2
(ebpfdbg) list
(ebpfdbg) continue
(ebpfdbg) info program
