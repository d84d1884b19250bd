#!/bin/sh
# Every object of the suite, cut off and mutated: a clean error or a load. HOSTILE_N mutations of each (1000; make check-hostile: 10000),
# from HOSTILE_SEED (the time, printed).
set -- "$top_builddir"/tests/object/build/*.o
if [ ! -f "$1" ]; then
    echo "1..0 # SKIP no objects: neither clang nor bpf-gcc is installed"
    exit 0
fi
exec "$top_builddir/tests/object/hostile" "${HOSTILE_SEED:-$(date +%s)}" "${HOSTILE_N:-1000}" "$@"
