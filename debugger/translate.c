/* Expressions as engines' conditions. Types are decided here as expr_eval() does, and every node's 64 bits are what struct value has: the
 * bits of its type, extended by its sign. See translate.h.
 *
 * A function that can't go on says NOWHERE (or false), and so does everything above it: nothing has to be taken back. */
#include "config.h"

#include "debugger/translate.h"

#include "debugger/state.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

enum { NOWHERE = -1 };

struct translation {
    struct session *s;
    const struct expr *x;
    struct condition *c;
};

/* What a node of the expression has become: its value or, with is_place, the address of one of that type. */
struct operand {
    int node;
    struct vtype type;
    bool is_place;
};

static bool translate_node(struct translation *t, int32_t index, struct operand *out);

/* ---- nodes */

static int
add(struct translation *t, struct cond_node node)
{
    if (t->c->n == COND_MAX_NODES)
        return NOWHERE;
    t->c->nodes[t->c->n] = node;
    return (int)t->c->n++;
}

static int
constant(struct translation *t, uint64_t value)
{
    return add(t, (struct cond_node){ .op = COND_CONST, .value = value });
}

static int
unary(struct translation *t, enum cond_op op, int a)
{
    return a == NOWHERE ? NOWHERE : add(t, (struct cond_node){ .op = (uint8_t)op, .a = (uint16_t)a });
}

static int
binary(struct translation *t, enum cond_op op, bool is_signed, int a, int b)
{
    if (a == NOWHERE || b == NOWHERE)
        return NOWHERE;
    return add(t, (struct cond_node){ .op = (uint8_t)op, .is_signed = is_signed, .a = (uint16_t)a, .b = (uint16_t)b });
}

static int
choice(struct translation *t, int a, int b, int c)
{
    if (a == NOWHERE || b == NOWHERE || c == NOWHERE)
        return NOWHERE;
    return add(t, (struct cond_node){ .op = COND_SELECT, .a = (uint16_t)a, .b = (uint16_t)b, .c = (uint16_t)c });
}

static int
plus(struct translation *t, int a, uint64_t n)
{
    return n && a != NOWHERE ? binary(t, COND_ADD, false, a, constant(t, n)) : a;
}

static int
times(struct translation *t, int a, uint64_t n)
{
    return n != 1 && a != NOWHERE ? binary(t, COND_MUL, false, a, constant(t, n)) : a;
}

static int
extend(struct translation *t, int a, uint64_t n_bits, bool is_signed)
{
    if (a == NOWHERE || n_bits == 64)
        return a;
    return add(t, (struct cond_node){ .op = COND_EXTEND, .is_signed = is_signed, .a = (uint16_t)a, .value = n_bits });
}

static int
load(struct translation *t, int address, uint64_t n_bytes)
{
    if (address == NOWHERE)
        return NOWHERE;
    return add(t, (struct cond_node){ .op = COND_LOAD, .a = (uint16_t)address, .value = n_bytes });
}

/* ---- types */

static const struct btf *
btf_of(const struct translation *t)
{
    return t->s->program ? t->s->program->btf : NULL;
}

static bool
is_bool(struct vtype type)
{
    return vtype_is_integer(type) && base_types[type.base].kind == KIND_OF_BOOL;
}

/* Whether every value of `from` is one of `to`, with the same 64 bits. */
static bool
fits(struct vtype from, struct vtype to)
{
    uint64_t from_bytes = vtype_bytes(from), to_bytes = vtype_bytes(to);
    if (from_bytes == to_bytes)
        return from_bytes == 8 || vtype_is_signed(from) == vtype_is_signed(to);
    return from_bytes < to_bytes && (to_bytes == 8 || !vtype_is_signed(from) || vtype_is_signed(to));
}

/* As value_of(to, bits) has it. */
static int
convert(struct translation *t, int a, struct vtype from, struct vtype to)
{
    if (a == NOWHERE)
        return NOWHERE;
    if (t->c->nodes[a].op == COND_CONST) {
        t->c->nodes[a].value = value_of(to, t->c->nodes[a].value).bits;
        return a;
    }
    if (is_bool(to))
        return is_bool(from) ? a : binary(t, COND_NE, false, a, constant(t, 0));
    return fits(from, to) ? a : extend(t, a, 8 * vtype_bytes(to), vtype_is_signed(to));
}

static bool
set(struct operand *out, int node, struct vtype type)
{
    *out = (struct operand){ .node = node, .type = type };
    return node != NOWHERE;
}

