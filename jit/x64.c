/* x86-64 machine code. See x64.h. */
#include "config.h"

#include "jit/x64.h"

#include <assert.h>
#include <string.h>

bool
x64_overflow(const struct x64 *x)
{
    return x->at > x->limit;
}

void
x64_byte(struct x64 *x, uint8_t byte)
{
    if (x->at < x->limit)
        x->code[x->at] = byte;
    x->at++;
}

static void
put32(struct x64 *x, uint32_t value)
{
    if (x->at + 4 <= x->limit)
        memcpy(x->code + x->at, &value, 4);
    x->at += 4;
}

static void
put64(struct x64 *x, uint64_t value)
{
    put32(x, (uint32_t)value);
    put32(x, (uint32_t)(value >> 32));
}

static bool
fits8(int64_t value)
{
    return value == (int8_t)value;
}

/* The recommended multi-byte ones (SDM, NOP). */
void
x64_nops(struct x64 *x, uint32_t left)
{
    static const uint8_t nops[][9] = {
        { 0x90 },
        { 0x66, 0x90 },
        { 0x0f, 0x1f, 0x00 },
        { 0x0f, 0x1f, 0x40, 0x00 },
        { 0x0f, 0x1f, 0x44, 0x00, 0x00 },
        { 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },
        { 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },
        { 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
        { 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
    };
    while (left) {
        uint32_t n = left > 9 ? 9 : left;
        for (uint32_t i = 0; i < n; i++)
            x64_byte(x, nops[n - 1][i]);
        left -= n;
    }
}

void
x64_align(struct x64 *x, uint32_t alignment)
{
    x64_nops(x, (alignment - x->at % alignment) % alignment);
}

/* REX prefix, left out when it would say nothing. force: byte registers sil, dil, ... need one. */
static void
rex(struct x64 *x, bool wide, unsigned reg, unsigned index, unsigned base, bool force)
{
    uint8_t byte = (uint8_t)(0x40 | wide << 3 | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1));
    if (byte != 0x40 || force)
        x64_byte(x, byte);
}

/* ModRM for two registers. */
static void
modrm_rr(struct x64 *x, unsigned reg, unsigned rm)
{
    x64_byte(x, (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7)));
}

/* ModRM, SIB and displacement for a memory operand; `after`: bytes of immediate that follow (rip counts from the end). */
static void
modrm_mem(struct x64 *x, unsigned reg, struct x64_mem m, uint32_t after)
{
    uint8_t r = (uint8_t)((reg & 7) << 3);
    if (m.is_cell) {
        x64_byte(x, r | 5);
        put32(x, (uint32_t)m.disp - (x->at + 4 + after));
        return;
    }
    uint8_t mod = m.disp == 0 && (m.base & 7) != RBP ? 0x00 : fits8(m.disp) ? 0x40 : 0x80;
    if (m.index == NO_REG && (m.base & 7) != RSP) {
        x64_byte(x, (uint8_t)(mod | r | (m.base & 7)));
    } else {
        assert(m.index != RSP && "rsp is no index");
        x64_byte(x, (uint8_t)(mod | r | 4));
        x64_byte(x, (uint8_t)((m.index == NO_REG ? 4 : m.index & 7) << 3 | (m.base & 7)));
    }
    if (mod == 0x40)
        x64_byte(x, (uint8_t)m.disp);
    else if (mod == 0x80)
        put32(x, (uint32_t)m.disp);
}

static void
rex_mem(struct x64 *x, bool wide, unsigned reg, struct x64_mem m, bool force)
{
    rex(x, wide, reg, m.index == NO_REG ? 0 : m.index, m.base == NO_REG ? 0 : m.base, force);
}

static bool
needs_byte_rex(enum x64_reg reg)
{
    return reg >= RSP && reg <= RDI;
}

