#!/bin/sh
# `ebpfdbg fuzz`: what it takes, what it says, that a seed gives the same again, what becomes of finds (with engines that are wrong on
# purpose). That it finds what is wrong in the JIT is tests/jit's business.
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
ends "divided between processes" 0 ebpfdbg fuzz --seed 7 --count 500 --jobs 3
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

# a person at a terminal: $1 what it is called, $2 the script, then the command; its output stays in $out. False where there is no terminal.
person() {
    person_name=$1 person_script=$2
    shift 2
    out=$(printf "$person_script" | "$top_builddir/tests/ui/terminal" "$@" 2>&1)
    status=$?
    [ $status -ne 77 ] || { skip "$person_name" "no pseudo-terminal"; return 1; }
}
TERM=vt100
export TERM
if person "Ctrl-C" 'expect programs  \nexpect programs  \nsend \\x03\nexpect finds        0\nwait\n' "$top_builddir/ebpfdbg" fuzz --seed 7; then
    is "Ctrl-C ends with the summary" $status 0
    has "the block is redrawn in place" "$out" "$(printf '\033[7A\r\033[J')"
    is "and nothing comes after the last" "$(echo "$out" | tail -1 | tr -d '\r')" "finds        0"
fi
if person "a small window" 'expect programs \nsize 5 30\nexpect instructions \nexpect finds \nexpect instructions \nexpect finds \nexpect instructions \nsend \\x03\nexpect finds        0\r\nwait\n' "$top_builddir/ebpfdbg" fuzz --seed 7; then
    is "a small window" $status 0
    has "gets the last lines" "$out" "$(printf '\033[4A\r\033[J')instructions"
    has "cut" "$out" "coverage     rows 1??/182, ou$(printf '\r')"
    is "but the summary is whole" "$(echo "$out" | tail -2 | grep -c "^coverage .*, operands [0-9]")" 1
fi
TERM=dumb
if person "a dumb terminal" 'expect programs (\nsend \\x03\nexpect finds        0\nwait\n' "$top_builddir/ebpfdbg" fuzz --seed 7; then
    is "a dumb terminal gets lines" $status 0
    case $out in *"$(printf '\033')"*) fail "and no sequences" ;; *) pass "and no sequences" ;; esac
fi

