#!/bin/sh
# Traces in files, and graphs that are drawn.
. "$top_srcdir/tests/tap.sh"

[ -f "$examples/calls.o" ] || skip_all "no clang: the examples are not built"
ln -s "$top_srcdir/examples" "$tap_dir/examples"
cd "$tap_dir" || exit 99
calls=$examples/calls.o
http=$packets/http.hex

# commands LINE...: what -x is given
commands() { printf '%s\n' "$@" >commands; }

for engine in interp jit auto; do
    commands "set engine $engine" "trace on $engine.trace" run "trace off" "trace on --json $engine.json" run "trace off"
    ends "a traced run on $engine" 0 ebpfdbg -nx -q --batch "$calls" --packet "$http" -x commands
    has "comes to the same end" "$out" "[balance returned 3 (XDP_TX), 60 insns, 60 cycles]"
done
is "has a line for each instruction" "$(grep -c '^ ' jit.trace)" 60
is "as JSON, too" "$(grep -c '^{"icount":' jit.json)" 60
is "every engine gives the same trace" "$(cat interp.trace auto.trace)" "$(cat jit.trace jit.trace)"
is "and the same JSON" "$(cat interp.json auto.json)" "$(cat jit.json jit.json)"
has "stores are shown" "$(cat jit.trace)" "*(u32 *)(r10 -4) = r0	; fp-4 = 0x2"
has "in JSON, too" "$(cat jit.json)" '"store":{"addr":"0x2fffc","bytes":4,"value":"0x2"}'
if command -v python3 >/dev/null; then
    ends "the JSON is JSON" 0 python3 -c 'import json, sys; [json.loads(line) for line in open("jit.json")]'
else
    skip "the JSON is JSON" "python3 is not installed"
fi

commands "trace on /dev/full" run "trace off"
if [ -w /dev/full ]; then
    ends "a trace that can't be written" 1 ebpfdbg -nx -q --batch "$calls" --packet "$http" -x commands
    has "says so in the end" "$out" "/dev/full: No space left on device"
else
    skip "a trace that can't be written" "no /dev/full"
fi

commands "profile on" run "graph balance.dot" "graph rotate rotate.dot"
ends "graphs go to files" 0 ebpfdbg -nx -q --batch "$calls" --packet "$http" -x commands
has "of all functions" "$(cat balance.dot)" 'label="balance, 1 call"'
has "or of one" "$(cat rotate.dot)" 'label="2 times'
commands "profile on" run "graph balance.svg"
if command -v dot >/dev/null; then
    ends "graphviz draws them" 0 ebpfdbg -nx -q --batch "$calls" --packet "$http" -x commands
    has "as SVG" "$(cat balance.svg)" "<svg"
else
    ends "without graphviz they are not drawn" 1 ebpfdbg -nx -q --batch "$calls" --packet "$http" -x commands
    has "and what to do is said" "$out" "Can't draw balance.svg: dot is not installed.  The text for dot(1) goes to a file that does not end in .svg."
    skip "graphviz draws them" "dot (graphviz) is not installed"
fi
# whether graphviz is there or not: it is run, and its file is taken for what it is
mkdir bin
printf '#!/bin/sh\n[ "$1 $2" = "-Tsvg -o" ] || exit 1\nsed 1s/digraph/drawn/ >"$3"\n' >bin/dot
chmod +x bin/dot
ends "dot gets the text" 0 env PATH="$tap_dir/bin:$PATH" "$top_builddir/ebpfdbg" -nx -q --batch "$calls" --packet "$http" -x commands
has "all of it" "$(cat balance.svg)" "drawn program {"
printf '#!/bin/sh\nexit 3\n' >bin/dot
ends "a dot that fails" 1 env PATH="$tap_dir/bin:$PATH" "$top_builddir/ebpfdbg" -nx -q --batch "$calls" --packet "$http" -x commands
has "is reported" "$out" "Can't draw balance.svg: dot has failed."
done_testing
