# A tc program that rewrites its packet.
$ ebpfdbg run examples/ttl.o --packet examples/packets/http.hex
program  forward (tc) of examples/ttl.o, engine auto
verdict  TC_ACT_OK (0)
packet   72 bytes, changed:
         - 0010  00 3a 00 01 40 00 40 06 26 bb 0a 00 00 01 0a 00
         + 0010  00 3a 00 01 40 00 3f 06 27 bb 0a 00 00 01 0a 00
counts   27 instructions, 27 cycles (unit)
$ ebpfdbg run examples/ttl.o --packet examples/packets/icmp.hex
program  forward (tc) of examples/ttl.o, engine auto
verdict  TC_ACT_SHOT (2)
packet   50 bytes, unchanged
trace    time is over: protocol 1
counts   20 instructions, 20 cycles (unit)
$ ebpfdbg -nx -q examples/ttl.o --packet examples/packets/http.hex --ctx mark=7
(ebpfdbg) break forward
Breakpoint 1 at insn 0: file ttl.c, line 28.
(ebpfdbg) run
Starting program: forward (tc)

Breakpoint 1, forward (skb=0x40000) at ttl.c:28
28	forward(struct __sk_buff *skb)
(ebpfdbg) info context
Context of the running program (tc, 192 bytes):
  +0    len               0x48           72
  +4    pkt_type          0x3            3
  +8    mark              0x7            7             input writable
  +12   queue_mapping     0x0            0             writable
  +16   protocol          0x8            8
  +20   vlan_present      0x0            0
  +24   vlan_tci          0x0            0
  +28   vlan_proto        0x0            0
  +32   priority          0x0            0             input writable
  +36   ingress_ifindex   0x0            0             input
  +40   ifindex           0x1            1             input
  +44   tc_index          0x0            0             writable
  +48   cb                00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 input writable
  +68   hash              0x0            0
  +72   tc_classid        0x0            0             writable
  +76   data              0x100040       1048640
  +80   data_end          0x100088       1048712
  +84   napi_id           0x0            0
  +88   family            0x2            2
  +92   remote_ip4        0x200000a      33554442
  +96   local_ip4         0x100000a      16777226
  +100  remote_ip6        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  +116  local_ip6         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  +132  remote_port       0x0            0
  +136  local_port        0x0            0
  +140  data_meta         0x100040       1048640
  +144  flow_keys         0x0            0
  +152  tstamp            0x0            0             input writable
  +160  wire_len          0x48           72            input
  +164  gso_segs          0x0            0             input
  +168  sk                0x800000       8388608
  +176  gso_size          0x0            0             input
  +180  tstamp_type       0x0            0
  +184  hwtstamp          0x0            0             input
(ebpfdbg) info packet
Packet of the running program: 72 bytes, data 0x100040-0x100088
0000   52 54 00 12 34 56 52 54  00 ab cd ef 08 00 45 00  RT..4VRT......E.
0010   00 3a 00 01 40 00 40 06  26 bb 0a 00 00 01 0a 00  .:..@.@.&.......
0020   00 02 9c 41 00 50 00 00  10 00 00 00 20 00 50 18  ...A.P...... .P.
0030   fa f0 f5 95 00 00 47 45  54 20 2f 20 48 54 54 50  ......GET / HTTP
0040   2f 31 2e 30 0d 0a 0d 0a                           /1.0....
(ebpfdbg) break ttl.c:44
Breakpoint 2 at insn 20: file ttl.c, line 44.
(ebpfdbg) continue
Continuing.

Breakpoint 2, forward (skb=0x40000) at ttl.c:44
44	    ip->ttl--;
(ebpfdbg) info packet
Packet of the running program: 72 bytes, data 0x100040-0x100088
0000   52 54 00 12 34 56 52 54  00 ab cd ef 08 00 45 00  RT..4VRT......E.
0010   00 3a 00 01 40 00 40 06  26 bb 0a 00 00 01 0a 00  .:..@.@.&.......
0020   00 02 9c 41 00 50 00 00  10 00 00 00 20 00 50 18  ...A.P...... .P.
0030   fa f0 f5 95 00 00 47 45  54 20 2f 20 48 54 54 50  ......GET / HTTP
0040   2f 31 2e 30 0d 0a 0d 0a                           /1.0....
(ebpfdbg) continue
Continuing.
[forward returned 0 (TC_ACT_OK), 27 insns, 27 cycles]
