/* Writing the places of expressions: numbers, bit-fields, structs, registers, convenience variables. See expr_eval.h. */
#include "config.h"

#include "debugger/expr_eval.h"

#include "debugger/data.h"
#include "sim/base/base.h"

#include <string.h>

/* The bytes of a number in memory, as they lie there; bits beside a bit-field stay what they are. */
static enum err
write_number(struct eval *v, const struct value *a, uint64_t bits)
{
    uint8_t bytes[9] = { 0 };
    uint64_t n = a->n_bits ? (a->bit_off + a->n_bits + 7u) / 8 : vtype_bytes(a->type);
    enum err err = a->n_bits ? data_read(v->s, a->where, bytes, n, v->e) : OK;
    for (unsigned i = 0; i < a->n_bits; i++) {
        unsigned at = a->bit_off + i;
        bytes[at / 8] = (uint8_t)((bytes[at / 8] & ~(1u << at % 8)) | (bits >> i & 1) << at % 8);
    }
    for (uint64_t i = 0; !a->n_bits && i < n; i++)
        bytes[a->is_big_endian ? n - 1 - i : i] = (uint8_t)(bits >> 8 * i);
    return err ? err : data_write(v->s, a->where, bytes, n, v->e);
}

/* What a number becomes in the place: a bit-field cuts it. */
static struct value
fitted(const struct value *a, uint64_t bits)
{
    bool is_bool = vtype_is_integer(a->type) && base_types[a->type.base].kind == KIND_OF_BOOL;
    unsigned above = a->n_bits && !is_bool ? 64u - a->n_bits : 0;
    bits = vtype_is_signed(a->type) ? (uint64_t)((int64_t)(bits << above) >> above) : bits << above >> above;
    struct value out = value_of(a->type, bits);
    out.place = a->place;
    out.where = a->where;
    out.bit_off = a->bit_off;
    out.n_bits = a->n_bits;
    out.is_big_endian = a->is_big_endian;
    return out;
}

/* One struct's bytes over another's of the same type. */
static enum err
assign_aggregate(struct eval *v, const struct value *a, const struct value *b, struct value *out)
{
    struct value whole = *b;
    enum err err = eval_fetch(v, &whole);
    if (err)
        return err;
    if (a->place != PLACE_MEMORY || a->type.id != b->type.id || vtype_bytes(a->type) != vtype_bytes(b->type) || whole.gone)
        return err_set(v->e, ERR_INVALID_CAST, NULL, 0, 0, 0);
    if ((err = data_write(v->s, a->where, whole.bytes, vtype_bytes(a->type), v->e)))
        return err;
    *out = *a;
    out->bytes = NULL;
    return OK;
}

enum err
eval_assign(struct eval *v, const struct value *a, const struct value *b, struct value *out)
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
        if ((err = eval_fetch(v, &whole)))
            return err;
        data_store(v->s, (uint32_t)a->where, &whole);
        *out = whole;
        out->place = PLACE_VARIABLE;
        out->where = a->where;
        return OK;
    }
    if (vtype_is_aggregate(a->type) && vtype_is_aggregate(b->type))
        return assign_aggregate(v, a, b, out);
    if (!vtype_is_scalar(a->type) || !vtype_is_scalar(b->type))
        return err_set(v->e, ERR_INVALID_CAST, NULL, 0, 0, 0);
    struct value cast = fitted(a, b->bits);
    if (a->place == PLACE_REGISTER) {
        if ((err = data_write_reg(v->s, (uint32_t)a->where, cast.bits, v->e)) ||
            (err = data_read_reg(v->s, (uint32_t)a->where, out, v->e)))
            return err;
        *out = value_of(a->type, out->bits); /* a variable's type, when it lives there */
        out->place = a->place;
        out->where = a->where;
        return OK;
    }
    *out = cast;
    return write_number(v, a, cast.bits);
}

enum err
eval_step(struct eval *v, enum expr_op op, const struct value *a, struct value *out)
{
    enum err err;
    struct value one = value_int(BASE_INT, 1), sum;
    bool is_inc = op == EXPR_PREINC || op == EXPR_POSTINC, is_pre = op == EXPR_PREINC || op == EXPR_PREDEC;
    if (a->place == PLACE_NONE)
        return err_set(v->e, ERR_NOT_LVALUE, NULL, 0, 0, 0);
    struct value from = value_promoted(eval_btf(v), a);
    if ((err = value_binary(is_inc ? EXPR_ADD : EXPR_SUB, &from, &one, &sum, v->warnings, v->e)) || (err = eval_assign(v, a, &sum, out)))
        return err;
    if (!is_pre) {
        *out = value_of(a->type, a->bits);
        out->n_bits = a->n_bits;
    }
    return OK;
}