/* An instruction `opcode` (escape 0: one byte; 0x0f: two) with two registers. */
static void
op_rr(struct x64 *x, bool wide, uint8_t escape, uint8_t opcode, unsigned reg, unsigned rm)
{
    rex(x, wide, reg, 0, rm, false);
    if (escape)
        x64_byte(x, escape);
    x64_byte(x, opcode);
    modrm_rr(x, reg, rm);
}

static void
op_rm(struct x64 *x, bool wide, uint8_t escape, uint8_t opcode, unsigned reg, struct x64_mem m, uint32_t after)
{
    rex_mem(x, wide, reg, m, false);
    if (escape)
        x64_byte(x, escape);
    x64_byte(x, opcode);
    modrm_mem(x, reg, m, after);
}

void
x64_mov_rr(struct x64 *x, bool wide, enum x64_reg dst, enum x64_reg src)
{
    op_rr(x, wide, 0, 0x89, src, dst);
}

void
x64_mov_ri(struct x64 *x, enum x64_reg dst, uint64_t value)
{
    if (value == (uint32_t)value) { /* mov r32, imm32 */
        rex(x, false, 0, 0, dst, false);
        x64_byte(x, (uint8_t)(0xb8 | (dst & 7)));
        put32(x, (uint32_t)value);
    } else if ((int64_t)value == (int32_t)value) { /* mov r64, imm32 sign-extended */
        rex(x, true, 0, 0, dst, false);
        x64_byte(x, 0xc7);
        modrm_rr(x, 0, dst);
        put32(x, (uint32_t)value);
    } else {
        rex(x, true, 0, 0, dst, false);
        x64_byte(x, (uint8_t)(0xb8 | (dst & 7)));
        put64(x, value);
    }
}

void
x64_movsx_rr(struct x64 *x, bool wide, uint32_t from_bits, enum x64_reg dst, enum x64_reg src)
{
    if (from_bits == 32) {
        op_rr(x, wide, 0, 0x63, dst, src);
        return;
    }
    rex(x, wide, dst, 0, src, from_bits == 8 && needs_byte_rex(src));
    x64_byte(x, 0x0f);
    x64_byte(x, from_bits == 8 ? 0xbe : 0xbf);
    modrm_rr(x, dst, src);
}

void
x64_movzx_rr(struct x64 *x, uint32_t from_bits, enum x64_reg dst, enum x64_reg src)
{
    if (from_bits == 32) {
        x64_mov_rr(x, false, dst, src);
        return;
    }
    rex(x, false, dst, 0, src, from_bits == 8 && needs_byte_rex(src));
    x64_byte(x, 0x0f);
    x64_byte(x, from_bits == 8 ? 0xb6 : 0xb7);
    modrm_rr(x, dst, src);
}

void
x64_alu_rr(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, enum x64_reg src)
{
    op_rr(x, wide, 0, (uint8_t)(op << 3 | 1), src, dst);
}

void
x64_alu_ri32(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, int32_t imm)
{
    rex(x, wide, 0, 0, dst, false);
    x64_byte(x, 0x81);
    modrm_rr(x, op, dst);
    put32(x, (uint32_t)imm);
}

void
x64_alu_ri(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, int32_t imm)
{
    if (!fits8(imm)) {
        x64_alu_ri32(x, wide, op, dst, imm);
        return;
    }
    rex(x, wide, 0, 0, dst, false);
    x64_byte(x, 0x83);
    modrm_rr(x, op, dst);
    x64_byte(x, (uint8_t)imm);
}

void
x64_alu_rm(struct x64 *x, bool wide, enum x64_alu op, enum x64_reg dst, struct x64_mem mem)
{
    op_rm(x, wide, 0, (uint8_t)(op << 3 | 3), dst, mem, 0);
}

void
x64_alu_mr(struct x64 *x, uint32_t bits, enum x64_alu op, struct x64_mem mem, enum x64_reg src)
{
    op_rm(x, bits == 64, 0, (uint8_t)(op << 3 | 1), src, mem, 0);
}

