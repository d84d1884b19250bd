#!/bin/sh
# Every example, compiled for each ISA version by clang and by gcc, loads without a remark and does the same as the one that make built, on
# every engine.
. "$top_srcdir/tests/tap.sh"

[ -f "$examples/filter.o" ] || skip_all "no clang: the examples are not built"

# outcome OBJECT PACKET PROGRAM: stop, r0 and packet of a run; remarks of the loader
outcome() {
    ebpfdbg run --json "$1" --prog "$3" --packet "$2" 2>"$tap_dir/remarks" |
        sed 's/.*"stop":\("[^"]*"\).*"r0":\("[^"]*"\).*"packet":\("[^"]*"\).*/\1 \2 \3/'
    cat "$tap_dir/remarks"
}

# The value of r0 after a fault is an address or what the compiler left there.
comparable() { sed 's/^"fault" "[^"]*"/"fault"/'; }

# compare COMPILER EXAMPLE PACKET PROGRAM: runs $tap_dir/EXAMPLE.o, also in lockstep
compare() {
    packet=$packets/$3.hex
    for granularity in insn block; do
        ends "$2 on $3 by $1 in lockstep by $granularity" 0 ebpfdbg --lockstep=$granularity "$tap_dir/$2.o" --prog "$4" --packet "$packet" --repeat 3
    done
    is "$2 on $3 by $1" "$(outcome "$tap_dir/$2.o" "$packet" "$4" | comparable)" "$(outcome "$examples/$2.o" "$packet" "$4" | comparable)"
}

each_example() {
    compile "$1" filter && compare "$1" filter dns filter && compare "$1" filter arp filter
    compile "$1" oob && compare "$1" oob http find_get && compare "$1" oob syn find_get
    compile "$1" calls && compare "$1" calls http balance
    compile "$1" tailcall && compare "$1" tailcall dns ethernet && compare "$1" tailcall icmp ethernet
    compile "$1" loop && compare "$1" loop dns check_header
    compile "$1" ringbuf && compare "$1" ringbuf syn watch_connections
    compile "$1" ttl && compare "$1" ttl http forward && compare "$1" ttl icmp forward
    compile "$1" verdict && compare "$1" verdict syn firewall
}

# compile COMPILER EXAMPLE
compile() {
    case $1 in
    gcc) set -- "$2" $BPF_GCC -gbtf -idirafter /usr/include ;;
    *) set -- "$2" $BPF_CLANG -target bpf -mcpu=$1 ;;
    esac
    compile_example=$1
    shift
    "$@" -O2 -g $BPF_CPPFLAGS -c -o "$tap_dir/$compile_example.o" "$top_srcdir/examples/$compile_example.c" 2>"$tap_dir/errors" && return
    fail "$compile_example compiles with $*"
    note <"$tap_dir/errors"
    return 1
}

for cpu in v1 v2 v3; do
    each_example $cpu
done
if [ -n "$BPF_GCC" ]; then
    each_example gcc
else
    skip "gcc" "no bpf-gcc"
fi
done_testing
