/* Values and C's arithmetic on them, as gdb does it. See value.h. */
#include "config.h"

#include "debugger/value.h"

#include "debugger/expr.h"
#include "sim/base/base.h"

#include <bpf/btf.h>
#include <string.h>

const struct base_type base_types[N_BASES] = {
#define BASE(id, name, kind, bytes, is_signed) [BASE_##id] = { name, KIND_OF_##kind, bytes, is_signed },
#include "debugger/value.def"
};

struct vtype
vtype_base(enum base_id id)
{
    return (struct vtype){ .base = (uint8_t)id };
}

struct vtype
vtype_pointer(enum base_id id)
{
    return (struct vtype){ .base = (uint8_t)id, .n_ptr = 1 };
}

static const struct base_type *
row(struct vtype type)
{
    return &base_types[type.base];
}

static uint64_t
elem_bytes(struct vtype type)
{
    if (type.n_ptr)
        return 8;
    if (row(type)->kind == KIND_OF_AGGREGATE)
        return type.bytes ? type.bytes : 1;
    return row(type)->bytes ? row(type)->bytes : 1;
}

uint64_t
vtype_bytes(struct vtype type)
{
    return elem_bytes(type) * (type.n ? type.n : 1);
}

bool
vtype_is_pointer(struct vtype type)
{
    return type.n_ptr && !type.n;
}

bool
vtype_is_integer(struct vtype type)
{
    unsigned kind = row(type)->kind;
    return !type.n_ptr && !type.n && (kind == KIND_OF_INT || kind == KIND_OF_CHAR || kind == KIND_OF_BOOL);
}

bool
vtype_is_scalar(struct vtype type)
{
    return !type.n && (type.n_ptr || (row(type)->kind != KIND_OF_VOID && row(type)->kind != KIND_OF_AGGREGATE));
}

bool
vtype_is_aggregate(struct vtype type)
{
    return !type.n && !type.n_ptr && row(type)->kind == KIND_OF_AGGREGATE;
}

bool
vtype_is_signed(struct vtype type)
{
    return vtype_is_integer(type) && row(type)->is_signed;
}

struct vtype
vtype_target(struct vtype type)
{
    if (type.n)
        type.n = 0;
    else if (type.n_ptr)
        type.n_ptr--;
    return type;
}

void
vtype_text(const struct btf *btf, struct vtype type, struct buf *out)
{
    if (type.id && btf)
        type_print_name(btf, type.id, out);
    else
        buf_puts(out, row(type)->name);
    if (type.n_ptr)
        buf_putc(out, ' ');
    for (unsigned i = 0; i < type.n_ptr; i++)
        buf_putc(out, '*');
    if (type.n)
        buf_printf(out, " [%u]", type.n);
}

int
vtype_named(const char *name, size_t len)
{
    for (int i = 0; i < N_BASES; i++) {
        if (i != BASE_CODE && i != BASE_AGGREGATE && strlen(base_types[i].name) == len && memcmp(base_types[i].name, name, len) == 0)
            return i;
    }
    return -1;
}

/* The base type of an integer of n bytes; BASE_VOID when there is none. */
static enum base_id
base_of_integer(int64_t n_bytes, bool is_signed, bool is_char, bool is_bool)
{
    if (n_bytes == 1)
        return is_bool ? BASE_BOOL : is_char || !is_signed ? (is_signed ? BASE_CHAR : BASE_UCHAR) : BASE_SCHAR;
    if (n_bytes == 2)
        return is_signed ? BASE_SHORT : BASE_USHORT;
    if (n_bytes == 4)
        return is_signed ? BASE_INT : BASE_UINT;
    return n_bytes == 8 ? (is_signed ? BASE_LONG : BASE_ULONG) : BASE_VOID;
}

/* The type behind typedefs and modifiers, and which id names it: the last typedef before it, or its own. A chain in a hostile file may
 * be long or closed: it is followed for so far only. */
static const struct btf_type *
resolve_names(const struct btf *btf, uint32_t *id)
{
    const struct btf_type *t = btf__type_by_id(btf, *id);
    uint32_t named = 0;
    for (int i = 0; t && i < 64 && (btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t)); i++) {
        if (btf_is_typedef(t) && !named)
            named = *id;
        *id = t->type;
        t = btf__type_by_id(btf, *id);
    }
    if (named && t && !btf_is_ptr(t))
        *id = named;
    return t;
}

bool
vtype_is_enum(const struct btf *btf, struct vtype type)
{
    uint32_t id = type.id;
    const struct btf_type *t = id && !type.n_ptr && !type.n ? resolve_names(btf, &id) : NULL;
    return t && btf_is_any_enum(t);
}

