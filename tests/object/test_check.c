/* What program_check() finds, row by row, and whether this kernel says the same: each row's code is also loaded here (where bpf(2) is
 * permitted), must be refused, and the words before " (" of one of its findings must stand in the kernel's log. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/isa/asm.h"
#include "sim/object/check.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct row {
    const char *code;  /* assembly, or the encoding: "hex: ..." */
    const char *finds; /* "pc: text" of all findings, '|' between them */
} rows[] = {
    { "r0 = 0; exit", "" },
    { "r0 = 0; r0 += 1; if r0 < 5 goto -2; exit", "" },
    /* opcodes and fields */
    { "hex: b700000000000000 8f00000000000000 9500000000000000", "1: unknown opcode 8f" },
    { "hex: b700000000000000 8d01000000000000 9500000000000000", "1: unknown opcode 8d (indirect calls)" },
    { "hex: b700100000000000 9500000000000000", "0: BPF_MOV uses reserved fields" },
    { "hex: b700000000000000 0710000000000000 9500000000000000", "1: BPF_ALU uses reserved fields" },
    { "hex: b700000000000000 8700000001000000 9500000000000000", "1: BPF_NEG uses reserved fields" },
    { "hex: b700000000000000 d400000008000000 9500000000000000", "1: BPF_END uses reserved fields" },
    { "hex: b700000000000000 bf00070000000000 9500000000000000", "1: BPF_MOV uses reserved fields" },
    { "hex: b700000000000000 1d00000001000000 9500000000000000", "1: BPF_JMP/JMP32 uses reserved fields" },
    { "hex: b700000000000000 0500000001000000 9500000000000000", "1: BPF_JA uses reserved fields" },
    { "hex: b700000000000000 0600010000000000 9500000000000000", "1: BPF_JA uses reserved fields" },
    { "hex: b700000000000000 8501000005000000 9500000000000000", "1: BPF_CALL uses reserved fields" },
    { "hex: b700000000000000 9501000000000000", "1: BPF_EXIT uses reserved fields" },
    { "hex: b700000000000000 79a1f8ff01000000 9500000000000000", "1: BPF_LDX uses reserved fields" },
    { "hex: b700000000000000 630af8ff01000000 9500000000000000", "1: BPF_STX uses reserved fields" },
    { "hex: b700000000000000 621af8ff00000000 9500000000000000", "1: BPF_ST uses reserved fields" },
    { "hex: b700000000000000 db0af8ff02000000 9500000000000000", "1: BPF_ATOMIC uses invalid atomic opcode 02" },
    { "hex: b700000000000000 cb0af8ff00000000 9500000000000000", "1: invalid atomic operand size" },
    { "hex: b700000000000000 e500000001000000 9500000000000000", "1: invalid may_goto imm 1" },
    { "hex: 1800010000000000 0000000000000000 9500000000000000", "0: BPF_LD_IMM64 uses reserved fields" },
    { "hex: 1870000000000000 0000000000000000 9500000000000000", "0: unrecognized bpf_ld_imm64 insn|1: unknown opcode 00" },
    { "hex: 1800000000000000 b700000000000000 9500000000000000", "0: invalid bpf_ld_imm64 insn (its second half is missing)" },
    { "hex: b70b000000000000 9500000000000000", "0: R11 is invalid" },
    { "hex: b700000000000000 bf11010001000000 9500000000000000",
      "1: addr_space_cast insn can only be used in a program that has an associated arena" },
    /* constants */
    { "r0 = 1; r0 /= 0; exit", "1: div by zero" },
    { "r0 = 1; w0 %= 0; exit", "1: div by zero" },
    { "r0 = 1; r0 <<= 64; exit", "1: invalid shift 64" },
    { "r0 = 1; w0 s>>= 32; exit", "1: invalid shift 32" },
    { "r0 = 1; r0 >>= -1; exit", "1: invalid shift -1" },
    { "call 212; exit", "0: invalid func unknown#212" },
    { "call 0; exit", "0: program of this type cannot use helper bpf_unspec#0" },
    { "r1 = map_fd[77] ll; r0 = 0; exit", "0: fd 77 is not pointing to valid bpf_map" },
    /* the frame */
    { "r10 += 8; r0 = 0; exit", "0: frame pointer is read only" },
    { "r10 = *(u64 *)(r10 - 8); r0 = 0; exit", "0: frame pointer is read only" },
    { "*(u64 *)(r10 - 520) = 0; r0 = 0; exit", "0: invalid write to stack R10 off=-520 size=8 (a frame is fp-512 to fp-1)" },
    { "*(u32 *)(r10 - 2) = 0; r0 = 0; exit", "0: misaligned stack access off 0+0+-2 size 4" },
    { "r0 = *(u64 *)(r10 + 0); exit", "0: invalid read from stack R10 off=0 size=8 (a frame is fp-512 to fp-1)" },
    { "*(u64 *)(r10 - 20) = 0; r0 = 0; exit", "0: misaligned stack access off 0+0+-20 size 8" },
    /* flow */
    { "r0 = 0; goto +5; exit", "1: jump out of range from insn 1 to 7|2: unreachable insn 2" },
    { "if r1 == 0 goto -5; r0 = 0; exit", "0: jump out of range from insn 0 to -4" },
    { "r0 = 0; may_goto +9; exit", "1: jump out of range from insn 1 to 11" },
    { "r0 = 5 ll; if r0 == 1 goto -2; exit", "2: jump into the middle of ldimm64 insn 0" },
    { "r0 = 0; goto +2; r0 = 1; r0 = 2; exit", "2: unreachable insn 2 (to 3)" },
    { "r0 = 0; exit; exit", "2: unreachable insn 2" },
    { "r0 = 0", "0: last insn is not an exit or jmp (execution runs on past the end of the function)" },
    { "r0 = 0 ll", "0: last insn is not an exit or jmp (execution runs on past the end of the function)" },
    { "r0 = 0; exit; r0 = 1",
      "2: last insn is not an exit or jmp (execution runs on past the end of the function)|2: unreachable insn 2" },
    { "call pc+1; exit; r0 = 0; goto -4; exit", "3: jump out of range from insn 3 to 0|4: unreachable insn 4" },
    /* calls */
    { "r0 = 0; call pc+99; exit", "1: call to invalid destination" },
    { "call pc+1; exit; call pc-1; exit",
      "2: the call stack of 9 frames is too deep (recursion: sub_2 is active already)" },
    { "call pc+1; exit; call pc+1; exit; call pc-3; exit",
      "4: the call stack of 9 frames is too deep (recursion: sub_2 is active already)" },
    { "call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit;"
      "r0 = 0; exit",
      "0: the call stack of 9 frames is too deep (main: at most 8)" },
    { "call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; call pc+1;exit; r0 = 0; exit", "" },
    { "*(u64 *)(r10 - 248) = 0; call pc+2; r0 = 0; exit; *(u64 *)(r10 - 264) = 0; r0 = 0; exit",
      "0: combined stack size of 2 calls is 528. Too large (512; tracing programs: each call)" },
    { "*(u64 *)(r10 - 240) = 0; call pc+2; r0 = 0; exit; *(u64 *)(r10 - 264) = 0; r0 = 0; exit", "" },
    { "r2 = r10; r2 += -248; *(u64 *)(r2 + 0) = 0; call pc+2; r0 = 0; exit; r3 = r10; *(u64 *)(r3 - 272) = 0; r0 = 0; exit",
      "0: combined stack size of 2 calls is 528. Too large (512; tracing programs: each call)" },
    { "*(u64 *)(r10 - 240) = 0; call pc+2; r0 = 0; exit; r3 = 0; call 12; r0 = 0; exit",
      "5: tail_call is not allowed in subprogs without BTF" },
    { "*(u64 *)(r10 - 256) = 0; call pc+2; r0 = 0; exit; r3 = 0; call 12; r0 = 0; exit",
      "5: tail_call is not allowed in subprogs without BTF|"
      "5: tail_calls are not allowed when call stack of previous frames is 256 bytes. Too large" },
    { "call pc+1; exit; r6 = r1; r0 = *(u8 *)skb[0]; exit", "3: LD_ABS is not allowed in subprogs without BTF" },
};

