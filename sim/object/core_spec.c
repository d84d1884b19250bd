/* CO-RE paths: from text to names, to readable text, and to values. See core.h. */
#include "config.h"

#include "sim/object/core.h"

#include "sim/object/btf.h"
#include "sim/object/types.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BIT_OFF (UINT64_C(1) << 35) /* 4 GiB, the most that BTF sizes can express */

const struct core_kind_row core_kinds[N_CORE_KINDS] = {
    [BPF_CORE_FIELD_BYTE_OFFSET] = { "field_offset", CORE_FIELD },
    [BPF_CORE_FIELD_BYTE_SIZE] = { "field_size", CORE_FIELD },
    [BPF_CORE_FIELD_EXISTS] = { "field_exists", CORE_FIELD },
    [BPF_CORE_FIELD_SIGNED] = { "field_signed", CORE_FIELD },
    [BPF_CORE_FIELD_LSHIFT_U64] = { "field_lshift", CORE_FIELD },
    [BPF_CORE_FIELD_RSHIFT_U64] = { "field_rshift", CORE_FIELD },
    [BPF_CORE_TYPE_ID_LOCAL] = { "type_id_local", CORE_TYPE },
    [BPF_CORE_TYPE_ID_TARGET] = { "type_id_target", CORE_TYPE },
    [BPF_CORE_TYPE_EXISTS] = { "type_exists", CORE_TYPE },
    [BPF_CORE_TYPE_SIZE] = { "type_size", CORE_TYPE },
    [BPF_CORE_ENUMVAL_EXISTS] = { "enumval_exists", CORE_ENUMVAL },
    [BPF_CORE_ENUMVAL_VALUE] = { "enumval_value", CORE_ENUMVAL },
    [BPF_CORE_TYPE_MATCHES] = { "type_matches", CORE_TYPE },
};

/* ---------------------------------------------------------------- parsing */

/* Reads "0:3:1". Returns the number of indices, 0 when it is no path. */
static uint32_t
parse_path(const char *path, uint32_t indices[CORE_MAX_PATH])
{
    uint32_t n = 0;
    for (;;) {
        if (*path < '0' || *path > '9' || n == CORE_MAX_PATH)
            return 0;
        char *end;
        unsigned long index = strtoul(path, &end, 10);
        if (index > INT32_MAX)
            return 0;
        indices[n++] = (uint32_t)index;
        if (!*end)
            return n;
        if (*end != ':')
            return 0;
        path = end + 1;
    }
}

static const char *
advance(struct core_spec *s, uint64_t bits)
{
    s->bit_off += bits;
    return s->bit_off <= MAX_BIT_OFF ? NULL : "its offset is beyond 4 GiB";
}

static const char *
advance_elements(struct core_spec *s, uint32_t id, uint32_t index)
{
    int64_t bytes = btf_bytes(s->btf, id);
    return bytes < 0 ? "an element has no size" : advance(s, (uint64_t)bytes * 8 * index);
}

bool
core_has_element(const struct core_spec *s, const struct btf_type *array, uint32_t index)
{
    const struct core_step *last = &s->steps[s->n_steps - 1];
    if (index < btf_array(array)->nelems)
        return true;
    return last->name && !btf_array(array)->nelems && last->index + 1u == btf_vlen(btf__type_by_id(s->btf, last->type_id));
}

/* Follows one index of the path from type *id; *id becomes the type that it leads to. */
static const char *
follow(struct core_spec *s, uint32_t *id, uint32_t index)
{
    const struct btf_type *t = btf_skip(s->btf, id);
    if (btf_is_composite(t)) {
        if (index >= btf_vlen(t))
            return "its path names a member that its struct does not have";
        const struct btf_member *m = &btf_members(t)[index];
        const char *name = btf_name(s->btf, m->name_off);
        if (*name)
            s->steps[s->n_steps++] = (struct core_step){ *id, index, name };
        *id = m->type;
        return advance(s, btf_member_bit_offset(t, index));
    }
    if (btf_is_array(t)) {
        if (!core_has_element(s, t, index))
            return "its path goes beyond the end of an array";
        *id = btf_array(t)->type;
        btf_skip(s->btf, id);
        s->steps[s->n_steps++] = (struct core_step){ *id, index, NULL };
        return advance_elements(s, *id, index);
    }
    return "its path goes through what is no struct";
}

