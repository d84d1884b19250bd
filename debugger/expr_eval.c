/* Expressions: tree -> value. One walk serves evaluation and typing: with is_type_only nothing is read, written or divided by. Arrays and
 * aggregates in memory are read when somebody needs their contents, so that a member or an element can be had of what is too large, or
 * not all there. Depth of the tree is bounded by the parser. See expr.h. */
#include "config.h"

#include "debugger/expr.h"

#include "debugger/data.h"
#include "debugger/local.h"
#include "debugger/state.h"
#include "sim/base/base.h"

#include <assert.h>
#include <string.h>

struct eval {
    struct session *s;
    const struct expr *x;
    struct buf *warnings;
    struct errinfo *e;
    bool is_type_only;
    struct reads *reads; /* NULL: nobody wants to know */
};

static enum err eval(struct eval *v, int32_t index, struct value *out);

static void
note_read(struct eval *v, enum place place, uint64_t where, uint64_t n_bytes)
{
    struct reads *r = v->reads;
    if (!r || v->is_type_only)
        return;
    r->list = grow(r->list, r->n, &r->cap, sizeof *r->list);
    r->list[r->n++] = (struct read){ .place = place, .where = where, .n_bytes = (uint32_t)n_bytes };
}

static enum err
read_memory(struct eval *v, uint64_t addr, void *to, uint64_t n)
{
    note_read(v, PLACE_MEMORY, addr, n);
    return v->is_type_only ? OK : data_read(v->s, addr, to, n, v->e);
}

/* The value of `type` at a guest address. The contents of arrays and aggregates are left for fetch(). */
static enum err
load(struct eval *v, struct vtype type, uint64_t addr, struct value *out)
{
    uint64_t bits = 0;
    bool is_later = type.n || vtype_is_aggregate(type);
    enum err err = is_later ? OK : read_memory(v, addr, &bits, vtype_bytes(type));
    if (err)
        return err;
    *out = value_of(type, bits);
    out->place = PLACE_MEMORY;
    out->where = addr;
    return OK;
}

/* Reads what load() has left. */
static enum err
fetch(struct eval *v, struct value *out)
{
    bool is_missing = out->place == PLACE_MEMORY && !out->bytes && !out->is_optimized_out && (out->type.n || vtype_is_aggregate(out->type));
    if (is_missing)
        note_read(v, PLACE_MEMORY, out->where, vtype_bytes(out->type));
    return is_missing && !v->is_type_only ? data_fetch(v->s, out, v->e) : OK;
}

static bool
is_void(struct vtype type)
{
    return !type.n && !type.n_ptr && base_types[type.base].kind == KIND_OF_VOID;
}

static const struct btf *
btf_of(const struct eval *v)
{
    return v->s->program ? v->s->program->btf : NULL;
}

/* Whether any (or all) of the bits of an aggregate's contents were optimised out. */
static bool
is_gone(const struct value *a, uint64_t bit_off, uint64_t n_bits, bool any)
{
    for (uint64_t i = bit_off; i < bit_off + n_bits && a->gone; i++) {
        if ((bool)(a->gone[i / 8] >> i % 8 & 1) == any)
            return any;
    }
    return a->gone && !any;
}

/* The part of an aggregate at a byte offset: in memory when the whole is there, else from its bytes. */
static enum err
part(struct eval *v, const struct value *a, uint64_t off, struct vtype type, struct value *out)
{
    uint64_t bits = 0, n = vtype_bytes(type), whole = vtype_bytes(a->type);
    if (a->place == PLACE_MEMORY)
        return load(v, type, a->where + off, out);
    if (!a->bytes || off > whole || n > whole - off)
        return err_set(v->e, ERR_INDEX, NULL, 0, off, whole);
    *out = value_of(type, 0);
    out->is_optimized_out = a->is_optimized_out || is_gone(a, 8 * off, 8 * n, vtype_is_scalar(type));
    if (vtype_is_scalar(type)) {
        memcpy(&bits, a->bytes + off, n);
        bool is_out = out->is_optimized_out;
        *out = value_of(type, bits);
        out->is_optimized_out = is_out;
    } else {
        out->bytes = a->bytes + off;
        out->gone = a->gone ? a->gone + off : NULL;
    }
    return OK;
}

