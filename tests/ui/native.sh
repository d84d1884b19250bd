#!/bin/sh
# The native view: `disasm --native`, `disassemble /n`, `info native`. What the code is may change, so offsets and operands that follow
# from it are taken out; that each byte has its place is tests/jit/test_native.c's business.
. "$top_srcdir/tests/tap.sh"

cat >"$tap_dir/view.s" <<'ASM'
main:
    r6 = *(u32 *)(r1 + 4)
    r0 = *(u16 *)(r1 + 10)
    r2 = r6
    r2 += 4
again:
    r2 -= 1
    lock *(u64 *)(r1 + 8) += r2
    *(u64 *)(r10 - 8) = r2
    if r2 != 0 goto again
    call mix
    exit
mix: r0 = le64 r0
    exit
ASM
debug() { # COMMAND...: what they say on engine jit
    for command; do
        set -- "$@" -ex "$command"
        shift
    done
    ebpfdbg -nx -q --batch --engine "${engine:-jit}" "$tap_dir/view.s" --type generic "$@" 2>&1
}
# Offsets as 0x..., displacements from rip as +N.
places() { sed 's/^\(=>\|  *\|\t\)\( *\)0x[0-9a-f]*/\1\20x.../; s/rip [+-] 0x[0-9a-f]*/rip + N/; s/\(j[a-z]*  *\)0x[0-9a-f]*/\10x.../; s/  *;/ ;/'; }

out=$(debug 'disassemble /n 0,+4' | places)
is "checks, and what is fused" "$out" "Dump of assembler code from insn 0 to 4:
       0 <+0>:	r6 = *(u32 *)(r1 +4)
	; block 0..3: count 4 ahead, leave when the budget is used up
	0x...  sub    r12, 4 ; instructions left
	0x...  js     0x... ; to way out, budget used up
	; check of 0..1: 8 bytes read at r1+4
	0x...  mov    r11, rdi ; r1
	0x...  sub    r11, qword ptr [r10] ; lowest good r1
	0x...  cmp    r11, qword ptr [r10 + 8] ; number of good r1
	0x...  jae    0x... ; to way out, bounds unknown
	0x...  mov    ebx, dword ptr [r9 + rdi + 4] ; r6, [r1+4]
	; when the budget is used up: leave
	0x...  mov    dword ptr [rip + N], 0 ; site
	0x...  jmp    0x... ; to stub, way out
	; when the check fails: C looks the memory up, or leaves
	0x...  mov    dword ptr [rip + N], 1 ; site
	0x...  jmp    0x... ; to stub, way out
       1 <+1>:	r0 = *(u16 *)(r1 +10)
	; checked before 0
	0x...  movzx  eax, word ptr [r9 + rdi + 0xa] ; r0, [r1+10]
       2 <+2>:	r2 = r6
	; with 3
	0x...  lea    rsi, [rbx + 4] ; r2, r6
       3 <+3>:	r2 += 4
	; done together with 2
End of assembler dump."

out=$(debug 'set disassembly-flavor att' 'disassemble /n 2,+2')
has "AT&T syntax" "$out" "leaq   4(%rbx), %rsi"
out=$(debug 'set disassembly-flavor att' 'show disassembly-flavor')
is "one setting, two flavors" "$out" 'The disassembly flavor is "kernel".
The disassembly flavor of native code is "att".'
out=$(debug 'set disassembly-flavor pdp11')
is "an unknown flavor" "$out" 'Undefined item: "pdp11".'
out=$(debug 'disassemble /nr 2,+1')
has "with bytes" "$out" "48 8d 73 04"
out=$(debug 'disassemble /n 5,+1')
has "alignment" "$out" "; must be aligned to 8 bytes"
out=$(debug 'disassemble /n 6,+1')
has "the frame is not checked" "$out" "; in the frame: checked by the compiler"
out=$(debug 'disassemble /n 10,+1')
has "no code" "$out" "; no code needed"

out=$(debug 'break *6' 'disassemble /n main')
has "a breakpoint is code" "$out" "*(u64 *)(r10 -8) = r2
	; do the breakpoints here stop?"
has "when it stops" "$out" "; when it would stop, or can't tell: C looks"
out=$(debug 'break *6' 'disassemble /n main' 'delete' 'disassemble /n 6,+1')
has "it goes away" "$out" "r10-8], r2"

engine=interp
out=$(debug 'disassemble /n 2,+1')
has "the interpreter's user sees what the JIT would make" "$out" "lea    rsi, ?rbx + 4]"
out=$(debug 'info native')
has "which is said" "$out" "as engine auto makes it; engine interp makes none."
out=$(debug 'info native 0')
has "an offset" "$out" "is in no instruction: way in"
engine=jit
out=$(debug 'info native')
has "how much, and what for" "$out" "check of bounds"

at=$(debug 'disassemble /n 2,+1' | sed -n 's/.*\(0x[0-9a-f]*\)  lea .*/\1/p')
is "info native" "$(debug "info native $at")" "$at is in insn 2 <main+2>, view.s:4: with 3
=> $at  lea    rsi, [rbx + 4]                    ; r2, r6"
out=$(debug "info native $at+2" | tail -1)
has "in the middle of a machine instruction" "$out" "=> $at  lea"
start=$(debug 'info native' | sed -n 's/.*from \(0x[0-9a-f]*\) on\./\1/p')
out=$(ebpfdbg -nx -q "$tap_dir/view.s" --engine jit --batch --type generic -ex 'info native 0x7ffffffffff0' 2>&1)
has "an address elsewhere" "$out" "0x7ffffffffff0 is not in the native code, which is at 0x"
[ -n "$start" ] && pass "its address is shown" || fail "its address is shown"

ends "disasm --native" 0 ebpfdbg disasm --native "$tap_dir/view.s"
has "below each instruction" "$out" "r2 = r6
            ; with 3
"
has "with bytes" "$out" "48 8d 73 04 "
ends "disasm --native --no-bytes" 0 ebpfdbg disasm --native --no-bytes --syntax mnemonic "$tap_dir/view.s"
has "in the other syntax" "$out" "mov r2, r6
            ; with 3
            0x"
done_testing
