#!/bin/sh
# `ebpfdbg fuzz`: what it takes, what it says, that a seed gives the same again. That it finds something is tests/jit/test_fuzz.c's business.
. "$top_srcdir/tests/tap.sh"

cd "$tap_dir" || exit 99 # finds, if there were any
case $top_builddir in /*) ;; *) top_builddir=$OLDPWD/$top_builddir ;; esac
case $top_srcdir in /*) ;; *) top_srcdir=$OLDPWD/$top_srcdir ;; esac

ends "some programs" 0 ebpfdbg fuzz --seed 7 --count 500
has "the seed is told" "$out" "seed 7;"
has "programs are counted" "$out" "programs     500,"
has "nothing differs" "$out" "finds        0"
has "coverage is told" "$out" "coverage     rows "
first=$(echo "$out" | grep -e ended -e coverage)
ends "the same again" 0 ebpfdbg fuzz --seed 7 --count 500
is "comes to the same" "$(echo "$out" | grep -e ended -e coverage)" "$first"
ends "divided between processes" 0 ebpfdbg fuzz --seed 7 --count 500 --jobs 2
is "comes to the same, too" "$(echo "$out" | grep -e ended -e coverage)" "$first"
ends "another seed" 0 ebpfdbg fuzz --seed 8 --count 500
[ "$(echo "$out" | grep ended)" != "$(echo "$first" | grep ended)" ] && pass "comes to something else" || fail "comes to something else"
ends "steered" 0 ebpfdbg fuzz --isa v1 --length 20 --weights alu=5,loop=0 --no-loops --count 300
ends "for two seconds" 0 ebpfdbg fuzz --seconds 2
has "says how far it is" "$out" " programs ("
for how in --lockstep --lockstep=insn --lockstep=block; do
    ends "compared in $how" 0 ebpfdbg fuzz $how --count 200 --seed 3
    has "nothing differs in $how" "$out" "finds        0"
done
ends "an unknown way to compare" 2 ebpfdbg fuzz --lockstep=half
[ -e ebpfdbg-finds ] && fail "no directory without a find" || pass "no directory without a find"

ends "for machines" 0 ebpfdbg fuzz --seed 7 --seconds 2 --json
if command -v python3 >/dev/null; then
    said=$(echo "$out" | python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
last = lines.pop()
print(last["final"], last["seed"], last["finds"], last["programs"] == last["exits"] + last["faults"] + last["endless"],
      len(lines) >= 1 and not any(line["final"] for line in lines))' 2>&1)
    is "every line is an object, the last one the summary" "$said" "True 7 0 True True"
else
    skip "every line is an object, the last one the summary" "no python3"
fi

# a person at a terminal, who has had enough
out=$(printf 'expect programs  \nexpect programs  \nsend \\x03\nexpect finds        0\nwait\n' |
    TERM=vt100 "$top_builddir/tests/ui/terminal" "$top_builddir/ebpfdbg" fuzz --seed 7 2>&1)
status=$?
if [ $status -eq 77 ]; then
    skip "Ctrl-C" "no pseudo-terminal"
else
    is "Ctrl-C ends with the summary" $status 0
    has "the block is redrawn in place" "$out" "$(printf '\033[7A\r\033[J')"
    is "and nothing comes after the last" "$(echo "$out" | tail -1 | tr -d '\r')" "finds        0"
fi
out=$(printf 'expect programs (\nsend \\x03\nexpect finds        0\nwait\n' |
    TERM=dumb "$top_builddir/tests/ui/terminal" "$top_builddir/ebpfdbg" fuzz --seed 7 2>&1)
status=$?
if [ $status -eq 77 ]; then
    skip "a dumb terminal" "no pseudo-terminal"
else
    is "a dumb terminal gets lines" $status 0
    case $out in *"$(printf '\033')"*) fail "and no sequences" ;; *) pass "and no sequences" ;; esac
fi

ends "too many processes" 2 ebpfdbg fuzz --jobs 257
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
    has "the kernel comes to the same" "$out" "finds        0"
    has "and has taken the programs" "$out" "accepted"
    ;;
esac
done_testing
