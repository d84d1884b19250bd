#!/bin/sh
# The command line: spellings, help, exit statuses, the style of errors.
. "$top_srcdir/tests/tap.sh"

ends "--version ends with 0" 0 ebpfdbg --version
has "--version names the program" "$out" "ebpfdbg "
ends "--help ends with 0" 0 ebpfdbg --help
has "--help shows the usage" "$out" "Usage: ebpfdbg [[]options] [[]PROG.o]"
for word in run disasm plugin; do
    has "--help lists $word" "$out" "ebpfdbg $word"
done
for word in run disasm plugin; do
    ends "$word --help ends with 0" 0 ebpfdbg $word --help
    has "$word --help shows its own usage" "$out" "Usage: ebpfdbg $word [[]options]"
done
ebpfdbg run --help >"$tap_dir/help"
has "run knows --packet" "$(cat "$tap_dir/help")" "--packet FILE|HEX"
case $(cat "$tap_dir/help") in *--batch*) fail "run does not know --batch" ;; *) pass "run does not know --batch" ;; esac

ends "an unknown option is a usage error" 2 ebpfdbg --frobnicate
is "and says what to do" "$out" "ebpfdbg: there is no option --frobnicate; see 'ebpfdbg --help'"
ends "an option of another subcommand is one" 2 ebpfdbg run --batch x.o
is "and points to the subcommand's help" "$out" "ebpfdbg: there is no option --batch; see 'ebpfdbg run --help'"
ends "a value that is missing" 2 ebpfdbg run x.o --packet
is "is named" "$out" "ebpfdbg: --packet wants a value: FILE|HEX; see 'ebpfdbg run --help'"
ends "a flag takes no value" 2 ebpfdbg --batch=yes
ends "a number must be one" 2 ebpfdbg run x.o --repeat many
has "and is shown" "$out" "--repeat wants a number, not 'many'"
ends "a negative number is none" 2 ebpfdbg run x.o --repeat -1
ends "a program is needed" 2 ebpfdbg run
is "and asked for" "$out" "ebpfdbg: no PROG.o given; see 'ebpfdbg run --help'"
ends "one program is enough" 2 ebpfdbg a.o b.o
has "the second one is named" "$out" "'b.o'"
ends "an ambiguous beginning is refused" 2 ebpfdbg run --p 00 x.o
has "and called so" "$out" "ambiguous"

ends "a file that is not there" 1 ebpfdbg run "$tap_dir/none.o"
is "is named with the reason" "$out" "ebpfdbg: $tap_dir/none.o: No such file or directory"
ends "also in the debugger" 1 ebpfdbg --batch "$tap_dir/none.o"
ends "an unknown engine" 2 ebpfdbg run --engine steam "$top_srcdir/tests/tap.sh"

# gdb's spellings
ends "-batch -ex" 0 ebpfdbg -batch -ex 'print 6*7'
is "prints" "$out" "\$1 = 42"
ends "--batch --ex=" 0 ebpfdbg --batch --ex='print 6*7'
ends "--eval-command" 0 ebpfdbg --batch --eval-command 'print 6*7'
ends "an unambiguous beginning" 0 ebpfdbg --bat --eval 'print 6*7'
is "works like the whole" "$out" "\$1 = 42"
echo 'print 6*7' >"$tap_dir/commands"
ends "-x FILE" 0 ebpfdbg -batch -nx -q -x "$tap_dir/commands"
is "is executed" "$out" "\$1 = 42"
ends "--command=FILE" 0 ebpfdbg -batch -n --command="$tap_dir/commands"
ends "-nh" 0 ebpfdbg -batch -nh -ex 'print 6*7'
done_testing
