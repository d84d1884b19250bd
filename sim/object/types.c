/* Names, declarations and look-ups of types. See types.h; values are printed in typevalue.c. */
#include "config.h"

#include "sim/object/types.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"

#include <string.h>

/* Pointers can lead around in circles that no name breaks, so that writing a type needs its own bounds. */
struct writer {
    const struct btf *btf;
    struct buf *out;
    size_t end;      /* out->len to stop at */
    uint32_t depth;
    int indent;      /* of the line that is being written; nameless structs are written out */
    bool is_brief;   /* they are not: {...} */
};

enum { MAX_DEPTH = 64 };

static void write_definition(struct writer *w, uint32_t id);
static void write_declaration(struct writer *w, uint32_t id, const char *name);

/* Takes a level; false (and "...") when there is none left. */
static bool
enter(struct writer *w)
{
    if (w->depth < MAX_DEPTH && w->out->len < w->end) {
        w->depth++;
        return true;
    }
    if (w->out->len < w->end + 3)
        buf_puts(w->out, "...");
    return false;
}

static struct writer
writer_to(const struct btf *btf, struct buf *out, bool is_brief)
{
    return (struct writer){ .btf = btf, .out = out, .end = out->len + TYPE_TEXT_MAX, .is_brief = is_brief };
}

const char *
type_keyword(const struct btf_type *t)
{
    switch (btf_kind(t)) {
    case BTF_KIND_STRUCT:
        return "struct ";
    case BTF_KIND_UNION:
        return "union ";
    case BTF_KIND_FWD:
        return btf_kflag(t) ? "union " : "struct ";
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        return "enum ";
    default:
        return "";
    }
}

/* A type whose declarator does not end with its name: pointers to it need parentheses. */
static bool
has_right_side(const struct btf *btf, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(btf, id);
    return btf_is_array(t) || btf_is_func_proto(t);
}

/* A blank, unless what stands there already separates. */
static void
write_gap(struct writer *w)
{
    if (w->out->len && !strchr(" *(", w->out->text[w->out->len - 1]))
        buf_putc(w->out, ' ');
}

static void
write_base(struct writer *w, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(w->btf, id);
    const char *name = btf_name(w->btf, t->name_off);
    bool has_body = btf_is_composite(t) || btf_is_any_enum(t);
    if (btf_is_void(t))
        buf_puts(w->out, "void");
    else if (*name || !has_body)
        buf_printf(w->out, "%s%s", type_keyword(t), *name ? name : "<nameless>");
    else if (w->is_brief)
        buf_printf(w->out, "%s{...}", type_keyword(t));
    else
        write_definition(w, id);
}

static const char *
modifier_of(const struct btf_type *t)
{
    switch (btf_kind(t)) {
    case BTF_KIND_CONST:
        return "const";
    case BTF_KIND_VOLATILE:
        return "volatile";
    case BTF_KIND_RESTRICT:
        return "restrict";
    default: /* type tags are for the verifier */
        return "";
    }
}

/* What stands left of the declared name. */
static void
write_left(struct writer *w, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(w->btf, id);
    if (!enter(w))
        return;
    if (btf_is_ptr(t)) {
        write_left(w, t->type);
        write_gap(w);
        buf_puts(w->out, has_right_side(w->btf, t->type) ? "(*" : "*");
    } else if (btf_is_array(t)) {
        write_left(w, btf_array(t)->type);
    } else if (btf_is_func_proto(t)) {
        write_left(w, t->type);
    } else if (btf_is_mod(t) && btf_is_ptr(btf__type_by_id(w->btf, t->type))) {
        write_left(w, t->type);
        buf_printf(w->out, *modifier_of(t) ? " %s" : "%s", modifier_of(t));
    } else if (btf_is_mod(t)) {
        buf_printf(w->out, *modifier_of(t) ? "%s " : "%s", modifier_of(t));
        write_left(w, t->type);
    } else {
        write_base(w, id);
    }
    w->depth--;
}

static void
write_parameters(struct writer *w, const struct btf_type *proto)
{
    buf_putc(w->out, '(');
    for (uint32_t i = 0; i < btf_vlen(proto) && w->out->len < w->end; i++) {
        const struct btf_param *p = &btf_params(proto)[i];
        if (i)
            buf_puts(w->out, ", ");
        if (!p->type && !p->name_off)
            buf_puts(w->out, "...");
        else
            write_declaration(w, p->type, btf_name(w->btf, p->name_off));
    }
    buf_puts(w->out, btf_vlen(proto) ? ")" : "void)");
}

