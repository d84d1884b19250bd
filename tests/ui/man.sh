#!/bin/sh
# ebpfdbg.1: its sections on options and commands are what the tables say. GENERATE=1 writes them anew.
. "$top_srcdir/tests/tap.sh"

page=$top_srcdir/ebpfdbg.1

# The part of the page between the markers of a section.
part() { awk -v name="$1" '$0 == ".\\\" end of " name { inside = 0 } inside; $0 == ".\\\" begin of " name { inside = 1 }' "$page"; }

for section in options commands; do
    ebpfdbg --dump-man $section >"$tap_dir/$section"
    if [ -n "$GENERATE" ]; then
        awk -v name="$section" -v file="$tap_dir/$section" '
            $0 == ".\\\" end of " name { inside = 0 }
            !inside
            $0 == ".\\\" begin of " name { inside = 1; while ((getline line < file) > 0) print line }' "$page" >"$tap_dir/page"
        cat "$tap_dir/page" >"$page"
    fi
    part $section >"$tap_dir/$section.page"
    if [ -s "$tap_dir/$section" ] && diff "$tap_dir/$section.page" "$tap_dir/$section" >"$tap_dir/diff"; then
        pass "the page's $section are the table's"
    else
        fail "the page's $section are the table's (GENERATE=1 tests/ui/man.sh mends it)"
        note <"$tap_dir/diff"
    fi
done
if command -v man >/dev/null 2>&1; then
    is "man(1) has no complaint" "$(man --warnings -E UTF-8 -l -Tutf8 "$page" 2>&1 >/dev/null | head -5)" ""
else
    skip "man(1) has no complaint" "no man"
fi
done_testing
