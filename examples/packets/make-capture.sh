#!/bin/sh
# make-capture.sh FILE.hex...: writes a pcap capture of these packets to standard output, one second apart.
# Needs nothing but awk and printf, so that the capture in this folder can be made anywhere and read as text.
set -eu

# Little-endian words of 4 bytes in octal, as printf understands them.
word() {
    for value; do
        printf '\\%03o\\%03o\\%03o\\%03o' $((value & 255)) $((value >> 8 & 255)) $((value >> 16 & 255)) $((value >> 24 & 255))
    done
}

printf "$(word 0xa1b2c3d4 0x00040002 0 0 65535 1)" # version 2.4, snapshot length 65535, link type Ethernet
second=1700000000
for file; do
    octal=$(sed 's/#.*//' "$file" | awk '
        BEGIN { for (i = 0; i < 256; i++) octal[sprintf("%02x", i)] = sprintf("\\%03o", i) }
        { gsub(/[ \t]/, ""); for (i = 1; i < length($0); i += 2) printf "%s", octal[tolower(substr($0, i, 2))] }')
    n=$((${#octal} / 4))
    printf "$(word $second 0 $n $n)$octal"
    second=$((second + 1))
done
