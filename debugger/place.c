/* DWARF's stack machine. See place.h. Values are 64 bits, extended from their type's width as its sign says; the generic type is an address. */
#include "config.h"

#include "debugger/place.h"

#include "debugger/data.h"
#include "debugger/frame.h"
#include "sim/object/layout.h"

#include <dwarf.h>

struct typed {
    uint64_t bits;
    uint8_t n_bytes;
    bool is_signed;
};

struct evaluation {
    struct session *s;
    uint32_t level;
    uint32_t depth; /* of calls that are asked for what they gave */
    struct typed stack[PLACE_STACK];
    uint32_t n;
    bool is_unknown; /* something in the present piece is not known */
    bool is_register, is_value;
    uint32_t reg;
};

static uint64_t
extended(uint64_t bits, uint8_t n_bytes, bool is_signed)
{
    unsigned shift = 64 - 8u * n_bytes;
    if (!shift)
        return bits;
    return is_signed ? (uint64_t)((int64_t)(bits << shift) >> shift) : bits << shift >> shift;
}

static void
push(struct evaluation *v, uint64_t bits, uint8_t n_bytes, bool is_signed)
{
    if (v->n == PLACE_STACK)
        v->is_unknown = true;
    else
        v->stack[v->n++] = (struct typed){ extended(bits, n_bytes, is_signed), n_bytes, is_signed };
}

static void
push_address(struct evaluation *v, uint64_t bits)
{
    push(v, bits, 8, false);
}

static struct typed
pop(struct evaluation *v)
{
    if (v->n)
        return v->stack[--v->n];
    v->is_unknown = true;
    return (struct typed){ .n_bytes = 8 };
}

/* False when the frame has not kept it. */
static bool
register_of(struct session *s, uint32_t level, uint64_t reg, uint64_t *out)
{
    if (reg >= N_REGS)
        return false;
    const uint64_t *kept = reg == REG_10 ? NULL : frame_reg(s, level, (uint32_t)reg);
    if (!kept && reg != REG_10)
        return false;
    *out = kept ? *kept : frame_base(s, level);
    return true;
}

static void
push_register(struct evaluation *v, uint64_t reg, int64_t off)
{
    uint64_t bits;
    if (register_of(v->s, v->level, reg, &bits))
        push_address(v, bits + (uint64_t)off);
    else
        v->is_unknown = true;
}

static uint32_t pieces_of(struct session *s, uint32_t level, uint32_t depth, const struct place_op *ops, uint32_t n,
                          struct piece out[PLACE_MAX_PIECES]);

/* What the register was when the function was entered: the program's context, or what the caller is known to have given. */
static void
push_entry_value(struct evaluation *v, uint64_t reg)
{
    struct session *s = v->s;
    struct piece pieces[PLACE_MAX_PIECES];
    if (v->level + 1 == frame_count(s) && reg == REG_1) {
        push_address(v, s->machine->ctx);
        return;
    }
    const struct call_value *call = NULL;
    if (v->level + 1 < frame_count(s) && v->depth < MAX_FRAMES)
        call = variables_call_value(s->program->variables, frame_pc(s, v->level + 1), (uint32_t)reg);
    if (call && pieces_of(s, v->level + 1, v->depth + 1, s->program->variables->ops + call->first_op, call->n_ops, pieces) == 1 &&
        pieces[0].kind != PIECE_GONE)
        push_address(v, pieces[0].bits); /* an expression's result is the value, although it looks like an address */
    else
        v->is_unknown = true;
}

static void
dereference(struct evaluation *v, uint64_t n_bytes)
{
    uint64_t bits = 0, address = pop(v).bits;
    struct errinfo ignored;
    if (!n_bytes || n_bytes > 8 || data_read(v->s, address, &bits, n_bytes, &ignored))
        v->is_unknown = true;
    push_address(v, bits);
}

static void
unary(struct evaluation *v, uint8_t op)
{
    struct typed a = pop(v);
    bool is_negative = (int64_t)a.bits < 0;
    uint64_t bits = op == DW_OP_not ? ~a.bits : op == DW_OP_neg || is_negative ? 0 - a.bits : a.bits;
    push(v, bits, a.n_bytes, a.is_signed);
}

/* Operands of the generic type are signed for division and comparisons. */
static int64_t
as_signed(struct typed a)
{
    return (int64_t)extended(a.bits, a.n_bytes, true);
}

static void
binary(struct evaluation *v, uint8_t op)
{
    struct typed b = pop(v), a = pop(v);
    bool is_signed = a.is_signed || a.n_bytes == 8;
    uint64_t bits = 0, width = 8u * a.n_bytes;
    if ((op == DW_OP_div || op == DW_OP_mod) && !b.bits) {
        v->is_unknown = true;
        b.bits = 1;
    }
    switch (op) {
    case DW_OP_and: bits = a.bits & b.bits; break;
    case DW_OP_or: bits = a.bits | b.bits; break;
    case DW_OP_xor: bits = a.bits ^ b.bits; break;
    case DW_OP_plus: bits = a.bits + b.bits; break;
    case DW_OP_minus: bits = a.bits - b.bits; break;
    case DW_OP_mul: bits = a.bits * b.bits; break;
    case DW_OP_div:
        if (!is_signed)
            bits = a.bits / b.bits;
        else
            bits = as_signed(b) == -1 ? 0 - a.bits : (uint64_t)(as_signed(a) / as_signed(b));
        break;
    case DW_OP_mod: bits = a.is_signed ? (as_signed(b) == -1 ? 0 : (uint64_t)(as_signed(a) % as_signed(b))) : a.bits % b.bits; break;
    case DW_OP_shl: bits = b.bits < width ? a.bits << b.bits : 0; break;
    case DW_OP_shr: bits = b.bits < width ? extended(a.bits, a.n_bytes, false) >> b.bits : 0; break;
    case DW_OP_shra: bits = (uint64_t)(as_signed(a) >> (b.bits < width ? b.bits : width - 1)); break;
    case DW_OP_eq: bits = a.bits == b.bits; break;
    case DW_OP_ne: bits = a.bits != b.bits; break;
    case DW_OP_lt: bits = is_signed ? as_signed(a) < as_signed(b) : a.bits < b.bits; break;
    case DW_OP_le: bits = is_signed ? as_signed(a) <= as_signed(b) : a.bits <= b.bits; break;
    case DW_OP_gt: bits = is_signed ? as_signed(a) > as_signed(b) : a.bits > b.bits; break;
    case DW_OP_ge: bits = is_signed ? as_signed(a) >= as_signed(b) : a.bits >= b.bits; break;
    default: v->is_unknown = true; break;
    }
    push(v, bits, a.n_bytes, a.is_signed);
}

