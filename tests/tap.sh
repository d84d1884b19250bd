# tap.sh: what every test script of ebpfdbg needs; source it. Speaks TAP; call done_testing at the end.
# ebpfdbg  runs the program under test in a folder of its own with no ~/.ebpfdbgrc, so that the tests see nothing of the user.

tap_n=0
tap_dir=$(mktemp -d) || exit 99
trap 'rm -rf "$tap_dir"' EXIT
HOME=$tap_dir
export HOME
LC_ALL=C
export LC_ALL
examples=$top_builddir/examples
packets=$top_srcdir/examples/packets

ebpfdbg() { "$top_builddir/ebpfdbg" "$@"; }

pass() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
fail() { tap_n=$((tap_n + 1)); echo "not ok $tap_n - $1"; }
skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1 # SKIP $2"; }
note() { sed 's/^/# /'; }
done_testing() { echo "1..$tap_n"; }

# skip_all REASON: ends the script, nothing tested.
skip_all() { echo "1..0 # SKIP $1"; exit 0; }

# is NAME GOT WANT
is() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1"
        printf 'got:  %s\nwant: %s\n' "$2" "$3" | note
    fi
}

# has NAME TEXT PATTERN: TEXT holds PATTERN (a shell pattern)
has() {
    case $2 in
    *$3*) pass "$1" ;;
    *)
        fail "$1"
        printf 'no "%s" in:\n%s\n' "$3" "$2" | note
        ;;
    esac
}

# ends NAME STATUS COMMAND...: the command's exit status; its output stays in $out
ends() {
    ends_name=$1 ends_status=$2
    shift 2
    out=$("$@" 2>&1 </dev/null)
    is "$ends_name" $? "$ends_status"
}

# interrupt PID: what Ctrl-C does, once the program is ready for it: has a handler (bit 1 of its caught signals) and has worked a little.
interrupt() {
    local tries=0 caught=
    while [ $tries -lt 300 ] && caught=$(sed -n 's/^SigCgt:.*\(.\)$/\1/p' "/proc/$1/status" 2>/dev/null) && [ -n "$caught" ]; do
        case $caught in [2367abefABEF]) break ;; esac
        sleep 0.1
        tries=$((tries + 1))
    done
    sleep 0.5
    kill -INT "$1"
}