/* What stands right of it. */
static void
write_right(struct writer *w, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(w->btf, id);
    if (!enter(w))
        return;
    if (btf_is_ptr(t)) {
        if (has_right_side(w->btf, t->type))
            buf_putc(w->out, ')');
        write_right(w, t->type);
    } else if (btf_is_array(t)) {
        buf_printf(w->out, "[%u]", btf_array(t)->nelems);
        write_right(w, btf_array(t)->type);
    } else if (btf_is_func_proto(t)) {
        write_parameters(w, t);
        write_right(w, t->type);
    } else if (btf_is_mod(t)) {
        write_right(w, t->type);
    }
    w->depth--;
}

static void
write_declaration(struct writer *w, uint32_t id, const char *name)
{
    write_left(w, id);
    size_t before = w->out->len;
    if (*name) {
        write_gap(w);
        buf_puts(w->out, name);
    }
    /* gdb sets nameless arrays and functions off: "int [4]", but "int (*)[4]" */
    uint32_t behind = id;
    while (btf_is_mod(btf__type_by_id(w->btf, behind)))
        behind = btf__type_by_id(w->btf, behind)->type;
    if (!*name && w->out->len == before && has_right_side(w->btf, behind))
        write_gap(w);
    write_right(w, id);
}

static void
write_members(struct writer *w, const struct btf_type *t)
{
    for (uint32_t i = 0; i < btf_vlen(t) && w->out->len < w->end; i++) {
        const struct btf_member *m = &btf_members(t)[i];
        uint32_t bits = btf_member_bitfield_size(t, i);
        buf_printf(w->out, "%*s", w->indent, "");
        write_declaration(w, m->type, btf_name(w->btf, m->name_off));
        if (bits)
            buf_printf(w->out, " : %u", bits);
        buf_puts(w->out, ";\n");
    }
}

/* In one line; values that follow from the one before are not said. */
static void
write_enumerators(struct writer *w, const struct btf_type *t)
{
    int64_t expected = 0;
    for (uint32_t i = 0; i < btf_vlen(t) && w->out->len < w->end; i++, expected++) {
        int64_t value = btf_enum_value(t, i);
        buf_printf(w->out, "%s%s", i ? ", " : "", btf_enum_name(w->btf, t, i));
        if (value != expected)
            buf_printf(w->out, " = %lld", (long long)value);
        expected = value;
    }
}

/* A struct, union or enum with all that is in it. */
static void
write_definition(struct writer *w, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(w->btf, id);
    const char *name = btf_name(w->btf, t->name_off);
    if (!enter(w))
        return;
    buf_printf(w->out, "%s%s%s{", type_keyword(t), name, *name ? " " : "");
    if (btf_is_any_enum(t)) {
        write_enumerators(w, t);
    } else {
        buf_putc(w->out, '\n');
        w->indent += 4;
        write_members(w, t);
        w->indent -= 4;
        buf_printf(w->out, "%*s", w->indent, "");
    }
    buf_putc(w->out, '}');
    w->depth--;
}

void
type_print_declaration(const struct btf *btf, uint32_t id, const char *name, struct buf *out)
{
    struct writer w = writer_to(btf, out, true);
    write_declaration(&w, id, name);
}

void
type_print_name(const struct btf *btf, uint32_t id, struct buf *out)
{
    type_print_declaration(btf, id, "", out);
}

void
type_print_definition(const struct btf *btf, uint32_t id, struct buf *out)
{
    struct writer w = writer_to(btf, out, false);
    const struct btf_type *t = btf_skip(btf, &id);
    if (btf_is_composite(t) || btf_is_any_enum(t))
        write_definition(&w, id);
    else
        write_declaration(&w, id, "");
}

void
type_print_prototype(const struct btf *btf, uint32_t func_id, const char *name, struct buf *out)
{
    struct writer w = writer_to(btf, out, true);
    const struct btf_type *func = btf__type_by_id(btf, func_id);
    if (!btf_is_func(func))
        return;
    if (btf_vlen(func) == BTF_FUNC_STATIC)
        buf_puts(out, "static ");
    write_declaration(&w, func->type, name ? name : btf_name(btf, func->name_off));
}

/* ---------------------------------------------------------------- look-ups */

int64_t
type_bytes(const struct btf *btf, uint32_t id)
{
    return btf_bytes(btf, id);
}