static bool
set_place(struct operand *out, int node, struct vtype type)
{
    *out = (struct operand){ .node = node, .type = type, .is_place = true };
    return node != NOWHERE;
}

/* The value at a place. */
static bool
fetch(struct translation *t, struct operand *o)
{
    uint64_t n = vtype_bytes(o->type);
    if (!vtype_is_scalar(o->type))
        return false;
    if (!o->is_place)
        return true;
    int bits = load(t, o->node, n);
    if (is_bool(o->type))
        bits = bits == NOWHERE ? NOWHERE : binary(t, COND_NE, false, bits, constant(t, 0));
    else if (vtype_is_signed(o->type))
        bits = extend(t, bits, 8 * n, true);
    return set(o, bits, o->type);
}

/* The same, but an array is the address of its first element. */
static bool
decay(struct translation *t, struct operand *o)
{
    if (!o->is_place || !o->type.n)
        return fetch(t, o);
    struct vtype type = vtype_target(o->type);
    if (type.n_ptr == UINT8_MAX)
        return false;
    type.n_ptr++;
    return set(o, o->node, type);
}

static bool
translate_scalar(struct translation *t, int32_t index, struct operand *out)
{
    return translate_node(t, index, out) && fetch(t, out);
}

/* ---- places */

/* Type of the elements of an array that the program's BTF describes; false when it is none. */
static bool
element_of(const struct translation *t, struct vtype array, struct vtype *out)
{
    uint32_t id = vtype_is_aggregate(array) && btf_of(t) ? type_target(btf_of(t), array.id) : 0;
    if (id)
        *out = vtype_of_btf(btf_of(t), id);
    return id != 0;
}

static bool
is_to_void(struct vtype pointer)
{
    struct vtype type = vtype_target(pointer);
    return !type.n_ptr && base_types[type.base].kind == KIND_OF_VOID;
}

static bool
translate_deref(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a;
    struct vtype element;
    if (!translate_node(t, n->a, &a))
        return false;
    if (a.is_place && a.type.n)
        return set_place(out, a.node, vtype_target(a.type));
    if (a.is_place && element_of(t, a.type, &element))
        return set_place(out, a.node, element);
    if (!fetch(t, &a))
        return false;
    if (vtype_is_integer(a.type))
        return set_place(out, a.node, vtype_base(BASE_LONG));
    return vtype_is_pointer(a.type) && !is_to_void(a.type) && set_place(out, a.node, vtype_target(a.type));
}

static bool
translate_index(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a, index;
    struct vtype element;
    if (t->x->nodes[n->a].op == EXPR_MAP)
        return false;
    if (!translate_node(t, n->a, &a))
        return false;
    if (!a.is_place || !element_of(t, a.type, &element)) {
        if (!decay(t, &a) || !vtype_is_pointer(a.type) || is_to_void(a.type))
            return false;
        element = vtype_target(a.type);
    }
    if (!translate_scalar(t, n->b, &index) || !vtype_is_integer(index.type))
        return false;
    return set_place(out, binary(t, COND_ADD, false, a.node, times(t, index.node, vtype_bytes(element))), element);
}

/* A bitfield of a struct of so many bytes at an address: the smallest unit that has all of it and lies in the struct. */
static bool
translate_bitfield(struct translation *t, int address, uint64_t whole, const struct type_member *m, struct operand *out)
{
    struct vtype type = vtype_of_btf(btf_of(t), m->type_id);
    uint64_t off = m->bit_off / 8, end = (m->bit_off + m->n_bits + 7) / 8, n = 1;
    while (n < end - off)
        n *= 2;
    if (n > 8 || n > whole || end > whole || !vtype_is_scalar(type))
        return false;
    if (off > whole - n)
        off = whole - n;
    uint64_t shift = m->bit_off - 8 * off, above = 64 - m->n_bits - shift;
    int bits = load(t, plus(t, address, off), n);
    if (above && bits != NOWHERE)
        bits = binary(t, COND_LSH, false, bits, constant(t, above));
    if (shift + above && bits != NOWHERE)
        bits = binary(t, COND_RSH, vtype_is_signed(type), bits, constant(t, shift + above));
    bool is_int = m->n_bits < 32 && !is_bool(type); /* as value_promoted() has it */
    return set(out, convert(t, bits, vtype_base(BASE_LONG), type), is_int ? vtype_base(BASE_INT) : type);
}

