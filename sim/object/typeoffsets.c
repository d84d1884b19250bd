/* Layouts of structs as gdb's ptype/o shows them: offsets, sizes, holes. See types.h. Types nest no deeper than btf_read() lets them. */
#include "config.h"

#include "sim/object/types.h"

#include "sim/object/btf.h"

#include <inttypes.h>
#include <string.h>

struct layout {
    const struct btf *btf;
    struct buf *out;
    size_t end; /* out->len to stop at */
};

static void
put_hole(struct layout *l, uint64_t bits, const char *what)
{
    if (bits % 8)
        buf_printf(l->out, "/* XXX %2" PRIu64 "-bit %-7s    */\n", bits % 8, what);
    if (bits / 8)
        buf_printf(l->out, "/* XXX %2" PRIu64 "-byte %-7s   */\n", bits / 8, what);
}

/* What stands before the member: "/<star>      4      |       8 <star>/". */
static void
put_place(struct layout *l, uint64_t bit_off, uint32_t n_bits, int64_t n_bytes, bool is_union)
{
    if (is_union)
        buf_printf(l->out, "/*              %8" PRId64 " */", n_bytes);
    else if (n_bits)
        buf_printf(l->out, "/* %6" PRIu64 ":%2" PRIu64 "   |%8" PRId64 " */", bit_off / 8, bit_off % 8, n_bytes);
    else
        buf_printf(l->out, "/* %6" PRIu64 "      |%8" PRId64 " */", bit_off / 8, n_bytes);
}

static void put_body(struct layout *l, const struct btf_type *t, uint64_t base, int indent);

static void
put_member(struct layout *l, const struct btf_type *t, uint32_t i, uint64_t base, int indent)
{
    const struct btf_member *m = &btf_members(t)[i];
    uint64_t bit_off = base + btf_member_bit_offset(t, i);
    uint32_t n_bits = btf_member_bitfield_size(t, i), id = m->type;
    const struct btf_type *type = btf_skip(l->btf, &id);
    const char *name = btf_name(l->btf, m->name_off);
    put_place(l, bit_off, n_bits, btf_bytes(l->btf, m->type), btf_is_union(t));
    buf_printf(l->out, "%*s", indent + 4, "");
    if (!btf_is_composite(type)) {
        type_print_declaration(l->btf, m->type, name, l->out);
        if (n_bits)
            buf_printf(l->out, " : %u", n_bits);
    } else {
        const char *tag = btf_name(l->btf, type->name_off);
        buf_printf(l->out, "%s%s%s{\n", type_keyword(type), tag, *tag ? " " : "");
        put_body(l, type, bit_off, indent + 4);
        buf_printf(l->out, "%*s} %s", 27 + indent + 4, "", name);
        while (l->out->text[l->out->len - 1] == ' ')
            l->out->len--;
        l->out->text[l->out->len] = '\0';
    }
    buf_puts(l->out, ";\n");
}

/* Members with the holes between them, and what the whole takes. */
static void
put_body(struct layout *l, const struct btf_type *t, uint64_t base, int indent)
{
    uint64_t end = base;
    for (uint32_t i = 0; i < btf_vlen(t) && l->out->len < l->end; i++) {
        uint64_t bit_off = base + btf_member_bit_offset(t, i);
        uint32_t n_bits = btf_member_bitfield_size(t, i);
        int64_t n_bytes = btf_bytes(l->btf, btf_members(t)[i].type);
        if (btf_is_struct(t) && bit_off > end)
            put_hole(l, bit_off - end, "hole");
        put_member(l, t, i, base, indent);
        uint64_t behind = bit_off + (n_bits ? n_bits : n_bytes > 0 ? 8 * (uint64_t)n_bytes : 0);
        end = behind > end ? behind : end;
    }
    if (btf_is_struct(t) && base + 8 * (uint64_t)t->size > end && btf_vlen(t))
        put_hole(l, base + 8 * (uint64_t)t->size - end, "padding");
    buf_printf(l->out, "\n%*s/* total size (bytes): %4u */\n", 27 + indent + 4, "", t->size);
}

bool
type_print_offsets(const struct btf *btf, uint32_t id, struct buf *out)
{
    struct layout l = { .btf = btf, .out = out, .end = out->len + TYPE_TEXT_MAX };
    const struct btf_type *t = btf_skip(btf, &id);
    if (!btf_is_composite(t))
        return false;
    const char *name = btf_name(btf, t->name_off);
    buf_puts(out, btf_is_union(t) ? "/*                 size */" : "/* offset      |    size */");
    buf_printf(out, "  type = %s%s%s{\n", type_keyword(t), name, *name ? " " : "");
    put_body(&l, t, 0, 0);
    buf_printf(out, "%*s}\n", 29, "");
    return true;
}
