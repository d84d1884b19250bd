/* DWARF's types as BTF, so that there is one model of types. Each type that is asked for gets an id at once and is written when its turn comes:
 * no recursion, whatever the file says. What is written goes through btf_read() like every BTF from outside. See dwarf.h. */
#include "config.h"

#include "sim/object/dwarf.h"

#include "sim/base/base.h"
#include "sim/base/buf.h"
#include "sim/object/btf.h"
#include "sim/object/btfindex.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

struct queued {
    Dwarf_Die die;
    uint32_t level; /* ARRAY: dimensions before this one */
};

struct dwarf_types {
    const struct btf *own;
    struct btf_index index;
    uint32_t n_own;      /* types of own, void included */
    uint32_t n_own_text;
    struct buf types, text;
    struct queued *queue; /* [i] becomes type n_own + i */
    uint32_t n_queue;
    uint32_t *buckets;   /* by offset of the DIE and level: index into queue + 1, 0 is free; DWARF_MAX_TYPES * 2 of them */
    uint32_t n_dies;
    uint32_t *signed_enums; /* types of own whose values are signed, which compilers did not say in BTF before 2022 */
    uint32_t n_signed_enums;
};

enum { N_BUCKETS = 2 * DWARF_MAX_TYPES, NAMED_KINDS = 1 << BTF_KIND_INT | 1 << BTF_KIND_STRUCT | 1 << BTF_KIND_UNION | 1 << BTF_KIND_ENUM |
                                                      1 << BTF_KIND_TYPEDEF };

/* ---- reading DIEs */

static uint64_t
number_of(Dwarf_Die *die, unsigned name, uint64_t otherwise)
{
    Dwarf_Attribute attr;
    Dwarf_Word value;
    return dwarf_attr_integrate(die, name, &attr) && dwarf_formudata(&attr, &value) == 0 ? value : otherwise;
}

static bool
type_of(Dwarf_Die *die, Dwarf_Die *out)
{
    Dwarf_Attribute attr;
    return dwarf_attr_integrate(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, out);
}

uint64_t
dwarf_type_bytes(Dwarf_Die *die)
{
    Dwarf_Word n_bytes = 0;
    return die && dwarf_aggregate_size(die, &n_bytes) == 0 ? n_bytes : 0;
}

/* The first child, then the next one; within the limit of DIEs. */
static bool
next_child(struct dwarf_types *t, Dwarf_Die *parent, Dwarf_Die *child, bool is_first)
{
    return t->n_dies++ < DWARF_MAX_DIES && (is_first ? dwarf_child(parent, child) : dwarf_siblingof(child, child)) == 0;
}

/* The dimensions of an array, and how many elements number `level` has. */
static uint32_t
dimensions(struct dwarf_types *t, Dwarf_Die *array, uint32_t level, uint32_t *n_elements)
{
    Dwarf_Die child;
    uint32_t n = 0;
    *n_elements = 0;
    for (bool more = next_child(t, array, &child, true); more; more = next_child(t, array, &child, false)) {
        if (dwarf_tag(&child) != DW_TAG_subrange_type)
            continue;
        uint64_t count = number_of(&child, DW_AT_count, number_of(&child, DW_AT_upper_bound, UINT64_MAX) + 1);
        if (n++ == level)
            *n_elements = count <= UINT32_MAX ? (uint32_t)count : 0;
    }
    return n ? n : 1;
}

static uint32_t
kind_of(Dwarf_Die *die)
{
    switch (dwarf_tag(die)) {
    case DW_TAG_base_type:
        return number_of(die, DW_AT_encoding, 0) == DW_ATE_float ? BTF_KIND_FLOAT : BTF_KIND_INT;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
        return BTF_KIND_PTR;
    case DW_TAG_array_type:
        return BTF_KIND_ARRAY;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
        return dwarf_hasattr(die, DW_AT_declaration) ? BTF_KIND_FWD : BTF_KIND_STRUCT;
    case DW_TAG_union_type:
        return dwarf_hasattr(die, DW_AT_declaration) ? BTF_KIND_FWD : BTF_KIND_UNION;
    case DW_TAG_enumeration_type:
        return dwarf_type_bytes(die) == 8 ? BTF_KIND_ENUM64 : BTF_KIND_ENUM;
    case DW_TAG_typedef:
        return BTF_KIND_TYPEDEF;
    case DW_TAG_const_type:
        return BTF_KIND_CONST;
    case DW_TAG_volatile_type:
        return BTF_KIND_VOLATILE;
    case DW_TAG_restrict_type:
        return BTF_KIND_RESTRICT;
    case DW_TAG_subroutine_type:
        return BTF_KIND_FUNC_PROTO;
    default:
        return BTF_KIND_UNKN;
    }
}

