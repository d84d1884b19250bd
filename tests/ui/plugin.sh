#!/bin/sh
# The conformance-plugin protocol: program on standard input, memory as argument, r0 or a message on standard output.
. "$top_srcdir/tests/tap.sh"

# plugin PROGRAM ARGUMENT...: output and status of one call
plugin() {
    plugin_program=$1
    shift
    out=$(printf '%s\n' "$plugin_program" | ebpfdbg plugin "$@" 2>/dev/null)
    status=$?
}

exit_insn='95  00  00  00  00  00  00  00  '
plugin "b7  00  00  00  2a  00  00  00  $exit_insn"
is "r0 = 42; exit" "$status $out" "0 2a"
for engine in auto interp jit lockstep lockstep-block; do
    plugin "61  10  00  00  00  00  00  00  $exit_insn" "01  02  03  04  " --engine=$engine
    is "--engine=$engine" "$status $out" "0 4030201"
    plugin "61  10  00  00  00  00  00  00  $exit_insn" "01  02  03  " --engine=$engine
    is "a fault on $engine" "$status $out" "1 read of 4 bytes at mem+0, 1 byte past the end of the 3-byte memory"
done
plugin "b7  00  00  00  ff  ff  ff  ff  $exit_insn"
is "all 64 bits of r0" "$status $out" "0 ffffffffffffffff"
plugin "61  10  00  00  00  00  00  00  $exit_insn" "01  02  03  04  "
is "r1 points to the memory" "$status $out" "0 4030201"
plugin "bf  20  00  00  00  00  00  00  $exit_insn" "01  02  03  04  05  "
is "r2 is its length" "$status $out" "0 5"
plugin "bf  10  00  00  00  00  00  00  $exit_insn"
is "r1 is 0 without memory" "$status $out" "0 0"
plugin "7b  1a  f8  ff  00  00  00  00  79  a0  f8  ff  00  00  00  00  $exit_insn" ""
is "r10 is the top of the stack; empty memory is none" "$status $out" "0 0"
plugin "85  00  00  00  05  00  00  00  b7  00  00  00  07  00  00  00  $exit_insn"
is "helper 5 returns" "$status $out" "0 7"
plugin "b7000000 2a000000 95000000 00000000" --engine=interp
is "other blanks, --engine" "$status $out" "0 2a"
out=$(ebpfdbg plugin "01  02  " --program "71  10  01  00  00  00  00  00  $exit_insn" </dev/null)
is "--program" "$? $out" "0 2"
plugin "61  10  00  00  00  00  00  00  $exit_insn" "01  02  03  "
is "a read past the end fails with 1" "$status" 1
has "and says so" "$out" "read of 4 bytes"
plugin "not hex"
is "a program that is not hex fails with 1" "$status" 1
plugin "b7  00  00  00  2a  00  00  "
is "half an instruction fails with 1" "$status" 1
plugin ""
is "no program fails with 1" "$status" 1
plugin "ff  ff  ff  ff  ff  ff  ff  ff  $exit_insn"
is "an unknown opcode fails with 1" "$status" 1
plugin "b7  00  00  00  2a  00  00  00  $exit_insn" "zz"
is "memory that is not hex fails with 1" "$status" 1

if [ -f "$examples/filter.o" ]; then
    out=$(ebpfdbg plugin --elf "$(sed 's/#.*//' "$packets/dns.hex" | tr '\n' ' ')" <"$examples/filter.o")
    is "--elf: an object on standard input" "$? $out" "0 1"
else
    skip "--elf: an object on standard input" "no clang"
fi
done_testing
