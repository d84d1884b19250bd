/* Generated arithmetic, alone and in groups, and constants. See generate_private.h. */
#include "config.h"

#include "jit/diff/generate_private.h"

#include "sim/base/base.h"

static bool
is_move(enum op op)
{
    return (insn_rows[op].opcode & 0xf0) == 0xb0 && insn_rows[op].kind == KIND_ALU;
}

void
put_alu(struct gen *s)
{
    enum op op = draw(s, USE_ALU);
    if (op == N_OPS)
        return;
    bool has_src = insn_rows[op].fields & Fs;
    uint8_t src = has_src ? source_reg(s) : 0;
    uint8_t dst = is_move(op) ? target_reg(s) : changed_reg(s);
    put(s, op, dst, src, 0, draw_imm(s, op));
}

void
put_convert(struct gen *s)
{
    enum op op = draw(s, USE_CONVERT);
    if (op == N_OPS)
        return;
    bool has_src = insn_rows[op].fields & Fs;
    uint8_t src = has_src ? source_reg(s) : 0;
    put(s, op, has_src ? target_reg(s) : changed_reg(s), src, 0, 0);
}

/* Addresses of maps and functions are numbers like others where nobody verifies. */
void
put_constant(struct gen *s)
{
    uint8_t dst = target_reg(s);
    uint32_t dice = s->is_strict ? 99 : rng_below(&s->rng, 90) + (s->g->options.bare_bytes ? 10 : 0);
    if (dice < 5)
        put(s, OP_ld_map_fd, dst, 0, 0, rng_below(&s->rng, N_SUBJECT_MAPS));
    else if (dice < 10)
        put(s, OP_ld_map_val, dst, 0, 0, SUBJECT_STATE | (int64_t)rng_below(&s->rng, SUBJECT_STATE_BYTES) << 32);
    else if (dice < 15)
        put(s, OP_ld_func, dst, 0, 0, -1 - (int64_t)rng_below(&s->rng, s->n + 1));
    else if (rng_chance(&s->rng, 60))
        put(s, OP_lddw, dst, 0, 0, rng_edge(&s->rng));
    else
        put(s, OP_mov64_k, dst, 0, 0, (int32_t)rng_edge(&s->rng));
}

/* ---------------------------------------------------------------- idioms */

/* The interpreter's groups (sim/fuse.def) that consist of arithmetic: members, and which fields name the same register. */
enum { FIELD_d0, FIELD_s0, FIELD_d1, FIELD_s1, FIELD_d2, FIELD_s2, FIELD_d3, FIELD_s3, MAX_MEMBERS = 4 };

static const struct group {
    struct {
        uint16_t op;
        uint8_t dst, src;
    } members[MAX_MEMBERS];
    uint32_t n;
} groups[] = {
#define M(op, d, s) { OP_##op, FIELD_##d, FIELD_##s }
#define FUSE2(o0, d0, s0, o1, d1, s1) { { M(o0, d0, s0), M(o1, d1, s1) }, 2 },
#define FUSE3(o0, d0, s0, o1, d1, s1, o2, d2, s2) { { M(o0, d0, s0), M(o1, d1, s1), M(o2, d2, s2) }, 3 },
#define FUSE4(o0, d0, s0, o1, d1, s1, o2, d2, s2, o3, d3, s3) { { M(o0, d0, s0), M(o1, d1, s1), M(o2, d2, s2), M(o3, d3, s3) }, 4 },
#include "sim/fuse.def"
#undef M
};

static bool
is_arithmetic(const struct gen *s, const struct group *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        if (insn_rows[g->members[i].op].kind != KIND_ALU || !may_use(s, (enum op)g->members[i].op))
            return false;
    return true;
}

static void
put_group(struct gen *s)
{
    uint8_t regs[2 * MAX_MEMBERS];
    const struct group *g;
    uint32_t tries = 8;
    do
        g = &groups[rng_below(&s->rng, ARRAY_LEN(groups))];
    while (!is_arithmetic(s, g) && --tries);
    for (uint32_t i = 0; tries && i < g->n; i++) {
        enum op op = (enum op)g->members[i].op;
        uint32_t dst = 2 * i, src = dst + 1;
        regs[src] = g->members[i].src < src ? regs[g->members[i].src] : insn_rows[op].fields & Fs ? source_reg(s) : 0;
        regs[dst] = g->members[i].dst < dst ? regs[g->members[i].dst] : is_move(op) ? target_reg(s) : changed_reg(s);
        s->valid |= (uint16_t)(1u << regs[dst]);
        put(s, op, regs[dst], insn_rows[op].fields & Fs ? regs[src] : 0, 0, draw_imm(s, op));
    }
}

/* A register shifted out of 64 bits and back again, which extends its low bits; by as much as compilers do, mostly. */
static void
put_extension(struct gen *s)
{
    static const uint8_t counts[] = { 32, 32, 48, 56, 16, 63, 1 };
    uint8_t by = counts[rng_below(&s->rng, ARRAY_LEN(counts))], reg;
    if (rng_chance(&s->rng, 50)) {
        uint8_t src = source_reg(s);
        reg = target_reg(s);
        put(s, OP_mov64_x, reg, src, 0, 0);
    } else {
        reg = changed_reg(s);
    }
    put(s, OP_lsh64_k, reg, 0, 0, by);
    put(s, rng_chance(&s->rng, 50) ? OP_rsh64_k : OP_arsh64_k, reg, 0, 0, rng_chance(&s->rng, 90) ? by : (by + 1) % 64);
}

static void
put_rotation(struct gen *s)
{
    uint8_t src = source_reg(s), part = target_reg(s), dst = rng_chance(&s->rng, 50) && s->writable & 1u << src ? src : target_reg(s);
    uint32_t left = 1 + rng_below(&s->rng, 63);
    bool is_left_first = rng_chance(&s->rng, 50);
    put(s, OP_mov64_x, part, src, 0, 0);
    put(s, is_left_first ? OP_lsh64_k : OP_rsh64_k, part, 0, 0, is_left_first ? left : 64 - left);
    if (dst != src)
        put(s, OP_mov64_x, dst, src, 0, 0);
    put(s, is_left_first ? OP_rsh64_k : OP_lsh64_k, dst, 0, 0, is_left_first ? 64 - left : left);
    put(s, OP_or64_x, dst, part, 0, 0);
}

static void
put_move_and_more(struct gen *s)
{
    static const int32_t masks[] = { 0xff, 0xffff, 0xff, 0xffff, 0x7fffffff, 0xfff };
    uint8_t src = source_reg(s), dst = target_reg(s), other = source_reg(s);
    put(s, OP_mov64_x, dst, src, 0, 0);
    switch (rng_below(&s->rng, 3)) {
    case 0:
        put(s, OP_add64_k, dst, 0, 0, (int32_t)rng_edge(&s->rng));
        break;
    case 1:
        put(s, OP_add64_x, dst, other, 0, 0);
        break;
    default:
        put(s, OP_and64_k, dst, 0, 0, masks[rng_below(&s->rng, ARRAY_LEN(masks))]);
        break;
    }
}

void
put_idiom(struct gen *s)
{
    switch (rng_below(&s->rng, 5)) {
    case 0:
        put_extension(s);
        break;
    case 1:
        put_rotation(s);
        break;
    case 2:
        put_move_and_more(s);
        break;
    default:
        put_group(s);
        break;
    }
}
