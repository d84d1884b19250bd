# Back in time: from a verdict to what caused it, with nothing switched on beforehand.
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex
(ebpfdbg) reverse-stepi
The program is not being run.
(ebpfdbg) when
The program is not being run.
(ebpfdbg) run
Starting program: check_header (xdp)
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) when
icount 87 of 87 (100 %), cycle 87, insn 31 <check_header+31>, after its end
(ebpfdbg) break loop.c:39
Breakpoint 1 at insn 13: file loop.c, line 39.
(ebpfdbg) reverse-continue
Continuing.

Breakpoint 1, check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) info registers r3
r3             0x1e               30
(ebpfdbg) reverse-continue 4
Will ignore next 3 crossings of breakpoint 1.  Continuing.

Breakpoint 1, check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) info registers r3
r3             0x16               22
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       breakpoint     keep y   insn 13            in check_header at loop.c:39
	breakpoint already hit 5 times
(ebpfdbg) delete
(ebpfdbg) watch $w2
Hardware watchpoint 2: $w2
(ebpfdbg) reverse-continue
Continuing.

Hardware watchpoint 2: $w2

Old value = 14981
New value = 14917
check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) reverse-continue
Continuing.

Hardware watchpoint 2: $w2

Old value = 14917
New value = 14661
check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) continue
Continuing.

Hardware watchpoint 2: $w2

Old value = 14661
New value = 14917
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) delete
(ebpfdbg) reverse-continue
Continuing.

No more reverse-execution history.
check_header (ctx=0x40000) at loop.c:25
25	check_header(struct xdp_md *ctx)
(ebpfdbg) reverse-stepi

No more reverse-execution history.
check_header (ctx=0x40000) at loop.c:25
25	check_header(struct xdp_md *ctx)
(ebpfdbg) stepi 3
30	    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
(ebpfdbg) reverse-stepi 2
27	    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
(ebpfdbg) seek 50%
insn 15 in check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) reverse-next
39	        sum += words[i];
(ebpfdbg) reverse-next
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) seek cycle 60
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) when
icount 60 of 87 (68 %), cycle 60, insn 18 <check_header+18>
(ebpfdbg) set $r2 = 0xffff
The past was changed: a new branch of history begins at icount 60, what came after it is forgotten.
(ebpfdbg) when
icount 60 of 60 (100 %), cycle 60, insn 18 <check_header+18>
(ebpfdbg) seek 200
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) undo
The last edit, at icount 60, was taken back.
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) undo
There is no edit to take back.
(ebpfdbg) continue
Continuing.
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) seek
Argument required (an icount, a percentage, or "cycle" and a number).
(ebpfdbg) seek 101%
History has 100 % only.
(ebpfdbg) info history
History from icount 0 to 87: 2 checkpoints, 0 edits, 5 KiB.
(ebpfdbg) show history size
Memory that going back in time may take, in MiB, is 256.
(ebpfdbg) set history size 64
(ebpfdbg) show history size
Memory that going back in time may take, in MiB, is 64.
(ebpfdbg) set history length 64
Undefined set history command: "length 64".  Try "help set history".
[status 1]
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) break rotate
Breakpoint 1 at insn 15: file calls.c, line 35.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) reverse-finish
Run back to call of #0  rotate (value=3630856102, bits=13) at calls.c:35
insn 11 in mix (state=3630856102, word=<optimized out>) at calls.c:44
44	    return rotate(state, 13) * 5 + 0xe6546b64;
(ebpfdbg) reverse-finish
Run back to call of #0  insn 11 in mix (state=3630856102, word=<optimized out>) at calls.c:44
insn 3 in hash (source=16777226, destination=33554442) at calls.c:50
50	    __u32 state = mix(0x9747b28c, source);
(ebpfdbg) reverse-finish
Run back to call of #0  insn 3 in hash (source=16777226, destination=33554442) at calls.c:50
balance (ctx=<optimized out>) at calls.c:64
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
(ebpfdbg) reverse-finish
"reverse-finish" not meaningful in the outermost frame.
(ebpfdbg) delete
(ebpfdbg) next
65	    __u64 *packets = bpf_map_lookup_elem(&servers, &server);
(ebpfdbg) reverse-next
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
(ebpfdbg) next
65	    __u64 *packets = bpf_map_lookup_elem(&servers, &server);
(ebpfdbg) reverse-step
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
(ebpfdbg) reverse-step
hash (source=<optimized out>, destination=<optimized out>) at calls.c:51
51	    return mix(state, destination);
(ebpfdbg) backtrace
#0  hash (source=<optimized out>, destination=<optimized out>) at calls.c:51
#1  insn 34 in balance (ctx=<optimized out>) at calls.c:64
(ebpfdbg) finish
Run till exit from #0  hash (source=<optimized out>, destination=<optimized out>) at calls.c:51
balance (ctx=<optimized out>) at calls.c:64
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
Value returned is $1 = 3507375650
(ebpfdbg) reverse-nexti
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
(ebpfdbg) reverse-stepi
64	    __u32 server = hash(ip->saddr, ip->daddr) % N_SERVERS;
[status 1]
$ ebpfdbg -nx -q examples/ringbuf.o --packet examples/packets/syn.hex
(ebpfdbg) run
Starting program: watch_connections (xdp)
[ringbuf events: 24 bytes: 00 ca 9a 3b 00 00 00 00 0a 00 00 01 0a 00 00 02 16 00 28 00 00 00 00 00]
[watch_connections returned 2 (XDP_PASS), 38 insns, 38 cycles]
(ebpfdbg) info output
[ringbuf events: 24 bytes: 00 ca 9a 3b 00 00 00 00 0a 00 00 01 0a 00 00 02 16 00 28 00 00 00 00 00]
(ebpfdbg) seek 50%
insn 20 in watch_connections (ctx=<optimized out>) at ringbuf.c:50
50	    struct event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
(ebpfdbg) info output
The program has produced no output.
(ebpfdbg) continue
Continuing.
[watch_connections returned 2 (XDP_PASS), 38 insns, 38 cycles]
(ebpfdbg) info output
[ringbuf events: 24 bytes: 00 ca 9a 3b 00 00 00 00 0a 00 00 01 0a 00 00 02 16 00 28 00 00 00 00 00]
