# The wrong verdict, and what would be if the byte order were right.
$ ebpfdbg run examples/verdict.o --packet examples/packets/syn.hex
$ ebpfdbg -nx -q examples/verdict.o --packet examples/packets/syn.hex
(ebpfdbg) break allowed
(ebpfdbg) run
(ebpfdbg) print $r1
(ebpfdbg) print/x $r1
(ebpfdbg) set $r1 = 22
(ebpfdbg) continue
