/* BTF from outside, made safe. See btf.h for what holds afterwards. Source: Documentation/bpf/btf.rst and kernel/bpf/btf.c. */
#include "config.h"

#include "sim/object/btf.h"

#include "sim/base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shape of each kind: bytes that follow the 12 of struct btf_type, the same again per element, whether the third word is a
 * type id, and whether a value of it can be a member or an array element. */
static const struct kind_row {
    uint8_t fixed_bytes, element_bytes;
    bool is_known, refers, is_data;
} kinds[] = {
    [BTF_KIND_INT] = { 4, 0, true, false, true },
    [BTF_KIND_PTR] = { 0, 0, true, true, true },
    [BTF_KIND_ARRAY] = { 12, 0, true, false, true },
    [BTF_KIND_STRUCT] = { 0, 12, true, false, true },
    [BTF_KIND_UNION] = { 0, 12, true, false, true },
    [BTF_KIND_ENUM] = { 0, 8, true, false, true },
    [BTF_KIND_FWD] = { 0, 0, true, false, false },
    [BTF_KIND_TYPEDEF] = { 0, 0, true, true, true },
    [BTF_KIND_VOLATILE] = { 0, 0, true, true, true },
    [BTF_KIND_CONST] = { 0, 0, true, true, true },
    [BTF_KIND_RESTRICT] = { 0, 0, true, true, true },
    [BTF_KIND_FUNC] = { 0, 0, true, true, false },
    [BTF_KIND_FUNC_PROTO] = { 0, 8, true, true, false },
    [BTF_KIND_VAR] = { 4, 0, true, true, false },
    [BTF_KIND_DATASEC] = { 0, 12, true, false, false },
    [BTF_KIND_FLOAT] = { 0, 0, true, false, true },
    [BTF_KIND_DECL_TAG] = { 4, 0, true, true, false },
    [BTF_KIND_TYPE_TAG] = { 0, 0, true, true, true },
    [BTF_KIND_ENUM64] = { 0, 12, true, false, true },
};

struct reader {
    uint8_t *bytes; /* aligned copy */
    const uint8_t *types;
    const char *strings;
    uint32_t types_len, str_len;
    uint32_t *offs; /* of type i in types; [0] unused (void) */
    uint32_t n;     /* types, void included */
    uint8_t *depth; /* of type i by value: 0 not known yet, IN_PROGRESS, or 1 + the deepest of its parts */
    uint32_t *n_members; /* of type i, those of nameless members included */
    char why[120];
};

enum { IN_PROGRESS = 255, MAX_MEMBERS = 1 << 20 };

static bool refuse(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says why, and is false, so that "return is_good || refuse(...)" reads well. */
static bool
refuse(struct reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->why, sizeof r->why, format, args);
    va_end(args);
    return false;
}

static const struct btf_type *
type_at(const struct reader *r, uint32_t id)
{
    return (const struct btf_type *)(const void *)(r->types + r->offs[id]);
}

/* The u32 words after a struct btf_type. */
static const uint32_t *
words_of(const struct btf_type *t)
{
    return (const uint32_t *)(const void *)(t + 1);
}

