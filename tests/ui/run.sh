#!/bin/sh
# `ebpfdbg run`: what it reports, in words and as JSON, and how it ends.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/two.s" <<'END'
r0 = 2
exit
END
cat >"$tap_dir/endless.s" <<'END'
goto pc-1
END
cat >"$tap_dir/fault.s" <<'END'
r0 = *(u32 *)(r1 + 4)
r0 = *(u64 *)(r0 + 0)
exit
END
eth=$(printf '%0128d' 0)

# field NAME: its value in the JSON object in $out
field() { printf '%s\n' "$out" | sed -n 's/.*"'"$1"'":\("[^"]*"\|[^,}]*\).*/\1/p' | head -1; }

ends "a program that exits ends with 0" 0 ebpfdbg run --type xdp "$tap_dir/two.s" --packet $eth
has "the verdict has a name" "$out" "XDP_PASS (2)"
has "the packet is compared" "$out" "64 bytes, unchanged"
has "instructions and cycles are counted" "$out" "2 instructions, 2 cycles (unit)"
ends "--json ends with 0" 0 ebpfdbg run --json --type xdp "$tap_dir/two.s" --packet $eth
is "JSON is one line" "$(printf '%s\n' "$out" | wc -l | tr -d ' ')" 1
is "program" "$(field program)" '"main"'
is "engine" "$(field engine)" '"auto"'
is "stop" "$(field stop)" '"exit"'
is "r0" "$(field r0)" '"0x2"'
is "verdict" "$(field verdict)" '"XDP_PASS"'
is "packet" "$(field packet)" "\"$eth\""
is "insns" "$(field insns)" 2
is "cycles" "$(field cycles)" 2
ends "--repeat" 0 ebpfdbg run --json --repeat 3 --engine interp --type xdp "$tap_dir/two.s" --packet $eth
is "gives one object per run" "$(printf '%s\n' "$out" | wc -l | tr -d ' ')" 3

ends "a fault ends with 3" 3 ebpfdbg run --type xdp "$tap_dir/fault.s" --packet $eth
has "the fault is a sentence" "$out" "fault    read of 8 bytes"
has "with its place" "$out" "insn 1"
has "and what to do next" "$out" "debug    ebpfdbg $tap_dir/fault.s"
ends "--json too" 3 ebpfdbg run --json --type xdp "$tap_dir/fault.s" --packet $eth
is "stop is fault" "$(field stop)" '"fault"'
has "the sentence is there" "$out" '"fault":{"pc":1,"text":"read of 8 bytes'
is "only what was executed counts" "$(field insns)" 1

ends "--max-insns ends with 4" 4 ebpfdbg run "$tap_dir/endless.s" --max-insns 1000
has "and says so" "$out" "stopped after 1000 instructions"
ends "also as JSON" 4 ebpfdbg run --json "$tap_dir/endless.s" --max-insns 1000
is "stop is budget" "$(field stop)" '"budget"'
is "insns is the budget" "$(field insns)" 1000

(
    trap - INT # a background job of a shell without job control ignores it
    exec "$top_builddir/ebpfdbg" run --json --max-insns 0 "$tap_dir/endless.s"
) >"$tap_dir/interrupted" &
interrupt $!
wait $!
status=$?
if [ $status -eq 5 ]; then
    pass "Ctrl-C ends with 5"
    out=$(cat "$tap_dir/interrupted")
    is "stop is interrupt" "$(field stop)" '"interrupt"'
else
    kill -KILL $! 2>/dev/null
    fail "Ctrl-C ends with 5 (got $status)"
fi

printf '\267\000\000\000\007\000\000\000\225\000\000\000\000\000\000\000' >"$tap_dir/raw.bin"
ends "--raw" 0 ebpfdbg run --raw --json "$tap_dir/raw.bin"
is "is executed" "$(field r0)" '"0x7"'
ends "--cost table" 0 ebpfdbg run --raw --cost table "$tap_dir/raw.bin"
has "is named" "$out" "(table)"
ends "--cost with a file that is not there" 1 ebpfdbg run --raw --cost "$tap_dir/none.ebpfcost" "$tap_dir/raw.bin"
has "names it" "$out" "none.ebpfcost"
ends "an unknown type" 2 ebpfdbg run --raw --type nonsense "$tap_dir/raw.bin"
is "is named" "$out" "ebpfdbg: there is no program type 'nonsense'; ebpfdbg(1) lists them"
ends "an unknown program" 2 ebpfdbg run --raw --prog nobody "$tap_dir/raw.bin"
has "is named with those that there are" "$out" "there is no program 'nobody' in $tap_dir/raw.bin; it has main"
printf 'this is no assembly\n' >"$tap_dir/nonsense.s"
ends "nonsense" 1 ebpfdbg run "$tap_dir/nonsense.s"
has "is located" "$out" "line 1"

if [ ! -f "$examples/filter.o" ]; then
    skip "the examples" "no clang"
    done_testing
    exit
fi
ends "a map that changed" 0 ebpfdbg run --json "$examples/filter.o" --packet "$packets/dns.hex"
is "is in the JSON" "$(printf '%s' "$out" | sed 's/.*"maps"://')" '{"packets":{"11000000":"0100000000000000"}}}'
ends "maps keep their contents from run to run" 0 ebpfdbg run --json --repeat 2 "$examples/filter.o" --packet "$packets/dns.hex"
has "the second run counts on" "$out" '"11000000":"0200000000000000"'
cat >"$tap_dir/globals.c" <<'END'
struct pair { unsigned short a; unsigned long b; };
unsigned counter = 3;
struct pair pair = { 1, 2 };
__attribute__((section("xdp"))) int prog(void *ctx) { counter++; pair.b += counter; return 2; }
END
$BPF_CLANG -O2 -g -target bpf -c -o "$tap_dir/globals.o" "$tap_dir/globals.c"
ends "global variables" 0 ebpfdbg run "$tap_dir/globals.o" --packet "$packets/arp.hex"
has "are shown by name" "$out" "counter = 4"
has "structs included" "$out" "pair = {a = 1, b = 6}"
ends "--prog" 0 ebpfdbg run --json --prog udp "$examples/tailcall.o" --packet "$packets/dns.hex"
is "chooses the program" "$(field program)" '"udp"'
ends "a packet that changed" 0 ebpfdbg run "$examples/ttl.o" --packet "$packets/http.hex"
has "is shown" "$out" "changed:"
ends "trace_printk" 0 ebpfdbg run "$examples/ttl.o" --packet "$packets/icmp.hex"
has "is shown" "$out" "time is over: protocol 1"
ends "a ring buffer's record" 0 ebpfdbg run "$examples/ringbuf.o" --packet "$packets/syn.hex"
has "is shown" "$out" "ringbuf  events: "
done_testing