/* A bitfield, which can be read only. */
static enum err
bitfield(struct eval *v, const struct value *a, const struct type_member *m, struct value *out)
{
    enum err err;
    struct value unit;
    struct vtype bytes = vtype_base(BASE_UCHAR), type = vtype_of_btf(btf_of(v), m->type_id);
    uint64_t bits = 0, shift = m->bit_off % 8;
    bytes.n = (uint32_t)((shift + m->n_bits + 7) / 8);
    if ((err = part(v, a, m->bit_off / 8, bytes, &unit)) || (err = fetch(v, &unit)))
        return err;
    if (!v->is_type_only)
        memcpy(&bits, unit.bytes, bytes.n < 8 ? bytes.n : 8);
    bits = bits >> shift << (64 - m->n_bits);
    *out = value_of(type, vtype_is_signed(type) ? (uint64_t)((int64_t)bits >> (64 - m->n_bits)) : bits >> (64 - m->n_bits));
    out->is_optimized_out = a->is_optimized_out || is_gone(&unit, shift, m->n_bits, true);
    return OK;
}

static enum err
member(struct eval *v, const struct value *a, const char *name, struct value *out)
{
    struct type_member m;
    struct value whole = *a;
    if (vtype_is_pointer(a->type)) {
        if (a->is_optimized_out)
            return err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0);
        whole = (struct value){ .type = vtype_target(a->type), .place = PLACE_MEMORY, .where = a->bits };
    }
    if (!vtype_is_aggregate(whole.type) || !btf_of(v))
        return err_set(v->e, ERR_NOT_A_STRUCT, NULL, 0, 0, 0);
    if (!type_find_member(btf_of(v), whole.type.id, name, &m))
        return err_set(v->e, ERR_NO_MEMBER, name, 0, 0, 0);
    if (m.n_bits && m.n_bits <= 64)
        return bitfield(v, &whole, &m, out);
    return part(v, &whole, m.bit_off / 8, vtype_of_btf(btf_of(v), m.type_id), out);
}

static enum err
dereference(struct eval *v, const struct value *a, struct value *out)
{
    if (a->type.n && a->place == PLACE_MEMORY)
        return load(v, vtype_target(a->type), a->where, out);
    if (vtype_is_aggregate(a->type) && btf_of(v) && type_target(btf_of(v), a->type.id))
        return part(v, a, 0, vtype_of_btf(btf_of(v), type_target(btf_of(v), a->type.id)), out);
    if (vtype_is_integer(a->type)) /* gdb: what an integer points to is a long */
        return load(v, vtype_base(BASE_LONG), a->bits, out);
    if (!vtype_is_pointer(a->type))
        return err_set(v->e, ERR_NOT_DEREFERENCEABLE, NULL, 0, 0, 0);
    if (is_void(vtype_target(a->type)))
        return err_set(v->e, ERR_VOID_POINTER, NULL, 0, 0, 0);
    return load(v, vtype_target(a->type), a->bits, out);
}

static enum err
address_of(struct eval *v, const struct value *a, struct value *out)
{
    if (!a->type.n && base_types[a->type.base].kind == KIND_OF_CODE && a->place == PLACE_NONE) { /* &function */
        *out = *a;
        return OK;
    }
    if (a->place != PLACE_MEMORY)
        return err_set(v->e, ERR_NO_ADDRESS, NULL, 0, 0, 0);
    struct vtype type = a->type;
    type.n = 0;
    type.n_ptr++;
    *out = value_of(type, a->where);
    return OK;
}

