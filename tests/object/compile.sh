#!/bin/sh
# compile.sh OUT_DIR: compiles the eBPF sources here in every variant that the installed compilers can: NAME-v1.o, -v2.o, -v3.o by clang
# and NAME-gcc.o by bpf-gcc. Without a compiler its objects are missing, and so are those that bpf-gcc refuses (reported here). Lines also come from DWARF alone: lines-dwarf4.o and -dwarf5.o are as clang's -v3 without BTF,
# lines-gccdwarf.o is by bpf-gcc. Tests that miss an object skip and say so.
out=$1
src=$(dirname "$0")
mkdir -p "$out/include/bpf" || exit 1

# gcc 12 keeps the address of a helper that is called twice in a register, which BPF can't call; its attribute for helpers prevents that.
for dir in /usr/include /usr/local/include; do
    [ -f "$dir/bpf/bpf_helper_defs.h" ] || continue
    sed 's/^static \(.*\)(\*\(bpf_[a-z0-9_]*\))\((.*)\) = (void \*) \([0-9]*\);/\1\2\3 __attribute__((kernel_helper(\4)));/' \
        "$dir/bpf/bpf_helper_defs.h" >"$out/include/bpf/bpf_helper_defs.h"
    cp "$dir/bpf/bpf_helpers.h" "$out/include/bpf/"
done

for file in "$src"/*.bpf.c; do
    name=$(basename "$file" .bpf.c)
    for cpu in v1 v2 v3; do
        rm -f "$out/$name-$cpu.o"
        [ -n "$BPF_CLANG" ] || continue
        $BPF_CLANG $BPF_CPPFLAGS -target bpf -mcpu=$cpu -g -O2 -Wall -Wno-unused-function -c "$file" -o "$out/$name-$cpu.o" \
            || exit 1
    done
    rm -f "$out/$name-gcc.o"
    [ -n "$BPF_GCC" ] || continue
    $BPF_GCC -I"$out/include" -idirafter /usr/include $BPF_CPPFLAGS -gbtf -O2 -w -c "$file" -o "$out/$name-gcc.o" \
        || echo "compile.sh: $name: bpf-gcc can't compile it"
done

for version in 4 5; do
    rm -f "$out/lines-dwarf$version.o"
    [ -n "$BPF_CLANG" ] && [ -n "$LLVM_OBJCOPY" ] || continue
    $BPF_CLANG $BPF_CPPFLAGS -target bpf -mcpu=v3 -gdwarf-$version -O2 -c "$src/lines.bpf.c" -o "$out/lines-dwarf$version.o" || exit 1
    $LLVM_OBJCOPY --remove-section=.BTF --remove-section=.BTF.ext --remove-section=.rel.BTF --remove-section=.rel.BTF.ext \
        "$out/lines-dwarf$version.o" || exit 1
done
rm -f "$out/lines-gccdwarf.o"
[ -z "$BPF_GCC" ] || $BPF_GCC -g -O2 -w -c "$src/lines.bpf.c" -o "$out/lines-gccdwarf.o" || exit 1
