#!/bin/sh
# `ebpfdbg --replay`: a find opens at the instruction that goes wrong, with both states while the engines still differ (tests/ui/broken has
# some that do).
. "$top_srcdir/tests/tap.sh"

broken() { "$top_builddir/tests/ui/broken" "$@"; }
ends "something to replay" 6 broken fuzz --seed 7 --count 1000 --engines interp,broken-rsh32 --finds "$tap_dir/finds"
# what the generator made of it: the register, what it comes to, where
found=$(ls "$tap_dir"/finds/rsh32_x*-state.s | head -1)
reg=$(sed -n 's/^# r\([0-9]*\): interp 0x.*/\1/p' "$found")
right=$(sed -n 's/^# r[0-9]*: interp \(0x[0-9a-f]*\), broken-rsh32 0x.*/\1/p' "$found")
wrong=$(printf '0x%x' $((${right:-0} | 1 << 32)))
pc=$(sed -n 's/^# first: \([0-9]*\) after .*/\1/p' "$found")
ends "a find of an engine that is still wrong" 0 broken -nx -q --batch --replay "$found" -ex "p/x \$r$reg" -ex 'stepi' -ex "p/x \$r$reg"
before=$(echo "$out" | sed -n 's/^\$1 = //p')
has "shows both states" "$out" "before              interp              broken-rsh32"
has "the register that differs is marked" "$(echo "$out" | tr -s ' ')" "[*] r$reg ${before:-none} $right $wrong"
has "stops before the instruction" "$out" "=> $pc <main*>:	w$reg >>= w"
has "and goes on from there" "$out" "\$2 = ${right:-none}"
ends "the same where the engine is right" 0 ebpfdbg -nx -q --batch --replay "$found"
has "stops there, too" "$out" "=> $pc <main*>:	w$reg >>= w"
ends "something deadly" 6 broken fuzz --seed 7 --count 1000 --engines interp,broken-signal --finds "$tap_dir/finds"
found=$(ls "$tap_dir"/finds/mul32_k*-signal.s | head -1)
pc=$(sed -n 's/^# first: \([0-9]*\) after .*/\1/p' "$found")
ends "is replayed without dying" 0 broken -nx -q --batch --replay "$found"
has "and says what happened" "$out" "broken-signal: killed by signal 11"
has "at its instruction" "$out" "=> $pc <main*>:	w[0-9]* [*]= -"

cat >"$tap_dir/find.s" <<'END'
# ebpfdbg find: rsh32_x-state
# r1: interp 0xffffffff, broken 0x1ffffffff
# made by: a build of one's own
# first: 3 after 3
# engines: interp,broken
# type: generic
# packet: 0102030405060708
# may-goto-limit: 5
r3 = *(u64 *)(r1 +0)
r1 = -1
r2 = map_val[0] ll
*(u64 *)(r2 +0) = r1
w1 >>= w0
exit
END
replay() { ebpfdbg -nx -q --batch --replay "$@"; }

sed -i 's/^# first: .*/# first: 5 after 4/' "$tap_dir/find.s"
ends "a find" 0 replay "$tap_dir/find.s" -ex 'p $r3' -ex 'show env' -ex 'x/1xg $r2'
has "the engines agree" "$out" "The engines agree now: interp and jit."
has "stops before the instruction" "$out" "=> 5 <main+5>:	w1 >>= w0"
has "on its input" "$out" "578437695752307201"
has "in its world" "$out" "may-goto-limit *5"
has "with the maps of the fuzzer" "$out" "0xffffffffffffffff"

sed 's/^# first: .*/# first: 5 after 40/' "$tap_dir/find.s" >"$tap_dir/wrong.s"
ends "a place where it never comes" 0 replay "$tap_dir/wrong.s"
has "is said" "$out" "does not come to instruction 5 after 40"
grep -v '^# first' "$tap_dir/find.s" >"$tap_dir/nameless.s"
ends "a find without a place" 0 replay "$tap_dir/nameless.s"
has "stops at the start" "$out" "=> 0 <main>:"
sed 's/^# engines: .*/# engines: interp,kernel/' "$tap_dir/find.s" >"$tap_dir/kernel.s"
ends "a find of the kernel's" 0 replay "$tap_dir/kernel.s"
case $out in
*"can't be compared"*) skip "the kernel agrees" "bpf(2) may not be used" ;;
*) has "the kernel agrees" "$out" "The engines agree now: interp and kernel." ;;
esac
ends "it is assembly for everybody" 0 ebpfdbg disasm "$tap_dir/find.s"
has "and is shown" "$out" "w1 >>= w0"

ends "no such file" 1 replay "$tap_dir/none.s"
echo '# packet: 1' >"$tap_dir/bad.s"
ends "a bad line" 1 replay "$tap_dir/bad.s"
has "is named" "$out" "line 1: a packet is at most"
ends "with a program" 2 replay "$tap_dir/find.s" "$tap_dir/find.s"
done_testing