static uint8_t *
code_of(const struct row *row, uint32_t *n_slots)
{
    uint8_t *code = NULL;
    struct errinfo e;
    if (strncmp(row->code, "hex:", 4) == 0) {
        uint32_t n = 0;
        unsigned byte;
        code = xmalloc(strlen(row->code));
        for (const char *p = row->code + 4; *p; p++)
            if (*p != ' ' && sscanf(p++, "%2x", &byte) == 1)
                code[n++] = (uint8_t)byte;
        *n_slots = n / 8;
        return code;
    }
    char *text = xstrdup(row->code);
    for (char *p = text; *p; p++)
        if (*p == ';')
            *p = '\n';
    cr_assert_eq(asm_program(text, strlen(text), NULL, &code, n_slots, NULL, &e), OK, "%s: %s", row->code, error_text(&e));
    free(text);
    return code;
}

static char *
findings_text(const struct finding *list, uint32_t n)
{
    struct buf out = BUF_EMPTY;
    buf_puts(&out, "");
    for (uint32_t i = 0; i < n; i++)
        buf_printf(&out, "%s%u: %s", i ? "|" : "", list[i].pc, list[i].text);
    return xstrdup(buf_text(&out));
}

Test(check, finds)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t n_slots, n;
        uint8_t *code = code_of(&rows[i], &n_slots);
        struct program *p = program_from_code(code, n_slots);
        struct finding *list = program_check(p, &n);
        char *text = findings_text(list, n);
        cr_expect_str_eq(text, rows[i].finds, "%s\n    finds %s\n    not   %s", rows[i].code, text, rows[i].finds);
        free(text);
        free(list);
        free(code);
        program_free(p);
    }
}

