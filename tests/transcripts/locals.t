# Variables of the source, wherever the compiler put them.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) info locals
No frame selected.
(ebpfdbg) break rotate
Breakpoint 1 at insn 15: file calls.c, line 35.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) info args
value = 3630856102
bits = 13
(ebpfdbg) info locals
No locals.
(ebpfdbg) print value >> bits
$1 = 443219
(ebpfdbg) print &value
Attempt to take address of value not located in memory.
(ebpfdbg) print bits = 3
Left operand of assignment is not an lvalue.
(ebpfdbg) whatis value
type = __u32
(ebpfdbg) up
#1  insn 12 in mix (state=<optimized out>, word=<optimized out>) at calls.c:44
44	    return rotate(state, 13) * 5 + 0xe6546b64;
(ebpfdbg) info args
state = <optimized out>
word = <optimized out>
(ebpfdbg) print state
$2 = <optimized out>
(ebpfdbg) print state + 1
value has been optimized out
(ebpfdbg) up
#2  insn 4 in hash (source=<optimized out>, destination=33554442) at calls.c:50
50	    __u32 state = mix(0x9747b28c, source);
(ebpfdbg) print destination
$3 = 33554442
(ebpfdbg) info scope rotate
Scope for rotate:
Symbol value is multi-location:
  Range 15-15: a variable in $r1
  Range 16-17: a variable in $r0
, length 4.
Symbol bits is the constant 13, length 4.
(ebpfdbg) finish
Run till exit from #2  insn 4 in hash (source=<optimized out>, destination=33554442) at calls.c:50

Breakpoint 1, rotate (value=3509680015, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) delete
(ebpfdbg) break rotate if bits == 7
Breakpoint 2 at insn 15: file calls.c, line 35.
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) print bits
No symbol "bits" in current context.
(ebpfdbg) finish
The program is not being run.
[status 1]