static const char *
parse_field(struct core_spec *s, uint32_t id, const uint32_t *indices, uint32_t n)
{
    btf_skip(s->btf, &id);
    s->steps[s->n_steps++] = (struct core_step){ id, indices[0], NULL };
    const char *why = advance_elements(s, id, indices[0]);
    for (uint32_t i = 1; i < n && !why; i++)
        why = follow(s, &id, indices[i]);
    return why;
}

static const char *
parse_enumerator(struct core_spec *s, uint32_t id, const uint32_t *indices, uint32_t n)
{
    const struct btf_type *t = btf_skip(s->btf, &id);
    if (!btf_is_any_enum(t) || n != 1 || indices[0] >= btf_vlen(t))
        return "it names no enumerator";
    s->steps[s->n_steps++] = (struct core_step){ id, indices[0], btf_enum_name(s->btf, t, indices[0]) };
    return NULL;
}

const char *
core_spec_parse(struct core_spec *out, const struct btf *btf, enum bpf_core_relo_kind kind, uint32_t type_id, const char *path)
{
    uint32_t indices[CORE_MAX_PATH];
    *out = (struct core_spec){ .btf = btf, .kind = kind };
    if ((unsigned)kind >= N_CORE_KINDS)
        return "it is of an unknown kind";
    if (!type_id || type_id >= btf__type_cnt(btf))
        return "its type does not exist";
    out->root_id = type_id;
    uint32_t n = parse_path(path, indices);
    if (!n)
        return "its path is malformed";
    switch (core_kinds[kind].family) {
    case CORE_FIELD:
        return parse_field(out, type_id, indices, n);
    case CORE_ENUMVAL:
        return parse_enumerator(out, type_id, indices, n);
    default:
        return strcmp(path, "0") ? "its path is malformed" : NULL;
    }
}

/* ---------------------------------------------------------------- printing */

void
core_spec_print(const struct core_spec *s, struct buf *out)
{
    const struct btf_type *t = btf__type_by_id(s->btf, s->root_id);
    const char *name = btf_name(s->btf, t->name_off);
    bool is_plain = s->kind == BPF_CORE_FIELD_BYTE_OFFSET; /* nine of ten are */
    if (!is_plain)
        buf_printf(out, "%s(", (unsigned)s->kind < N_CORE_KINDS ? core_kinds[s->kind].name : "unknown");
    buf_printf(out, "%s%s", type_keyword(t), *name ? name : "{...}");
    for (uint32_t i = 0; i < s->n_steps; i++) {
        if (s->steps[i].name)
            buf_printf(out, "%s%s", core_kinds[s->kind].family == CORE_ENUMVAL ? "::" : ".", s->steps[i].name);
        else if (i || s->steps[i].index)
            buf_printf(out, "[%u]", s->steps[i].index);
    }
    if (!is_plain)
        buf_putc(out, ')');
}

/* ---------------------------------------------------------------- values */

/* Where the field lies and how it is loaded. For a bitfield that is the smallest aligned integer that holds all of it. */
struct place {
    uint64_t byte_off, bytes, bit_off, bits;
    uint32_t type_id;
    bool is_bitfield;
};