static enum err
subscript(struct eval *v, const struct value *a, const struct value *index, struct value *out)
{
    struct value place;
    uint32_t element = vtype_is_aggregate(a->type) && btf_of(v) ? type_target(btf_of(v), a->type.id) : 0;
    if (element && vtype_is_integer(index->type)) {
        struct vtype type = vtype_of_btf(btf_of(v), element);
        return part(v, a, index->bits * vtype_bytes(type), type, out);
    }
    if (a->type.n && a->place != PLACE_MEMORY) { /* a string, or an array from the history */
        struct vtype type = vtype_target(a->type);
        uint64_t bits = 0, n = vtype_bytes(type);
        if (index->bits >= a->type.n || !a->bytes)
            return err_set(v->e, ERR_INDEX, NULL, 0, index->bits, a->type.n);
        memcpy(&bits, a->bytes + index->bits * n, n);
        *out = value_of(type, bits);
        return OK;
    }
    if (!vtype_is_pointer(a->type) && !a->type.n) {
        struct buf text = BUF_EMPTY;
        vtype_text(btf_of(v), a->type, &text);
        enum err err = err_set(v->e, ERR_NOT_SUBSCRIPTABLE, buf_text(&text), 0, 0, 0);
        buf_free(&text);
        return err;
    }
    enum err err = value_binary(EXPR_ADD, a, index, &place, v->warnings, v->e);
    return err ? err : dereference(v, &place, out);
}

/* a@n: n elements of a's type from a's address on. */
static enum err
repeat(struct eval *v, const struct value *a, const struct value *n, struct value *out)
{
    if (a->place != PLACE_MEMORY)
        return err_set(v->e, ERR_REPEAT_VALUE, NULL, 0, 0, 0);
    struct vtype type = a->type;
    if (!vtype_is_integer(n->type) || n->bits == 0 || n->bits > VALUE_MAX_BYTES || type.n)
        return err_set(v->e, ERR_REPEAT_COUNT, NULL, 0, n->bits, 0);
    type.n = (uint32_t)n->bits;
    return load(v, type, a->where, out);
}

/* Stores `b` in the place of `a`; *out is what can be read there afterwards. */
static enum err
assign(struct eval *v, const struct value *a, const struct value *b, struct value *out)
{
    enum err err;
    if (v->is_type_only) {
        *out = a->place == PLACE_VARIABLE ? *b : *a;
        return OK;
    }
    if (a->is_optimized_out)
        return err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0);
    if (a->place == PLACE_NONE)
        return err_set(v->e, ERR_NOT_LVALUE, NULL, 0, 0, 0);
    if (a->place == PLACE_VARIABLE) {
        struct value whole = *b;
        if ((err = fetch(v, &whole)))
            return err;
        data_store(v->s, (uint32_t)a->where, &whole);
        *out = whole;
        out->place = PLACE_VARIABLE;
        out->where = a->where;
        return OK;
    }
    if (!vtype_is_scalar(a->type) || !vtype_is_scalar(b->type))
        return err_set(v->e, ERR_INVALID_CAST, NULL, 0, 0, 0);
    struct value cast = value_of(a->type, b->bits);
    if (a->place == PLACE_REGISTER) {
        if ((err = data_write_reg(v->s, (uint32_t)a->where, cast.bits, v->e)) ||
            (err = data_read_reg(v->s, (uint32_t)a->where, out, v->e)))
            return err;
        *out = value_of(a->type, out->bits); /* a variable's type, when it lives there */
        out->place = a->place;
        out->where = a->where;
        return OK;
    }
    if ((err = data_write(v->s, a->where, &cast.bits, vtype_bytes(a->type), v->e)))
        return err;
    *out = cast;
    out->place = a->place;
    out->where = a->where;
    return OK;
}

static enum err
step_by_one(struct eval *v, enum expr_op op, const struct value *a, struct value *out)
{
    enum err err;
    struct value one = value_int(BASE_INT, 1), sum;
    bool is_inc = op == EXPR_PREINC || op == EXPR_POSTINC, is_pre = op == EXPR_PREINC || op == EXPR_PREDEC;
    if (a->place == PLACE_NONE)
        return err_set(v->e, ERR_NOT_LVALUE, NULL, 0, 0, 0);
    if ((err = value_binary(is_inc ? EXPR_ADD : EXPR_SUB, a, &one, &sum, v->warnings, v->e)) || (err = assign(v, a, &sum, out)))
        return err;
    if (!is_pre) {
        *out = *a;
        out->place = PLACE_NONE;
    }
    return OK;
}

