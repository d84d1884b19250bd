#!/bin/bash -eu
# Builds the fuzz targets into $OUT, each with its dictionary and seed corpus, for ClusterFuzzLite and OSS-Fuzz. Run in the source folder, which
# stays as it is; CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, OUT and WORK are theirs.
source=$PWD
[ -x configure ] || autoreconf --install
mkdir -p "$WORK/build" "$OUT/lib"
cd "$WORK/build"
"$source/configure" --quiet --enable-fuzzing FUZZ_LD="$CXX $CXXFLAGS" BPF_CLANG="${BPF_CLANG:-/usr/bin/clang}"
make -j"$(nproc)" fuzz-targets

for target in tests/fuzz/fuzz_*; do
    [ -x "$target" ] || continue
    name=$(basename "$target")
    cp "$target" "$OUT/"
    # Where targets are run there are no libraries but those beside them. An RPATH, unlike a RUNPATH, holds for what these need in turn.
    ldd "$target" | awk '$3 ~ /^\// && $1 !~ /^(libc|libm|libpthread|librt|libdl|ld-linux.*)\.so/ { print $3 }' | xargs -r cp -t "$OUT/lib"
    patchelf --force-rpath --set-rpath '$ORIGIN/lib' "$OUT/$name"
    printf '[libfuzzer]\nmax_len = 65536\n' >"$OUT/$name.options"
    seeds=tests/fuzz/seeds/${name#fuzz_}
    [ ! -f "$seeds.dict" ] || cp "$seeds.dict" "$OUT/$name.dict"
    find "$seeds" "$source/tests/fuzz/regressions/${name#fuzz_}" -type f 2>/dev/null | zip -q -j -@ "$OUT/${name}_seed_corpus.zip"
done
