# Writes assembly of 50,000 instructions in functions of 100, of the kinds that compilers emit, for timing the disassembler.
BEGIN {
    print ".section .text,\"ax\",@progbits"
    for (f = 0; f < 500; f++) {
        printf ".globl f%d\n.type f%d,@function\nf%d:\n", f, f, f
        for (i = 0; i < 11; i++) {
            a = i % 10; b = (i * 3 + f) % 10
            printf "r%d = *(u32 *)(r6 + %d)\n", a, i * 4
            printf "r%d <<= 32\nr%d >>= 32\n", a, a
            printf "r%d = r%d\nr%d += %d\n", b, a, b, f * 7 + i
            printf "if r%d > r%d goto +3\n", b, a
            printf "*(u64 *)(r10 - %d) = r%d\n", 8 + i * 8, b
            printf "call %d\n", 1 + i
            printf "r%d ^= %d\n", b, f
        }
        print "exit"
        printf ".size f%d, .-f%d\n", f, f
    }
}
