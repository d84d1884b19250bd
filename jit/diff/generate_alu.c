/* Generated arithmetic and constants. See generate_private.h. */
#include "config.h"

#include "jit/diff/generate_private.h"

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
