# What was executed: counts of all runs add up, each moment of a run counts once, and are shown by function, line, instruction and helper.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) profile
Nothing has been counted.  Use "profile on", then run the program.
(ebpfdbg) info coverage
Nothing has been counted.  Use "profile on", then run the program.
(ebpfdbg) profile on
(ebpfdbg) info coverage
Nothing has been counted.  Use "profile on", then run the program.
(ebpfdbg) run
Starting program: balance (xdp)
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) profile
60 instructions, 60 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          28  46.67%          60          28           1           0  balance
          14  23.33%          24          14           2           0  mix
          10  16.67%          10          10           2           0  rotate
           8  13.33%          32           8           1           0  hash
(ebpfdbg) profile functions 2
60 instructions, 60 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          28  46.67%          60          28           1           0  balance
          14  23.33%          24          14           2           0  mix
... and 2 more functions.
(ebpfdbg) profile functions none
No symbol "none" in current context.
(ebpfdbg) profile lines 3
60 instructions, 60 cycles (model "unit").

      Cycles       %        Hits       Insns     Helpers  Line
          10  16.67%           2          10           0  calls.c:44	    return rotate(state, 13) * 5 + 0xe6546b64;
           8  13.33%           2           8           0  calls.c:37	    return value << (bits & 31) | value >> (-bits & 31);
           8  13.33%           1           8           0  calls.c:61	    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
... and 12 more lines.
(ebpfdbg) profile insns 4
60 instructions, 60 cycles (model "unit").

      Cycles       %        Hits       Taken  Instruction
           2   3.33%           2              8 <mix+0>:	w2 *= -862048943
           2   3.33%           2              9 <mix+1>:	w2 ^= w1
           2   3.33%           2              10 <mix+2>:	w1 = w2
           2   3.33%           2              11 <mix+3>:	call pc+3 <rotate>
... and 44 more instructions.
(ebpfdbg) profile helpers
60 instructions, 60 cycles (model "unit").

      Cycles       %       Calls  Helper
           0   0.00%           1  bpf_map_lookup_elem
(ebpfdbg) info coverage
          Lines             Instructions        Ways of branches  Function
      3/3     100.0%      8/8     100.0%                      hash
      2/2     100.0%      7/7     100.0%                      mix
      2/2     100.0%      5/5     100.0%                      rotate
      8/8     100.0%     28/28    100.0%      3/6      50.0%  balance
(ebpfdbg) info coverage mix
           2:   43:    state ^= word * 0xcc9e2d51;
           2:   44:    return rotate(state, 13) * 5 + 0xe6546b64;
(ebpfdbg) info coverage nope
Function "nope" not defined.
(ebpfdbg) # in the middle of a call, back and forth, and with another engine
(ebpfdbg) profile reset
(ebpfdbg) profile
Nothing has been counted.  Use "profile on", then run the program.
(ebpfdbg) break rotate
Breakpoint 1 at insn 15: file calls.c, line 35.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) profile
22 instructions, 22 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          14  63.64%          22          14           1           0  balance
           4  18.18%           8           4           1           0  hash
           4  18.18%           4           4           1           0  mix
(ebpfdbg) reverse-stepi 5
insn 3 in hash (source=16777226, destination=33554442) at calls.c:50
50	    __u32 state = mix(0x9747b28c, source);
(ebpfdbg) continue
Continuing.

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) reverse-continue
Continuing.

No more reverse-execution history.
balance (ctx=0x40000) at calls.c:56
56	balance(struct xdp_md *ctx)
(ebpfdbg) profile functions
22 instructions, 22 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          14  63.64%          22          14           1           0  balance
           4  18.18%           8           4           1           0  hash
           4  18.18%           4           4           1           0  mix
(ebpfdbg) set engine jit
(ebpfdbg) delete
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) profile
60 instructions, 60 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          28  46.67%          60          28           1           0  balance
          14  23.33%          24          14           2           0  mix
          10  16.67%          10          10           2           0  rotate
           8  13.33%          32           8           1           0  hash
(ebpfdbg) # off keeps what was counted
(ebpfdbg) profile off
(ebpfdbg) run
Starting program: balance (xdp)
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) profile functions 1
60 instructions, 60 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          28  46.67%          60          28           1           0  balance
... and 3 more functions.
(ebpfdbg) # for other tools
(ebpfdbg) profile export
Argument required (lcov, callgrind or folded, and a file name).
(ebpfdbg) profile export gcov calls.gcov
Undefined export format: "gcov".  There are lcov, callgrind and folded.
(ebpfdbg) profile export lcov
Argument required (file name).
(ebpfdbg) profile export lcov no/such/folder
no/such/folder: No such file or directory
(ebpfdbg) profile export lcov calls.info
(ebpfdbg) profile export callgrind calls.callgrind
(ebpfdbg) profile export folded calls.folded
(ebpfdbg) # engines that compare can't count
(ebpfdbg) set engine lockstep
(ebpfdbg) profile on
Engine "lockstep" can't count what it executes.  Use another one, or "profile off".
(ebpfdbg) set engine auto
(ebpfdbg) profile on
(ebpfdbg) set engine lockstep
Engine "lockstep" can't count what it executes.  Use another one, or "profile off".
(ebpfdbg) profile nonsense
Undefined profile command: "nonsense".  Try "help profile".
[status 1]
$ ebpfdbg -nx -q examples/filter.o --packet examples/packets/syn.hex
(ebpfdbg) profile on
(ebpfdbg) run
Starting program: filter (xdp)
[filter returned 2 (XDP_PASS), 27 insns, 27 cycles]
(ebpfdbg) packet load examples/packets/arp.hex
(ebpfdbg) run
Starting program: filter (xdp)
[filter returned 2 (XDP_PASS), 13 insns, 13 cycles]
(ebpfdbg) info coverage
          Lines             Instructions        Ways of branches  Function
      5/5     100.0%     10/10    100.0%      1/2      50.0%  count
      7/8      87.5%     17/27     63.0%      4/12     33.3%  filter

Never executed: filter.c:60.
(ebpfdbg) file examples/verdict.o
Reading symbols from examples/verdict.o...
(ebpfdbg) profile
Nothing has been counted.  Use "profile on", then run the program.
(ebpfdbg) run
Starting program: firewall (xdp)
[firewall returned 2 (XDP_PASS), 7 insns, 7 cycles]
(ebpfdbg) profile
7 instructions, 7 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
           7 100.00%           7           7           1           0  firewall
[status 1]
$ ebpfdbg -nx -q -ex profile
No symbol table is loaded.  Use the "file" command.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) profile on
(ebpfdbg) run
Starting program: balance (xdp)
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) seek 30
hash (source=<optimized out>, destination=33554442) at calls.c:51
51	    return mix(state, destination);
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) profile functions
60 instructions, 60 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          28  46.67%          60          28           1           0  balance
          14  23.33%          24          14           2           0  mix
          10  16.67%          10          10           2           0  rotate
           8  13.33%          32           8           1           0  hash
(ebpfdbg) seek 30
hash (source=<optimized out>, destination=33554442) at calls.c:51
51	    return mix(state, destination);
(ebpfdbg) set $r7 = 5
The past was changed: a new branch of history begins at icount 30, what came after it is forgotten.
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) profile functions
90 instructions, 90 cycles (model "unit").

      Cycles       %   Inclusive       Insns       Calls     Helpers  Function
          42  46.67%          90          42           1           0  balance
          21  23.33%          36          21           3           0  mix
          15  16.67%          15          15           3           0  rotate
          12  13.33%          48          12           1           0  hash
