#!/bin/sh
# Choosing engines: the default, changing it while the program runs, and `info engine`.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/loop.s" <<'ASM'
main:
    r7 = 300000
again:
    r0 += r7
    r1 = r7
    r7 -= 1
    if r7 != 0 goto again
    exit
ASM
debug() { # COMMAND...: what they say, numbers aligned
    for command; do
        set -- "$@" -ex "$command"
        shift
    done
    ebpfdbg -nx -q --batch "$tap_dir/loop.s" --type generic "$@" 2>&1
}
# What `info engine` says at the end, without sizes.
told() { sed -n '/^The engine is/,$p' | sed 's/Native code: [0-9]* bytes/Native code: N bytes/'; }

out=$(debug 'show engine')
is "the default" "$out" 'The engine is "auto". There are: auto, interp, jit, lockstep, lockstep-block.'

out=$(debug 'info engine')
is "nothing has run" "$out" 'The engine is "auto". 0 instructions were executed in this run.
There is no native code yet. What is asked for by 256 instructions or fewer is interpreted, and of the rest the first
25750: then compiling pays.'

out=$(debug start 'stepi 3' next 'info engine' | told)
has "steps are interpreted" "$out" "           4  by the interpreter: so few were asked for (these ran last)
There is no native code yet."

out=$(debug start 'stepi 1000000' 'info engine' | told)
has "a long run begins in the interpreter" "$out" "       25750  by the interpreter: too few so far for compiling to pay"
has "goes on in native code" "$out" "  by native code"
has "and ends in the interpreter, on the instruction" "$out" "by the interpreter: the last stretch of a budget, which is exact to the instruction (these ran last)"
has "of which there is so much" "$out" "Native code: N bytes for 6 slots."
is "every instruction is somebody's" "$(echo "$out" | awk '$2 == "by" { n += $1 } END { print n }')" 1000000

out=$(debug start 'stepi 100' 'set engine jit' 'stepi 1000' 'set engine interp' 'stepi 10' 'info engine' | told)
is "engines are changed while the program runs" "$out" 'The engine is "interp". 1110 instructions were executed in this run:
         100  by engine auto, before another one was set
        1000  by engine jit, before another one was set
          10  by engine interp'
for engine in auto interp jit lockstep lockstep-block; do
    result="$result $(debug start 'stepi 77777' "set engine $engine" 'stepi 123456' 'set engine interp' 'break 6 if $r7 == 1000' c 'p $icount' c |
        sed -n 's/^.1 = //p; s/.*returned \(.*\), \([0-9]*\) insns.*/\1 \2/p' | tr '\n' ' ')"
done
is "with the same result" "$result" " 1196003 2050477040 1200002  1196003 2050477040 1200002  1196003 2050477040 1200002  1196003 2050477040 1200002  1196003 2050477040 1200002 "

out=$(debug 'set engine jit' start 'set $r10 = 0' 'stepi 1000' 'info engine' | told)
has "why the JIT leaves it to the interpreter" "$out" "        1000  by the interpreter: r10 is not what calls make it"
out=$(debug 'set engine jit' 'break 6' run 'stepi 5' c c 'info engine' | told)
has "blocks compiled again" "$out" "Blocks were compiled again for breakpoints 1 times."
is "a program is needed" "$(ebpfdbg -nx -q --batch -ex 'info engine' 2>&1)" 'No symbol table is loaded.  Use the "file" command.'
out=$(debug 'set engine warp')
is "an unknown engine" "$out" 'There is no engine "warp".'
ends "on the command line" 2 ebpfdbg run --engine warp "$tap_dir/loop.s"
has "with those that there are" "$out" "there are: auto, interp, jit, lockstep, lockstep-block"
done_testing
