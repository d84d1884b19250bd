#!/bin/sh
# ebpfdbg disasm: raw code in both syntaxes, names, what it says about code that can't run.
. "$top_srcdir/tests/tap.sh"

# r1 = 0x123456789 ll; w1 += w2; call 5; an unknown opcode; a reserved field; call pc+0; exit
printf '\030\001\0\0\211\147\105\043\0\0\0\0\001\0\0\0' >"$tap_dir/code"
printf '\014\041\0\0\0\0\0\0\205\0\0\0\005\0\0\0\377\1\2\3\4\5\6\7\267\020\0\0\0\0\0\0\205\020\0\0\0\0\0\0\225\0\0\0\0\0\0\0' >>"$tap_dir/code"

ends "raw code is listed" 0 ebpfdbg disasm --raw "$tap_dir/code"
is "with slots, bytes and text" "$out" "
main:
     0: 18 01 00 00 89 67 45 23  r1 = 0x123456789 ll
     1: 00 00 00 00 01 00 00 00
     2: 0c 21 00 00 00 00 00 00  w1 += w2
     3: 85 00 00 00 05 00 00 00  call bpf_ktime_get_ns#5
     4: ff 01 02 03 04 05 06 07  (illegal: ff 01 02 03 04 05 06 07)
     5: b7 10 00 00 00 00 00 00  r0 = 0 ; uses reserved fields
     6: 85 10 00 00 00 00 00 00  call pc+0 <sub_7>

sub_7:
     7: 95 00 00 00 00 00 00 00  exit"
ends "the other syntax, without bytes" 0 ebpfdbg disasm --raw --syntax=mnemonic --no-bytes --prog=sub_7 "$tap_dir/code"
is "shows one function" "$out" "
sub_7:
     7: exit"
ends "an unknown syntax" 2 ebpfdbg disasm --syntax=att "$tap_dir/code"
is "is named" "$out" "ebpfdbg: there is no syntax 'att'; there are kernel and mnemonic"
ends "an unknown function" 2 ebpfdbg disasm --raw --prog=nobody "$tap_dir/code"
has "is named" "$out" "no function 'nobody'"
ends "a file that is no object" 1 ebpfdbg disasm "$top_srcdir/configure.ac"

echo 'start: w0 = 5 # assembly text is a program, too
call bpf_ktime_get_ns; if r0 s> 7 goto start
exit' >"$tap_dir/text.s"
ends "assembly text is assembled" 0 ebpfdbg disasm --no-bytes "$tap_dir/text.s"
is "and listed" "$out" "
main:
     0: w0 = 5
     1: call bpf_ktime_get_ns#5
     2: if r0 s> 0x7 goto pc-3 <main>
     3: exit"
echo 'r0 += r11' >"$tap_dir/wrong.s"
ends "a mistake in it" 1 ebpfdbg disasm "$tap_dir/wrong.s"
is "is shown to the column" "$out" \
    "ebpfdbg: $tap_dir/wrong.s: line 1, column 7: expected a number of 32 bits or a register (r0-r10)"

"$top_builddir/ebpfdbg" disasm --raw "$tap_dir/code" 2>"$tap_dir/err" >/dev/full
is "a full disk is an error" "$?" 1
is "and said" "$(cat "$tap_dir/err")" "ebpfdbg: standard output: can't be written"
done_testing
