#!/bin/sh
# embed.sh NAME=FILE...: C source of embedded.h's arrays; one without a file (no BPF compiler) is empty.
echo '/* Made by embed.sh. */'
echo '#include "tests/fuzz/embedded.h"'
for pair; do
    name=${pair%%=*} file=${pair#*=}
    echo "const uint8_t embedded_$name[] = {"
    [ ! -f "$file" ] || od -An -v -tx1 "$file" | sed 's/ \(..\)/0x\1,/g'
    echo "0 };"
    echo "const size_t embedded_${name}_bytes = sizeof embedded_$name - 1;"
done
