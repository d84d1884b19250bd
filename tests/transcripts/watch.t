# Who writes this? Watchpoints on bytes of the packet, on registers and on expressions, with both engines.
$ ebpfdbg -nx -q examples/ttl.o --packet examples/packets/http.hex --engine interp
(ebpfdbg) start
Temporary breakpoint 1 at insn 0: file ttl.c, line 28.
Starting program: forward (tc)

Temporary breakpoint 1, forward (skb=0x40000) at ttl.c:28
28	forward(struct __sk_buff *skb)
(ebpfdbg) watch *(u8 *)(*(u32 *)($r1 + 76) + 22)
Hardware watchpoint 2: -location *(u8 *)(*(u32 *)($r1 + 76) + 22)
(ebpfdbg) rwatch *(u16 *)(*(u32 *)($r1 + 76) + 24)
Hardware read watchpoint 3: -location *(u16 *)(*(u32 *)($r1 + 76) + 24)
(ebpfdbg) watch w2 if w2 == 0x800
Hardware watchpoint 4: w2
(ebpfdbg) info watchpoints
Num     Type            Disp Enb Address            What
2       hw watchpoint   keep y                      -location *(u8 *)(*(u32 *)($r1 + 76) + 22)
3       read watchpoint keep y                      -location *(u16 *)(*(u32 *)($r1 + 76) + 24)
4       hw watchpoint   keep y                      w2
	stop only if w2 == 0x800
(ebpfdbg) continue
Continuing.

Hardware watchpoint 2: -location *(u8 *)(*(u32 *)($r1 + 76) + 22)

Old value = 64 '@'
New value = 63 '?'
forward (skb=0x40000) at ttl.c:41
41	    __u32 check = ip->check;
(ebpfdbg) continue
Continuing.

Hardware read watchpoint 3: -location *(u16 *)(*(u32 *)($r1 + 76) + 24)

Value = 47910
insn 23 in forward (skb=0x40000) at ttl.c:41
41	    __u32 check = ip->check;
(ebpfdbg) continue
Continuing.
[forward returned 0 (TC_ACT_OK), 27 insns, 27 cycles]
(ebpfdbg) info breakpoints
Num     Type            Disp Enb Address            What
2       hw watchpoint   keep y                      -location *(u8 *)(*(u32 *)($r1 + 76) + 22)
	breakpoint already hit 1 time
3       read watchpoint keep y                      -location *(u16 *)(*(u32 *)($r1 + 76) + 24)
	breakpoint already hit 1 time
4       hw watchpoint   keep y                      w2
	stop only if w2 == 0x800
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex --engine interp
(ebpfdbg) watch w2
Hardware watchpoint 1: w2
(ebpfdbg) commands
>silent
>printf "sum = %x\n", $w2
>continue
>end
(ebpfdbg) break loop.c:39 if $r3 == 20 && w2 > 0
Breakpoint 2 at insn 13: file loop.c, line 39.
(ebpfdbg) run
Starting program: check_header (xdp)
sum = 100147
Continuing.
sum = 8
Continuing.
sum = 0
Continuing.
sum = 45
Continuing.
sum = 3945
Continuing.
sum = 3a45
Continuing.

Breakpoint 2, check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) delete 1
(ebpfdbg) watch r2 + r3
Hardware watchpoint 3: r2 + r3
(ebpfdbg) continue
Continuing.

Hardware watchpoint 3: r2 + r3

Old value = 14937
New value = 15001
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) delete
(ebpfdbg) watch $pc
Watchpoint 4: $pc
(ebpfdbg) continue
Continuing.

Watchpoint 4: $pc

Old value = (void (*)()) 17 <check_header+17>
New value = (void (*)()) 18 <check_header+18>
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
4       watchpoint     keep y                      $pc
	breakpoint already hit 1 time
$ ebpfdbg -nx -q examples/ttl.o --packet examples/packets/http.hex --engine jit
(ebpfdbg) start
Temporary breakpoint 1 at insn 0: file ttl.c, line 28.
Starting program: forward (tc)

Temporary breakpoint 1, forward (skb=0x40000) at ttl.c:28
28	forward(struct __sk_buff *skb)
(ebpfdbg) watch *(u8 *)(*(u32 *)($r1 + 76) + 22)
Hardware watchpoint 2: -location *(u8 *)(*(u32 *)($r1 + 76) + 22)
(ebpfdbg) rwatch *(u16 *)(*(u32 *)($r1 + 76) + 24)
Hardware read watchpoint 3: -location *(u16 *)(*(u32 *)($r1 + 76) + 24)
(ebpfdbg) watch w2 if w2 == 0x800
Hardware watchpoint 4: w2
(ebpfdbg) info watchpoints
Num     Type            Disp Enb Address            What
2       hw watchpoint   keep y                      -location *(u8 *)(*(u32 *)($r1 + 76) + 22)
3       read watchpoint keep y                      -location *(u16 *)(*(u32 *)($r1 + 76) + 24)
4       hw watchpoint   keep y                      w2
	stop only if w2 == 0x800
(ebpfdbg) continue
Continuing.

Hardware watchpoint 2: -location *(u8 *)(*(u32 *)($r1 + 76) + 22)

Old value = 64 '@'
New value = 63 '?'
forward (skb=0x40000) at ttl.c:41
41	    __u32 check = ip->check;
(ebpfdbg) continue
Continuing.

Hardware read watchpoint 3: -location *(u16 *)(*(u32 *)($r1 + 76) + 24)

Value = 47910
insn 23 in forward (skb=0x40000) at ttl.c:41
41	    __u32 check = ip->check;
(ebpfdbg) continue
Continuing.
[forward returned 0 (TC_ACT_OK), 27 insns, 27 cycles]
(ebpfdbg) info breakpoints
Num     Type            Disp Enb Address            What
2       hw watchpoint   keep y                      -location *(u8 *)(*(u32 *)($r1 + 76) + 22)
	breakpoint already hit 1 time
3       read watchpoint keep y                      -location *(u16 *)(*(u32 *)($r1 + 76) + 24)
	breakpoint already hit 1 time
4       hw watchpoint   keep y                      w2
	stop only if w2 == 0x800
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex --engine jit
(ebpfdbg) watch w2
Hardware watchpoint 1: w2
(ebpfdbg) commands
>silent
>printf "sum = %x\n", $w2
>continue
>end
(ebpfdbg) break loop.c:39 if $r3 == 20 && w2 > 0
Breakpoint 2 at insn 13: file loop.c, line 39.
(ebpfdbg) run
Starting program: check_header (xdp)
sum = 100147
Continuing.
sum = 8
Continuing.
sum = 0
Continuing.
sum = 45
Continuing.
sum = 3945
Continuing.
sum = 3a45
Continuing.

Breakpoint 2, check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
(ebpfdbg) delete 1
(ebpfdbg) watch r2 + r3
Hardware watchpoint 3: r2 + r3
(ebpfdbg) continue
Continuing.

Hardware watchpoint 3: r2 + r3

Old value = 14937
New value = 15001
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) delete
(ebpfdbg) watch $pc
Watchpoint 4: $pc
(ebpfdbg) continue
Continuing.

Watchpoint 4: $pc

Old value = (void (*)()) 17 <check_header+17>
New value = (void (*)()) 18 <check_header+18>
check_header (ctx=<optimized out>) at loop.c:38
38	    for (int i = 0; i < HEADER_WORDS; i++)
(ebpfdbg) info breakpoints
Num     Type           Disp Enb Address            What
4       watchpoint     keep y                      $pc
	breakpoint already hit 1 time