struct vtype
vtype_of_btf(const struct btf *btf, uint32_t id)
{
    struct vtype type = vtype_base(BASE_VOID);
    const struct btf_type *t = resolve_names(btf, &id);
    uint8_t n_ptr = 0;
    for (; t && btf_is_ptr(t) && n_ptr < 16; n_ptr++) {
        id = t->type;
        t = resolve_names(btf, &id);
    }
    type.n_ptr = n_ptr;
    type.id = id;
    if (!t || !id)
        return type;
    if (btf_is_int(t)) {
        uint8_t encoding = btf_int_encoding(t);
        type.base = (uint8_t)base_of_integer(t->size, encoding & BTF_INT_SIGNED, encoding & BTF_INT_CHAR, encoding & BTF_INT_BOOL);
    } else if (btf_is_any_enum(t)) {
        type.base = (uint8_t)base_of_integer(t->size, btf_kflag(t), false, false);
    } else if (btf_is_composite(t) || btf_is_array(t)) {
        int64_t n_bytes = type_bytes(btf, id);
        type.base = BASE_AGGREGATE;
        type.bytes = n_bytes > 0 && n_bytes <= UINT32_MAX ? (uint32_t)n_bytes : 0;
    }
    if (!n_ptr && btf_is_ptr(t)) /* more levels than can be said */
        type = vtype_base(BASE_ULONG);
    return type;
}

/* Cuts to n bytes and extends to 64 bits again. */
static uint64_t
extend(uint64_t bits, unsigned n_bytes, bool is_signed)
{
    if (n_bytes >= 8)
        return bits;
    unsigned shift = 64 - 8 * n_bytes;
    return is_signed ? (uint64_t)((int64_t)(bits << shift) >> shift) : bits << shift >> shift;
}

struct value
value_of(struct vtype type, uint64_t bits)
{
    struct value v = { .type = type };
    if (!vtype_is_scalar(type))
        return v;
    if (!type.n_ptr && row(type)->kind == KIND_OF_BOOL)
        v.bits = bits != 0;
    else
        v.bits = extend(bits, (unsigned)elem_bytes(type), vtype_is_signed(type));
    return v;
}

struct value
value_int(enum base_id id, uint64_t bits)
{
    return value_of(vtype_base(id), bits);
}

bool
value_is_true(const struct value *v)
{
    return v->bits != 0;
}

enum err
value_cast(const struct value *v, struct vtype type, struct value *out, struct errinfo *e)
{
    if (type.n || vtype_is_aggregate(type))
        return err_set(e, ERR_INVALID_CAST, NULL, 0, 0, 0);
    if (!vtype_is_scalar(type)) {
        *out = (struct value){ .type = type };
        return OK;
    }
    if (!vtype_is_scalar(v->type))
        return err_set(e, ERR_INVALID_CAST, NULL, 0, 0, 0);
    *out = value_of(type, v->bits);
    return OK;
}

enum base_id
vtype_common(struct vtype a, struct vtype b)
{
    unsigned a_bytes = row(a)->bytes, b_bytes = row(b)->bytes;
    bool a_unsigned = !row(a)->is_signed && a_bytes >= 4, b_unsigned = !row(b)->is_signed && b_bytes >= 4;
    unsigned bytes = a_bytes > b_bytes ? a_bytes : b_bytes;
    bool is_unsigned = a_bytes > b_bytes ? a_unsigned : b_bytes > a_bytes ? b_unsigned : a_unsigned || b_unsigned;
    if (bytes <= 4)
        return is_unsigned ? BASE_UINT : BASE_INT;
    return is_unsigned ? BASE_ULONG : BASE_LONG;
}

static enum base_id
promoted(const struct value *a)
{
    return vtype_common(a->type, a->type);
}

/* Division in the width of the type; the most negative number by -1 wraps, as gdb's host arithmetic must not trap. */
static uint64_t
divide(int op, enum base_id id, uint64_t a, uint64_t b)
{
    if (!base_types[id].is_signed)
        return op == EXPR_DIV ? a / b : a % b;
    if (b == UINT64_MAX)
        return op == EXPR_DIV ? 0 - a : 0;
    return (uint64_t)(op == EXPR_DIV ? (int64_t)a / (int64_t)b : (int64_t)a % (int64_t)b);
}

static struct value
shift(int op, const struct value *a, const struct value *b, struct buf *warnings)
{
    enum base_id id = promoted(a);
    unsigned width = 8u * base_types[id].bytes;
    const char *side = op == EXPR_LSH ? "left" : "right";
    const char *complaint = vtype_is_signed(b->type) && (int64_t)b->bits < 0 ? "is negative" : b->bits >= width ? ">= width of type" : NULL;
    if (complaint) {
        if (warnings)
            buf_printf(warnings, "warning: %s shift count %s\n", side, complaint);
        bool keeps_sign = op == EXPR_RSH && base_types[id].is_signed && (int64_t)a->bits < 0;
        return value_int(id, keeps_sign ? UINT64_MAX : 0);
    }
    uint64_t x = value_int(id, a->bits).bits;
    if (op == EXPR_LSH)
        return value_int(id, x << b->bits);
    return value_int(id, base_types[id].is_signed ? (uint64_t)((int64_t)x >> b->bits) : x >> b->bits);
}

