/* Templates: instructions without control flow. See templates.h; the register map is in compile.h.
 * Semantics are RFC 9669's, written a second time on purpose: isa.def's expressions are not used, so that a wrong cell there is a
 * difference and not an agreement. */
#include "config.h"

#include "jit/templates.h"

#include "jit/compile.h"
#include "sim/base/base.h"

#include <assert.h>

const uint8_t host_reg[N_REGS] = { RAX, RDI, RSI, RDX, RCX, R8, RBX, R13, R14, R15, RBP };

/* Four encodings of one operation. */
#define FORMS(name) \
    case OP_##name##64_k: \
    case OP_##name##64_x: \
    case OP_##name##32_k: \
    case OP_##name##32_x

static bool
is_wide(const struct insn *insn)
{
    return insn_row(insn)->width_bits == 64;
}

static bool
is_immediate(const struct insn *insn)
{
    return insn_row(insn)->fields & Fi;
}

/* ---------------------------------------------------------------- arithmetic */

static void
two_operand(struct x64 *x, const struct insn *insn, enum x64_alu op)
{
    if (is_immediate(insn))
        x64_alu_ri(x, is_wide(insn), op, host_reg[insn->dst], (int32_t)insn->imm);
    else
        x64_alu_rr(x, is_wide(insn), op, host_reg[insn->dst], host_reg[insn->src]);
}

static void
multiply(struct x64 *x, const struct insn *insn)
{
    enum x64_reg dst = host_reg[insn->dst];
    if (is_immediate(insn))
        x64_imul_rri(x, is_wide(insn), dst, dst, (int32_t)insn->imm);
    else
        x64_imul_rr(x, is_wide(insn), dst, host_reg[insn->src]);
}

static void
move(struct x64 *x, const struct insn *insn)
{
    enum x64_reg dst = host_reg[insn->dst];
    if (!is_immediate(insn))
        x64_mov_rr(x, is_wide(insn), dst, host_reg[insn->src]);
    else if (insn->imm == 0)
        x64_alu_rr(x, false, ALU_XOR, dst, dst);
    else
        x64_mov_ri(x, dst, is_wide(insn) ? (uint64_t)insn->imm : (uint32_t)insn->imm);
}

/* A count in a register: BMI2 where the machine has it, else through cl, with rcx (which is r4) parked in the scratch register. */
static void
shift_by_register(struct x64 *x, bool wide, enum x64_shift op, enum x64_reg dst, enum x64_reg count)
{
    if (__builtin_cpu_supports("bmi2")) {
        x64_shiftx(x, wide, op, dst, dst, count);
        return;
    }
    x64_mov_rr(x, true, HOST_SCRATCH, RCX);
    x64_mov_rr(x, true, RCX, count);
    if (dst == RCX) {
        x64_shift_rcl(x, wide, op, HOST_SCRATCH);
        x64_mov_rr(x, true, RCX, HOST_SCRATCH);
        return;
    }
    x64_shift_rcl(x, wide, op, dst);
    x64_mov_rr(x, true, RCX, HOST_SCRATCH);
}

static void
shift(struct x64 *x, const struct insn *insn, enum x64_shift op)
{
    bool wide = is_wide(insn);
    enum x64_reg dst = host_reg[insn->dst];
    if (!is_immediate(insn)) {
        shift_by_register(x, wide, op, dst, host_reg[insn->src]);
        return;
    }
    uint8_t count = (uint8_t)(insn->imm & (wide ? 63 : 31));
    if (count)
        x64_shift_ri(x, wide, op, dst, count);
    else if (!wide)
        x64_mov_rr(x, false, dst, dst); /* the upper half becomes zero all the same */
}

/* x86 divides rdx:rax and faults on zero and on overflow, BPF does neither: x / 0 = 0, x % 0 = x, INT_MIN / -1 = INT_MIN. */
static void
divide(struct x64 *x, const struct insn *insn, bool is_signed, bool wants_remainder)
{
    bool wide = is_wide(insn);
    enum x64_reg dst = host_reg[insn->dst];
    uint32_t to_zero, to_minus_one = 0, to_end[2];

    if (is_immediate(insn))
        x64_mov_ri(x, HOST_SCRATCH, wide ? (uint64_t)insn->imm : (uint32_t)insn->imm);
    else
        x64_mov_rr(x, wide, HOST_SCRATCH, host_reg[insn->src]);
    x64_test_rr(x, wide, HOST_SCRATCH, HOST_SCRATCH);
    to_zero = x64_jcc(x, CC_E);
    if (is_signed) {
        x64_alu_ri(x, wide, ALU_CMP, HOST_SCRATCH, -1);
        to_minus_one = x64_jcc(x, CC_E);
    }

    if (dst != RAX)
        x64_push(x, RAX);
    if (dst != RDX)
        x64_push(x, RDX);
    if (dst != RAX)
        x64_mov_rr(x, true, RAX, dst);
    if (is_signed)
        x64_cqo(x, wide);
    else
        x64_alu_rr(x, false, ALU_XOR, RDX, RDX);
    x64_unary_r(x, wide, is_signed ? UNARY_IDIV : UNARY_DIV, HOST_SCRATCH);
    x64_mov_rr(x, wide, HOST_SCRATCH, wants_remainder ? RDX : RAX);
    if (dst != RDX)
        x64_pop(x, RDX);
    if (dst != RAX)
        x64_pop(x, RAX);
    x64_mov_rr(x, true, dst, HOST_SCRATCH);
    to_end[0] = x64_jmp(x);

    if (is_signed) {
        x64_patch(x, to_minus_one, x->at);
        if (wants_remainder)
            x64_alu_rr(x, false, ALU_XOR, dst, dst);
        else
            x64_unary_r(x, wide, UNARY_NEG, dst);
        to_end[1] = x64_jmp(x);
    }
    x64_patch(x, to_zero, x->at);
    if (!wants_remainder)
        x64_alu_rr(x, false, ALU_XOR, dst, dst);
    else if (!wide)
        x64_mov_rr(x, false, dst, dst);
    x64_patch(x, to_end[0], x->at);
    if (is_signed)
        x64_patch(x, to_end[1], x->at);
}