void
x64_alu_mi(struct x64 *x, bool wide, enum x64_alu op, struct x64_mem mem, int32_t imm)
{
    bool is_short = fits8(imm);
    op_rm(x, wide, 0, is_short ? 0x83 : 0x81, op, mem, is_short ? 1 : 4);
    if (is_short)
        x64_byte(x, (uint8_t)imm);
    else
        put32(x, (uint32_t)imm);
}

void
x64_test_rr(struct x64 *x, bool wide, enum x64_reg a, enum x64_reg b)
{
    op_rr(x, wide, 0, 0x85, b, a);
}

void
x64_test_ri(struct x64 *x, bool wide, enum x64_reg a, int32_t imm)
{
    rex(x, wide, 0, 0, a, false);
    x64_byte(x, 0xf7);
    modrm_rr(x, 0, a);
    put32(x, (uint32_t)imm);
}

void
x64_imul_rr(struct x64 *x, bool wide, enum x64_reg dst, enum x64_reg src)
{
    op_rr(x, wide, 0x0f, 0xaf, dst, src);
}

void
x64_imul_rri(struct x64 *x, bool wide, enum x64_reg dst, enum x64_reg src, int32_t imm)
{
    op_rr(x, wide, 0, fits8(imm) ? 0x6b : 0x69, dst, src);
    if (fits8(imm))
        x64_byte(x, (uint8_t)imm);
    else
        put32(x, (uint32_t)imm);
}

void
x64_unary_r(struct x64 *x, bool wide, enum x64_unary op, enum x64_reg reg)
{
    op_rr(x, wide, 0, 0xf7, op, reg);
}

void
x64_cqo(struct x64 *x, bool wide)
{
    rex(x, wide, 0, 0, 0, false);
    x64_byte(x, 0x99);
}

void
x64_shift_ri(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg reg, uint8_t count)
{
    op_rr(x, wide, 0, 0xc1, op, reg);
    x64_byte(x, count);
}

void
x64_shift_rcl(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg reg)
{
    op_rr(x, wide, 0, 0xd3, op, reg);
}

/* shlx, shrx, sarx: VEX.LZ.{66,F2,F3}.0F38.W F7 /r, count in vvvv. */
void
x64_shiftx(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg dst, enum x64_reg src, enum x64_reg count)
{
    uint8_t prefix = op == SHIFT_SHL ? 1 : op == SHIFT_SHR ? 3 : 2;
    x64_byte(x, 0xc4);
    x64_byte(x, (uint8_t)((dst < R8) << 7 | 1 << 6 | (src < R8) << 5 | 2));
    x64_byte(x, (uint8_t)(wide << 7 | (~count & 15) << 3 | prefix));
    x64_byte(x, 0xf7);
    modrm_rr(x, dst, src);
}

void
x64_bswap_r(struct x64 *x, bool wide, enum x64_reg reg)
{
    rex(x, wide, 0, 0, reg, false);
    x64_byte(x, 0x0f);
    x64_byte(x, (uint8_t)(0xc8 | (reg & 7)));
}

void
x64_rol16_r(struct x64 *x, enum x64_reg reg, uint8_t count)
{
    x64_byte(x, 0x66);
    op_rr(x, false, 0, 0xc1, SHIFT_ROL, reg);
    x64_byte(x, count);
}

void
x64_lea(struct x64 *x, bool wide, enum x64_reg dst, struct x64_mem mem)
{
    op_rm(x, wide, 0, 0x8d, dst, mem, 0);
}

void
x64_setcc(struct x64 *x, enum x64_cond cc, enum x64_reg dst)
{
    rex(x, false, 0, 0, dst, needs_byte_rex(dst));
    x64_byte(x, 0x0f);
    x64_byte(x, (uint8_t)(0x90 | cc));
    modrm_rr(x, 0, dst);
}

void
x64_load(struct x64 *x, uint32_t bits, enum x64_reg dst, struct x64_mem mem)
{
    if (bits >= 32)
        op_rm(x, bits == 64, 0, 0x8b, dst, mem, 0);
    else
        op_rm(x, false, 0x0f, bits == 8 ? 0xb6 : 0xb7, dst, mem, 0);
}

