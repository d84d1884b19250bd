#!/bin/sh
# Compiles every eBPF C program of the tree for each instruction set that clang has and with bpf-gcc, and runs them, the objects of Debian's
# xdp-tools and libxdp where they are installed, and whatever EBPFDBG_OBJECTS names (objects or folders of them) in both worlds. What
# bpf-gcc does not take is listed; clang has to take everything for every cpu.
out=$top_builddir/tests/kernel/objects
clang=${BPF_CLANG:-clang}
mkdir -p "$out"

compile() { # object source command...: leaves the object, or object.log with the reason
    object=$1 source=$2
    shift 2
    [ -s "$object" ] && [ -z "$(find "$source" "$(dirname "$source")" -maxdepth 1 \( -name '*.h' -o -name '*.bpf.c' \) -newer "$object")" ] && return
    rm -f "$object"
    "$@" $BPF_CPPFLAGS -O2 -w -c "$source" -o "$object" 2>"$object.log"
}

sources=$(ls "$top_srcdir"/examples/*.c "$top_srcdir"/tests/*/*.bpf.c)
objects=
failed=
# The verifier of Linux 6.18 dies on this one (maybe_fork_scalars takes the NULL of a full push_stack for a state): a kernel oops, which
# also kills whatever asked. clang's code for the same source has no arithmetic shift of a sign followed by AND, and is taken.
crashes_kernel=$out/bench-crc32.bpf.gcc.o

for source in $sources; do
    base=$out/$(basename "$(dirname "$source")")-$(basename "$source" .c)
    compile "$base.v1.o" "$source" $clang -target bpf -g -mcpu=v1 &
    compile "$base.v2.o" "$source" $clang -target bpf -g -mcpu=v2 &
    wait
    compile "$base.v3.o" "$source" $clang -target bpf -g -mcpu=v3 &
    [ -z "$BPF_GCC" ] || compile "$base.gcc.o" "$source" "$BPF_GCC" -gbtf -idirafter /usr/include &
    wait
    for variant in v1 v2 v3 gcc; do
        if [ "$base.$variant.o" = "$crashes_kernel" ]; then
            echo "# bench-crc32.bpf.gcc.o is left out: it crashes the kernel's verifier"
        elif [ -s "$base.$variant.o" ]; then
            objects="$objects $base.$variant.o"
        elif [ $variant != gcc ]; then
            failed="$failed $(basename "$base").$variant"
        elif [ -n "$BPF_GCC" ]; then
            echo "# bpf-gcc does not take $source: $(grep -m1 error "$base.gcc.o.log" | sed 's/.*error: //')"
        fi
    done
done
[ -z "$failed" ] || { echo "1..1"; echo "not ok 1 - clang takes all sources, but not$failed"; exit 1; }

for place in /usr/lib/*-linux-*/bpf $EBPFDBG_OBJECTS; do
    [ ! -d "$place" ] || place=$(find "$place" -name '*.o' | sort)
    for object in $place; do
        [ ! -e "$object" ] || objects="$objects $object"
    done
done
exec "$top_builddir/tests/kernel/objects_vs_kernel" $objects