static bool
compare(int op, bool is_signed, uint64_t a, uint64_t b)
{
    bool less = is_signed ? (int64_t)a < (int64_t)b : a < b;
    switch (op) {
    case EXPR_LT:
        return less;
    case EXPR_GE:
        return !less;
    case EXPR_GT:
        return !less && a != b;
    case EXPR_LE:
        return less || a == b;
    case EXPR_EQ:
        return a == b;
    default:
        return a != b;
    }
}

static bool
is_comparison(int op)
{
    return op >= EXPR_LT && op <= EXPR_NE;
}

static enum err
arithmetic(int op, const struct value *a, const struct value *b, struct value *out, struct buf *warnings, struct errinfo *e)
{
    if (op == EXPR_LSH || op == EXPR_RSH) {
        *out = shift(op, a, b, warnings);
        return OK;
    }
    enum base_id id = vtype_common(a->type, b->type);
    uint64_t x = value_int(id, a->bits).bits, y = value_int(id, b->bits).bits, r = 0;
    if (is_comparison(op)) {
        *out = value_int(BASE_INT, compare(op, base_types[id].is_signed, x, y));
        return OK;
    }
    if ((op == EXPR_DIV || op == EXPR_MOD) && y == 0)
        return err_set(e, ERR_DIVISION_BY_ZERO, NULL, 0, 0, 0);
    switch (op) {
    case EXPR_MUL: r = x * y; break;
    case EXPR_ADD: r = x + y; break;
    case EXPR_SUB: r = x - y; break;
    case EXPR_AND: r = x & y; break;
    case EXPR_XOR: r = x ^ y; break;
    case EXPR_OR: r = x | y; break;
    default: r = divide(op, id, x, y); break;
    }
    *out = value_int(id, r);
    return OK;
}

uint64_t
vtype_step(struct vtype type)
{
    return vtype_is_pointer(type) ? vtype_bytes(vtype_target(type)) : 1;
}

static enum err
pointer_arithmetic(int op, const struct value *a, const struct value *b, struct value *out, struct errinfo *e)
{
    bool a_moves = !vtype_is_integer(a->type), b_moves = !vtype_is_integer(b->type);
    if (is_comparison(op)) {
        *out = value_int(BASE_INT, compare(op, false, a->bits, b->bits));
        return OK;
    }
    if (op == EXPR_ADD && a_moves != b_moves) {
        const struct value *p = a_moves ? a : b, *n = a_moves ? b : a;
        *out = value_of(p->type, p->bits + n->bits * vtype_step(p->type));
        return OK;
    }
    if (op == EXPR_SUB && a_moves && !b_moves) {
        *out = value_of(a->type, a->bits - b->bits * vtype_step(a->type));
        return OK;
    }
    if (op == EXPR_SUB && a_moves && b_moves) {
        if (vtype_step(a->type) != vtype_step(b->type))
            return err_set(e, ERR_POINTER_MINUS, NULL, 0, 0, 0);
        *out = value_int(BASE_LONG, (uint64_t)((int64_t)(a->bits - b->bits) / (int64_t)vtype_step(a->type)));
        return OK;
    }
    return err_set(e, ERR_NOT_A_NUMBER, "arithmetic operation", 0, 0, 0);
}

struct value
value_promoted(const struct btf *btf, const struct value *v)
{
    uint32_t element = vtype_is_aggregate(v->type) && btf ? type_target(btf, v->type.id) : 0;
    if (v->n_bits && vtype_is_integer(v->type) && row(v->type)->kind != KIND_OF_BOOL && v->n_bits < 32)
        return value_int(BASE_INT, v->bits);
    if (v->place != PLACE_MEMORY || v->type.n_ptr == UINT8_MAX || !(v->type.n || element))
        return *v;
    struct vtype type = v->type.n ? vtype_target(v->type) : vtype_of_btf(btf, element);
    type.n_ptr++;
    return value_of(type, v->where);
}

enum err
value_binary(int op, const struct value *a, const struct value *b, struct value *out, struct buf *warnings, struct errinfo *e)
{
    if (vtype_is_integer(a->type) && vtype_is_integer(b->type))
        return arithmetic(op, a, b, out, warnings, e);
    if (vtype_is_scalar(a->type) && vtype_is_scalar(b->type))
        return pointer_arithmetic(op, a, b, out, e);
    return err_set(e, ERR_NOT_A_NUMBER, "arithmetic operation", 0, 0, 0);
}

enum err
value_unary(int op, const struct value *a, struct value *out, struct errinfo *e)
{
    if (op == EXPR_NOT) {
        *out = value_int(BASE_INT, !value_is_true(a)); /* void is false, as in gdb */
        return OK;
    }
    if (!vtype_is_integer(a->type)) {
        if (op == EXPR_COMPL)
            return err_set(e, ERR_NOT_AN_INTEGER, NULL, 0, 0, 0);
        return err_set(e, ERR_NOT_A_NEGATABLE, op == EXPR_NEG ? "negate" : "positive", 0, 0, 0);
    }
    enum base_id id = promoted(a);
    *out = value_int(id, op == EXPR_NEG ? 0 - a->bits : op == EXPR_COMPL ? ~a->bits : a->bits);
    return OK;
}