void
x64_load_sx(struct x64 *x, uint32_t bits, enum x64_reg dst, struct x64_mem mem)
{
    if (bits == 32)
        op_rm(x, true, 0, 0x63, dst, mem, 0);
    else
        op_rm(x, true, 0x0f, bits == 8 ? 0xbe : 0xbf, dst, mem, 0);
}

void
x64_store(struct x64 *x, uint32_t bits, struct x64_mem mem, enum x64_reg src)
{
    if (bits == 16)
        x64_byte(x, 0x66);
    rex_mem(x, bits == 64, src, mem, bits == 8 && needs_byte_rex(src));
    x64_byte(x, bits == 8 ? 0x88 : 0x89);
    modrm_mem(x, src, mem, 0);
}

void
x64_store_i(struct x64 *x, uint32_t bits, struct x64_mem mem, int32_t imm)
{
    uint32_t n = bits == 8 ? 1 : bits == 16 ? 2 : 4;
    if (bits == 16)
        x64_byte(x, 0x66);
    op_rm(x, bits == 64, 0, bits == 8 ? 0xc6 : 0xc7, 0, mem, n);
    for (uint32_t i = 0; i < n; i++)
        x64_byte(x, (uint8_t)((uint32_t)imm >> 8 * i));
}

void
x64_push(struct x64 *x, enum x64_reg reg)
{
    rex(x, false, 0, 0, reg, false);
    x64_byte(x, (uint8_t)(0x50 | (reg & 7)));
}

void
x64_pop(struct x64 *x, enum x64_reg reg)
{
    rex(x, false, 0, 0, reg, false);
    x64_byte(x, (uint8_t)(0x58 | (reg & 7)));
}

void
x64_push_m(struct x64 *x, struct x64_mem mem)
{
    op_rm(x, false, 0, 0xff, 6, mem, 0);
}

void
x64_pop_m(struct x64 *x, struct x64_mem mem)
{
    op_rm(x, false, 0, 0x8f, 0, mem, 0);
}

void
x64_ret(struct x64 *x)
{
    x64_byte(x, 0xc3);
}

void
x64_jmp_m(struct x64 *x, struct x64_mem mem)
{
    op_rm(x, false, 0, 0xff, 4, mem, 0);
}

void
x64_call_m(struct x64 *x, struct x64_mem mem)
{
    op_rm(x, false, 0, 0xff, 2, mem, 0);
}

static uint32_t
displacement(struct x64 *x)
{
    put32(x, 0);
    return x->at - 4;
}

uint32_t
x64_jcc(struct x64 *x, enum x64_cond cc)
{
    x64_byte(x, 0x0f);
    x64_byte(x, (uint8_t)(0x80 | cc));
    return displacement(x);
}

uint32_t
x64_jmp(struct x64 *x)
{
    x64_byte(x, 0xe9);
    return displacement(x);
}

uint32_t
x64_call(struct x64 *x)
{
    x64_byte(x, 0xe8);
    return displacement(x);
}

void
x64_patch(struct x64 *x, uint32_t field, uint32_t target)
{
    uint32_t disp = target - (field + 4);
    if (field + 4 <= x->limit)
        memcpy(x->code + field, &disp, 4);
}

void
x64_jcc_back(struct x64 *x, enum x64_cond cc, uint32_t target)
{
    int64_t disp = (int64_t)target - (x->at + 2);
    if (!fits8(disp)) {
        x64_patch(x, x64_jcc(x, cc), target);
        return;
    }
    x64_byte(x, (uint8_t)(0x70 | cc));
    x64_byte(x, (uint8_t)disp);
}

void
x64_jmp_back(struct x64 *x, uint32_t target)
{
    int64_t disp = (int64_t)target - (x->at + 2);
    if (!fits8(disp)) {
        x64_patch(x, x64_jmp(x), target);
        return;
    }
    x64_byte(x, 0xeb);
    x64_byte(x, (uint8_t)disp);
}