static bool
read_header(struct reader *r, size_t n_bytes)
{
    struct btf_header h;
    if (n_bytes < sizeof h)
        return refuse(r, "BTF: %zu bytes are less than its header", n_bytes);
    memcpy(&h, r->bytes, sizeof h);
    if (h.magic != BTF_MAGIC)
        return refuse(r, "BTF: magic 0x%x, expected 0x%x", h.magic, BTF_MAGIC);
    if (h.version != BTF_VERSION)
        return refuse(r, "BTF: version %u, expected %u", h.version, BTF_VERSION);
    if (h.hdr_len < sizeof h || h.hdr_len % 4 || h.hdr_len > n_bytes)
        return refuse(r, "BTF: header of %u bytes", h.hdr_len);
    uint64_t rest = n_bytes - h.hdr_len;
    if (h.type_off % 4 || h.type_off > rest || h.type_len > rest - h.type_off)
        return refuse(r, "BTF: types at %u, %u bytes, lie outside", h.type_off, h.type_len);
    if (h.str_off > rest || h.str_len > rest - h.str_off)
        return refuse(r, "BTF: strings at %u, %u bytes, lie outside", h.str_off, h.str_len);
    const uint8_t *strings = r->bytes + h.hdr_len + h.str_off;
    if (!h.str_len || strings[0] || strings[h.str_len - 1])
        return refuse(r, "BTF: strings do not begin and end with a NUL");
    r->types = r->bytes + h.hdr_len + h.type_off;
    r->types_len = h.type_len;
    r->strings = (const char *)strings;
    r->str_len = h.str_len;
    return true;
}

/* Finds where each type begins. */
static bool
index_types(struct reader *r)
{
    size_t cap = 0;
    r->offs = grow(r->offs, 0, &cap, sizeof *r->offs);
    r->offs[0] = 0;
    r->n = 1;
    for (uint32_t off = 0; off < r->types_len; r->n++) {
        if (r->types_len - off < sizeof(struct btf_type))
            return refuse(r, "BTF type %u is cut off", r->n);
        r->offs = grow(r->offs, r->n, &cap, sizeof *r->offs);
        r->offs[r->n] = off;
        const struct btf_type *t = type_at(r, r->n);
        uint32_t kind = btf_kind(t);
        if (kind >= ARRAY_LEN(kinds) || !kinds[kind].is_known)
            return refuse(r, "BTF type %u: unknown kind %u", r->n, kind);
        uint32_t bytes = sizeof *t + kinds[kind].fixed_bytes + btf_vlen(t) * kinds[kind].element_bytes;
        if (bytes > r->types_len - off)
            return refuse(r, "BTF type %u is cut off", r->n);
        off += bytes;
    }
    return true;
}

static bool
check_name(struct reader *r, uint32_t id, uint32_t name_off)
{
    return name_off < r->str_len || refuse(r, "BTF type %u: name at %u of %u bytes of strings", id, name_off, r->str_len);
}

static bool
check_ref(struct reader *r, uint32_t id, uint32_t ref)
{
    return ref < r->n || refuse(r, "BTF type %u refers to type %u of %u", id, ref, r->n);
}

/* A member or array element: data of any kind. Void is let through by callers that know better. */
static bool
check_data(struct reader *r, uint32_t id, uint32_t ref)
{
    if (!check_ref(r, id, ref))
        return false;
    return (ref && kinds[btf_kind(type_at(r, ref))].is_data) || refuse(r, "BTF type %u holds type %u, which is no data", id, ref);
}

static bool
check_size(struct reader *r, uint32_t id, const struct btf_type *t)
{
    uint32_t bytes = t->size;
    bool is_power = bytes && !(bytes & (bytes - 1));
    switch (btf_kind(t)) {
    case BTF_KIND_INT: {
        uint32_t word = words_of(t)[0];
        uint32_t bits = BTF_INT_OFFSET(word) + BTF_INT_BITS(word);
        return (is_power && bytes <= 16 && BTF_INT_BITS(word) && bits <= bytes * 8)
               || refuse(r, "BTF type %u: integer of %u bits in %u bytes", id, bits, bytes);
    }
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        return (is_power && bytes <= 8) || refuse(r, "BTF type %u: enum of %u bytes", id, bytes);
    case BTF_KIND_FLOAT:
        return (is_power && bytes >= 2 && bytes <= 16) || bytes == 12 || refuse(r, "BTF type %u: float of %u bytes", id, bytes);
    default:
        return true;
    }
}

