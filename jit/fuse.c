/* Fused instructions. See fuse.h. None of them takes two slots. */
#include "config.h"

#include "jit/fuse.h"

#include "jit/compile.h"

/* A left shift of `insn[0].dst` and a right one back, by the same count: an extension of its low bits. 0: it is not that. */
static uint32_t
extended_bits(const struct insn *insn, bool *is_signed)
{
    if (insn[0].op != OP_lsh64_k || (insn[1].op != OP_rsh64_k && insn[1].op != OP_arsh64_k))
        return 0;
    if (insn[0].dst != insn[1].dst || insn[0].imm != insn[1].imm)
        return 0;
    *is_signed = insn[1].op == OP_arsh64_k;
    return insn[0].imm == 32 ? 32 : insn[0].imm == 48 ? 16 : insn[0].imm == 56 ? 8 : 0;
}

static void
emit_extension(struct x64 *x, uint32_t bits, bool is_signed, uint8_t dst, uint8_t src)
{
    if (is_signed)
        x64_movsx_rr(x, true, bits, host_reg[dst], host_reg[src]);
    else
        x64_movzx_rr(x, bits, host_reg[dst], host_reg[src]);
}

/* dst = src, then dst shifted left and right again; or only the shifts. */
static uint32_t
fuse_extension(struct x64 *x, const struct insn *insn, uint32_t n)
{
    bool is_signed;
    uint32_t bits;
    if (n >= 3 && insn[0].op == OP_mov64_x && insn[0].dst == insn[1].dst && (bits = extended_bits(insn + 1, &is_signed))) {
        emit_extension(x, bits, is_signed, insn[0].dst, insn[0].src);
        return 3;
    }
    if ((bits = extended_bits(insn, &is_signed))) {
        emit_extension(x, bits, is_signed, insn[0].dst, insn[0].dst);
        return 2;
    }
    return 0;
}

/* dst = src, then something added, or a mask of 8 or 16 bits. */
static uint32_t
fuse_move(struct x64 *x, const struct insn *insn)
{
    const struct insn *next = insn + 1;
    enum x64_reg dst = host_reg[insn->dst], src = host_reg[insn->src];
    if (insn->op != OP_mov64_x || next->dst != insn->dst)
        return 0;
    switch (next->op) {
    case OP_add64_k:
        x64_lea(x, true, dst, x64_at(src, (int32_t)next->imm));
        return 2;
    case OP_add64_x:
        x64_lea(x, true, dst, x64_indexed(src, next->src == insn->dst ? src : host_reg[next->src], 0));
        return 2;
    case OP_and64_k:
        if (next->imm != UINT8_MAX && next->imm != UINT16_MAX)
            return 0;
        x64_movzx_rr(x, next->imm == UINT8_MAX ? 8 : 16, dst, src);
        return 2;
    default:
        return 0;
    }
}

/* Two shifts of the same value, together a rotation: by how much to the left. 0: they are not. */
static uint32_t
rotation_of(const struct insn *a, const struct insn *b)
{
    bool is_pair = (a->op == OP_lsh64_k && b->op == OP_rsh64_k) || (a->op == OP_rsh64_k && b->op == OP_lsh64_k);
    if (!is_pair || a->imm <= 0 || b->imm <= 0 || a->imm + b->imm != 64)
        return 0;
    return (uint32_t)(a->op == OP_lsh64_k ? a->imm : b->imm);
}

/* part = src, part shifted one way; dst = src (left out when it is src itself), dst shifted the other way; dst |= part. What is in part
 * stays to be seen. */
static uint32_t
fuse_rotation(struct x64 *x, const struct insn *insn, uint32_t n)
{
    if (n < 4 || insn[0].op != OP_mov64_x || insn[1].dst != insn[0].dst || insn[0].src == insn[0].dst)
        return 0;
    uint8_t part = insn[0].dst, src = insn[0].src, dst = insn[2].dst;
    uint32_t at = 2;
    if (insn[2].op == OP_mov64_x && insn[2].src == src)
        at = 3;
    else if (dst != src)
        return 0;
    if (dst == part || n < at + 2)
        return 0;
    const struct insn *shift = &insn[at], *join = &insn[at + 1];
    uint32_t left = rotation_of(&insn[1], shift);
    if (!left || shift->dst != dst || join->op != OP_or64_x || join->dst != dst || join->src != part)
        return 0;
    x64_mov_rr(x, true, host_reg[part], host_reg[src]);
    x64_shift_ri(x, true, insn[1].op == OP_lsh64_k ? SHIFT_SHL : SHIFT_SHR, host_reg[part], (uint8_t)insn[1].imm);
    if (dst != src)
        x64_mov_rr(x, true, host_reg[dst], host_reg[src]);
    x64_shift_ri(x, true, SHIFT_ROL, host_reg[dst], (uint8_t)left);
    return at + 2;
}

uint32_t
fuse(struct x64 *x, const struct insn *insns, uint32_t n)
{
    if (n < 2)
        return 0;
    uint32_t taken = fuse_extension(x, insns, n);
    if (!taken)
        taken = fuse_rotation(x, insns, n);
    return taken ? taken : fuse_move(x, insns);
}