# finds: which of the programs they are, how long, and what they compute with is the generator's business, and taken from what is said
broken() { "$top_builddir/tests/ui/broken" fuzz --seed 7 --count 1000 "$@"; }
ends "a find" 6 broken --engines interp,broken-rsh32
has "is told with its file" "$out" "find: ebpfdbg-finds/rsh32_x*-state.s: r"
name=$(echo "$out" | sed -n 's,^find: ebpfdbg-finds/\(rsh32_x[^ /]*\.s\): .*,\1,p')
has "and with what made it" "$out" " instructions of [1-9]*; --seed 7 --first [0-9]"
at=$(echo "$out" | sed -n 's/^find: .*; --seed 7 --first \([0-9]*\)$/\1/p')
shrunk=$(echo "$out" | sed -n 's/^find: .*; \([0-9]*\) instructions of \([0-9]*\); .*/from \2 to \1 instructions/p')
has "the like is counted" "$out" "finds        1, and [1-9]* programs like them, in ebpfdbg-finds"
has "what to do next is told" "$out" "ebpfdbg --replay ebpfdbg-finds/${name:-none}"
file=$(cat ebpfdbg-finds/${name:-none})
has "the file names the instruction" "$file" "# first: "
has "the file says what made it" "$file" "# made by: ebpfdbg fuzz --engines interp,broken-rsh32 --seed 7 --first ${at:-?} --count 1"
has "and how it was shrunk" "$file" "# shrunk ${shrunk:-not} in "
ends "its command line" 6 broken --engines interp,broken-rsh32 --first "$at" --count 1 --finds again
is "makes the same file" "$(cat again/${name:-none})" "$file"
ends "a find that is known" 6 broken --engines interp,broken-rsh32
has "is told as such" "$out" "known find: ebpfdbg-finds/${name:-none}: "
is "and not written again" "$(cat ebpfdbg-finds/${name:-none})" "$file"
ends "what kills its process" 6 broken --engines interp,broken-signal --jobs 2
has "is a find" "$out" "mul32_k*-signal.s: broken-signal: killed by signal 11 (Segmentation fault); 2 instructions of "
has "and the rest goes on" "$out" "programs     1000,"
has "in another process" "$out" "processes replaced"
# Interrupted while a program hangs, which nobody has noticed yet: with many sign extensions one of the first dozen does, so after the
# second that passes before the first line, and it takes two until it is noticed. Uninterrupted, more like it would follow.
"$top_builddir/tests/ui/broken" fuzz --seed 7 --seconds 30 --weights convert=100 --engines interp,broken-hang >hang 2>&1 &
pid=$!
until grep -q " programs (" hang || ! kill -0 $pid; do sleep 0.1; done
kill -INT $pid
wait $pid
is "an interruption while a program hangs" $? 6
has "waits to tell of it" "$(cat hang)" "broken-hang: does not end; "
has "and for no other" "$(cat hang)" "finds        1, in ebpfdbg-finds"
ends "for machines, a find" 6 broken --engines interp,broken-rsh32 --json --finds machine
has "is an object" "$out" "{\"find\":{\"file\":\"machine/${name:-none}\",\"known\":false,\"left\":\"interp\",\"right\":\"broken-rsh32\",\"difference\":\"r"
has "and counted" "$out" '"finds":1,'
ends "nowhere to write" 1 broken --engines interp,broken-rsh32 --finds /nonexistent/finds
has "is said at once" "$out" "/nonexistent"
echo >file
ends "no directory" 1 broken --engines interp,broken-rsh32 --finds file

# a corpus
ends "changed finds" 6 broken --engines interp,broken-rsh32 --corpus ebpfdbg-finds --finds changed
has "find it more often" "$out" "programs like them, in changed"
changed=$(cd changed && ls rsh32_x*-state.s | head -1)
has "and are made again by their command line" "$(cat "changed/$changed")" " --corpus ebpfdbg-finds"
command=$(sed -n 's/^# made by: ebpfdbg fuzz //p' "changed/$changed")
ends "as it says" 6 "$top_builddir/tests/ui/broken" fuzz ${command:---count 1} --finds changed-again
is "to the same file" "$(cat "changed-again/$changed")" "$(cat "changed/$changed")"
if [ -f "$examples/filter.o" ]; then
    mkdir mixed && cp "$examples/filter.o" "$examples/calls.o" ebpfdbg-finds/*.s mixed
    echo 'no program' >mixed/notes
    ends "a directory of this and that" 0 ebpfdbg fuzz --seed 7 --count 400 --jobs 2 --corpus mixed
    has "names what is no program" "$out" "mixed/notes: line 1"
    has "runs the rest" "$out" "programs     400,"
    ends "an object" 0 ebpfdbg fuzz --seed 7 --count 100 --corpus mixed/filter.o
else
    skip "a directory of this and that" "the examples are not built: no clang for bpf"
fi
mkdir empty
ends "an empty corpus" 1 ebpfdbg fuzz --corpus empty
ends "no corpus" 1 ebpfdbg fuzz --corpus none
has "is named" "$out" "none: No such file"

ends "too many processes" 2 ebpfdbg fuzz --jobs 257
ends "an unknown engine" 2 ebpfdbg fuzz --engines interp,warp
ends "one engine alone" 2 ebpfdbg fuzz --engines interp
ends "the kernel as reference" 2 ebpfdbg fuzz --engines kernel
ends "an unknown instruction set" 2 ebpfdbg fuzz --isa v5
ends "too long" 2 ebpfdbg fuzz --length 1001
ends "an unknown class" 2 ebpfdbg fuzz --weights none=1
has "classes are told" "$out" "alu idiom convert"
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
