#!/bin/sh
# seeds.sh FOLDER: seed corpora, FOLDER/TARGET/*, and dictionaries, FOLDER/TARGET.dict. From what the tree has: objects, vectors, transcripts,
# packets; the rest is made by tests/fuzz/material.
out=$1
material=$top_builddir/tests/fuzz/material
vectors=$top_srcdir/tests/vectors
rm -rf "$out"
for target in $FUZZ_TARGETS; do
    mkdir -p "$out/$target" || exit 1
    "$material" dict "$target" >"$out/$target.dict" || rm -f "$out/$target.dict"
    "$material" seeds "$target" "$vectors" "$out/$target"
    [ $? -lt 2 ] || exit 1
done

# The text of the vectors, with their labels and comments.
for vector in "$vectors"/*.data "$vectors"/*/*.data; do
    name=$(basename "$vector" .data)
    awk '/^-- asm/ { on = 1; next } /^--/ { on = 0 } on' "$vector" >"$out/asm/$name.s"
    [ -s "$out/asm/$name.s" ] || rm "$out/asm/$name.s"
done

# Objects: small ones, since a fuzzer's speed is what counts. -v1 and -v3 differ by instructions only.
find "$top_builddir/tests/object/build" "$top_builddir/examples" "$top_builddir/tests/debugger" "$top_builddir/tests/kernel" \
    -name '*.o' ! -name '*-v2.o' -size -48k 2>/dev/null | while read -r object; do
    readelf -h "$object" 2>/dev/null | grep -q 'Machine:.*BPF' || continue
    cp "$object" "$out/object/"
    case $object in */tests/debugger/*|*-v3.o|*gcc*) cp "$object" "$out/debuginfo/" ;; esac
    case $object in */core*|*/types*) cp "$object" "$out/btf/" ;; esac
done

# What people type: the sessions of the transcripts, and the command lines that began them.
for transcript in "$top_srcdir"/tests/transcripts/*.t; do
    name=$(basename "$transcript" .t)
    { echo r; sed -n 's/^(ebpfdbg) //p' "$transcript"; } >"$out/commands/$name"
    { echo rs; sed -n 's/^(ebpfdbg) //p' "$transcript"; } >"$out/commands/$name-script"
    sed -n 's/^\$ ebpfdbg //p' "$transcript" | awk -v out="$out/options/$name" '{ gsub(/ +/, "\n"); printf "%s", $0 >(out "-" NR) }'
done
find "$top_srcdir/examples/packets" "$top_builddir/examples/packets" -name '*.hex' -o -name '*.pcap' 2>/dev/null | while read -r packet; do
    cp "$packet" "$out/input/"
done
