#!/bin/sh
# `ebpfdbg disasm` agrees with llvm-objdump instruction by instruction: over every row of the ISA table with random operands, over C
# programs for every -mcpu, over what the tree builds, and over the objects of Debian's xdp-tools where they are.
# What is compared and what can't be: objdump/same.awk. EBPFDBG_SEED repeats a run, BPF_OBJECTS="a.o b.o" adds objects.
. "$top_srcdir/tests/tap.sh"

OBJDUMP=${LLVM_OBJDUMP:-llvm-objdump}
CLANG=${BPF_CLANG:-clang}
command -v "$OBJDUMP" >/dev/null || skip_all "llvm-objdump is missing"
sources=$top_srcdir/tests/isa/objdump

# same NAME OBJECT LEAST: they agree, on at least LEAST instructions
same() {
    if ! "$OBJDUMP" -d --print-imm-hex "$2" >"$tap_dir/theirs" 2>"$tap_dir/log"; then
        skip "$1" "llvm-objdump can't read it"
        return
    fi
    ebpfdbg disasm "$2" >"$tap_dir/ours" 2>"$tap_dir/log"
    awk -f "$sources/same.awk" "$tap_dir/theirs" "$tap_dir/ours" >"$tap_dir/same"
    total=$(tail -n 1 "$tap_dir/same")
    compared=$(echo "$total" | sed 's/^compared \([0-9]*\) .*/\1/')
    if [ "$(wc -l <"$tap_dir/same")" = 1 ] && [ "$compared" -ge "$3" ]; then
        pass "$1: $total"
    else
        fail "$1"
        head -n 20 "$tap_dir/same" | note
        note <"$tap_dir/log"
    fi
}

if command -v "$CLANG" >/dev/null; then
    seed=${EBPFDBG_SEED:-$(date +%s)}
    "$top_builddir/tests/isa/rows" "$seed" >"$tap_dir/rows.s"
    "$CLANG" -target bpf -c "$tap_dir/rows.s" -o "$tap_dir/rows.o" && same "every row, seed $seed" "$tap_dir/rows.o" 900
    for cpu in v1 v2 v3; do
        for source in "$sources"/*.bpf.c; do
            name=$(basename "$source" .bpf.c)
            with=
            [ $cpu != v3 ] || with=-DWITH_FETCH
            if "$CLANG" -O2 -g -target bpf -mcpu=$cpu $with -c "$source" -o "$tap_dir/$name.o" 2>"$tap_dir/log"; then
                same "$name -mcpu=$cpu" "$tap_dir/$name.o" 50
            else
                fail "$name -mcpu=$cpu compiles"
                note <"$tap_dir/log"
            fi
        done
    done
else
    skip "objects from clang" "clang is missing"
fi

n=0
for object in "$top_builddir"/examples/*.o "$top_builddir"/tests/*/build/*.o /usr/lib/*/bpf/*.o /usr/lib/bpf/*.o $BPF_OBJECTS; do
    [ -e "$object" ] || continue
    case $object in "$top_builddir"/*) name=${object#"$top_builddir"/} ;; *) name=$object ;; esac
    same "$name" "$object" 1
    n=$((n + 1))
done
[ $n -gt 0 ] || skip "objects of the tree and of xdp-tools" "there are none"
done_testing