static bool
translate_member(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a;
    struct type_member m;
    if (!translate_node(t, n->a, &a))
        return false;
    if (vtype_is_pointer(a.type)) {
        if (!fetch(t, &a))
            return false;
        a.type = vtype_target(a.type);
        a.is_place = true;
    }
    if (!a.is_place || !vtype_is_aggregate(a.type) || !btf_of(t) || !type_find_member(btf_of(t), a.type.id, n->name, &m))
        return false;
    if (m.n_bits && m.n_bits <= 64)
        return translate_bitfield(t, a.node, vtype_bytes(a.type), &m, out);
    return set_place(out, plus(t, a.node, m.bit_off / 8), vtype_of_btf(btf_of(t), m.type_id));
}

/* Of a variable or a function: expr_eval() reads what it takes the address of, and that can fail for anything else. */
static bool
translate_address(struct translation *t, const struct node *n, struct operand *out)
{
    const struct node *of = &t->x->nodes[n->a];
    struct operand a;
    bool is_variable = of->op == EXPR_AT_ADDRESS && t->x->nodes[of->a].op == EXPR_CONST;
    if (!translate_node(t, n->a, &a))
        return false;
    if (!a.is_place && !a.type.n_ptr && base_types[a.type.base].kind == KIND_OF_CODE && of->op == EXPR_CONST)
        return set(out, a.node, a.type);
    if (!is_variable || !a.is_place)
        return false;
    a.type.n = 0;
    a.type.n_ptr++;
    return set(out, a.node, a.type);
}

/* ---- operators */

/* The count stands there twice: whether it is too large has to be seen first. */
static bool
translate_shift(struct translation *t, const struct node *n, const struct operand *a, struct operand *out)
{
    struct vtype type = vtype_base(vtype_common(a->type, a->type));
    uint64_t width = 8 * vtype_bytes(type);
    bool is_signed = vtype_is_signed(type), is_left = n->op == EXPR_LSH;
    int x = convert(t, a->node, a->type, type);
    struct operand count, again;
    if (!translate_scalar(t, n->b, &count) || !vtype_is_integer(count.type))
        return false;
    const struct cond_node *known = &t->c->nodes[count.node];
    enum cond_op op = is_left ? COND_LSH : COND_RSH;
    if (known->op == COND_CONST && known->value < width) {
        int shifted = binary(t, op, is_signed, x, count.node);
        return set(out, is_left ? extend(t, shifted, width, is_signed) : shifted, type);
    }
    int is_in_range = binary(t, COND_LT, false, count.node, constant(t, width));
    if (!translate_scalar(t, n->b, &again))
        return false;
    if (!is_left && is_signed) /* further than that only the sign is left */
        return set(out, binary(t, COND_RSH, true, x, choice(t, is_in_range, again.node, constant(t, 63))), type);
    int shifted = binary(t, op, false, x, again.node);
    if (is_left)
        shifted = extend(t, shifted, width, is_signed);
    return set(out, binary(t, COND_AND, false, shifted, unary(t, COND_NEG, is_in_range)), type); /* 0 beyond the width */
}

static bool
is_comparison(enum expr_op op)
{
    return op >= EXPR_LT && op <= EXPR_NE;
}

static int
compare(struct translation *t, enum expr_op op, bool is_signed, int a, int b)
{
    switch (op) {
    case EXPR_LT:
        return binary(t, COND_LT, is_signed, a, b);
    case EXPR_GT:
        return binary(t, COND_LT, is_signed, b, a);
    case EXPR_LE:
        return binary(t, COND_LE, is_signed, a, b);
    case EXPR_GE:
        return binary(t, COND_LE, is_signed, b, a);
    case EXPR_EQ:
        return binary(t, COND_EQ, false, a, b);
    default:
        return binary(t, COND_NE, false, a, b);
    }
}

static bool
translate_arithmetic(struct translation *t, enum expr_op op, const struct operand *a, const struct operand *b, struct operand *out)
{
    static const uint8_t ops[] = {
        [EXPR_MUL] = COND_MUL, [EXPR_ADD] = COND_ADD, [EXPR_SUB] = COND_SUB, [EXPR_AND] = COND_AND,
        [EXPR_XOR] = COND_XOR, [EXPR_OR] = COND_OR,   [EXPR_DIV] = COND_DIV, [EXPR_MOD] = COND_MOD,
    };
    struct vtype type = vtype_base(vtype_common(a->type, b->type));
    bool is_signed = vtype_is_signed(type);
    int x = convert(t, a->node, a->type, type), y = convert(t, b->node, b->type, type);
    if (is_comparison(op))
        return set(out, compare(t, op, is_signed, x, y), vtype_base(BASE_INT));
    if (op >= ARRAY_LEN(ops) || !ops[op])
        return false;
    int result = binary(t, ops[op], is_signed, x, y);
    bool may_leave = op == EXPR_MUL || op == EXPR_ADD || op == EXPR_SUB || (op == EXPR_DIV && is_signed);
    return set(out, may_leave ? extend(t, result, 8 * vtype_bytes(type), is_signed) : result, type);
}

