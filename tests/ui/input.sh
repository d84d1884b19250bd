#!/bin/sh
# Packets and contexts: every form that --packet, --pcap and --ctx take, and what is wrong with those that they don't.
. "$top_srcdir/tests/tap.sh"

# A program that leaves its packet alone: what comes out is what was read.
cat >"$tap_dir/pass.s" <<'END'
r0 = 2
exit
END

# packet_of ARGUMENT...: the packet that a run ends with, in hex
packet_of() {
    ebpfdbg run --json --type xdp "$tap_dir/pass.s" "$@" 2>"$tap_dir/errors" | sed 's/.*"packet":"\([^"]*\)".*/\1/'
}

want=000102030405060708090a0b0c0d0e0f
is "hex" "$(packet_of --packet $want)" $want
is "hex with blanks" "$(packet_of --packet '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f')" $want
is "hex with colons" "$(packet_of --packet 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F)" $want
is "hex with 0x" "$(packet_of --packet 0x$want)" $want
is "hex with 0x and commas" "$(packet_of --packet '0x00,0x01,0x02,0x03,0x04,0x05,0x06,0x07,0x08,0x09,0x0a,0x0b,0x0c,0x0d,0x0e,0x0f')" $want
printf '# a comment\n00 01 02 03 04 05 06 07 # another: ff\n\n0809 0a0b 0c0d 0e0f\n' >"$tap_dir/text.hex"
is "a file of hex text" "$(packet_of --packet "$tap_dir/text.hex")" $want
printf '\t0x0000:  0001 0203 0405 0607\n\t0x0008:  0809 0a0b 0c0d 0e0f\n' >"$tap_dir/tcpdump.hex"
is "tcpdump -x's offsets" "$(packet_of --packet "$tap_dir/tcpdump.hex")" $want
printf '0000: 00 01 02 03 04 05 06 07\r\n0008: 08 09 0a 0b 0c 0d 0e 0f\r\n' >"$tap_dir/crlf.hex"
is "offsets and CR LF" "$(packet_of --packet "$tap_dir/crlf.hex")" $want
printf '\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017' >"$tap_dir/raw"
is "a file of raw bytes" "$(packet_of --packet "$tap_dir/raw")" $want

capture=$tap_dir/capture.pcap
sh "$packets/make-capture.sh" "$packets/arp.hex" "$tap_dir/text.hex" >"$capture"
is "--pcap FILE:N" "$(packet_of --pcap "$capture:2")" $want
arp=$(sed 's/#.*//' "$packets/arp.hex" | tr -d ' \n')
is "--pcap FILE is its first packet" "$(packet_of --pcap "$capture")" "$arp"
is "--packet knows a capture too" "$(packet_of --packet "$capture:2")" $want
mv "$capture" "$tap_dir/odd:2"
is "a file whose name ends in a number" "$(packet_of --pcap "$tap_dir/odd:2")" "$arp"
mv "$tap_dir/odd:2" "$capture"

# wrong STATUS ARGUMENT...: must be refused; the message stays in $out
wrong() {
    wrong_name=$1
    shift
    ends "$wrong_name" 1 ebpfdbg run --type xdp "$tap_dir/pass.s" "$@"
}
wrong "a packet that is not there" --pcap "$capture:3"
is "says how many there are" "$out" "ebpfdbg: $capture: there is no packet 3; the capture has 2"
wrong "packet 0" --pcap "$capture:0"
wrong "a capture that is none" --pcap "$tap_dir/text.hex"
has "is named with libpcap's reason" "$out" "ebpfdbg: $tap_dir/text.hex: "
head -c 60 "$capture" >"$tap_dir/cut.pcap"
wrong "a capture that is cut" --pcap "$tap_dir/cut.pcap"
has "is named with libpcap's reason" "$out" "truncated"
wrong "a name that is neither file nor hex" --packet nosuchfile
is "is called so" "$out" "ebpfdbg: nosuchfile: no such file, and not hex digits"
wrong "half a byte" --packet 00010
has "is located" "$out" "line 1, column 5: a byte needs two hex digits"
printf '00 01\n02 zz\n' >"$tap_dir/bad.hex"
wrong "what is not hex in a file" --packet "$tap_dir/bad.hex"
is "is located" "$out" "ebpfdbg: $tap_dir/bad.hex: line 2, column 4: not a hex digit"
head -c 200000 /dev/zero >"$tap_dir/large"
wrong "a packet that is too large" --packet "$tap_dir/large"
is "is measured" "$out" "ebpfdbg: $tap_dir/large: 200000 bytes; the limit is 73152"
head -c 2000000 /dev/zero | tr '\000' 0 >"$tap_dir/long.hex"
wrong "text that is too long" --packet "$tap_dir/long.hex"
wrong "a folder" --packet "$tap_dir"
wrong "a packet that the kernel refuses" --packet 0011
ends "two packets" 2 ebpfdbg run "$tap_dir/pass.s" --packet $want --pcap "$capture"

# Contexts: ingress_ifindex is word 3 of xdp_md, mark word 2 of __sk_buff
printf 'r0 = *(u32 *)(r1 + 12)\nexit\n' >"$tap_dir/ifindex.s"
printf 'r0 = *(u32 *)(r1 + 8)\nexit\n' >"$tap_dir/mark.s"
printf 'r0 = *(u32 *)(r1 + 52)\nexit\n' >"$tap_dir/cb1.s"
r0_of() { ebpfdbg run --json "$@" 2>&1 | sed 's/.*"r0":"\([^"]*\)".*/\1/'; }
http=$packets/http.hex
is "the default context of xdp" "$(r0_of --type xdp "$tap_dir/ifindex.s" --packet $want)" 0x1
is "a field by name" "$(r0_of --type tc "$tap_dir/mark.s" --packet "$http" --ctx mark=0x123)" 0x123
is "several fields" "$(r0_of --type tc "$tap_dir/mark.s" --packet "$http" --ctx priority=5,mark=77)" 0x4d
is "a word of an array" "$(r0_of --type tc "$tap_dir/cb1.s" --packet "$http" --ctx 'cb[1]=9')" 0x9
is "bytes of a context" "$(r0_of --type kprobe "$tap_dir/mark.s" --ctx "$(printf '%016d' 0)2a00000000000000$(printf '%0304d' 0)")" 0x2a
wrong_ctx() {
    wrong_name=$1
    shift
    ends "$wrong_name" 1 ebpfdbg run --type tc "$tap_dir/mark.s" --packet "$http" "$@"
}
wrong_ctx "a field that is none" --ctx nonsense=1
has "is named with the type" "$out" "type tc has no field 'nonsense'"
wrong_ctx "a field that can't be given" --ctx len=1
has "is called so" "$out" "len can't be given"
wrong_ctx "a value that is no number" --ctx mark=many
has "is shown" "$out" "'many' is not a number"
wrong_ctx "a value that is too large" --ctx mark=0x100000000
has "is measured" "$out" "does not fit into 4 bytes"
wrong_ctx "a word outside of the array" --ctx 'cb[5]=1'
done_testing
