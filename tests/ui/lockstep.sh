#!/bin/sh
# `ebpfdbg --lockstep` and `ebpfdbg run --lockstep`: what is compared agrees, what can't be compared is said. That differences are found and named,
# tests/jit/test_lockstep.c shows: no engine here is wrong.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/loop.s" <<'END'
main:
    r7 = 1000
again:
    r0 += r7
    *(u64 *)(r10 - 8) = r0
    r7 -= 1
    if r7 != 0 goto again
    exit
END
cat >"$tap_dir/fault.s" <<'END'
r0 = 1
r0 = *(u64 *)(r0 + 0)
exit
END
cat >"$tap_dir/endless.s" <<'END'
goto pc-1
END

ends "it agrees: 0" 0 ebpfdbg --lockstep "$tap_dir/loop.s"
is "in one line" "$out" "4002 instructions, interp and jit agree: r0 = 500500"
ends "insn is the default" 0 ebpfdbg --lockstep=insn "$tap_dir/loop.s"
is "with the same line" "$out" "4002 instructions, interp and jit agree: r0 = 500500"
ends "by block" 0 ebpfdbg --lockstep=block "$tap_dir/loop.s"
is "with their number" "$out" "4002 instructions in 1002 blocks, interp and jit agree: r0 = 500500"
ends "a subcommand takes it, too" 0 ebpfdbg run --lockstep=block "$tap_dir/loop.s"
is "and does the same" "$out" "4002 instructions in 1002 blocks, interp and jit agree: r0 = 500500"
ends "a fault that both make is no difference" 0 ebpfdbg --lockstep "$tap_dir/fault.s"
has "it is said" "$out" "1 instruction, interp and jit agree: fault at insn 1 <main+1>, $tap_dir/fault.s:2: read of 8 bytes"
ends "nor is a limit" 0 ebpfdbg --lockstep=block "$tap_dir/endless.s" --max-insns 1000
has "which is exact" "$out" "1000 instructions in 1000 blocks, interp and jit agree: stopped at insn 0"
ends "cost models" 0 ebpfdbg --lockstep=block --cost table "$tap_dir/loop.s"
ends "many runs" 0 ebpfdbg --lockstep --repeat 3 "$tap_dir/loop.s"
is "are one comparison" "$out" "3 runs, 12006 instructions, interp and jit agree: r0 = 500500"

(
    trap - INT # a background job of a shell without job control ignores it
    exec "$top_builddir/ebpfdbg" --lockstep --max-insns 0 "$tap_dir/endless.s"
) >"$tap_dir/interrupted" &
interrupt $!
wait $!
is "Ctrl-C ends it with 5" $? 5
has "after a comparison" "$(cat "$tap_dir/interrupted")" "instructions, interp and jit agree: interrupted at insn 0"

ends "another granularity" 2 ebpfdbg --lockstep=line "$tap_dir/loop.s"
has "is none" "$out" "--lockstep takes insn or block"
ends "no program" 2 ebpfdbg --lockstep
has "is said" "$out" "give PROG.o"
ends "--engine has nothing to choose" 2 ebpfdbg --lockstep --engine jit "$tap_dir/loop.s"
ends "--json has nothing to say" 2 ebpfdbg run --lockstep --json "$tap_dir/loop.s"
ends "-ex has no debugger" 2 ebpfdbg --lockstep "$tap_dir/loop.s" -ex run
has "but a command" "$out" "in the debugger it is the command 'lockstep'"
ends "a file that isn't there" 1 ebpfdbg --lockstep "$tap_dir/none.o"
ends "--repeat alone is not for the debugger" 2 ebpfdbg -nx --batch --repeat 3 "$tap_dir/loop.s"

# As an engine, for every subcommand that takes one.
for engine in lockstep lockstep-block; do
    ends "run --engine $engine" 0 ebpfdbg run --engine $engine "$tap_dir/loop.s"
    has "is a run" "$out" "4002 instructions, 4002 cycles (unit)"
    ends "run --engine $engine on a fault" 3 ebpfdbg run --engine $engine "$tap_dir/fault.s"
    out=$(ebpfdbg -nx -q --batch --engine $engine "$tap_dir/loop.s" -ex 'break 3 if $r7 == 5' -ex run -ex 'p $icount' -ex 'stepi 7' -ex c 2>&1)
    has "$engine stops at breakpoints" "$out" "Breakpoint 1"
    has "by their conditions" "$out" '$1 = 3981'
    has "and goes on" "$out" "[main returned 500500, 4002 insns, 4002 cycles]"
done
done_testing