uint32_t
type_named(const struct btf *btf, const char *name)
{
    static const struct {
        const char *keyword;
        uint32_t kinds[3];
    } rows[] = {
        { "struct ", { BTF_KIND_STRUCT } },
        { "union ", { BTF_KIND_UNION } },
        { "enum ", { BTF_KIND_ENUM, BTF_KIND_ENUM64 } },
        { "", { BTF_KIND_TYPEDEF, BTF_KIND_INT, BTF_KIND_FLOAT } },
        { "", { BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_ENUM } },
        { "", { BTF_KIND_ENUM64 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t n = strlen(rows[i].keyword);
        if (strncmp(name, rows[i].keyword, n))
            continue;
        for (size_t k = 0; k < ARRAY_LEN(rows[i].kinds) && rows[i].kinds[k]; k++) {
            int32_t id = btf__find_by_name_kind(btf, name + n, rows[i].kinds[k]);
            if (id > 0)
                return (uint32_t)id;
        }
    }
    return 0;
}

bool
type_find_constant(const struct btf *btf, const char *name, uint32_t *type_id, int64_t *value)
{
    for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
        const struct btf_type *t = btf__type_by_id(btf, id);
        for (uint32_t i = 0; btf_is_any_enum(t) && i < btf_vlen(t); i++) {
            if (strcmp(btf_enum_name(btf, t, i), name))
                continue;
            *type_id = id;
            *value = btf_enum_value(t, i);
            return true;
        }
    }
    return false;
}

uint32_t
type_of_variable(const struct btf *btf, const char *name)
{
    int32_t id = btf__find_by_name_kind(btf, name, BTF_KIND_VAR);
    return id > 0 ? btf__type_by_id(btf, (uint32_t)id)->type : 0;
}

uint32_t
type_of_argument(const struct btf *btf, uint32_t func_id, uint32_t i, const char **name)
{
    const struct btf_type *func = btf__type_by_id(btf, func_id);
    const struct btf_type *proto = btf_is_func(func) ? btf__type_by_id(btf, func->type) : NULL;
    if (!proto || i >= btf_vlen(proto))
        return 0;
    *name = btf_name(btf, btf_params(proto)[i].name_off);
    return btf_params(proto)[i].type;
}

bool
type_returns_void(const struct btf *btf, uint32_t func_id)
{
    const struct btf_type *func = btf__type_by_id(btf, func_id);
    const struct btf_type *proto = btf_is_func(func) ? btf__type_by_id(btf, func->type) : NULL;
    return proto && proto->type == 0;
}

uint32_t
type_target(const struct btf *btf, uint32_t id)
{
    const struct btf_type *t = btf_skip(btf, &id);
    return btf_is_ptr(t) ? t->type : btf_is_array(t) ? btf_array(t)->type : 0;
}

bool
type_find_member(const struct btf *btf, uint32_t id, const char *name, struct type_member *out)
{
    const struct btf_type *t = btf_skip(btf, &id);
    for (uint32_t i = 0; btf_is_composite(t) && i < btf_vlen(t); i++) {
        const struct btf_member *m = &btf_members(t)[i];
        const char *own = btf_name(btf, m->name_off);
        if (*own && !strcmp(own, name)) {
            *out = (struct type_member){ m->type, btf_member_bit_offset(t, i), btf_member_bitfield_size(t, i) };
            return true;
        }
        if (!*own && type_find_member(btf, m->type, name, out)) {
            out->bit_off += btf_member_bit_offset(t, i);
            return true;
        }
    }
    return false;
}

bool
type_member_at(const struct btf *btf, uint32_t id, uint32_t i, struct type_member *out)
{
    const struct btf_type *t = btf_skip(btf, &id);
    if (!btf_is_composite(t) || i >= btf_vlen(t))
        return false;
    *out = (struct type_member){ btf_members(t)[i].type, btf_member_bit_offset(t, i), btf_member_bitfield_size(t, i) };
    return true;
}

uint32_t
type_count(const struct btf *btf)
{
    return btf__type_cnt(btf);
}

bool
type_has_name(const struct btf *btf, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(btf, id);
    return t->name_off && (btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t) || btf_is_int(t) || btf_is_float(t));
}

uint32_t
type_behind(const struct btf *btf, uint32_t id)
{
    const struct btf_type *t = btf__type_by_id(btf, id);
    while (btf_is_mod(t)) {
        id = t->type;
        t = btf__type_by_id(btf, id);
    }
    return btf_is_typedef(t) ? t->type : 0;
}
