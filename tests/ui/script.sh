#!/bin/sh
# The debugger without a terminal: standard input, -ex, -x, ~/.ebpfdbgrc, --batch, and the exit status of each.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/two.s" <<'END'
r0 = 2
exit
END

# script TEXT ARGUMENT...: TEXT on standard input; output, errors and status
script() {
    script_text=$1
    shift
    out=$(printf "$script_text" | ebpfdbg "$@" 2>"$tap_dir/errors")
    status=$?
    errors=$(cat "$tap_dir/errors")
}

script 'print 1+1\nprint 2+2\n'
is "commands from standard input" "$status $out" '0 $1 = 2
$2 = 4'
script 'print 1+1\nfrobnicate\nprint 2+2\n'
is "an error ends a script with status 1" "$status $out" '1 $1 = 2'
has "its message is on standard error" "$errors" 'Undefined command: "frobnicate".'
script 'quit\nprint 1\n'
is "quit" "$status $out" "0 "
script 'quit 7\n'
is "quit 7" "$status" 7
script 'print 5'
is "a last line without newline" "$status $out" '0 $1 = 5'
script '# a comment\n\nprint 5\n\n'
is "comments and empty lines" "$status $out" '0 $1 = 5'
script 'print 1\nfrob\nprint 2\n' --echo
is "--echo shows commands and goes on" "$status $out" '1 (ebpfdbg) print 1
$1 = 1
(ebpfdbg) frob
Undefined command: "frob".  Try "help".
(ebpfdbg) print 2
$2 = 2'

ends "--batch ends after -ex" 0 ebpfdbg --batch -ex 'print 1'
ends "--batch with an error ends with 1" 1 ebpfdbg --batch -ex 'frob'
ends "one error among others is enough" 1 ebpfdbg --batch -ex 'frob' -ex 'print 3'
has "the others are executed" "$out" '$1 = 3'
ends "--batch and quit 3" 3 ebpfdbg --batch -ex 'quit 3' -ex 'print 1'
printf 'print 10\nfrob\nprint 11\n' >"$tap_dir/commands"
ends "an error ends -x FILE" 1 ebpfdbg --batch -x "$tap_dir/commands" -ex 'print 12'
is "with its place" "$out" "\$1 = 10
$tap_dir/commands:2: Error in sourced command file:
Undefined command: \"frob\".  Try \"help\".
\$2 = 12"
ends "-x with a file that is not there" 1 ebpfdbg --batch -x "$tap_dir/none"
has "names it" "$out" "$tap_dir/none"

printf 'print 99\n' >"$tap_dir/.ebpfdbgrc"
ends "~/.ebpfdbgrc" 0 ebpfdbg --batch -ex 'print 1'
is "comes first" "$out" '$1 = 99
$2 = 1'
ends "-nx" 0 ebpfdbg --batch -nx -ex 'print 1'
is "leaves it out" "$out" '$1 = 1'
rm "$tap_dir/.ebpfdbgrc"

ends "a program to debug" 0 ebpfdbg --batch --type xdp "$tap_dir/two.s" --packet "$(printf '%0128d' 0)" -ex run
has "runs to its end" "$out" "XDP_PASS"
ends "an input without a program" 2 ebpfdbg --batch --packet 00
ends "a packet that is none" 1 ebpfdbg --batch "$tap_dir/two.s" --packet zz
[ -e "$tap_dir/.ebpfdbg_history" ] && fail "no history without a terminal" || pass "no history without a terminal"
printf 'print 1\n' | ebpfdbg -nx >/dev/full 2>"$tap_dir/errors"
is "output that can't be written is an error" $? 1
done_testing