static void
swap(struct x64 *x, const struct insn *insn)
{
    enum x64_reg dst = host_reg[insn->dst];
    switch (insn->op) {
    case OP_le16:
        x64_movzx_rr(x, 16, dst, dst);
        break;
    case OP_le32:
        x64_movzx_rr(x, 32, dst, dst);
        break;
    case OP_le64:
        break;
    case OP_be16:
    case OP_bswap16:
        x64_rol16_r(x, dst, 8);
        x64_movzx_rr(x, 16, dst, dst);
        break;
    case OP_be32:
    case OP_bswap32:
        x64_bswap_r(x, false, dst);
        break;
    default:
        x64_bswap_r(x, true, dst);
        break;
    }
}

static void
extend(struct x64 *x, const struct insn *insn)
{
    static const struct {
        uint16_t op;
        uint8_t from_bits;
    } sizes[] = {
        { OP_movsx8_64, 8 }, { OP_movsx16_64, 16 }, { OP_movsx32_64, 32 }, { OP_movsx8_32, 8 }, { OP_movsx16_32, 16 },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(sizes); i++)
        if (sizes[i].op == insn->op)
            x64_movsx_rr(x, is_wide(insn), sizes[i].from_bits, host_reg[insn->dst], host_reg[insn->src]);
}

static void
arithmetic(struct x64 *x, const struct insn *insn)
{
    switch (insn->op) {
    FORMS(add):
        two_operand(x, insn, ALU_ADD);
        break;
    FORMS(sub):
        two_operand(x, insn, ALU_SUB);
        break;
    FORMS(or):
        two_operand(x, insn, ALU_OR);
        break;
    FORMS(and):
        two_operand(x, insn, ALU_AND);
        break;
    FORMS(xor):
        two_operand(x, insn, ALU_XOR);
        break;
    FORMS(mul):
        multiply(x, insn);
        break;
    FORMS(mov):
        move(x, insn);
        break;
    FORMS(div):
        divide(x, insn, false, false);
        break;
    FORMS(sdiv):
        divide(x, insn, true, false);
        break;
    FORMS(mod):
        divide(x, insn, false, true);
        break;
    FORMS(smod):
        divide(x, insn, true, true);
        break;
    FORMS(lsh):
        shift(x, insn, SHIFT_SHL);
        break;
    FORMS(rsh):
        shift(x, insn, SHIFT_SHR);
        break;
    FORMS(arsh):
        shift(x, insn, SHIFT_SAR);
        break;
    default:
        assert(!"every ALU row has a template");
    }
}

void
template_alu(struct x64 *x, const struct insn *insn)
{
    switch (insn_kind(insn)) {
    case KIND_NEG:
        x64_unary_r(x, is_wide(insn), UNARY_NEG, host_reg[insn->dst]);
        break;
    case KIND_MOVSX:
        extend(x, insn);
        break;
    case KIND_SWAP:
        swap(x, insn);
        break;
    case KIND_ADDRSPACE:
        x64_mov_rr(x, false, host_reg[insn->dst], host_reg[insn->src]);
        break;
    case KIND_LDDW:
        x64_mov_ri(x, host_reg[insn->dst], (uint64_t)insn->imm);
        break;
    default:
        arithmetic(x, insn);
        break;
    }
}

/* ---------------------------------------------------------------- memory */

static struct x64_mem
guest(enum x64_reg base, int32_t off)
{
    return x64_indexed(HOST_MEMORY, base, off);
}