/* What BTF can't say; types that have no name are said without one. */
static bool
is_representable(Dwarf_Die *die, uint32_t kind)
{
    uint64_t n_bytes = dwarf_type_bytes(die);
    bool is_power = n_bytes && !(n_bytes & (n_bytes - 1));
    switch (kind) {
    case BTF_KIND_UNKN:
        return false;
    case BTF_KIND_INT:
        return is_power && n_bytes <= 16;
    case BTF_KIND_FLOAT:
        return is_power && n_bytes >= 2 && n_bytes <= 16;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        return is_power && n_bytes <= 8;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        return n_bytes <= UINT32_MAX;
    default:
        return true;
    }
}

/* ---- ids */

/* Takes DWARF's word for it. */
static void
note_sign(struct dwarf_types *t, Dwarf_Die *die, uint32_t own)
{
    Dwarf_Die type;
    uint64_t encoding = type_of(die, &type) ? number_of(&type, DW_AT_encoding, 0) : 0;
    if ((encoding == DW_ATE_signed || encoding == DW_ATE_signed_char) && !btf_kflag(btf__type_by_id(t->own, own)))
        *LIST_ADD(t->signed_enums, t->n_signed_enums) = own;
}

static uint32_t
own_type_like(struct dwarf_types *t, Dwarf_Die *die, uint32_t kind)
{
    const char *name = dwarf_diename(die);
    if (!t->own || !name || !*name || !(NAMED_KINDS >> kind & 1))
        return 0;
    for (uint32_t id = btf_index_first(&t->index, name, strlen(name)), n = 0; id && n < 256; id = btf_index_next(&t->index, id), n++) {
        const struct btf_type *own = btf__type_by_id(t->own, id);
        bool is_size_equal = kind == BTF_KIND_TYPEDEF || own->size == dwarf_type_bytes(die);
        if (btf_kind(own) != kind || !is_size_equal || strcmp(btf_type_name(t->own, id), name))
            continue;
        if (kind == BTF_KIND_ENUM)
            note_sign(t, die, id);
        return id;
    }
    return 0;
}

static uint32_t
queue_id(struct dwarf_types *t, Dwarf_Die *die, uint32_t level)
{
    Dwarf_Off off = dwarf_dieoffset(die);
    uint32_t i = (uint32_t)((off * 31 + level) * 2654435761u) % N_BUCKETS;
    for (; t->buckets[i]; i = (i + 1) % N_BUCKETS) {
        struct queued *q = &t->queue[t->buckets[i] - 1];
        if (dwarf_dieoffset(&q->die) == off && q->level == level)
            return t->n_own + t->buckets[i] - 1;
    }
    if (t->n_queue == DWARF_MAX_TYPES)
        return 0;
    *LIST_ADD(t->queue, t->n_queue) = (struct queued){ *die, level };
    t->buckets[i] = t->n_queue;
    return t->n_own + t->n_queue - 1;
}

uint32_t
dwarf_types_id(struct dwarf_types *t, Dwarf_Die *die)
{
    Dwarf_Die inner;
    for (int i = 0; die && dwarf_tag(die) == DW_TAG_atomic_type && i < DWARF_MAX_DEPTH; i++, die = &inner) {
        Dwarf_Die of;
        if (!type_of(die, &of))
            return 0;
        inner = of;
    }
    uint32_t kind = die ? kind_of(die) : BTF_KIND_UNKN;
    if (!die || !is_representable(die, kind))
        return 0;
    uint32_t own = own_type_like(t, die, kind);
    return own ? own : queue_id(t, die, 0);
}

static uint32_t
id_of_type(struct dwarf_types *t, Dwarf_Die *die)
{
    Dwarf_Die type;
    return type_of(die, &type) ? dwarf_types_id(t, &type) : 0;
}

/* ---- writing BTF */

static void
put(struct dwarf_types *t, uint32_t word)
{
    buf_write(&t->types, &word, sizeof word);
}

static uint32_t
put_text(struct dwarf_types *t, const char *text)
{
    if (!text || !*text)
        return 0;
    uint32_t off = t->n_own_text + (uint32_t)t->text.len;
    char *name = object_name(text);
    buf_write(&t->text, name, strlen(name) + 1);
    free(name);
    return off;
}

static void
put_header(struct dwarf_types *t, Dwarf_Die *die, uint32_t kind, uint32_t n, bool flag, uint32_t size_or_type)
{
    put(t, die ? put_text(t, dwarf_diename(die)) : 0);
    put(t, kind << 24 | (uint32_t)flag << 31 | n);
    put(t, size_or_type);
}