static enum err
eval_leaf(struct eval *v, const struct node *n, struct value *out)
{
    switch (n->op) {
    case EXPR_CONST:
        *out = n->value;
        return OK;
    case EXPR_REGISTER:
        if (v->is_type_only) {
            *out = value_of(data_reg_type(n->id), 0);
            out->place = PLACE_REGISTER;
            out->where = n->id;
            return OK;
        }
        note_read(v, PLACE_REGISTER, n->id, 8);
        return data_read_reg(v->s, n->id, out, v->e);
    case EXPR_VARIABLE:
        *out = v->s->variables[n->id].value;
        out->place = PLACE_VARIABLE;
        out->where = n->id;
        return OK;
    case EXPR_LOCAL:
        if (!v->is_type_only)
            return local_read(v->s, n->id, out, v->reads, v->e);
        *out = value_of(local_type(v->s, n->id), 0);
        out->place = PLACE_MEMORY;
        return OK;
    default:
        return data_history(v->s, n->id, n->is_relative, out, v->e);
    }
}

/* An operand of which the value is needed. */
static enum err
operand(struct eval *v, int32_t index, struct value *out)
{
    enum err err = eval(v, index, out);
    return !err && out->is_optimized_out ? err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0) : err;
}

static enum err
eval_sizeof(struct eval *v, const struct node *n, struct value *out)
{
    struct vtype type = n->type;
    if (n->a >= 0) {
        struct value operand;
        bool was = v->is_type_only;
        v->is_type_only = true;
        enum err err = eval(v, n->a, &operand);
        v->is_type_only = was;
        if (err)
            return err;
        type = operand.type;
    }
    *out = value_int(BASE_ULONG, vtype_bytes(type));
    return OK;
}

static enum err
eval_unary(struct eval *v, const struct node *n, struct value *out)
{
    enum err err;
    struct value a;
    bool is_place = n->op == EXPR_ADDRESS || n->op == EXPR_MEMBER;
    if ((err = is_place ? eval(v, n->a, &a) : operand(v, n->a, &a)))
        return err;
    switch (n->op) {
    case EXPR_DEREF:
        return dereference(v, &a, out);
    case EXPR_ADDRESS:
        return address_of(v, &a, out);
    case EXPR_CAST:
        return value_cast(&a, n->type, out, v->e);
    case EXPR_MEMBER:
        return member(v, &a, n->name, out);
    case EXPR_AT_ADDRESS:
        if (is_void(n->type))
            return err_set(v->e, ERR_VOID_POINTER, NULL, 0, 0, 0);
        return load(v, n->type, a.bits, out);
    case EXPR_PREINC:
    case EXPR_PREDEC:
    case EXPR_POSTINC:
    case EXPR_POSTDEC:
        return step_by_one(v, n->op, &a, out);
    default:
        return value_unary(n->op, &a, out, v->e);
    }
}

/* && || ?: , evaluate only what C evaluates; for typing both sides are looked at. */
static enum err
eval_lazy(struct eval *v, const struct node *n, struct value *out)
{
    enum err err;
    struct value a, b;
    if ((err = operand(v, n->a, &a)))
        return err;
    if (n->op == EXPR_COMMA)
        return eval(v, n->b, out);
    if (n->op == EXPR_COND)
        return eval(v, value_is_true(&a) ? n->b : n->c, out);
    bool is_decided = value_is_true(&a) == (n->op == EXPR_LOGOR);
    if ((!is_decided || v->is_type_only) && (err = operand(v, n->b, &b)))
        return err;
    *out = value_int(BASE_INT, is_decided ? value_is_true(&a) : value_is_true(&b));
    return OK;
}

