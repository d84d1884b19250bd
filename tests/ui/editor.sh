#!/bin/sh
# The debugger at a terminal: prompt, completion, history, Ctrl-C, Ctrl-D, empty lines, questions, window sizes.
. "$top_srcdir/tests/tap.sh"

TERM=xterm
export TERM
"$top_builddir/tests/ui/terminal" true </dev/null >/dev/null 2>"$tap_dir/why"
[ $? -ne 77 ] || skip_all "$(cat "$tap_dir/why")"
cat >"$tap_dir/endless.s" <<'END'
r1 = 0
r1 += 1
goto pc-2
END

# at_terminal NAME ARGUMENT...: the script on standard input is followed
at_terminal() {
    terminal_name=$1
    shift
    if "$top_builddir/tests/ui/terminal" "$top_builddir/ebpfdbg" "$@" >"$tap_dir/screen" 2>"$tap_dir/why"; then
        pass "$terminal_name"
    else
        fail "$terminal_name"
        note <"$tap_dir/why"
    fi
}

at_terminal "a prompt, a command, Ctrl-D" <<'END'
expect (ebpfdbg) 
send print 6*7\r
expect $1 = 42
expect (ebpfdbg) 
send \x04
expect quit
wait
END

at_terminal "history from the session before" -q <<'END'
expect (ebpfdbg) 
send \x10
expect print 6*7
send \r
expect $1 = 42
send quit\r
wait
END

at_terminal "an empty line repeats" "$tap_dir/endless.s" <<'END'
expect (ebpfdbg) 
send start\r
expect (ebpfdbg) 
send stepi\r
expect (ebpfdbg) 
send \r
expect (ebpfdbg) 
send print $icount\r
expect = 2
send quit\r
expect Quit anyway? (y or n) 
send y\r
wait
END

at_terminal "Tab completes a command" <<'END'
expect (ebpfdbg) 
send disas\t
expect semble 
send \x03
expect Quit
expect (ebpfdbg) 
send quit\r
wait
END

at_terminal "Tab lists candidates in columns" <<'END'
expect (ebpfdbg) 
send info \t\t
expect breakpoints
expect registers
expect (ebpfdbg) info 
send line\r
expect (ebpfdbg) 
send quit\r
wait
END

at_terminal "Ctrl-C throws a line away" <<'END'
expect (ebpfdbg) 
send print 1234\x03
expect Quit
expect (ebpfdbg) 
send print 4321\r
expect $1 = 4321
send quit\r
wait
END

at_terminal "Ctrl-C stops a running program and keeps its state" "$tap_dir/endless.s" <<'END'
expect (ebpfdbg) 
send run\r
expect Starting program
send \x03
expect (ebpfdbg) 
send print $icount > 1000\r
expect = 1
send continue\r
expect Continuing.
send \x03
expect (ebpfdbg) 
send \x04
expect Quit anyway? (y or n) 
send n\r
expect (ebpfdbg) 
send quit\r
expect Quit anyway? (y or n) 
send y\r
wait
END

at_terminal "a question is asked, and no is no" "$tap_dir/endless.s" <<'END'
expect (ebpfdbg) 
send break *0\r
expect Breakpoint 1
send delete\r
expect (y or n) 
send maybe\r
expect Please answer y or n.
expect (y or n) 
send n\r
expect (ebpfdbg) 
send info breakpoints\r
expect breakpoint
send delete\r
expect (y or n) 
send y\r
send info breakpoints\r
expect No breakpoints
send quit\r
wait
END

at_terminal "the window changes its size" <<'END'
expect (ebpfdbg) 
size 10 40
send print 5\r
expect $1 = 5
size 50 160
send print 6\r
expect $2 = 6
size 1 1
send print 7\r
expect $3 = 7
send quit\r
wait
END

at_terminal "a terminal that can do nothing" <<'END'
expect (ebpfdbg) 
send print 8\r
expect $1 = 8
send quit\r
wait
END
done_testing