static bool
translate_pointers(struct translation *t, enum expr_op op, const struct operand *a, const struct operand *b, struct operand *out)
{
    bool a_moves = !vtype_is_integer(a->type), b_moves = !vtype_is_integer(b->type);
    if (is_comparison(op))
        return set(out, compare(t, op, false, a->node, b->node), vtype_base(BASE_INT));
    if (op == EXPR_ADD && a_moves && !b_moves)
        return set(out, binary(t, COND_ADD, false, a->node, times(t, b->node, vtype_step(a->type))), a->type);
    if (op == EXPR_ADD && b_moves && !a_moves)
        return set(out, binary(t, COND_ADD, false, times(t, a->node, vtype_step(b->type)), b->node), b->type);
    if (op == EXPR_SUB && a_moves && !b_moves)
        return set(out, binary(t, COND_SUB, false, a->node, times(t, b->node, vtype_step(a->type))), a->type);
    if (op != EXPR_SUB || !a_moves || vtype_step(a->type) != vtype_step(b->type))
        return false;
    int bytes = binary(t, COND_SUB, false, a->node, b->node);
    return set(out, bytes == NOWHERE ? NOWHERE : binary(t, COND_DIV, true, bytes, constant(t, vtype_step(a->type))), vtype_base(BASE_LONG));
}

static bool
translate_binary(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a, b;
    if (!translate_node(t, n->a, &a) || !decay(t, &a))
        return false;
    if (n->op == EXPR_LSH || n->op == EXPR_RSH)
        return vtype_is_integer(a.type) && translate_shift(t, n, &a, out);
    if (!translate_node(t, n->b, &b) || !decay(t, &b))
        return false;
    if (vtype_is_integer(a.type) && vtype_is_integer(b.type))
        return translate_arithmetic(t, n->op, &a, &b, out);
    return translate_pointers(t, n->op, &a, &b, out);
}

static bool
translate_unary(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a;
    if (!translate_scalar(t, n->a, &a))
        return false;
    if (n->op == EXPR_NOT)
        return set(out, unary(t, COND_LOGNOT, a.node), vtype_base(BASE_INT));
    if (!vtype_is_integer(a.type))
        return false;
    struct vtype type = vtype_base(vtype_common(a.type, a.type));
    int x = convert(t, a.node, a.type, type);
    if (n->op == EXPR_COMPL)
        return set(out, extend(t, unary(t, COND_NOT, x), 8 * vtype_bytes(type), vtype_is_signed(type)), type);
    if (n->op == EXPR_NEG)
        return set(out, extend(t, unary(t, COND_NEG, x), 8 * vtype_bytes(type), vtype_is_signed(type)), type);
    return set(out, x, type);
}

/* As in expr_eval() the type of a ?: is that of the branch taken: both have to have the same. */
static bool
translate_choice(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a, b, c;
    if (!translate_scalar(t, n->a, &a) || !translate_scalar(t, n->b, &b) || !translate_scalar(t, n->c, &c))
        return false;
    bool is_same = vtype_is_integer(b.type) && vtype_is_integer(c.type)
                       ? vtype_bytes(b.type) == vtype_bytes(c.type) && vtype_is_signed(b.type) == vtype_is_signed(c.type)
                       : b.type.base == c.type.base && b.type.n_ptr == c.type.n_ptr && b.type.id == c.type.id;
    return is_same && set(out, choice(t, a.node, b.node, c.node), b.type);
}

static bool
translate_lazy(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a, b;
    if (!translate_scalar(t, n->a, &a) || !translate_scalar(t, n->b, &b))
        return false;
    enum cond_op op = n->op == EXPR_LOGAND ? COND_LOGAND : COND_LOGOR;
    return set(out, binary(t, op, false, a.node, b.node), vtype_base(BASE_INT));
}

