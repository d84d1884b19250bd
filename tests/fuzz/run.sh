#!/bin/sh
# Every fuzz target over its seeds and over the inputs that once failed (tests/fuzz/regressions/TARGET), then over mutations of them: with a
# fuzzing engine (configure --enable-fuzzing) for FUZZ_SECONDS each, or FUZZ_RUNS runs; without one FUZZ_RUNS blind ones.
# FUZZ_TARGETS="engines asm" chooses. What an engine has found out is kept in tests/fuzz/corpus, what failed in tests/fuzz/finds.
. "$top_srcdir/tests/tap.sh"

here=$top_builddir/tests/fuzz
seeds=$here/seeds
ASAN_OPTIONS=detect_leaks=1
UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

# The inputs of a target, one path per line.
inputs() {
    find "$seeds/$1" "$top_srcdir/tests/fuzz/regressions/$1" -type f 2>/dev/null | sort
}

# attempt NAME COMMAND...: passes when it succeeds, with the sum of what was run, else shows the end of what it said.
attempt() {
    attempt_name=$1
    shift
    if "$@" >"$tap_dir/log" 2>&1 </dev/null; then
        sum=$(grep -E '^Done|mutations, seed' "$tap_dir/log" | tail -n 1)
        pass "$attempt_name${sum:+: $sum}"
    else
        fail "$attempt_name"
        grep -v '^Running: ' "$tap_dir/log" | tail -n 40 | note
        grep '^Running: ' "$tap_dir/log" | tail -n 1 | note
    fi
}

fuzz() {
    target=$1 bin=$here/fuzz_$1
    mkdir -p "$here/corpus/$target" "$here/finds/$target"
    set -- -timeout=10 -rss_limit_mb=2048 -close_fd_mask=1 -artifact_prefix="$here/finds/$target/"
    [ ! -f "$seeds/$target.dict" ] || set -- "$@" -dict="$seeds/$target.dict"
    if [ -n "$FUZZ_SECONDS" ]; then
        set -- "$@" -max_total_time="$FUZZ_SECONDS"
    else
        set -- "$@" -runs="${FUZZ_RUNS:-1000}" -seed=1
    fi
    attempt "$target: fuzzed" "$bin" "$@" "$here/corpus/$target" "$seeds/$target"
}

for target in $FUZZ_TARGETS; do
    n=$(inputs "$target" | wc -l)
    # shellcheck disable=SC2046 # names without blanks
    attempt "$target: $n inputs" "$here/fuzz_$target" $(inputs "$target")
    if [ "$FUZZ_ENGINE" = yes ]; then
        fuzz "$target"
    else
        attempt "$target: mutations" "$here/fuzz_$target" -runs="${FUZZ_RUNS:-1000}" $(inputs "$target")
    fi
done
done_testing
