# A record for user space.
$ ebpfdbg -nx -q examples/ringbuf.o --packet examples/packets/syn.hex
(ebpfdbg) break ringbuf.c:53
Breakpoint 1 at insn 22: file ringbuf.c, line 53.
(ebpfdbg) run
Starting program: watch_connections (xdp)

Breakpoint 1, watch_connections (ctx=<optimized out>) at ringbuf.c:53
53	    event->time_ns = bpf_ktime_get_ns();
(ebpfdbg) info output
The program has produced no output.
(ebpfdbg) next
54	    event->source = ip->saddr;
(ebpfdbg) next
55	    event->destination = ip->daddr;
(ebpfdbg) continue
Continuing.
[ringbuf events: 24 bytes: 00 ca 9a 3b 00 00 00 00 0a 00 00 01 0a 00 00 02 16 00 28 00 00 00 00 00]
[watch_connections returned 2 (XDP_PASS), 38 insns, 38 cycles]
(ebpfdbg) info output
[ringbuf events: 24 bytes: 00 ca 9a 3b 00 00 00 00 0a 00 00 01 0a 00 00 02 16 00 28 00 00 00 00 00]
$ ebpfdbg run examples/ringbuf.o --packet examples/packets/syn.hex
program  watch_connections (xdp) of examples/ringbuf.o, engine auto
verdict  XDP_PASS (2)
packet   54 bytes, unchanged
ringbuf  events: 00 ca 9a 3b 00 00 00 00 0a 00 00 01 0a 00 00 02 16 00 28 00 00 00 00 00
counts   38 instructions, 38 cycles (unit)
$ ebpfdbg run examples/ringbuf.o --packet examples/packets/http.hex
program  watch_connections (xdp) of examples/ringbuf.o, engine auto
verdict  XDP_PASS (2)
packet   72 bytes, unchanged
counts   17 instructions, 17 cycles (unit)
