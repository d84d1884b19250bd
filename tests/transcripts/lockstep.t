# The interpreter and the JIT on the same packet at once, compared instruction by instruction, block by block, and from the middle of a run.
$ ebpfdbg --lockstep examples/filter.o --packet examples/packets/dns.hex
36 instructions, interp and jit agree: XDP_DROP (1)
$ ebpfdbg --lockstep=block examples/filter.o --packet examples/packets/dns.hex --repeat 1000
1000 runs, 36000 instructions in 5000 blocks, interp and jit agree: XDP_DROP (1)
$ ebpfdbg run --lockstep examples/oob.o --packet examples/packets/syn.hex
18 instructions, interp and jit agree: fault at insn 18 <find_get+18>, examples/oob.c:40: read of 4 bytes at pkt+54, 4 bytes past the end of the 54-byte packet
$ ebpfdbg -nx -q examples/filter.o --packet examples/packets/dns.hex
(ebpfdbg) lockstep
The program is not being run.
(ebpfdbg) break count
Breakpoint 1 at insn 0: file filter.c, line 34.
(ebpfdbg) run
Starting program: filter (xdp)

Breakpoint 1, count (protocol=17) at filter.c:34
34	count(__u32 protocol)
(ebpfdbg) lockstep
23 instructions, interp and jit agree: XDP_DROP (1)
(ebpfdbg) lockstep block
23 instructions in 4 blocks, interp and jit agree: XDP_DROP (1)
(ebpfdbg) lockstep insn 5
5 instructions, interp and jit agree: stopped at insn 6 <count+6>, examples/filter.c:37
(ebpfdbg) info program
	Running filter as xdp on engine auto.
Program stopped at insn 0.
It stopped at breakpoint 1.
(ebpfdbg) set engine lockstep
(ebpfdbg) continue
Continuing.
[filter returned 1 (XDP_DROP), 36 insns, 36 cycles]
(ebpfdbg) map lookup packets 17
[17] = 1
(ebpfdbg) help lockstep
Run on from here on the interpreter and the JIT at once, comparing them.
Usage: lockstep [insn|block] [N]
Both work on copies: the program being debugged stays where it is, and breakpoints are not looked at.
They are compared after each instruction, or with "block" after each block of the code that the JIT
usually runs: registers, memory, maps, counts and stops. It ends with the program, after N instructions,
or at the first difference, which is shown with the native code. "set engine lockstep" makes every run such a run.
[status 1]