static enum err
eval_binary(struct eval *v, const struct node *n, struct value *out)
{
    enum err err;
    struct value a, b;
    bool is_place = n->op == EXPR_INDEX || n->op == EXPR_ASSIGN;
    if ((err = is_place ? eval(v, n->a, &a) : operand(v, n->a, &a)) || (err = operand(v, n->b, &b)))
        return err;
    if (n->op == EXPR_INDEX)
        return subscript(v, &a, &b, out);
    if (n->op == EXPR_REPEAT)
        return repeat(v, &a, &b, out);
    if (n->op == EXPR_ASSIGN) {
        struct value result = b;
        if (a.place == PLACE_NONE)
            return err_set(v->e, ERR_NOT_LVALUE, NULL, 0, 0, 0);
        if (n->compound && (err = value_binary(n->compound, &a, &b, &result, v->warnings, v->e)))
            return err;
        return assign(v, &a, &result, out);
    }
    if (v->is_type_only && (n->op == EXPR_DIV || n->op == EXPR_MOD) && !b.bits)
        b.bits = 1;
    return value_binary(n->op, &a, &b, out, v->is_type_only ? NULL : v->warnings, v->e);
}

static enum err
eval(struct eval *v, int32_t index, struct value *out)
{
    const struct node *n = &v->x->nodes[index];
    switch (n->op) {
    case EXPR_CONST:
    case EXPR_REGISTER:
    case EXPR_VARIABLE:
    case EXPR_HISTORY:
    case EXPR_LOCAL:
        return eval_leaf(v, n, out);
    case EXPR_SIZEOF:
        return eval_sizeof(v, n, out);
    case EXPR_LOGAND:
    case EXPR_LOGOR:
    case EXPR_COMMA:
    case EXPR_COND:
        return eval_lazy(v, n, out);
    default:
        return n->b < 0 ? eval_unary(v, n, out) : eval_binary(v, n, out);
    }
}

enum err
expr_eval(struct session *s, const struct expr *x, struct value *out, struct buf *warnings, struct errinfo *e)
{
    struct eval v = { .s = s, .x = x, .warnings = warnings, .e = e };
    enum err err = eval(&v, x->root, out);
    return err ? err : fetch(&v, out);
}

enum err
expr_eval_reads(struct session *s, const struct expr *x, struct value *out, struct reads *reads, struct errinfo *e)
{
    struct eval v = { .s = s, .x = x, .e = e, .reads = reads };
    reads->n = 0;
    enum err err = eval(&v, x->root, out);
    return err ? err : fetch(&v, out);
}

enum err
expr_type(struct session *s, const struct expr *x, struct value *out, struct errinfo *e)
{
    return expr_node_type(s, x, x->root, out, e);
}

enum err
expr_node_type(struct session *s, const struct expr *x, int32_t index, struct value *out, struct errinfo *e)
{
    struct eval v = { .s = s, .x = x, .e = e, .is_type_only = true };
    return eval(&v, index, out);
}

enum err
expr_number(struct session *s, const char *text, uint64_t *out, struct errinfo *e)
{
    struct expr *x;
    struct value v;
    enum err err = expr_parse(s, text, &x, e);
    if (err)
        return err;
    err = expr_eval(s, x, &v, NULL, e);
    expr_free(x);
    if (!err && !vtype_is_scalar(v.type))
        err = err_set(e, ERR_NOT_A_NUMBER, "arithmetic operation", 0, 0, 0);
    if (!err)
        *out = v.bits;
    return err;
}

static const char *const reg_names[] = {
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "w0", "w1",
    "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "pc", "icount", "cycles",
};
static_assert(ARRAY_LEN(reg_names) == N_REG_IDS, "a name for every register");

int
reg_id_named(const char *name, size_t len)
{
    if (len == 2 && (memcmp(name, "fp", 2) == 0 || memcmp(name, "sp", 2) == 0))
        return REG_10;
    for (int i = 0; i < N_REG_IDS; i++) {
        if (strlen(reg_names[i]) == len && memcmp(name, reg_names[i], len) == 0)
            return i;
    }
    return -1;
}

const char *
reg_id_name(int id)
{
    return reg_names[id];
}