static void
atomic_fetch(struct x64 *x, const struct insn *insn, struct x64_mem mem)
{
    uint32_t bits = insn_row(insn)->width_bits;
    enum x64_reg src = host_reg[insn->src];
    x64_load(x, bits, HOST_SCRATCH, mem);
    switch (insn->op) {
    case OP_fetch_add64:
    case OP_fetch_add32:
        x64_alu_mr(x, bits, ALU_ADD, mem, src);
        break;
    case OP_fetch_or64:
    case OP_fetch_or32:
        x64_alu_mr(x, bits, ALU_OR, mem, src);
        break;
    case OP_fetch_and64:
    case OP_fetch_and32:
        x64_alu_mr(x, bits, ALU_AND, mem, src);
        break;
    case OP_fetch_xor64:
    case OP_fetch_xor32:
        x64_alu_mr(x, bits, ALU_XOR, mem, src);
        break;
    default:
        x64_store(x, bits, mem, src);
        break;
    }
    x64_mov_rr(x, true, src, HOST_SCRATCH);
}

/* No lock prefix: nothing else runs on this memory, and native code is only left between instructions. */
static void
atomic(struct x64 *x, const struct insn *insn, struct x64_mem mem)
{
    static const struct {
        uint16_t op;
        uint8_t alu;
    } ops[] = {
        { OP_atomic_add64, ALU_ADD }, { OP_atomic_add32, ALU_ADD }, { OP_atomic_or64, ALU_OR },   { OP_atomic_or32, ALU_OR },
        { OP_atomic_and64, ALU_AND }, { OP_atomic_and32, ALU_AND }, { OP_atomic_xor64, ALU_XOR }, { OP_atomic_xor32, ALU_XOR },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(ops); i++)
        if (ops[i].op == insn->op)
            x64_alu_mr(x, insn_row(insn)->width_bits, ops[i].alu, mem, host_reg[insn->src]);
}

static void
compare_exchange(struct x64 *x, const struct insn *insn, struct x64_mem mem)
{
    uint32_t bits = insn_row(insn)->width_bits;
    x64_load(x, bits, HOST_SCRATCH, mem);
    x64_alu_rr(x, bits == 64, ALU_CMP, HOST_SCRATCH, host_reg[REG_0]);
    uint32_t differs = x64_jcc(x, CC_NE);
    x64_store(x, bits, mem, host_reg[insn->src]);
    x64_patch(x, differs, x->at);
    x64_mov_rr(x, true, host_reg[REG_0], HOST_SCRATCH);
}

void
template_memory(struct x64 *x, const struct insn *insn)
{
    uint32_t bits = insn_row(insn)->width_bits;
    enum x64_reg dst = host_reg[insn->dst], src = host_reg[insn->src];
    switch (insn_kind(insn)) {
    case KIND_LDX:
    case KIND_LDACQ:
        x64_load(x, bits, dst, guest(src, insn->off));
        break;
    case KIND_LDSX:
        x64_load_sx(x, bits, dst, guest(src, insn->off));
        break;
    case KIND_STX:
    case KIND_STREL:
        x64_store(x, bits, guest(dst, insn->off), src);
        break;
    case KIND_ST:
        x64_store_i(x, bits, guest(dst, insn->off), (int32_t)insn->imm);
        break;
    case KIND_ATOMIC:
        atomic(x, insn, guest(dst, insn->off));
        break;
    case KIND_ATOMIC_FETCH:
        atomic_fetch(x, insn, guest(dst, insn->off));
        break;
    case KIND_ATOMIC_CMPXCHG:
        compare_exchange(x, insn, guest(dst, insn->off));
        break;
    default:
        assert(!"every memory row has a template");
    }
}

/* ---------------------------------------------------------------- comparisons */

enum x64_cond
template_compare(struct x64 *x, const struct insn *insn)
{
    static const uint8_t conditions[N_OPS] = {
#define COND(name, cc) [OP_##name##64_k] = cc, [OP_##name##64_x] = cc, [OP_##name##32_k] = cc, [OP_##name##32_x] = cc
        COND(jeq, CC_E),  COND(jne, CC_NE), COND(jset, CC_NE), COND(jgt, CC_A),  COND(jge, CC_AE), COND(jlt, CC_B),
        COND(jle, CC_BE), COND(jsgt, CC_G), COND(jsge, CC_GE), COND(jslt, CC_L), COND(jsle, CC_LE),
#undef COND
    };
    bool wide = is_wide(insn), is_test = false;
    enum x64_reg dst = host_reg[insn->dst], src = host_reg[insn->src];
    switch (insn->op) {
    FORMS(jset):
        is_test = true;
        break;
    default:
        break;
    }
    if (is_test && is_immediate(insn))
        x64_test_ri(x, wide, dst, (int32_t)insn->imm);
    else if (is_test)
        x64_test_rr(x, wide, dst, src);
    else if (is_immediate(insn) && insn->imm == 0)
        x64_test_rr(x, wide, dst, dst);
    else if (is_immediate(insn))
        x64_alu_ri(x, wide, ALU_CMP, dst, (int32_t)insn->imm);
    else
        x64_alu_rr(x, wide, ALU_CMP, dst, src);
    return conditions[insn->op];
}
