#!/bin/sh
# What was executed, for other tools: `ebpfdbg run --coverage --profile` and `profile export`. The files are given to the tools that they are
# for, where those are installed.
. "$top_srcdir/tests/tap.sh"

[ -f "$examples/calls.o" ] || skip_all "no clang: the examples are not built"
ln -s "$top_srcdir/examples" "$tap_dir/examples"
cd "$tap_dir" || exit 99
calls=$examples/calls.o
http=$packets/http.hex

for engine in interp jit auto; do
    ends "run --coverage --profile on $engine" 0 ebpfdbg run --engine $engine "$calls" --packet "$http" --repeat 3 \
        --coverage $engine.info --profile $engine.cg
    ends "run --profile to stacks on $engine" 0 ebpfdbg run --engine $engine "$calls" --packet "$http" --repeat 3 --profile $engine.folded
done
is "every engine gives the same coverage" "$(cat jit.info auto.info)" "$(cat interp.info interp.info)"
is "and the same costs" "$(cat jit.cg auto.cg)" "$(cat interp.cg interp.cg)"
is "and the same stacks" "$(cat jit.folded auto.folded)" "$(cat interp.folded interp.folded)"
is "stacks hold what each took" "$(cat jit.folded)" "balance;hash;mix;rotate 30
balance;hash;mix 42
balance;hash 24
balance 84"
has "lines are counted over all runs" "$(cat jit.info)" "DA:37,6"
has "and functions" "$(cat jit.info)" "FNDA:6,rotate"
has "and ways of branches" "$(cat jit.info)" "BRDA:66,43,0,3
BRDA:66,43,1,0"
has "costs have a sum" "$(cat jit.cg)" "summary: 180 180"
has "and calls" "$(cat jit.cg)" "cfn=rotate
calls=6 0xf 35
0xb 44 30 30"

cat >costs.ebpfcost <<'END'
ebpfcost 1
[insn]
mov64_k = 2.5
[helper]
default = 50
END
cat >helper.s <<'END'
r6 = 3
again:
call bpf_ktime_get_ns
r6 -= 1
if r6 != 0 goto again
r0 = 2
exit
END
for engine in interp jit; do
    ends "costs that differ, on $engine" 0 ebpfdbg run --engine $engine --type xdp --cost costs.ebpfcost helper.s --packet "$http" --profile $engine.cg
done
is "every engine gives the same" "$(cat jit.cg)" "$(cat interp.cg)"
has "a helper is a function of its own" "$(cat jit.cg)" "fn=bpf_ktime_get_ns
0x0 0 0 150"

ends "a file that can't be written" 1 ebpfdbg run "$calls" --packet "$http" --coverage no/such/folder
has "is named" "$out" "no/such/folder: No such file or directory"
ends "lockstep can't count" 2 ebpfdbg run --lockstep "$calls" --packet "$http" --coverage x.info
has "and says so" "$out" "can't count what it executes"
ends "neither can its engine" 2 ebpfdbg run --engine lockstep "$calls" --packet "$http" --coverage x.info
has "which says so, too" "$out" "can't count what it executes"
ends "a program that faults leaves its counts" 3 ebpfdbg run "$examples/oob.o" --packet "$packets/syn.hex" --coverage fault.info
has "up to the fault" "$(cat fault.info)" "DA:"

# the tools themselves
if command -v genhtml >/dev/null; then
    ends "genhtml draws it" 0 genhtml --branch-coverage -o html jit.info
    has "all of it" "$out" "lines"
else
    skip "genhtml draws it" "genhtml (lcov) is not installed"
fi
if command -v callgrind_annotate >/dev/null; then
    ebpfdbg run "$calls" --packet "$http" --profile annotate.cg >/dev/null
    ends "callgrind_annotate shows it" 0 callgrind_annotate --inclusive=yes annotate.cg
    has "the sum" "$out" "60 (100.0%) 60 (100.0%)  PROGRAM TOTALS"
    has "what functions took with all that they called" "$out" "32 (53.33%) 32 (53.33%)  ./examples/calls.c:hash"
else
    skip "callgrind_annotate shows it" "callgrind_annotate (valgrind) is not installed"
fi
done_testing
