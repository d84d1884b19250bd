/* Elements of maps in expressions: flows[key], flows[{.src = 1, .dst = 2}]. See expr_eval.h. */
#include "config.h"

#include "debugger/expr_eval.h"

#include "debugger/data.h"
#include "sim/base/base.h"
#include "sim/machine/map.h"

#include <string.h>

/* Where a key, or a part of it, goes. */
struct slot {
    uint8_t *bytes;
    uint64_t n_bytes;
    uint32_t type_id;          /* 0: unknown */
    uint32_t bit_off, n_bits;  /* a bit-field's; n_bits 0: none */
};

static enum err fill(struct eval *v, const struct slot *slot, int32_t index);

static enum err
put_number(struct eval *v, const struct slot *slot, uint64_t bits, bool is_signed)
{
    struct vtype type = slot->type_id ? vtype_of_btf(eval_btf(v), slot->type_id) : vtype_base(BASE_ULONG);
    if (slot->type_id && !vtype_is_scalar(type) && slot->n_bytes != 1)
        return err_set(v->e, ERR_KEY_PARTS, "flows[{.src = 1, .dst = 2}]", 0, 0, 0);
    for (uint32_t i = 0; i < slot->n_bits; i++) {
        uint32_t at = slot->bit_off + i;
        slot->bytes[at / 8] = (uint8_t)((slot->bytes[at / 8] & ~(1u << at % 8)) | (bits >> i & 1) << at % 8);
    }
    for (uint64_t i = 0; !slot->n_bits && i < slot->n_bytes; i++)
        slot->bytes[i] = i < 8 ? (uint8_t)(bits >> 8 * i) : is_signed && (int64_t)bits < 0 ? 0xff : 0;
    return OK;
}

/* A number, text, or bytes of the same size. */
static enum err
put_value(struct eval *v, const struct slot *slot, int32_t index)
{
    struct value value;
    enum err err = eval_node(v, index, &value);
    if (!err && value.is_optimized_out)
        err = err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0);
    if (err || v->is_type_only)
        return err;
    if (vtype_is_scalar(value.type))
        return put_number(v, slot, value.bits, vtype_is_signed(value.type));
    if ((err = eval_fetch(v, &value)))
        return err;
    uint64_t n = vtype_bytes(value.type);
    bool is_text = value.type.n && base_types[value.type.base].kind == KIND_OF_CHAR;
    if (!value.bytes || value.gone || (is_text ? n > slot->n_bytes + 1 : n != slot->n_bytes))
        return err_set(v->e, ERR_KEY_SIZE, NULL, 0, n, slot->n_bytes);
    memcpy(slot->bytes, value.bytes, n < slot->n_bytes ? n : slot->n_bytes);
    return OK;
}

/* One initialiser: of the member that it names, or of the one at its position. */
static enum err
put_part(struct eval *v, const struct slot *slot, const struct node *n, uint32_t position)
{
    struct type_member m = { 0 };
    const struct btf *btf = eval_btf(v);
    uint32_t element = btf && slot->type_id ? type_target(btf, slot->type_id) : 0;
    bool is_found;
    if (n->name) {
        is_found = btf && slot->type_id && type_find_member(btf, slot->type_id, n->name, &m);
    } else if (element) {
        m = (struct type_member){ .type_id = element, .bit_off = (uint64_t)type_bytes(btf, element) * 8 * position };
        is_found = true;
    } else {
        is_found = btf && slot->type_id && type_member_at(btf, slot->type_id, position, &m);
    }
    int64_t n_bytes = is_found ? type_bytes(btf, m.type_id) : -1;
    if (!is_found && n->name)
        return err_set(v->e, ERR_NO_MEMBER, n->name, 0, 0, 0);
    if (n_bytes < 0 || m.bit_off / 8 > slot->n_bytes || (uint64_t)n_bytes > slot->n_bytes - m.bit_off / 8)
        return err_set(v->e, ERR_KEY_EXCESS, NULL, 0, 0, 0);
    struct slot part = { .bytes = slot->bytes + m.bit_off / 8, .n_bytes = (uint64_t)n_bytes, .type_id = m.type_id };
    if (m.n_bits) {
        if (m.bit_off + m.n_bits > slot->n_bytes * 8)
            return err_set(v->e, ERR_KEY_EXCESS, NULL, 0, 0, 0);
        part.bit_off = m.bit_off % 8;
        part.n_bits = m.n_bits;
    }
    return fill(v, &part, n->b);
}

/* The nodes of a list are chained from its end. */
static enum err
put_list(struct eval *v, const struct slot *slot, const struct node *n, uint32_t *position)
{
    enum err err = n->a >= 0 ? put_list(v, slot, &v->x->nodes[n->a], position) : OK;
    if (err || n->b < 0)
        return err;
    return put_part(v, slot, n, (*position)++);
}

static enum err
fill(struct eval *v, const struct slot *slot, int32_t index)
{
    uint32_t position = 0;
    const struct node *n = &v->x->nodes[index];
    return n->op == EXPR_INIT ? put_list(v, slot, n, &position) : put_value(v, slot, index);
}

static struct vtype
value_type(struct eval *v, const struct map_def *def)
{
    static const uint8_t bases[] = { [1] = BASE_UCHAR, [2] = BASE_USHORT, [4] = BASE_UINT, [8] = BASE_ULONG };
    struct vtype type = vtype_base(BASE_UCHAR);
    if (def->value_btf_id && eval_btf(v))
        return vtype_of_btf(eval_btf(v), def->value_btf_id);
    if (def->value_bytes < ARRAY_LEN(bases) && bases[def->value_bytes])
        type.base = bases[def->value_bytes];
    else
        type.n = def->value_bytes;
    return type;
}

enum err
eval_element(struct eval *v, uint32_t index, int32_t key, struct value *out)
{
    struct machine *m = v->s->machine;
    struct map *map = &m->maps[index];
    const struct map_def *def = &v->s->program->maps[index];
    if (!map_has_keys(map))
        return err_set(v->e, ERR_MAP_WITHOUT_KEYS, def->name, 0, 0, 0);
    if (def->key_bytes > VALUE_MAX_BYTES)
        return err_set(v->e, ERR_VALUE_SIZE, NULL, 0, def->key_bytes, VALUE_MAX_BYTES);
    struct slot slot = { .bytes = session_scratch(v->s, def->key_bytes), .n_bytes = def->key_bytes, .type_id = eval_btf(v) ? def->key_btf_id : 0 };
    enum err err = fill(v, &slot, key);
    if (err)
        return err;
    uint32_t head, n_bytes;
    if (map_presence(map, &head, &n_bytes))
        eval_note_read(v, PLACE_MEMORY, head, n_bytes);
    uint64_t at = v->is_type_only ? 0 : map_lookup(m, map, slot.bytes);
    if (!at && !v->is_type_only)
        return err_set(v->e, ERR_NO_ELEMENT, def->name, 0, 0, 0);
    return eval_load(v, value_type(v, def), at, out);
}