/* Loads code as an XDP program. Returns 0 or errno and the kernel's log. */
static int
kernel_load(const uint8_t *code, uint32_t n_slots, char *log, uint32_t log_bytes)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_XDP;
    attr.insns = (uint64_t)(uintptr_t)code;
    attr.insn_cnt = n_slots;
    attr.license = (uint64_t)(uintptr_t)"GPL";
    attr.log_buf = (uint64_t)(uintptr_t)log;
    attr.log_size = log_bytes;
    attr.log_level = 1;
    log[0] = '\0';
    int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

/* Whether the words of one finding stand in the log. */
static bool
kernel_says_one(const char *log, const struct finding *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char words[sizeof list->text];
        snprintf(words, sizeof words, "%s", list[i].text);
        char *why = strstr(words, " (");
        if (why)
            *why = '\0';
        if (strstr(log, words))
            return true;
    }
    return false;
}

Test(check, kernel_says_the_same)
{
    static char log[1 << 18];
    if (kernel_load((const uint8_t *)"\xb7\0\0\0\0\0\0\0\x95\0\0\0\0\0\0", 2, log, sizeof log))
        cr_skip("bpf(2) is not permitted here: %s", strerror(errno));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t n_slots, n;
        uint8_t *code = code_of(&rows[i], &n_slots);
        struct program *p = program_from_code(code, n_slots);
        struct finding *list = program_check(p, &n);
        int refused = kernel_load(code, n_slots, log, sizeof log);
        cr_expect_eq(refused != 0, n != 0, "%s: %u findings, the kernel says %s %s", rows[i].code, n, strerror(refused), log);
        if (refused && n)
            cr_expect(kernel_says_one(log, list, n), "%s: found %s, the kernel says %s", rows[i].code, rows[i].finds, log);
        free(list);
        free(code);
        program_free(p);
    }
}

/* Nothing is found in what compilers make. */
Test(check, compiled_code_is_clean)
{
    static const char *const names[] = { "calls-v1.o", "calls-v3.o" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        uint32_t n;
        struct program *p = object_load(names[i]);
        struct finding *list = program_check(p, &n);
        cr_expect_eq(n, 0, "%s: %s", names[i], n ? list[0].text : "");
        free(list);
        program_free(p);
    }
}
