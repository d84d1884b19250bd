# Who wrote this? Asked of a run that has ended already.
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex
(ebpfdbg) bookmark
The program is not being run.
(ebpfdbg) info bookmarks
No bookmarks.
(ebpfdbg) run
Starting program: check_header (xdp)
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) last write $r2
$r2 was written by insn 27 <check_header+27> at icount 82, 5 instructions ago.

Old value = 65023
New value = 65023
check_header (ctx=<optimized out>) at loop.c:41
41	    sum = (sum & 0xffff) + (sum >> 16);
(ebpfdbg) last write $r2
$r2 was written by insn 26 <check_header+26> at icount 81, 1 instruction ago.

Old value = 65023
New value = 65023
check_header (ctx=<optimized out>) at loop.c:41
41	    sum = (sum & 0xffff) + (sum >> 16);
(ebpfdbg) history/5 $w2
          72  insn 16 <check_header+16>    65013 -> 65023               w2 += w4
          65  insn 16 <check_header+16>    64757 -> 65013               w2 += w4
          58  insn 16 <check_header+16>    64747 -> 64757               w2 += w4
          51  insn 16 <check_header+16>    19397 -> 64747               w2 += w4
          44  insn 16 <check_header+16>    14981 -> 19397               w2 += w4
(ebpfdbg) when
icount 81 of 87 (93 %), cycle 81, insn 26 <check_header+26>
(ebpfdbg) last write $r10
Nothing in the history has written $r10.
(ebpfdbg) history $r9
$r9 has not changed in the history, which begins at icount 0.
(ebpfdbg) bookmark
Saved bookmark 1 at icount 81, insn 26 <check_header+26>
(ebpfdbg) seek 40
insn 19 in check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) bookmark
Saved bookmark 2 at icount 40, insn 19 <check_header+19>
(ebpfdbg) info bookmarks
   1       insn 26       'icount 81'
   2       insn 19       'icount 40'
(ebpfdbg) goto-bookmark 1
check_header (ctx=<optimized out>) at loop.c:41
41	    sum = (sum & 0xffff) + (sum >> 16);
(ebpfdbg) goto-bookmark start
check_header (ctx=0x40000) at loop.c:25
25	check_header(struct xdp_md *ctx)
(ebpfdbg) goto-bookmark end
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) goto-bookmark 3
No bookmark #3.
(ebpfdbg) goto-bookmark
Command requires an argument.
(ebpfdbg) delete bookmark 1
(ebpfdbg) delete bookmark 1
No bookmark #1.
(ebpfdbg) info bookmarks
   2       insn 19       'icount 40'
(ebpfdbg) delete bookmark
(ebpfdbg) info bookmarks
No bookmarks.
(ebpfdbg) last
"last" must be followed by "write" and an expression.
(ebpfdbg) last read $r1
Undefined last command: "read".  Try "help last".
(ebpfdbg) last write
Argument required (expression to compute).
(ebpfdbg) last write 5
Cannot watch constant value `5'.
(ebpfdbg) history
Argument required (expression to compute).
(ebpfdbg) history/x $r2
A count from 1 to 10000 may stand behind the slash.
[status 1]
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) break rotate
Breakpoint 1 at insn 15: file calls.c, line 35.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) up 2
#2  insn 4 in hash (source=<optimized out>, destination=33554442) at calls.c:50
50	    __u32 state = mix(0x9747b28c, source);
(ebpfdbg) last write $r6
$r6 was written by insn 0 <hash> at icount 14, 8 instructions ago.

Old value = 0
New value = 33554442
hash (source=16777226, destination=33554442) at calls.c:48
48	hash(__u32 source, __u32 destination)
(ebpfdbg) last write $r1
$r1 was written by insn 32 <balance+12> at icount 12, 2 instructions ago.

Old value = 1048832
New value = 16777226
balance (ctx=<optimized out>) at calls.c:64
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
(ebpfdbg) goto-bookmark end
rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) history $r6
          14  insn 0 <hash>                0 -> 33554442                w6 = w2
$ ebpfdbg -nx -q examples/filter.o --packet examples/packets/dns.hex
(ebpfdbg) start
Temporary breakpoint 1 at insn 11: file filter.c, line 43.
Starting program: filter (xdp)

Temporary breakpoint 1, filter (ctx=0x40000) at filter.c:43
43	filter(struct xdp_md *ctx)
(ebpfdbg) last write *(unsigned int *)($r10 - 4)
Nothing in the history has written *(unsigned int *)($r10 - 4).
(ebpfdbg) break filter.c:54
Breakpoint 2 at insn 24: file filter.c, line 54.
(ebpfdbg) continue
Continuing.

Breakpoint 2, filter (ctx=<optimized out>) at filter.c:54
54	    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
(ebpfdbg) history *(unsigned int *)0x2fbfc
          13  insn 0 <count>               0 -> 17                      *(u32 *)(r10 -4) = r1
(ebpfdbg) last write *(unsigned int *)0x2fbfc
*(unsigned int *)0x2fbfc was written by insn 0 <count> at icount 13, 10 instructions ago.

Old value = 0
New value = 17
count (protocol=17) at filter.c:34
34	count(__u32 protocol)
(ebpfdbg) continue
Continuing.

Breakpoint 2, filter (ctx=<optimized out>) at filter.c:54
54	    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
(ebpfdbg) map update packets 17 5
(ebpfdbg) continue
Continuing.
[filter returned 1 (XDP_DROP), 36 insns, 36 cycles]
(ebpfdbg) map lookup packets 17
[17] = 5
(ebpfdbg) reverse-continue
Continuing.

Breakpoint 2, filter (ctx=<optimized out>) at filter.c:54
54	    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
(ebpfdbg) map lookup packets 17
[17] = 5
(ebpfdbg) reverse-stepi
count (protocol=17) at filter.c:39
39	}
(ebpfdbg) map lookup packets 17
[17] = 1
(ebpfdbg) continue
Continuing.

Breakpoint 2, filter (ctx=<optimized out>) at filter.c:54
54	    if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
(ebpfdbg) map lookup packets 17
[17] = 5
(ebpfdbg) undo
The last edit, at icount 23, was taken back.
(ebpfdbg) map lookup packets 17
[17] = 1
[status 1]