static bool
translate_cast(struct translation *t, const struct node *n, struct operand *out)
{
    struct operand a;
    if (!vtype_is_scalar(n->type) || !translate_node(t, n->a, &a))
        return false;
    if (!(n->type.n_ptr ? decay(t, &a) : fetch(t, &a)))
        return false;
    return set(out, convert(t, a.node, a.type, n->type), n->type);
}

static bool
translate_register(struct translation *t, uint32_t id, struct operand *out)
{
    struct cond_node reg = { .op = COND_REG, .value = id % N_REGS };
    if (id >= REG_ID_PC)
        return false;
    int node = add(t, reg);
    if (id < N_REGS)
        return set(out, node, id == REG_10 ? vtype_pointer(BASE_VOID) : vtype_base(BASE_LONG));
    return set(out, extend(t, node, 32, true), vtype_base(BASE_INT));
}

/* `old` and `new`, of what the engine watches: a register or as many bytes as one load has. */
static bool
translate_watched(struct translation *t, const struct node *n, struct operand *out)
{
    const struct watch *w = t->s->watched ? t->s->watched->watch : NULL;
    if (!w || !w->is_direct || !vtype_is_scalar(n->type) || is_bool(n->type))
        return false;
    const struct read *place = &w->reads.list[0];
    uint64_t n_bytes = vtype_bytes(n->type);
    bool is_register = place->place == PLACE_REGISTER;
    int value;
    if (!n->id)
        value = add(t, (struct cond_node){ .op = COND_OLD });
    else if (is_register)
        value = add(t, (struct cond_node){ .op = COND_REG, .value = place->where % N_REGS });
    else
        value = load(t, constant(t, place->where), n_bytes);
    return set(out, extend(t, value, 8 * n_bytes, vtype_is_signed(n->type)), n->type);
}

static bool
translate_sizeof(struct translation *t, int32_t index, struct operand *out)
{
    struct value v;
    struct errinfo e;
    return expr_node_type(t->s, t->x, index, &v, &e) == OK && set(out, constant(t, v.bits), v.type);
}

static bool
translate_node(struct translation *t, int32_t index, struct operand *out)
{
    const struct node *n = &t->x->nodes[index];
    struct operand a;
    switch (n->op) {
    case EXPR_CONST:
        return vtype_is_scalar(n->value.type) && set(out, constant(t, n->value.bits), value_promoted(NULL, &n->value).type);
    case EXPR_REGISTER:
        return translate_register(t, n->id, out);
    case EXPR_WATCHED:
        return translate_watched(t, n, out);
    case EXPR_SIZEOF:
        return translate_sizeof(t, index, out);
    case EXPR_DEREF:
        return translate_deref(t, n, out);
    case EXPR_INDEX:
        return translate_index(t, n, out);
    case EXPR_MEMBER:
        return translate_member(t, n, out);
    case EXPR_AT_ADDRESS:
        return translate_scalar(t, n->a, &a) && set_place(out, a.node, n->type);
    case EXPR_ADDRESS:
        return translate_address(t, n, out);
    case EXPR_CAST:
        return translate_cast(t, n, out);
    case EXPR_NEG:
    case EXPR_PLUS:
    case EXPR_NOT:
    case EXPR_COMPL:
        return translate_unary(t, n, out);
    case EXPR_LOGAND:
    case EXPR_LOGOR:
        return translate_lazy(t, n, out);
    case EXPR_COND:
        return translate_choice(t, n, out);
    case EXPR_VARIABLE:
    case EXPR_HISTORY:
    case EXPR_MAP:
    case EXPR_PACKET:
    case EXPR_FUNCTION:
    case EXPR_INIT:
    case EXPR_LOCAL: /* elsewhere at each instruction */
    case EXPR_PREINC:
    case EXPR_PREDEC:
    case EXPR_POSTINC:
    case EXPR_POSTDEC:
    case EXPR_REPEAT:
    case EXPR_COMMA:
    case EXPR_ASSIGN:
        return false;
    default:
        return translate_binary(t, n, out);
    }
}

struct condition *
translate(struct session *s, const struct expr *x)
{
    struct operand root;
    struct translation t = { .s = s, .x = x };
    if (x->has_side_effects)
        return NULL;
    t.c = xcalloc(1, sizeof *t.c + COND_MAX_NODES * sizeof *t.c->nodes);
    if (translate_scalar(&t, x->root, &root))
        return t.c;
    free(t.c);
    return NULL;
}
