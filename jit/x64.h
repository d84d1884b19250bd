/* x86-64 machine code: one function per instruction form that the compiler uses, each a few bytes. Knows nothing of eBPF.
 * Source: Intel SDM volume 2. Names are the mnemonics; suffixes tell the operands: r register, m memory, i immediate.
 * `wide` chooses 64-bit operands (REX.W); without it they are 32-bit and the upper half of a destination becomes zero.
 *
 * The buffer never overflows: at the end, bytes are counted but not stored, and the caller looks at x64_overflow(). */
#ifndef JIT_X64_H
#define JIT_X64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum x64_reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, NO_REG };

/* Condition codes, as in the opcodes. */
enum x64_cond {
    CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G,
};

/* Two-operand arithmetic: the /digit of the immediate form; the register form is digit * 8 + 1. */
enum x64_alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
/* Shifts: the /digit. */
enum x64_shift { SHIFT_ROL = 0, SHIFT_ROR = 1, SHIFT_SHL = 4, SHIFT_SHR = 5, SHIFT_SAR = 7 };
/* One-operand group 3: the /digit. */
enum x64_unary { UNARY_NOT = 2, UNARY_NEG = 3, UNARY_MUL = 4, UNARY_DIV = 6, UNARY_IDIV = 7 };

/* base + index + disp, or a cell at `cell` bytes from the buffer's start (rip-relative) when is_cell. */
struct x64_mem {
    enum x64_reg base, index; /* NO_REG: none */
    int32_t disp;
    bool is_cell;
};

struct x64 {
    uint8_t *code;
    uint32_t at, limit; /* bytes */
};

static inline struct x64_mem
x64_at(enum x64_reg base, int32_t disp)
{
    return (struct x64_mem){ .base = base, .index = NO_REG, .disp = disp };
}

static inline struct x64_mem
x64_indexed(enum x64_reg base, enum x64_reg index, int32_t disp)
{
    return (struct x64_mem){ .base = base, .index = index, .disp = disp };
}

static inline struct x64_mem
x64_cell(uint32_t offset)
{
    return (struct x64_mem){ .base = NO_REG, .index = NO_REG, .disp = (int32_t)offset, .is_cell = true };
}

bool x64_overflow(const struct x64 *x);

void x64_byte(struct x64 *x, uint8_t byte);
void x64_nops(struct x64 *x, uint32_t bytes);
void x64_align(struct x64 *x, uint32_t alignment); /* with nops */

void x64_mov_rr(struct x64 *x, bool wide, enum x64_reg dst, enum x64_reg src);
void x64_mov_ri(struct x64 *x, enum x64_reg dst, uint64_t value); /* all 64 bits, the shortest form that keeps flags */
void x64_movsx_rr(struct x64 *x, bool wide, uint32_t from_bits, enum x64_reg dst, enum x64_reg src);
void x64_movzx_rr(struct x64 *x, uint32_t from_bits, enum x64_reg dst, enum x64_reg src); /* 8, 16, 32 */
void x64_alu_rr(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, enum x64_reg src);
void x64_alu_ri(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, int32_t imm);
void x64_alu_ri32(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, int32_t imm); /* always a 4-byte immediate */
void x64_alu_rm(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, struct x64_mem mem);
void x64_alu_mr(struct x64 *x, uint32_t bits, enum x64_alu op, struct x64_mem mem, enum x64_reg src);
void x64_alu_mi(struct x64 *x, bool wide, enum x64_alu op, struct x64_mem mem, int32_t imm);
void x64_test_rr(struct x64 *x, bool wide, enum x64_reg a, enum x64_reg b);
void x64_test_ri(struct x64 *x, bool wide, enum x64_reg a, int32_t imm);
void x64_imul_rr(struct x64 *x, bool wide, enum x64_reg dst, enum x64_reg src);
void x64_imul_rri(struct x64 *x, bool wide, enum x64_reg dst, enum x64_reg src, int32_t imm);
void x64_unary_r(struct x64 *x, bool wide, enum x64_unary op, enum x64_reg reg);
void x64_cqo(struct x64 *x, bool wide); /* sign of rax into rdx */
void x64_shift_ri(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg reg, uint8_t count);
void x64_shift_rcl(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg reg); /* by cl */
void x64_shiftx(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg dst, enum x64_reg src, enum x64_reg count); /* BMI2 */
void x64_bswap_r(struct x64 *x, bool wide, enum x64_reg reg);
void x64_rol16_r(struct x64 *x, enum x64_reg reg, uint8_t count);
void x64_lea(struct x64 *x, bool wide, enum x64_reg dst, struct x64_mem mem);
void x64_setcc(struct x64 *x, enum x64_cond cc, enum x64_reg dst); /* the low byte becomes 0 or 1, the others stay */

void x64_load(struct x64 *x, uint32_t bits, enum x64_reg dst, struct x64_mem mem);        /* zero-extended to 64 */
void x64_load_sx(struct x64 *x, uint32_t bits, enum x64_reg dst, struct x64_mem mem);     /* sign-extended to 64 */
void x64_store(struct x64 *x, uint32_t bits, struct x64_mem mem, enum x64_reg src);
void x64_store_i(struct x64 *x, uint32_t bits, struct x64_mem mem, int32_t imm);          /* sign-extended for 64 bits */

void x64_push(struct x64 *x, enum x64_reg reg);
void x64_pop(struct x64 *x, enum x64_reg reg);
void x64_push_m(struct x64 *x, struct x64_mem mem);
void x64_pop_m(struct x64 *x, struct x64_mem mem);
void x64_ret(struct x64 *x);
void x64_jmp_m(struct x64 *x, struct x64_mem mem);
void x64_call_m(struct x64 *x, struct x64_mem mem);

/* Jumps and calls to a known place, or to one that is patched in later: they return the offset of the 4-byte displacement. */
uint32_t x64_jcc(struct x64 *x, enum x64_cond cc);
uint32_t x64_jmp(struct x64 *x);
uint32_t x64_call(struct x64 *x);
void x64_patch(struct x64 *x, uint32_t field, uint32_t target); /* displacement at `field` goes to offset `target` */
/* The short forms when `target`, already emitted, is near; the long ones otherwise. */
void x64_jcc_back(struct x64 *x, enum x64_cond cc, uint32_t target);
void x64_jmp_back(struct x64 *x, uint32_t target);

#endif
