# Catchpoints: events instead of places, with both engines; and watchpoints with conditions about what was there before and what is there now.
$ ebpfdbg -nx -q examples/verdict.o --packet examples/packets/syn.hex --engine jit
(ebpfdbg) catch
List of catch subcommands:

catch helper [NAME|ID] -- Catch calls of helpers, or of that one, before they are made.
catch tail-call -- Catch tail calls before they are made, whether they will succeed or not.
catch map-update [MAP] -- Catch helpers that add, change or delete elements of maps, or of that one, before they do.
catch call -- Catch calls of BPF functions.
catch exit -- Catch the end of the program: the exit instruction of the outermost frame.
catch branch -- Catch conditional branches.
catch fault -- Catch instructions that can't be executed. They stop in any case; a catchpoint counts them and has commands.
catch uninit -- Catch reading a register or a byte of the stack that was never written.
(ebpfdbg) catch quark
Undefined catch command: "quark".  Try "help catch".
(ebpfdbg) catch fault now
Junk at end of arguments.
(ebpfdbg) catch helper nothing
There is no helper "nothing".
(ebpfdbg) catch map-update nothing
There is no map "nothing".
(ebpfdbg) catch helper map_lookup_elem if r1 == 0
Catchpoint 1 (helper 'bpf_map_lookup_elem' [1])
(ebpfdbg) tcatch helper
Catchpoint 2 (any helper)
(ebpfdbg) catch map-update
Catchpoint 3 (any map-update)
(ebpfdbg) catch exit
Catchpoint 4 (exit)
(ebpfdbg) complete catch map
catch map-update
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       catchpoint     keep y                      helper "bpf_map_lookup_elem"
	stop only if r1 == 0
2       catchpoint     del  y                      <any helper>
3       catchpoint     keep y                      <any map-update>
4       catchpoint     keep y                      exit
(ebpfdbg) run
Starting program: firewall (xdp)

Catchpoint 4 (exit of firewall), firewall (ctx=<optimized out>) at verdict.c:42
42	}
(ebpfdbg) continue
Continuing.
[firewall returned 1 (XDP_DROP), 24 insns, 24 cycles]
(ebpfdbg) continue
The program is not being run.
(ebpfdbg) continue
The program is not being run.
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       catchpoint     keep y                      helper "bpf_map_lookup_elem"
	stop only if r1 == 0
2       catchpoint     del  y                      <any helper>
3       catchpoint     keep y                      <any map-update>
4       catchpoint     keep y                      exit
	breakpoint already hit 1 time
(ebpfdbg) save breakpoints catch.gdb
Saved to file 'catch.gdb'.
(ebpfdbg) delete
(ebpfdbg) source -v catch.gdb
+catch helper map_lookup_elem
Catchpoint 5 (helper 'bpf_map_lookup_elem' [1])
+condition $bpnum r1 == 0
+tcatch helper
Catchpoint 6 (any helper)
+catch map-update
Catchpoint 7 (any map-update)
+catch exit
Catchpoint 8 (exit)
[status 1]
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/dns.hex --engine interp
(ebpfdbg) catch call if r1 == 2
Catchpoint 1 (call)
(ebpfdbg) tcatch branch
Catchpoint 2 (branch)
(ebpfdbg) catch uninit
Catchpoint 3 (uninit)
(ebpfdbg) run
Starting program: balance (xdp)

Temporary catchpoint 2 (branch), balance (ctx=<optimized out>) at calls.c:61
61	    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
(ebpfdbg) info engine
The engine is "interp". 5 instructions were executed in this run:
           5  by engine interp
Catchpoint 3 has instructions executed one by one, to follow what was written.
(ebpfdbg) continue
Continuing.
[balance returned 3 (XDP_TX), 60 insns, 60 cycles]
(ebpfdbg) continue
The program is not being run.
[status 1]
$ ebpfdbg -nx -q examples/oob.o --packet examples/packets/syn.hex
(ebpfdbg) catch fault
Catchpoint 1 (fault)
(ebpfdbg) commands
>print $pc
>end
(ebpfdbg) run
Starting program: find_get (xdp)

Program fault: read of 4 bytes at pkt+54, 4 bytes past the end of the 54-byte packet.

Catchpoint 1 (fault), find_get (ctx=<optimized out>) at oob.c:40
40	    __u32 word = *(__u32 *)payload;
$1 = (void (*)()) 18 <find_get+18>
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       catchpoint     keep y                      fault
	breakpoint already hit 1 time
        print $pc
$ ebpfdbg -nx -q examples/tailcall.o --packet examples/packets/dns.hex
(ebpfdbg) catch tail-call
Catchpoint 1 (tail-call)
(ebpfdbg) run
Starting program: ethernet (xdp)

Catchpoint 1 (tail-call), insn 51 in ethernet (ctx=0x40000) at tailcall.c:47
47	        bpf_tail_call(ctx, &stages, STAGE_IPV4);
(ebpfdbg) continue
Continuing.

Catchpoint 1 (tail-call), insn 22 in ipv4 (ctx=0x40000) at tailcall.c:62
62	        bpf_tail_call(ctx, &stages, STAGE_UDP);
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex --engine jit
(ebpfdbg) watch w2 if new > old && new - old > 14000
Hardware watchpoint 1: w2
(ebpfdbg) watch r2 + r3 if new < old
No registers.
(ebpfdbg) run
Starting program: check_header (xdp)

Hardware watchpoint 1: w2

Old value = 0
New value = 1048903
check_header (ctx=0x40000) at loop.c:27
27	    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
(ebpfdbg) continue
Continuing.

Hardware watchpoint 1: w2

Old value = 69
New value = 14661
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) continue
Continuing.

Hardware watchpoint 1: w2

Old value = 19397
New value = 64747
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) condition 1 old == 0
(ebpfdbg) condition 1 older == 0
No symbol "older" in current context.
(ebpfdbg) break *0 if new == 0
No symbol "new" in current context.
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
1       hw watchpoint  keep y                      w2
	stop only if old == 0
	breakpoint already hit 3 times
[status 1]
