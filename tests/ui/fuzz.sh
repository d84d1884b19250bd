#!/bin/sh
# `ebpfdbg fuzz`: what it takes, what it says, that a seed gives the same again. That it finds something is tests/jit/test_fuzz.c's business.
. "$top_srcdir/tests/tap.sh"

ends "some programs" 0 ebpfdbg fuzz --seed 7 --count 500
has "the seed is told" "$out" "seed      7"
has "programs are counted" "$out" "programs  500 in"
has "nothing differs" "$out" "finds     0"
has "coverage is told" "$out" "coverage  rows "
first=$(echo "$out" | grep -e ended -e coverage)
ends "the same again" 0 ebpfdbg fuzz --seed 7 --count 500
is "comes to the same" "$(echo "$out" | grep -e ended -e coverage)" "$first"
ends "another seed" 0 ebpfdbg fuzz --seed 8 --count 500
[ "$(echo "$out" | grep ended)" != "$(echo "$first" | grep ended)" ] && pass "comes to something else" || fail "comes to something else"
ends "steered" 0 ebpfdbg fuzz --isa v1 --length 20 --weights alu=5,loop=0 --no-loops --count 300
for how in --lockstep --lockstep=insn --lockstep=block; do
    ends "compared in $how" 0 ebpfdbg fuzz $how --count 200 --seed 3
    has "nothing differs in $how" "$out" "finds     0"
done
ends "an unknown way to compare" 2 ebpfdbg fuzz --lockstep=half
ends "for a second" 0 ebpfdbg fuzz --seconds 1
has "says how far it is" "$out" "1 s: "

ends "an unknown engine" 2 ebpfdbg fuzz --engines interp,warp
ends "one engine alone" 2 ebpfdbg fuzz --engines interp
ends "the kernel as reference" 2 ebpfdbg fuzz --engines kernel
ends "an unknown instruction set" 2 ebpfdbg fuzz --isa v5
ends "too long" 2 ebpfdbg fuzz --length 1001
ends "an unknown class" 2 ebpfdbg fuzz --weights none=1
has "classes are told" "$out" "alu convert constant"
missing=
for class in $(echo "$out" | sed 's/.*classes are //; s/(.*//'); do
    grep -q "^    $class " "$top_srcdir/ebpfdbg.1" || missing="$missing $class"
done
is "the page lists them" "$missing" ""

out=$(ebpfdbg fuzz --engines interp,jit,kernel --seed 1 --count 300 2>&1)
case $out in
*"bpf(2)"*) skip "the kernel comes to the same" "$out" ;;
*)
    has "the kernel comes to the same" "$out" "finds     0"
    has "and has taken the programs" "$out" "accepted"
    ;;
esac
done_testing