/* The elements after the fixed part; each begins with a name but for DATASEC's. */
static bool
check_elements(struct reader *r, uint32_t id, const struct btf_type *t)
{
    uint32_t kind = btf_kind(t), n_words = kinds[kind].element_bytes / 4u;
    const uint32_t *w = words_of(t);
    for (uint32_t i = 0; n_words && i < btf_vlen(t); i++, w += n_words) {
        if (kind == BTF_KIND_DATASEC ? !check_ref(r, id, w[0]) : !check_name(r, id, w[0]))
            return false;
        if (btf_is_composite(t) && !check_data(r, id, w[1]))
            return false;
        if (kind == BTF_KIND_FUNC_PROTO && !check_ref(r, id, w[1]))
            return false;
        if (kind == BTF_KIND_DATASEC && (!w[0] || btf_kind(type_at(r, w[0])) == BTF_KIND_DATASEC))
            return refuse(r, "BTF type %u: section with type %u for a variable", id, w[0]);
    }
    return true;
}

static bool
check_type(struct reader *r, uint32_t id)
{
    const struct btf_type *t = type_at(r, id);
    uint32_t kind = btf_kind(t);
    if (!check_name(r, id, t->name_off) || !check_size(r, id, t) || !check_elements(r, id, t))
        return false;
    if (kind == BTF_KIND_ARRAY)
        return check_data(r, id, words_of(t)[0]) && check_ref(r, id, words_of(t)[1]);
    if (!kinds[kind].refers)
        return true;
    if (!check_ref(r, id, t->type))
        return false;
    if (kind == BTF_KIND_FUNC && (!t->type || btf_kind(type_at(r, t->type)) != BTF_KIND_FUNC_PROTO))
        return refuse(r, "BTF type %u: function with type %u for its prototype", id, t->type);
    return true;
}

/* Part i of a type that contains others by value; *is_nameless tells whether its members count as the type's own. */
static uint32_t
part_of(const struct reader *r, const struct btf_type *t, uint32_t i, bool *is_nameless)
{
    const uint32_t *w = words_of(t);
    *is_nameless = btf_is_composite(t) ? !(r->strings[w[3 * i]]) : !btf_is_array(t);
    return btf_is_composite(t) ? w[3 * i + 1] : btf_is_array(t) ? w[0] : t->type;
}

/* Measures how deeply types nest by value, and so proves that they end; and how many members can be reached by name, which structs
 * that are nameless members twice or more can make exponential. */
static bool
measure(struct reader *r, uint32_t id, uint32_t level)
{
    if (!id || (r->depth[id] && r->depth[id] != IN_PROGRESS))
        return true;
    if (r->depth[id] == IN_PROGRESS)
        return refuse(r, "BTF type %u contains itself", id);
    if (level >= BTF_MAX_DEPTH)
        return refuse(r, "BTF type %u is nested more than %d deep", id, BTF_MAX_DEPTH);
    const struct btf_type *t = type_at(r, id);
    r->depth[id] = IN_PROGRESS;
    uint32_t deepest = 0, n_members = 0;
    uint32_t n_parts = btf_is_composite(t) ? btf_vlen(t) : btf_is_array(t) || btf_is_mod(t) || btf_is_typedef(t) ? 1 : 0;
    for (uint32_t i = 0; i < n_parts; i++) {
        bool is_nameless;
        uint32_t part = part_of(r, t, i, &is_nameless);
        if (!measure(r, part, level + 1))
            return false;
        deepest = part && r->depth[part] > deepest ? r->depth[part] : deepest;
        n_members += 1 + (part && is_nameless ? r->n_members[part] : 0);
        if (n_members > MAX_MEMBERS)
            return refuse(r, "BTF type %u has more than %d members", id, MAX_MEMBERS);
    }
    if (deepest >= BTF_MAX_DEPTH)
        return refuse(r, "BTF type %u is nested more than %d deep", id, BTF_MAX_DEPTH);
    r->depth[id] = (uint8_t)(deepest + 1);
    r->n_members[id] = n_members;
    return true;
}

