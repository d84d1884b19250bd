# Functions and their frames.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) info functions
All defined functions:

insn 0      hash                         8 slots  .text        calls.c:48  (static)
insn 8      mix                          7 slots  .text        calls.c:43  (static)
insn 15     rotate                       5 slots  .text        calls.c:35  (static)
insn 20     balance                     29 slots  xdp          calls.c:56  (program)
(ebpfdbg) break rotate
Breakpoint 1 at insn 15: file calls.c, line 35.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) backtrace
#0  rotate (value=3630856102, bits=13) at calls.c:35
#1  insn 12 in mix (state=<optimized out>, word=<optimized out>) at calls.c:44
#2  insn 4 in hash (source=<optimized out>, destination=33554442) at calls.c:50
#3  insn 34 in balance (ctx=<optimized out>) at calls.c:64
(ebpfdbg) info frame
Stack level 0, frame at 0x2f400:
 pc = 15 in rotate (calls.c:35); saved pc = 12
 called by frame at 0x2f800
 0 of 512 bytes of stack used, at 0x2f200-0x2f400
 Saved registers:
  r6 = 0x200000a, r7 = 0x0, r8 = 0x0, r9 = 0x0
(ebpfdbg) print $r1
$1 = 3630856102
(ebpfdbg) finish
Run till exit from #0  rotate (value=3630856102, bits=13) at calls.c:35
mix (state=<optimized out>, word=<optimized out>) at calls.c:44
44	    return rotate(state, 13) * 5 + 0xe6546b64;
Value returned is $2 = 1324669709
(ebpfdbg) up
#1  insn 4 in hash (source=<optimized out>, destination=33554442) at calls.c:50
50	    __u32 state = mix(0x9747b28c, source);
(ebpfdbg) info registers r6 r7
r6             0x200000a          33554442 <code at slot 1>
r7             0x0                0
(ebpfdbg) down
#0  mix (state=<optimized out>, word=<optimized out>) at calls.c:44
44	    return rotate(state, 13) * 5 + 0xe6546b64;
(ebpfdbg) step
hash (source=<optimized out>, destination=33554442) at calls.c:51
51	    return mix(state, destination);
(ebpfdbg) info stack
#0  hash (source=<optimized out>, destination=33554442) at calls.c:51, 0 of 512 bytes used
#1  insn 34 in balance (ctx=<optimized out>) at calls.c:64, 0 of 512 bytes used
(ebpfdbg) delete
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) info cycles
60 instructions executed, 60.000 cycles (model "unit")
(ebpfdbg) map dump servers
[0] = 0
[1] = 0
[2] = 1
[3] = 0