static bool
find_place(const struct core_spec *s, struct place *out)
{
    const struct core_step *last = &s->steps[s->n_steps - 1];
    const struct btf_type *owner = btf__type_by_id(s->btf, last->type_id);
    *out = (struct place){ .type_id = last->type_id, .bit_off = s->bit_off };
    if (last->name) {
        out->type_id = btf_members(owner)[last->index].type;
        out->bits = btf_member_bitfield_size(owner, last->index);
        out->is_bitfield = out->bits > 0;
    }
    const struct btf_type *t = btf_skip(s->btf, &out->type_id);
    if (!out->is_bitfield) {
        int64_t bytes = btf_bytes(s->btf, out->type_id);
        out->bytes = (uint64_t)bytes;
        out->bits = out->bytes * 8;
        out->byte_off = s->bit_off / 8;
        return bytes >= 0;
    }
    if (!btf_is_int(t) && !btf_is_any_enum(t))
        return false;
    for (out->bytes = t->size; out->bytes <= 8; out->bytes *= 2) {
        out->byte_off = s->bit_off / 8 / out->bytes * out->bytes;
        if (s->bit_off + out->bits <= (out->byte_off + out->bytes) * 8)
            return true;
    }
    return false;
}

static bool
is_signed(const struct btf *btf, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(btf, id);
    return btf_is_int(t) ? btf_int_encoding(t) & BTF_INT_SIGNED : btf_is_any_enum(t) && btf_kflag(t);
}

static enum core_answer
evaluate_field(enum bpf_core_relo_kind kind, const struct core_spec *s, struct core_value *out)
{
    struct place p;
    bool is_element = !s->steps[s->n_steps - 1].name;
    if (!find_place(s, &p) || (is_element && kind != BPF_CORE_FIELD_BYTE_OFFSET && kind != BPF_CORE_FIELD_BYTE_SIZE))
        return CORE_BROKEN;
    out->is_certain = !p.is_bitfield; /* compilers load bitfields as they like */
    switch (kind) {
    case BPF_CORE_FIELD_BYTE_OFFSET:
        out->value = p.byte_off;
        if (!p.is_bitfield) {
            out->field_bytes = (uint32_t)p.bytes;
            out->field_id = p.type_id;
        }
        return CORE_YES;
    case BPF_CORE_FIELD_BYTE_SIZE:
        out->value = p.bytes;
        return CORE_YES;
    case BPF_CORE_FIELD_SIGNED:
        out->value = is_signed(s->btf, p.type_id);
        out->is_certain = true;
        return CORE_YES;
    case BPF_CORE_FIELD_LSHIFT_U64:
        out->value = 64 - (p.bit_off + p.bits - p.byte_off * 8);
        return CORE_YES;
    case BPF_CORE_FIELD_RSHIFT_U64:
        out->value = 64 - p.bits;
        out->is_certain = true;
        return CORE_YES;
    default:
        return CORE_BROKEN;
    }
}

static enum core_answer
evaluate_type(enum bpf_core_relo_kind kind, const struct core_spec *s, struct core_value *out)
{
    int64_t bytes;
    switch (kind) {
    case BPF_CORE_TYPE_ID_LOCAL:
    case BPF_CORE_TYPE_ID_TARGET:
        out->value = s->root_id;
        out->is_certain = false; /* linking objects renumbers types */
        return CORE_YES;
    case BPF_CORE_TYPE_SIZE:
        bytes = btf_bytes(s->btf, s->root_id);
        out->value = (uint64_t)bytes;
        return bytes < 0 ? CORE_BROKEN : CORE_YES;
    default:
        out->value = 1;
        return CORE_YES;
    }
}

enum core_answer
core_evaluate(enum bpf_core_relo_kind kind, const struct core_spec *s, struct core_value *out)
{
    *out = (struct core_value){ .is_certain = true };
    if (kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_ENUMVAL_EXISTS) {
        out->value = s != NULL;
        return CORE_YES;
    }
    if (core_kinds[kind].family == CORE_TYPE) /* no such type: its size, id and existence are all 0 */
        return s ? evaluate_type(kind, s, out) : CORE_YES;
    if (!s)
        return CORE_NO;
    if (core_kinds[kind].family == CORE_FIELD)
        return evaluate_field(kind, s, out);
    const struct btf_type *t = btf__type_by_id(s->btf, s->steps[0].type_id);
    int64_t value = btf_enum_value(t, s->steps[0].index);
    out->value = (uint64_t)(btf_is_enum(t) ? (int32_t)value : value); /* libbpf sign-extends unsigned ones as well */
    return CORE_YES;
}