static bool
check_all(struct reader *r, size_t n_bytes)
{
    if (!read_header(r, n_bytes) || !index_types(r))
        return false;
    for (uint32_t id = 1; id < r->n; id++)
        if (!check_type(r, id))
            return false;
    r->depth = xcalloc(r->n, 1);
    r->n_members = xcalloc(r->n, sizeof *r->n_members);
    for (uint32_t id = 1; id < r->n; id++)
        if (!measure(r, id, 0))
            return false;
    return true;
}

enum err
btf_read(const char *subject, const uint8_t *bytes, size_t n_bytes, struct btf **out, struct errinfo *e)
{
    if (n_bytes > BTF_MAX_BYTES)
        return err_set(e, ERR_TOO_LARGE, subject, 0, n_bytes, BTF_MAX_BYTES);
    struct reader r = { .bytes = xmalloc(n_bytes) };
    if (n_bytes)
        memcpy(r.bytes, bytes, n_bytes);
    struct btf *btf = NULL;
    if (check_all(&r, n_bytes)) {
        btf = btf__new(r.bytes, (uint32_t)n_bytes);
        if (!btf)
            refuse(&r, "BTF: libbpf: %s", strerror(errno));
    }
    free(r.bytes);
    free(r.offs);
    free(r.depth);
    free(r.n_members);
    if (!btf)
        return err_set_detail(e, ERR_ELF, subject, r.why);
    *out = btf;
    return OK;
}

const struct btf_type *
btf_skip(const struct btf *btf, uint32_t *id)
{
    const struct btf_type *t = btf__type_by_id(btf, *id);
    while (btf_is_mod(t) || btf_is_typedef(t)) {
        *id = t->type;
        t = btf__type_by_id(btf, *id);
    }
    return t;
}

const char *
btf_name(const struct btf *btf, uint32_t name_off)
{
    const char *name = btf__name_by_offset(btf, name_off);
    return name ? name : "";
}

const char *
btf_type_name(const struct btf *btf, uint32_t id)
{
    return btf_name(btf, btf__type_by_id(btf, id)->name_off);
}

int64_t
btf_bytes(const struct btf *btf, uint32_t id)
{
    uint64_t n = 1;
    const struct btf_type *t = btf_skip(btf, &id);
    for (; btf_is_array(t); t = btf_skip(btf, &id)) {
        n *= btf_array(t)->nelems;
        if (n > UINT32_MAX)
            return -1;
        id = btf_array(t)->type;
    }
    switch (btf_kind(t)) {
    case BTF_KIND_PTR:
        return (int64_t)(n * 8);
    case BTF_KIND_INT:
    case BTF_KIND_FLOAT:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        return n * t->size <= UINT32_MAX ? (int64_t)(n * t->size) : -1;
    default:
        return -1;
    }
}

const char *
btf_enum_name(const struct btf *btf, const struct btf_type *t, uint32_t i)
{
    return btf_name(btf, words_of(t)[i * (btf_is_enum(t) ? 2 : 3)]);
}

int64_t
btf_enum_value(const struct btf_type *t, uint32_t i)
{
    const uint32_t *w = words_of(t) + i * (btf_is_enum(t) ? 2 : 3);
    if (btf_is_enum(t))
        return btf_kflag(t) ? (int32_t)w[1] : (int64_t)w[1];
    return (int64_t)((uint64_t)w[2] << 32 | w[1]);
}

void
btf_place_variable(struct btf *btf, uint32_t datasec, uint32_t i, uint32_t off)
{
    /* libbpf hands out const pointers to what it owns and mends DATASECs in place itself when it opens an object. */
    struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, datasec);
    btf_var_secinfos(t)[i].offset = off;
}

uint32_t
btf_datasec_named(const struct btf *btf, const char *name)
{
    int32_t id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_DATASEC) : -1;
    return id > 0 ? (uint32_t)id : 0;
}
