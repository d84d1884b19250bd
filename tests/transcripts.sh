#!/bin/sh
# Replays tests/transcripts/NAME.t: sessions as a user would have them. A line "$ ebpfdbg ARGUMENT..." starts a session, "(ebpfdbg) COMMAND" is
# typed into it, and so is ">COMMAND" (a line of a definition); everything else is what must come back; "[status N]" follows when the status
# is not 0. Comments (#) before the first session stay. The differences are shown; GENERATE=1 writes the transcripts anew instead. What
# README.md shows is replayed, too.
. "$top_srcdir/tests/tap.sh"

[ -f "$examples/filter.o" ] || skip_all "no clang: the examples are not built"

# Seen from the session's folder the examples are at examples/, wherever they were built.
mkdir -p "$tap_dir/examples"
ln -s "$top_srcdir"/examples/*.c "$examples"/*.o "$tap_dir/examples/"
mkdir "$tap_dir/examples/packets"
ln -sf "$packets"/*.hex "$examples"/packets/*.pcap "$tap_dir/examples/packets/"
cd "$tap_dir" || exit 99

# Runs the session whose command line is $command with the lines in ./commands.
play() {
    [ -n "$command" ] || return 0
    printf '$ %s\n' "$command"
    case ${command#./} in
    'ebpfdbg run '*) eval "${command#./}" 2>&1 </dev/null ;;
    *) eval "${command#./} --echo" 2>&1 <commands ;;
    esac
    play_status=$?
    [ $play_status -eq 0 ] || echo "[status $play_status]"
}

replay() {
    command=
    : >commands
    while IFS= read -r line; do
        case $line in
        '$ '*)
            play
            command=${line#'$ '}
            : >commands
            ;;
        '(ebpfdbg) '*) printf '%s\n' "${line#'(ebpfdbg) '}" >>commands ;;
        '>'*) printf '%s\n' "${line#'>'}" >>commands ;;
        *) [ -n "$command" ] || printf '%s\n' "$line" ;;
        esac
    done
    play
}

for transcript in "$top_srcdir"/tests/transcripts/*.t; do
    name=$(basename "$transcript" .t)
    replay <"$transcript" >"$name.got"
    if [ -n "$GENERATE" ]; then
        cat "$name.got" >"$transcript"
        pass "$name (generated)"
    elif diff -u "$transcript" "$name.got" >"$name.diff"; then
        pass "$name"
    else
        fail "$name"
        note <"$name.diff"
    fi
done

# The sessions in the README are real: its blocks that begin with "$ ./ebpfdbg".
awk '/^```$/ { inside = 0 } inside; /^```console$/ { inside = 1 }' "$top_srcdir/README.md" >readme.want
replay <readme.want | grep -v '^\[status [0-9]*\]$' >readme.got
if [ -s readme.want ] && diff -u readme.want readme.got >readme.diff; then
    pass "README.md shows what happens"
else
    fail "README.md shows what happens"
    note <readme.diff
fi
done_testing
