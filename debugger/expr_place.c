/* Places of expressions: reading memory, parts of aggregates, pointers. Arrays and aggregates in memory are read when somebody needs their
 * contents, so that a member or an element can be had of what is too large, or not all there. See expr_eval.h. */
#include "config.h"

#include "debugger/expr_eval.h"

#include "debugger/data.h"
#include "sim/base/base.h"

#include <string.h>

void
eval_note_read(struct eval *v, enum place place, uint64_t where, uint64_t n_bytes)
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
    eval_note_read(v, PLACE_MEMORY, addr, n);
    return v->is_type_only ? OK : data_read(v->s, addr, to, n, v->e);
}

enum err
eval_load(struct eval *v, struct vtype type, uint64_t addr, struct value *out)
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

/* Reads what eval_load() has left. */
enum err
eval_fetch(struct eval *v, struct value *out)
{
    bool is_missing = out->place == PLACE_MEMORY && !out->bytes && !out->is_optimized_out && (out->type.n || vtype_is_aggregate(out->type));
    if (is_missing)
        eval_note_read(v, PLACE_MEMORY, out->where, vtype_bytes(out->type));
    return is_missing && !v->is_type_only ? data_fetch(v->s, out, v->e) : OK;
}

bool
eval_is_void(struct vtype type)
{
    return !type.n && !type.n_ptr && base_types[type.base].kind == KIND_OF_VOID;
}

const struct btf *
eval_btf(const struct eval *v)
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
        return eval_load(v, type, a->where + off, out);
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

static enum err
bitfield(struct eval *v, const struct value *a, const struct type_member *m, struct value *out)
{
    enum err err;
    struct value unit;
    struct vtype bytes = vtype_base(BASE_UCHAR), type = vtype_of_btf(eval_btf(v), m->type_id);
    uint64_t bits = 0, shift = m->bit_off % 8;
    bytes.n = (uint32_t)((shift + m->n_bits + 7) / 8);
    if ((err = part(v, a, m->bit_off / 8, bytes, &unit)) || (err = eval_fetch(v, &unit)))
        return err;
    if (!v->is_type_only)
        memcpy(&bits, unit.bytes, bytes.n < 8 ? bytes.n : 8);
    bits = bits >> shift << (64 - m->n_bits);
    *out = value_of(type, vtype_is_signed(type) ? (uint64_t)((int64_t)bits >> (64 - m->n_bits)) : bits >> (64 - m->n_bits));
    out->is_optimized_out = a->is_optimized_out || is_gone(&unit, shift, m->n_bits, true);
    out->place = unit.place;
    out->where = unit.where;
    out->bit_off = (uint8_t)shift;
    out->n_bits = (uint8_t)m->n_bits;
    return OK;
}

enum err
eval_member(struct eval *v, const struct value *a, const char *name, struct value *out)
{
    struct type_member m;
    struct value whole = *a;
    if (vtype_is_pointer(a->type)) {
        if (a->is_optimized_out)
            return err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0);
        whole = (struct value){ .type = vtype_target(a->type), .place = PLACE_MEMORY, .where = a->bits };
    }
    if (!vtype_is_aggregate(whole.type) || !eval_btf(v))
        return err_set(v->e, ERR_NOT_A_STRUCT, NULL, 0, 0, 0);
    if (!type_find_member(eval_btf(v), whole.type.id, name, &m))
        return err_set(v->e, ERR_NO_MEMBER, name, 0, 0, 0);
    if (m.n_bits && m.n_bits <= 64)
        return bitfield(v, &whole, &m, out);
    return part(v, &whole, m.bit_off / 8, vtype_of_btf(eval_btf(v), m.type_id), out);
}

enum err
eval_dereference(struct eval *v, const struct value *a, struct value *out)
{
    if (a->type.n && a->place == PLACE_MEMORY)
        return eval_load(v, vtype_target(a->type), a->where, out);
    if (vtype_is_aggregate(a->type) && eval_btf(v) && type_target(eval_btf(v), a->type.id))
        return part(v, a, 0, vtype_of_btf(eval_btf(v), type_target(eval_btf(v), a->type.id)), out);
    if (vtype_is_integer(a->type)) /* gdb: what an integer points to is a long */
        return eval_load(v, vtype_base(BASE_LONG), a->bits, out);
    if (!vtype_is_pointer(a->type))
        return err_set(v->e, ERR_NOT_DEREFERENCEABLE, NULL, 0, 0, 0);
    if (eval_is_void(vtype_target(a->type)))
        return err_set(v->e, ERR_VOID_POINTER, NULL, 0, 0, 0);
    return eval_load(v, vtype_target(a->type), a->bits, out);
}

enum err
eval_address(struct eval *v, const struct value *a, struct value *out)
{
    if (!a->type.n && base_types[a->type.base].kind == KIND_OF_CODE && a->place == PLACE_NONE) { /* &function */
        *out = *a;
        return OK;
    }
    if (a->place != PLACE_MEMORY || a->n_bits)
        return err_set(v->e, ERR_NO_ADDRESS, NULL, 0, 0, 0);
    struct vtype type = a->type;
    type.n = 0;
    type.n_ptr++;
    *out = value_of(type, a->where);
    return OK;
}

enum err
eval_subscript(struct eval *v, const struct value *a, const struct value *index, struct value *out)
{
    struct value place;
    uint32_t element = vtype_is_aggregate(a->type) && eval_btf(v) ? type_target(eval_btf(v), a->type.id) : 0;
    if (element && vtype_is_integer(index->type)) {
        struct vtype type = vtype_of_btf(eval_btf(v), element);
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
        vtype_text(eval_btf(v), a->type, &text);
        enum err err = err_set(v->e, ERR_NOT_SUBSCRIPTABLE, buf_text(&text), 0, 0, 0);
        buf_free(&text);
        return err;
    }
    struct value pointer = value_promoted(eval_btf(v), a), by = value_promoted(eval_btf(v), index);
    enum err err = value_binary(EXPR_ADD, &pointer, &by, &place, v->warnings, v->e);
    return err ? err : eval_dereference(v, &place, out);
}

enum err
eval_repeat(struct eval *v, const struct value *a, const struct value *n, struct value *out)
{
    if (a->place != PLACE_MEMORY || a->n_bits)
        return err_set(v->e, ERR_REPEAT_VALUE, NULL, 0, 0, 0);
    struct vtype type = a->type;
    if (!vtype_is_integer(n->type) || n->bits == 0 || n->bits > VALUE_MAX_BYTES || type.n)
        return err_set(v->e, ERR_REPEAT_COUNT, NULL, 0, n->bits, 0);
    type.n = (uint32_t)n->bits;
    return eval_load(v, type, a->where, out);
}