static void
write_base(struct dwarf_types *t, Dwarf_Die *die, uint32_t kind)
{
    uint64_t encoding = number_of(die, DW_AT_encoding, 0), n_bytes = dwarf_type_bytes(die);
    bool is_char = encoding == DW_ATE_signed_char || encoding == DW_ATE_unsigned_char;
    bool is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    uint32_t bits = encoding == DW_ATE_boolean ? BTF_INT_BOOL : (is_signed ? BTF_INT_SIGNED : 0) | (is_char ? BTF_INT_CHAR : 0);
    put_header(t, die, kind, 0, false, (uint32_t)n_bytes);
    if (kind == BTF_KIND_INT)
        put(t, bits << 24 | (uint32_t)n_bytes * 8);
}

struct member {
    uint32_t name, type, bit_off, n_bits;
};

/* False for what is no member with a place. */
static bool
read_member(struct dwarf_types *t, Dwarf_Die *die, struct member *out)
{
    Dwarf_Die type;
    if (dwarf_tag(die) != DW_TAG_member || !type_of(die, &type))
        return false;
    uint64_t off = 8 * number_of(die, DW_AT_data_member_location, 0), n_bits = number_of(die, DW_AT_bit_size, 0);
    off += number_of(die, DW_AT_data_bit_offset, 0);
    if (n_bits && dwarf_hasattr(die, DW_AT_bit_offset)) /* DWARF 3: counted from the other end of a unit */
        off += 8 * number_of(die, DW_AT_byte_size, dwarf_type_bytes(&type)) - number_of(die, DW_AT_bit_offset, 0) - n_bits;
    *out = (struct member){ .type = dwarf_types_id(t, &type), .bit_off = (uint32_t)off, .n_bits = (uint32_t)n_bits };
    if (!out->type || off >= UINT32_MAX || n_bits > 64 || (n_bits && off >= 1 << 24))
        return false;
    out->name = put_text(t, dwarf_diename(die));
    return true;
}

static void
write_composite(struct dwarf_types *t, Dwarf_Die *die, uint32_t kind)
{
    Dwarf_Die child;
    struct member *members = NULL;
    uint32_t n = 0;
    bool has_bitfields = false;
    for (bool more = next_child(t, die, &child, true); more && n < UINT16_MAX; more = next_child(t, die, &child, false)) {
        struct member m;
        if (!read_member(t, &child, &m))
            continue;
        *LIST_ADD(members, n) = m;
        has_bitfields |= m.n_bits != 0;
    }
    for (uint32_t i = 0; has_bitfields && i < n; i++)
        has_bitfields &= members[i].bit_off < 1 << 24; /* else BTF can't say which are bitfields */
    put_header(t, die, kind, n, has_bitfields, (uint32_t)dwarf_type_bytes(die));
    for (uint32_t i = 0; i < n; i++) {
        put(t, members[i].name);
        put(t, members[i].type);
        put(t, members[i].bit_off | (has_bitfields ? members[i].n_bits << 24 : 0));
    }
    free(members);
}

static void
write_enum(struct dwarf_types *t, Dwarf_Die *die, uint32_t kind)
{
    Dwarf_Die child;
    struct {
        uint32_t name;
        uint64_t value;
    } *list = NULL;
    uint32_t n = 0;
    bool is_signed = false;
    for (bool more = next_child(t, die, &child, true); more && n < UINT16_MAX; more = next_child(t, die, &child, false)) {
        Dwarf_Attribute attr;
        Dwarf_Sword value = 0;
        if (dwarf_tag(&child) != DW_TAG_enumerator || !dwarf_attr(&child, DW_AT_const_value, &attr))
            continue;
        bool is_udata = dwarf_whatform(&attr) == DW_FORM_udata;
        if (is_udata ? dwarf_formudata(&attr, (Dwarf_Word *)&value) : dwarf_formsdata(&attr, &value))
            continue;
        LIST_ADD(list, n)->value = (uint64_t)value;
        list[n - 1].name = put_text(t, dwarf_diename(&child));
        is_signed |= !is_udata && value < 0;
    }
    put_header(t, die, kind, n, is_signed, (uint32_t)dwarf_type_bytes(die));
    for (uint32_t i = 0; i < n; i++) {
        put(t, list[i].name);
        put(t, (uint32_t)list[i].value);
        if (kind == BTF_KIND_ENUM64)
            put(t, (uint32_t)(list[i].value >> 32));
    }
    free(list);
}

static void
write_array(struct dwarf_types *t, Dwarf_Die *die, uint32_t level)
{
    uint32_t n_elements, n = dimensions(t, die, level, &n_elements);
    uint32_t element = level + 1 < n && level < DWARF_MAX_DEPTH ? queue_id(t, die, level + 1) : id_of_type(t, die);
    put_header(t, NULL, BTF_KIND_ARRAY, 0, false, 0);
    put(t, element);
    put(t, 0);
    put(t, n_elements);
}