/* Puts copies of entries, counted from the top, in place of the upper n. */
static void
shuffle(struct evaluation *v, uint32_t n, uint32_t n_new, const uint8_t *from_top)
{
    struct typed old[3];
    if (v->n < n) {
        v->is_unknown = true;
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        old[i] = pop(v);
    for (uint32_t i = 0; i < n_new; i++)
        push(v, old[from_top[i]].bits, old[from_top[i]].n_bytes, old[from_top[i]].is_signed);
}

static void
execute(struct evaluation *v, const struct place_op *op)
{
    struct typed top;
    switch (op->op) {
    case DW_OP_const8u: push_address(v, op->a); break;
    case DW_OP_bregx: push_register(v, op->a, op->b); break;
    case DW_OP_entry_value: push_entry_value(v, op->a); break;
    case DW_OP_deref_size: dereference(v, op->a); break;
    case DW_OP_plus_uconst: top = pop(v); push(v, top.bits + op->a, top.n_bytes, top.is_signed); break;
    case DW_OP_convert: push(v, pop(v).bits, (uint8_t)op->a, op->b); break;
    case DW_OP_stack_value: v->is_value = true; break;
    case DW_OP_implicit_value:
        push_address(v, op->a);
        v->is_value = true;
        break;
    case DW_OP_regx:
        v->is_register = true;
        v->reg = (uint32_t)op->a;
        v->is_unknown |= op->a >= N_REGS;
        break;
    case DW_OP_dup: shuffle(v, 1, 2, (const uint8_t[]){ 0, 0 }); break;
    case DW_OP_drop: shuffle(v, 1, 0, NULL); break;
    case DW_OP_swap: shuffle(v, 2, 2, (const uint8_t[]){ 0, 1 }); break;
    case DW_OP_over: shuffle(v, 2, 3, (const uint8_t[]){ 1, 0, 1 }); break;
    case DW_OP_rot: shuffle(v, 3, 3, (const uint8_t[]){ 0, 2, 1 }); break;
    case DW_OP_pick:
        if (op->a < v->n)
            push(v, v->stack[v->n - 1 - op->a].bits, v->stack[v->n - 1 - op->a].n_bytes, v->stack[v->n - 1 - op->a].is_signed);
        else
            v->is_unknown = true;
        break;
    case DW_OP_nop: break;
    case DW_OP_neg:
    case DW_OP_not:
    case DW_OP_abs: unary(v, op->op); break;
    case 0: v->is_unknown = true; break;
    default: binary(v, op->op);
    }
}

/* What the operations up to here have found, and a new beginning. n_ops: how many there were since the last one. */
static struct piece
close_piece(struct evaluation *v, uint32_t n_ops)
{
    struct piece piece = { .kind = PIECE_GONE };
    uint64_t bits = 0;
    if (v->is_register && !v->is_unknown && register_of(v->s, v->level, v->reg, &bits))
        piece = (struct piece){ .kind = PIECE_REGISTER, .reg = v->reg, .bits = bits };
    else if (!v->is_register && n_ops && !v->is_unknown && v->n)
        piece = (struct piece){ .kind = v->is_value ? PIECE_VALUE : PIECE_MEMORY, .bits = pop(v).bits };
    v->n = 0;
    v->is_unknown = v->is_register = v->is_value = false;
    return piece;
}

static uint32_t
pieces_of(struct session *s, uint32_t level, uint32_t depth, const struct place_op *ops, uint32_t n, struct piece out[PLACE_MAX_PIECES])
{
    struct evaluation v = { .s = s, .level = level, .depth = depth };
    uint32_t n_pieces = 0, n_since = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (ops[i].op != DW_OP_bit_piece) {
            execute(&v, &ops[i]);
            n_since++;
            continue;
        }
        if (n_pieces == PLACE_MAX_PIECES)
            return n_pieces;
        struct piece piece = close_piece(&v, n_since);
        piece.n_bits = (uint32_t)ops[i].a;
        piece.from_bit = (uint32_t)ops[i].b;
        out[n_pieces++] = piece;
        n_since = 0;
    }
    if (!n_pieces)
        out[n_pieces++] = close_piece(&v, n_since);
    return n_pieces;
}

uint32_t
place_pieces(struct session *s, uint32_t level, const struct place_op *ops, uint32_t n, struct piece out[PLACE_MAX_PIECES])
{
    return pieces_of(s, level, 0, ops, n, out);
}
