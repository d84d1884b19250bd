#!/bin/sh
# `ebpfdbg bench`: who takes part, what is reported, and that engines are compared. Not how fast anything is.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/count.s" <<'END'
r0 = 0
r0 += 1
if r0 != 100 goto pc-2
exit
END
cat >"$tap_dir/fault.s" <<'END'
r0 = *(u64 *)(r1 + 4096)
exit
END
eth=$(printf '%0128d' 0)

ends "the interpreter alone" 0 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines interp --repeat 2
has "instructions are counted" "$out" "202 instructions per run; 2 batches"
ends "twice the same engine" 0 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines interp,interp --repeat 2 --json
has "is equal to itself" "$out" '"equal": true'
has "JSON counts, too" "$out" '"insns": 202.0'
has "JSON has ns per instruction" "$out" '"ns_per_insn": '
ends "an unknown engine is a usage error" 2 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines warp
ends "the kernel can't be the reference" 2 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines kernel
ends "the JIT without checks" 0 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines interp,jit,jit-unchecked --repeat 2
has "comes to the same" "$out" "equal return value"
has "and is called what it is" "$out" "not a debugging engine"
ends "nor is it the reference" 2 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines jit-unchecked
ends "nor to be had elsewhere" 2 ebpfdbg run "$tap_dir/count.s" --type xdp --packet $eth --engine jit-unchecked
ends "a program that faults can't be timed" 1 ebpfdbg bench "$tap_dir/fault.s" --type xdp --packet $eth --engines interp
has "and the fault is said" "$out" "at instruction 0: read of 8 bytes"
ends "a packet that is too short is refused" 1 ebpfdbg bench "$tap_dir/count.s" --type xdp --packet 00 --engines interp
ends "--help" 0 ebpfdbg bench --help
has "shows the options" "$out" "--engines"

out=$(ebpfdbg bench "$tap_dir/count.s" --type xdp --packet $eth --engines interp,kernel --repeat 2 2>&1)
case $out in
*"bpf(2)"* | *permi* | *"going on"*) skip "the kernel comes to the same" "$out" ;;
*)
    has "the kernel comes to the same" "$out" "equal"
    printf 'call 7\nexit\n' >"$tap_dir/random.s" # bpf_get_prandom_u32
    ends "another result is a failure" 1 ebpfdbg bench "$tap_dir/random.s" --type xdp --packet $eth --engines interp,kernel --repeat 2
    has "and is said" "$out" "DIFFERENT: return value"
    ;;
esac
done_testing
