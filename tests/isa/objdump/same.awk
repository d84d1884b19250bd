# same.awk: does `ebpfdbg disasm` say what `llvm-objdump -d --print-imm-hex` says? Reads the latter's output, then the former's.
# Prints one line per difference, at last "compared N unknown U left L".
#
# Bytes must be equal, always. Then both texts are brought to one form:
#   offsets     (r1 +4) is (r1 + 0x4)
#   distances   goto pc+3 <name> is goto +0x3
#   numbers     all in hex with a sign: of 32 bits, those of a 16-byte load of 64
#   atomics     atomic64_fetch_add is atomic_fetch_add, atomic64_xchg(...) is xchg_64(r1 + 0x8, r2)
# Counted as "unknown": llvm-objdump gives up. Counted as "left": the texts differ, and for one of these reasons they may:
#   ebpfdbg shows what linking made of it: an address by name, a local call (llvm-objdump: call -0x1), a CO-RE offset
#   llvm-objdump 14 ignores what tells the instruction from an older one: off of sdiv, smod, movsx and casts, imm of fetch_add32
#     and of load_acquire and store_release; or it drops an operand: imm of ld_ind, the register of callx

function hex_of(digits, value, i) {
    value = 0
    for (i = 1; i <= length(digits); i++)
        value = value * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
    return value
}

# Two's complement of 16 hex digits, as a negative number without leading zeros.
function negated(digits, i, d, carry, out) {
    carry = 1
    for (i = 16; i >= 1; i--) {
        d = 15 - (index("0123456789abcdef", substr(digits, i, 1)) - 1) + carry
        carry = d > 15
        out = substr("0123456789abcdef", d % 16 + 1, 1) out
    }
    sub(/^0+/, "", out)
    return "-0x" out
}

function signed64(digits) {
    while (length(digits) < 16)
        digits = "0" digits
    if (substr(digits, 1, 1) ~ /[89a-f]/)
        return negated(digits)
    sub(/^0+/, "", digits)
    return "0x" (digits == "" ? "0" : digits)
}

# Every number of a text that is no part of a word, as hex with a sign.
function numbers_to_hex(text, out, word, value) {
    out = ""
    while (match(text, /-?(0x[0-9a-f]+|[0-9]+)/)) {
        word = substr(text, RSTART, RLENGTH)
        if (RSTART > 1 && substr(text, RSTART - 1, 1) ~ /[A-Za-z_0-9]/) {
            out = out substr(text, 1, RSTART + RLENGTH - 1)
        } else {
            if (word ~ /^0x/) {
                value = hex_of(substr(word, 3))
                if (value >= 2147483648)
                    value -= 4294967296
            } else {
                value = word + 0
            }
            out = out substr(text, 1, RSTART - 1) (value < 0 ? sprintf("-0x%x", -value) : sprintf("0x%x", value))
        }
        text = substr(text, RSTART + RLENGTH)
    }
    return out text
}

function normal_ours(text, parts) {
    sub(/ <[^<>]*>$/, "", text)
    if (match(text, /^r[0-9]+ = 0x[0-9a-f]+ ll$/)) {
        split(text, parts, / = 0x| ll/)
        return parts[1] " = " signed64(parts[2]) " ll"
    }
    sub(/goto pc/, "goto ", text)
    sub(/gotol pc/, "gotol ", text)
    if (text ~ /^call /)
        sub(/call .*#/, "call ", text)
    gsub(/atomic64_/, "atomic_", text)
    if (text ~ /atomic_(cmp)?xchg\(/) {
        sub(/atomic_xchg\(\(u64 \*\)\(/, "xchg_64(", text)
        sub(/atomic_cmpxchg\(\(u64 \*\)\(/, "cmpxchg_64(", text)
        sub(/\),/, ",", text)
    }
    while (match(text, /r[0-9]+ [-+][0-9]/))
        text = substr(text, 1, RSTART + RLENGTH - 2) " " substr(text, RSTART + RLENGTH - 1)
    text = numbers_to_hex(text)
    if (match(text, /gotol? \+-/))
        text = substr(text, 1, RSTART + RLENGTH - 3) "-" substr(text, RSTART + RLENGTH)
    return text
}

function normal_theirs(text) {
    sub(/ <[^<>]*>$/, "", text)
    return text
}

# Why the texts of an instruction may differ; "" when they must not.
function gap(bytes, ours, theirs, b, our_word, their_word) {
    split(bytes, b, " ")
    split(ours, our_word, " ")
    split(theirs, their_word, " ")
    if (our_word[1] == their_word[1]) { # the register that is loaded; "call"
        if (ours ~ / ; CO-RE | ; unresolved/ || b[1] == "85" && b[2] ~ /^[12]/)
            return "linked"
        if (b[1] == "18" && ours !~ /= 0x[0-9a-f]* ll$/)
            return "linked"
    }
    if (b[1] ~ /^[39][47cf]$/ && b[3] != "00" || b[1] ~ /^b[cf]$/ && b[3] != "00")
        return "off ignored"
    if (b[1] ~ /^(c3|db)$/ && (b[6] != "00" || b[1] == "c3" && b[5] == "01"))
        return "imm ignored"
    if (b[1] ~ /^[45][08]$/ || b[1] == "8d")
        return "operand dropped"
    return ""
}

# "     12: bf 16 ...": the bytes, and in `text` what follows them.
function split_line(line, bytes) {
    sub(/^ *[0-9]+:[ \t]*/, "", line)
    match(line, /^([0-9a-f][0-9a-f]([ \t]|$))+/)
    bytes = substr(line, 1, RLENGTH)
    text = substr(line, RLENGTH + 1)
    sub(/[ \t]+$/, "", bytes)
    sub(/^[ \t]+/, "", text)
    gsub(/\t/, " ", text)
    return bytes
}

!/^ *[0-9]+:[ \t]*[0-9a-f][0-9a-f] / { next }
NR == FNR {

    theirs_bytes[++n_theirs] = split_line($0)
    theirs_text[n_theirs] = text
    next
}
{
    bytes = split_line($0)
    if (text == "") # second half of a 16-byte load
        ours_bytes[n_ours] = ours_bytes[n_ours] " " bytes
    else {
        ours_bytes[++n_ours] = bytes
        ours_text[n_ours] = text
    }
}
END {
    if (n_ours != n_theirs)
        print "ebpfdbg lists " n_ours + 0 " instructions, llvm-objdump " n_theirs + 0
    for (i = 1; i <= n_ours && i <= n_theirs; i++) {
        if (ours_bytes[i] != theirs_bytes[i])
            print i ": bytes " ours_bytes[i] ", llvm-objdump has " theirs_bytes[i]
        else if (theirs_text[i] == "<unknown>")
            unknown++
        else if (normal_ours(ours_text[i]) == normal_theirs(theirs_text[i]))
            compared++
        else if (gap(ours_bytes[i], ours_text[i], theirs_text[i]) != "")
            left++
        else
            print i ": " ours_text[i] " (" normal_ours(ours_text[i]) "), llvm-objdump has " theirs_text[i]
    }
    print "compared " compared + 0 " unknown " unknown + 0 " left " left + 0
}
