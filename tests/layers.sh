#!/bin/sh
# A folder may include only what stands above it in ARCHITECTURE.md, "The rooms". This proves it for every #include "..." of the tree.
cd "$top_srcdir" || exit 99

# room: the rooms that it may include from
allowed() {
    case $1 in
    sim/base)     echo "sim/base" ;;
    sim/isa)      echo "sim/base sim/isa" ;;
    sim/object)   echo "sim/base sim/isa sim/object" ;;
    sim/timing)   echo "sim/base sim/isa sim/timing" ;;
    sim/machine)  echo "sim/base sim/isa sim/object sim/timing sim/machine" ;;
    sim)          echo "sim/base sim/isa sim/object sim/timing sim/machine sim" ;;
    jit)          echo "sim/base sim/isa sim/object sim/timing sim/machine sim jit" ;;
    jit/diff)     echo "sim/base sim/isa sim/object sim/timing sim/machine sim jit jit/diff" ;;
    debugger)     echo "sim/base sim/isa sim/object sim/timing sim/machine sim debugger" ;;
    ui)           echo "sim/base sim/isa sim/object sim/timing sim/machine sim jit jit/diff debugger ui" ;;
    *)            echo "" ;;
    esac
}

echo 1..2
bad=
for file in $(find sim jit debugger ui -name '*.[ch]' -o -name '*.def' | sort); do
    room=$(dirname "$file")
    for header in $(sed -n 's/^ *# *include "\([^"]*\)".*/\1/p' "$file"); do
        [ "$header" = config.h ] && continue
        case " $(allowed "$room") " in
        *" $(dirname "$header") "*) ;;
        *) bad="$bad
# $file includes $header" ;;
        esac
    done
done
[ -z "$bad" ] && echo "ok 1 - no room includes from below" || echo "not ok 1 - no room includes from below$bad"

# What stands for the outside world appears in one place each.
bad=
only() { # header, the files that may include it
    for file in $(grep -rlE "# *include <$1>" sim jit debugger ui); do
        case $file in $2) ;; *) bad="$bad
# $file includes <$1>; only $2 may" ;;
        esac
    done
}
only 'histedit.h' 'ui/*'
only 'ncurses.*' 'ui/*'
only 'pcap.*' 'ui/pcap.c'
only '(capstone/)?capstone.*' 'jit/native_text.c'
only '(libelf|gelf).h' 'sim/object/*'
only 'elfutils/.*' 'sim/object/*'
only 'jansson.h' 'ui/*'
only 'bpf/bpf.h' 'jit/diff/kernel*'
[ -z "$bad" ] && echo "ok 2 - every library has its place" || echo "not ok 2 - every library has its place$bad"
