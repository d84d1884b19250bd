# Breakpoints by every way of naming a place, and what is set up with them: conditions, counts, commands, printing, files.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/dns.hex
(ebpfdbg) rbreak
Breakpoint 1 at insn 0: file calls.c, line 48.
static __u32 hash(__u32 source, __u32 destination);
Breakpoint 2 at insn 8: file calls.c, line 43.
static __u32 mix(__u32 state, __u32 word);
Breakpoint 3 at insn 15: file calls.c, line 35.
static __u32 rotate(__u32 value, __u32 bits);
Breakpoint 4 at insn 20: file calls.c, line 56.
int balance(struct xdp_md *ctx);
(ebpfdbg) commands
>silent
>bt 1
>continue
>end
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       breakpoint     keep y   insn 0             in hash at calls.c:48
        silent
        bt 1
        continue
2       breakpoint     keep y   insn 8             in mix at calls.c:43
        silent
        bt 1
        continue
3       breakpoint     keep y   insn 15            in rotate at calls.c:35
        silent
        bt 1
        continue
4       breakpoint     keep y   insn 20            in balance at calls.c:56
        silent
        bt 1
        continue
(ebpfdbg) run
Starting program: balance (xdp)
#0  balance (ctx=0x40000) at calls.c:56
Continuing.
#0  hash (source=16777226, destination=33554442) at calls.c:48
(More stack frames follow...)
Continuing.
#0  mix (state=2538058380, word=16777226) at calls.c:43
(More stack frames follow...)
Continuing.
#0  rotate (value=3630856102, bits=13) at calls.c:35
(More stack frames follow...)
Continuing.
#0  mix (state=1897706149, word=33554442) at calls.c:43
(More stack frames follow...)
Continuing.
#0  rotate (value=3509680015, bits=13) at calls.c:35
(More stack frames follow...)
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) delete 1-99
No breakpoint number 99.
(ebpfdbg) delete
(ebpfdbg) rbreak nothing_like_this
(ebpfdbg) rbreak \(
Invalid regexp: Unmatched ( or \(
(ebpfdbg) info functions
All defined functions:

insn 0      hash                         8 slots  .text        calls.c:48  (static)
insn 8      mix                          7 slots  .text        calls.c:43  (static)
insn 15     rotate                       5 slots  .text        calls.c:35  (static)
insn 20     balance                     29 slots  xdp          calls.c:56  (program)
(ebpfdbg) break
No default breakpoint address now.
(ebpfdbg) break nowhere
Function "nowhere" not defined.
(ebpfdbg) break nofile.c:1
No source file named nofile.c.
(ebpfdbg) break calls.c:9999
No line 9999 in file "calls.c".
(ebpfdbg) break *9999
No instruction 9999; the program has instructions 0 to 48.
(ebpfdbg) break *
Argument required (expression to compute).
(ebpfdbg) break *0 if
A syntax error in expression, near `if'.
(ebpfdbg) break *0 if nothing
No symbol "nothing" in current context.
(ebpfdbg) tbreak *1
Temporary breakpoint 5 at insn 1: file calls.c, line 48.
(ebpfdbg) break *2 if r1
Breakpoint 6 at insn 2: file calls.c, line 50.
(ebpfdbg) condition $bpnum r1 == 0
(ebpfdbg) condition 99
No breakpoint number 99.
(ebpfdbg) condition $nothing 1
Convenience variable must have integer value.
(ebpfdbg) ignore $bpnum 1
Will ignore next crossing of breakpoint 6.
(ebpfdbg) ignore 6
Second argument (specified ignore-count) is missing.
(ebpfdbg) ignore 99 1
No breakpoint number 99.
(ebpfdbg) commands 99
No breakpoint number 99.
(ebpfdbg) enable count 2 $bpnum
(ebpfdbg) enable count
Argument required (hit count).
(ebpfdbg) enable count 1
Argument required (one or more breakpoint numbers).
(ebpfdbg) enable once
Argument required (one or more breakpoint numbers).
(ebpfdbg) enable once 99
No breakpoint number 99.
(ebpfdbg) enable delete 99
No breakpoint number 99.
(ebpfdbg) dprintf *1,"r1 is %#lx\n", r1
Note: breakpoint 5 also set at insn 1.
Dprintf 7 at insn 1: file calls.c, line 48.
(ebpfdbg) dprintf
Format string required
(ebpfdbg) dprintf *1
Format string required
(ebpfdbg) dprintf *1,r1
Bad format string
(ebpfdbg) dprintf *1,"r1
Bad format string, non-terminated '"'.
(ebpfdbg) dprintf *1,"%d %d\n", r1
Note: breakpoints 5 and 7 also set at insn 1.
Dprintf 8 at insn 1: file calls.c, line 48.
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
5       breakpoint     del  y   insn 1             in hash at calls.c:48
6       breakpoint     dis  y   insn 2             in hash at calls.c:50
	stop only if r1 == 0
	ignore next 1 hits
	disable after additional 2 hits
7       dprintf        keep y   insn 1             in hash at calls.c:48
        printf "r1 is %#lx\n", r1
8       dprintf        keep y   insn 1             in hash at calls.c:48
        printf "%d %d\n", r1
(ebpfdbg) save
List of save subcommands:

save breakpoints -- Save current breakpoint definitions as a script.

Type "help save" followed by save subcommand name for full documentation.
Command name abbreviations are allowed if unambiguous.
(ebpfdbg) save nothing
Undefined save command: "nothing".  Try "help save".
(ebpfdbg) save breakpoints
Argument required (file name in which to save)
(ebpfdbg) save breakpoints /nowhere/file
Unable to open file '/nowhere/file' for saving: No such file or directory
(ebpfdbg) save breakpoints points.gdb
Saved to file 'points.gdb'.
(ebpfdbg) delete
(ebpfdbg) save breakpoints none.gdb
Nothing to save.
(ebpfdbg) source -v points.gdb
+tbreak *1
Temporary breakpoint 9 at insn 1: file calls.c, line 48.
+break *2
Breakpoint 10 at insn 2: file calls.c, line 50.
+condition $bpnum r1 == 0
+ignore $bpnum 1
Will ignore next crossing of breakpoint 10.
+enable count 2 $bpnum
+dprintf *1,"r1 is %#lx\n", r1
Note: breakpoint 9 also set at insn 1.
Dprintf 11 at insn 1: file calls.c, line 48.
+dprintf *1,"%d %d\n", r1
Note: breakpoints 9 and 11 also set at insn 1.
Dprintf 12 at insn 1: file calls.c, line 48.
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
9       breakpoint     del  y   insn 1             in hash at calls.c:48
10      breakpoint     dis  y   insn 2             in hash at calls.c:50
	stop only if r1 == 0
	ignore next 1 hits
	disable after additional 2 hits
11      dprintf        keep y   insn 1             in hash at calls.c:48
        printf "r1 is %#lx\n", r1
12      dprintf        keep y   insn 1             in hash at calls.c:48
        printf "%d %d\n", r1
(ebpfdbg) run
Starting program: balance (xdp)
r1 is 0x100000a
Error in dprintf 12: Wrong number of arguments for specified format-string

Temporary breakpoint 9, insn 1 in hash (source=16777226, destination=33554442) at calls.c:48
48	hash(__u32 source, __u32 destination)
(ebpfdbg) clear *1
Deleted breakpoints 11 12 
(ebpfdbg) clear nowhere
Function "nowhere" not defined.
[status 1]
