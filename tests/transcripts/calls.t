# Functions and their frames.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) info functions
(ebpfdbg) break rotate
(ebpfdbg) run
(ebpfdbg) backtrace
(ebpfdbg) info frame
(ebpfdbg) print $r1
(ebpfdbg) finish
(ebpfdbg) up
(ebpfdbg) info registers r6 r7
(ebpfdbg) down
(ebpfdbg) step
(ebpfdbg) info stack
(ebpfdbg) delete
(ebpfdbg) continue
(ebpfdbg) info cycles
(ebpfdbg) map dump servers
