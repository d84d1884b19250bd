#!/bin/sh
# A sample of the corruptions that fuzzing must find (make check-fuzz-mutants: all of them), and that a run is taken up where it was left.
. "$top_srcdir/tests/tap.sh"

mutants=$top_builddir/tests/fuzz_mutants
done=$tap_dir/done

if "$mutants" --table jit --sample 40 --resume "$done" >"$tap_dir/out" 2>&1; then pass "of the JIT"; else fail "of the JIT"; note <"$tap_dir/out"; fi
n=$(wc -l <"$done")
if "$mutants" --table jit --sample 40 --resume "$done" >"$tap_dir/out" 2>&1 && ! grep -q "^ok" "$tap_dir/out" && grep -q "found $n of $n" "$tap_dir/out"
then pass "what is done stays done"; else fail "what is done stays done"; note <"$tap_dir/out"; fi
if "$mutants" --table interp --sample 8 >"$tap_dir/out" 2>&1; then
    if grep -q SKIPPED "$tap_dir/out"; then skip "of the interpreter" "$(sed -n 's/^# SKIPPED: //p' "$tap_dir/out")"; else pass "of the interpreter"; fi
else
    fail "of the interpreter"
    note <"$tap_dir/out"
fi
if "$mutants" --what 2>/dev/null; then fail "an unknown option"; else pass "an unknown option"; fi
done_testing
