# Packets, maps, functions and types in expressions.
$ ebpfdbg -nx -q examples/calls.o --packet examples/packets/http.hex
(ebpfdbg) print pkt.ip.ttl
There is no packet: the program is not being run, or its type has none.
(ebpfdbg) break rotate
Breakpoint 1 at insn 15: file calls.c, line 35.
(ebpfdbg) run
Starting program: balance (xdp)

Breakpoint 1, rotate (value=3630856102, bits=13) at calls.c:35
35	rotate(__u32 value, __u32 bits)
(ebpfdbg) print pkt.ip.ttl
$1 = 64
(ebpfdbg) print pkt.eth
$2 = {h_dest = "RT\000\0224V", h_source = "RT\000\253\315\357", h_proto = 8}
(ebpfdbg) print/x pkt.eth.type
$3 = 0x800
(ebpfdbg) print pkt.tcp.dport
$4 = 80
(ebpfdbg) print pkt.tcp.syn
$5 = 0
(ebpfdbg) print pkt.udp.dport
The packet has no UDP header.
(ebpfdbg) print pkt.vlan.id
The packet has no VLAN header.
(ebpfdbg) print pkt.nosuch
There is no header named nosuch: they are eth, vlan, ip, ip6, tcp, udp, icmp.
(ebpfdbg) print pkt.ip.nosuch
There is no member named nosuch.
(ebpfdbg) print pkt.ip.src == ip4("10.0.0.1")
$6 = 1
(ebpfdbg) print pkt.ip.ttl = 5
$7 = 5
(ebpfdbg) print pkt.tcp.dport = 8080
$8 = 8080
(ebpfdbg) x/2xb &pkt.tcp.dport
0x100124 <pkt+36>:	0x1f	0x90
(ebpfdbg) print pkt[14]
$9 = 69 'E'
(ebpfdbg) print sizeof(pkt)
$10 = 72
(ebpfdbg) print servers[1]
$11 = 0
(ebpfdbg) print servers[1] = 77
$12 = 77
(ebpfdbg) print ++servers[1]
$13 = 78
(ebpfdbg) print servers[9]
There is no element with that key in map servers.
(ebpfdbg) print servers[{1, 2}]
Too many values for the key.
(ebpfdbg) print servers["text"]
There is no element with that key in map servers.
(ebpfdbg) print ntohs(0x1234)
$14 = 13330
(ebpfdbg) print/x htonl(1)
$15 = 0x1000000
(ebpfdbg) print ip4("10.0.0")
"10.0.0" is no IPv4 address.
(ebpfdbg) print $_streq("abc", "abc")
$16 = 1
(ebpfdbg) print $_strlen("hello")
$17 = 5
(ebpfdbg) print $_streq("abc")
Too few arguments in function call: it takes 2.
(ebpfdbg) print ntohs(1, 2)
Too many arguments in function call: it takes 1.
(ebpfdbg) print XDP_PASS
$18 = XDP_PASS
(ebpfdbg) print XDP_PASS + 1
$19 = 3
(ebpfdbg) print rotate::value
$20 = 3630856102
(ebpfdbg) print nosuch::value
No symbol "nosuch" in current context.
(ebpfdbg) print rotate::nosuch
No symbol "nosuch" in function "rotate".
(ebpfdbg) print calls.c::nosuch
No symbol "nosuch" in file "calls.c".
(ebpfdbg) print 'nosuch.c'::value
No symbol "nosuch.c" in current context.
(ebpfdbg) print {u8 [4]}&pkt.ip.src
$21 = "\n\000\000\001"
(ebpfdbg) print 1 ? -1 : 0u
$22 = 4294967295
(ebpfdbg) set print pretty on
(ebpfdbg) print pkt.eth
$23 = {
  h_dest = "RT\000\0224V",
  h_source = "RT\000\253\315\357",
  h_proto = 8
}
(ebpfdbg) show print pretty
Pretty formatting of structures is on.
(ebpfdbg) set print elements 3
(ebpfdbg) show print elements
Limit on string chars or array elements to print is 3.
(ebpfdbg) print pkt.eth.dst
$24 = "RT\000"...
(ebpfdbg) whatis __u32
type = unsigned int
(ebpfdbg) whatis value
type = __u32
(ebpfdbg) ptype/o struct ethhdr
/* offset      |    size */  type = struct ethhdr {
/*      0      |       6 */    unsigned char h_dest[6];
/*      6      |       6 */    unsigned char h_source[6];
/*     12      |       2 */    __be16 h_proto;

                               /* total size (bytes):   14 */
                             }
(ebpfdbg) ptype/o struct iphdr
/* offset      |    size */  type = struct iphdr {
/*      0: 0   |       1 */    __u8 ihl : 4;
/*      0: 4   |       1 */    __u8 version : 4;
/*      1      |       1 */    __u8 tos;
/*      2      |       2 */    __be16 tot_len;
/*      4      |       2 */    __be16 id;
/*      6      |       2 */    __be16 frag_off;
/*      8      |       1 */    __u8 ttl;
/*      9      |       1 */    __u8 protocol;
/*     10      |       2 */    __sum16 check;
/*     12      |       8 */    union {
/*                     8 */        struct {
/*     12      |       4 */            __be32 saddr;
/*     16      |       4 */            __be32 daddr;

                                       /* total size (bytes):    8 */
                                   };
/*                     8 */        struct {
/*     12      |       4 */            __be32 saddr;
/*     16      |       4 */            __be32 daddr;

                                       /* total size (bytes):    8 */
                                   } addrs;

                                   /* total size (bytes):    8 */
                               };

                               /* total size (bytes):   20 */
                             }
(ebpfdbg) ptype bits
type = unsigned int
(ebpfdbg) info types hdr$
All types matching regular expression "hdr$":
        struct ethhdr;
        struct iphdr;
(ebpfdbg) info types (
Invalid regexp: Unmatched ( or \(
[status 1]
