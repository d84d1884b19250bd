#!/bin/sh
# --perf-map: what is in the file, that it is created safely, and, where perf may be used, that perf finds the names.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/loop.s" <<'ASM'
main:
    r7 = 2000000
again:
    r1 = r7
    call mix
    r7 -= 1
    if r7 != 0 goto again
    r0 = 0
    exit
mix: r0 = r1
    r3 = 50
spin: r0 *= 31
    r3 -= 1
    if r3 != 0 goto spin
    exit
ASM
# named COMMAND ARGUMENT...: ebpfdbg's output in $out, its status in $status, its map in $map; what $before says is done before, with
# the name of the map as $1
named() {
    out=$(before=${before:-:} sh -c 'pid=$$; set -- "/tmp/perf-$$.map" "$@"; eval "$before"; echo "pid $pid"; shift; exec "$@"' sh \
        "$top_builddir/ebpfdbg" "$@" 2>&1 </dev/null)
    status=$?
    map=/tmp/perf-$(echo "$out" | sed -n 's/^pid //p').map
}

named run --perf-map --engine jit --type generic "$tap_dir/loop.s" --max-insns 1000
has "says where it is" "$out" "ebpfdbg: $map names the native code for perf; it is kept"
is "every line is a symbol" "$(grep -cvE '^[0-9a-f]+ [0-9a-f]+ bpf:[^ ].*$' "$map")" 0
is "the functions, what is rare in them, and the stubs" "$(sed 's/^[0-9a-f]* [0-9a-f]* //' "$map" | sort -u | tr '\n' ' ')" \
    "bpf:(stub, end of the program) bpf:(stub, way in) bpf:(stub, way out) bpf:main bpf:main (rare) bpf:sub_7 bpf:sub_7 (rare) "
rm -f "$map"

named run --perf-map --engine interp --type generic "$tap_dir/loop.s" --max-insns 1000
has "the interpreter makes none" "$out" "no native code was made"
[ ! -e "$map" ] && pass "then no file stays" || fail "then no file stays"

named -nx -q --batch --perf-map --engine jit --type generic "$tap_dir/loop.s" -ex 'stepi 5000'
has "the debugger writes one" "$(cat "$map")" "bpf:main"
rm -f "$map"
named bench --perf-map --engines jit --type generic "$tap_dir/loop.s" --repeat 1
has "bench writes one" "$(cat "$map")" "bpf:main"
rm -f "$map"

before='echo old >"$1"'
named run --perf-map --engine jit --type generic "$tap_dir/loop.s" --max-insns 1000
has "a file of ours is replaced" "$(cat "$map")" "bpf:main"
is "as a whole" "$(grep -c old "$map")" 0
rm -f "$map"

echo precious >"$tap_dir/precious"
before="ln -s '$tap_dir/precious' \"\$1\""
named run --perf-map --engine jit --type generic "$tap_dir/loop.s" --max-insns 1000
is "a link is refused" "$status" 1
has "with the reason" "$out" "$map: it exists and is not a file of yours; remove it"
is "and not followed" "$(cat "$tap_dir/precious")" precious
rm -f "$map"
before=

if command -v perf >/dev/null 2>&1 && perf record -q -e cpu-clock -o "$tap_dir/try" true >/dev/null 2>&1; then
    perf record -q -e cpu-clock -o "$tap_dir/data" -- \
        "$top_builddir/ebpfdbg" run --perf-map --engine jit --type generic "$tap_dir/loop.s" >"$tap_dir/said" 2>&1
    out=$(perf report -i "$tap_dir/data" --stdio --no-inline -F symbol 2>/dev/null)
    has "perf names the function that takes the time" "$out" "bpf:sub_7"
    rm -f "$(sed -n 's/.*\(\/tmp\/perf-[0-9]*\.map\).*/\1/p' "$tap_dir/said")"
else
    skip "perf names the function that takes the time" "perf is not installed or not permitted"
fi
done_testing