static void
write_prototype(struct dwarf_types *t, Dwarf_Die *die)
{
    Dwarf_Die child;
    uint32_t *types = NULL, n = 0;
    for (bool more = next_child(t, die, &child, true); more && n < UINT8_MAX; more = next_child(t, die, &child, false)) {
        bool is_rest = dwarf_tag(&child) == DW_TAG_unspecified_parameters;
        if (is_rest || dwarf_tag(&child) == DW_TAG_formal_parameter)
            *LIST_ADD(types, n) = is_rest ? 0 : id_of_type(t, &child);
    }
    put_header(t, NULL, BTF_KIND_FUNC_PROTO, n, false, id_of_type(t, die));
    for (uint32_t i = 0; i < n; i++) {
        put(t, 0);
        put(t, types[i]);
    }
    free(types);
}

static void
write_type(struct dwarf_types *t, struct queued q)
{
    uint32_t kind = kind_of(&q.die);
    switch (kind) {
    case BTF_KIND_INT:
    case BTF_KIND_FLOAT:
        write_base(t, &q.die, kind);
        break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        write_composite(t, &q.die, kind);
        break;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        write_enum(t, &q.die, kind);
        break;
    case BTF_KIND_ARRAY:
        write_array(t, &q.die, q.level);
        break;
    case BTF_KIND_FUNC_PROTO:
        write_prototype(t, &q.die);
        break;
    case BTF_KIND_FWD:
        put_header(t, &q.die, kind, 0, dwarf_tag(&q.die) == DW_TAG_union_type, 0);
        break;
    default: /* what refers to one type; only typedefs have a name */
        put_header(t, kind == BTF_KIND_TYPEDEF ? &q.die : NULL, kind, 0, false, id_of_type(t, &q.die));
    }
}

/* ---- both together */

/* libbpf keeps the bytes that it was given; btf_read() has seen that header and sizes are right. */
static const struct btf_header *
raw_of(const struct btf *btf, const uint8_t **types, const uint8_t **text)
{
    static const struct btf_header none = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof none, .str_len = 1 };
    uint32_t n_bytes;
    const struct btf_header *h = btf ? btf__raw_data(btf, &n_bytes) : &none;
    *types = h == &none ? NULL : (const uint8_t *)h + h->hdr_len + h->type_off;
    *text = h == &none ? (const uint8_t *)"" : (const uint8_t *)h + h->hdr_len + h->str_off;
    return h;
}

struct dwarf_types *
dwarf_types_begin(const struct btf *own)
{
    struct dwarf_types *t = xcalloc(1, sizeof *t);
    const uint8_t *ignored;
    t->own = own;
    t->n_own = own ? btf__type_cnt(own) : 1;
    t->n_own_text = raw_of(own, &ignored, &ignored)->str_len;
    t->buckets = xcalloc(N_BUCKETS, sizeof *t->buckets);
    if (own)
        btf_index_build(&t->index, own, NAMED_KINDS, strlen);
    return t;
}

static enum err
merge(struct dwarf_types *t, const char *path, struct btf **out, struct errinfo *e)
{
    const uint8_t *types, *text;
    const struct btf_header *own = raw_of(t->own, &types, &text);
    struct btf_header h = *own;
    struct buf all = BUF_EMPTY;
    h.hdr_len = sizeof h;
    h.type_off = 0;
    h.type_len = own->type_len + (uint32_t)t->types.len;
    h.str_off = h.type_len;
    h.str_len = own->str_len + (uint32_t)t->text.len;
    buf_write(&all, &h, sizeof h);
    buf_write(&all, types, own->type_len);
    for (uint32_t i = 0; i < t->n_signed_enums; i++) {
        const struct btf_type *type = btf__type_by_id(t->own, t->signed_enums[i]);
        all.text[sizeof h + (size_t)((const uint8_t *)&type->info - types) + 3] |= (char)0x80;
    }
    buf_write(&all, t->types.text, t->types.len);
    buf_write(&all, text, own->str_len);
    buf_write(&all, t->text.text, t->text.len);
    enum err err = btf_read(path, (const uint8_t *)all.text, all.len, out, e);
    buf_free(&all);
    return err;
}

bool
dwarf_types_end(struct dwarf_types *t, struct object *o, struct program *p)
{
    struct errinfo e;
    struct btf *both = NULL;
    enum err err = OK;
    for (uint32_t i = 0; i < t->n_queue; i++)
        write_type(t, t->queue[i]);
    if (t->n_queue || t->n_signed_enums)
        err = merge(t, o->path, &both, &e);
    if (err)
        program_note(p, -1, "debug information: %s; local variables are missing", e.detail);
    if (both) {
        btf__free(o->btf);
        o->btf = both;
    }
    btf_index_free(&t->index);
    buf_free(&t->types);
    buf_free(&t->text);
    free(t->signed_enums);
    free(t->queue);
    free(t->buckets);
    free(t);
    return !err;
}
