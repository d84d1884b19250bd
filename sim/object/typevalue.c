/* Values of types in gdb's form. See types.h. Types nest no deeper than btf_read() lets them, and every loop ends with the output. */
#include "config.h"

#include "sim/object/types.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"

#include <ctype.h>
#include <float.h>
#include <inttypes.h>
#include <string.h>

enum {
    DEFAULT_ELEMENTS = 200, /* gdb: print elements */
    MANY_REPEATS = 10       /* gdb: print repeats */
};

struct printer {
    const struct btf *btf;
    struct buf *out;
    size_t end;             /* out->len to stop at */
    char letter;
    uint32_t max_elements;
    const uint8_t *bytes, *gone; /* of the whole value */
    bool is_pretty;
    uint32_t depth;
};

static void print(struct printer *p, uint32_t id, const uint8_t *bytes, size_t n_bytes);

/* n_bits of a little-endian number that begins at bit_off. n_bits 1..64. */
static uint64_t
load_bits(const uint8_t *bytes, uint64_t bit_off, uint32_t n_bits)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < n_bits; i++)
        value |= (uint64_t)(bytes[(bit_off + i) / 8] >> (bit_off + i) % 8 & 1) << i;
    return value;
}

/* How many of n_bits from bit_off of `bytes` on were optimised out. */
static uint64_t
count_gone(const struct printer *p, const uint8_t *bytes, uint64_t bit_off, uint64_t n_bits)
{
    uint64_t n = 0;
    for (uint64_t i = 0; p->gone && i < n_bits; i++)
        n += p->gone[(size_t)(bytes - p->bytes) + (bit_off + i) / 8] >> (bit_off + i) % 8 & 1;
    return n;
}

static int64_t
sign_extend(uint64_t value, uint32_t n_bits)
{
    return n_bits >= 64 ? (int64_t)value : (int64_t)(value << (64 - n_bits)) >> (64 - n_bits);
}

/* One character as it stands between quotes. */
static void
print_char(struct printer *p, uint8_t c, char quote)
{
    static const char escapes[] = "\aa\bb\tt\nn\vv\ff\rr\033e";
    const char *escape = c ? memchr(escapes, c, sizeof escapes - 1) : NULL;
    if (c == quote || c == '\\')
        buf_printf(p->out, "\\%c", c);
    else if (c >= 0x20 && c < 0x7f)
        buf_putc(p->out, (char)c);
    else if (escape && (escape - escapes) % 2 == 0)
        buf_printf(p->out, "\\%c", escape[1]);
    else
        buf_printf(p->out, "\\%03o", c);
}

static void
print_binary(struct printer *p, uint64_t value)
{
    int bit = value ? 63 - __builtin_clzll(value) : 0;
    for (; bit >= 0; bit--)
        buf_putc(p->out, value >> bit & 1 ? '1' : '0');
}

static void
print_number(struct printer *p, uint64_t value, uint32_t n_bits, bool is_signed)
{
    switch (p->letter) {
    case 'x':
        buf_printf(p->out, "0x%" PRIx64, value);
        break;
    case 'o':
        buf_printf(p->out, value ? "0%" PRIo64 : "0", value);
        break;
    case 't':
        print_binary(p, value);
        break;
    case 'u':
        buf_printf(p->out, "%" PRIu64, value);
        break;
    case 'd':
        buf_printf(p->out, "%" PRId64, sign_extend(value, n_bits));
        break;
    default:
        buf_printf(p->out, is_signed ? "%" PRId64 : "%" PRIu64, is_signed ? (uint64_t)sign_extend(value, n_bits) : value);
    }
}

static bool
is_bool(const struct btf_type *t)
{
    return btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_BOOL);
}

/* gdb takes every integer of one byte for a character. */
static bool
is_character(const struct btf_type *t)
{
    return btf_is_int(t) && t->size == 1 && !is_bool(t);
}

/* An enum of which every value but 0 is one bit, no bit twice: its values are printed as the sum of names. */
static bool
is_flags(const struct btf_type *t)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        uint64_t value = (uint64_t)btf_enum_value(t, i);
        if ((value & (value - 1)) || (value & seen))
            return false;
        seen |= value;
    }
    return seen != 0;
}

static void
print_flags(struct printer *p, const struct btf_type *t, uint64_t value)
{
    const char *gap = "(";
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        uint64_t flag = (uint64_t)btf_enum_value(t, i);
        if (!(flag & value))
            continue;
        buf_printf(p->out, "%s%s", gap, btf_enum_name(p->btf, t, i));
        gap = " | ";
        value &= ~flag;
    }
    if (value)
        buf_printf(p->out, "%sunknown: 0x%" PRIx64, gap, value);
    buf_putc(p->out, ')');
}

static void
print_enum(struct printer *p, const struct btf_type *t, uint64_t value, uint32_t n_bits)
{
    bool is_signed = btf_kflag(t);
    uint64_t mask = n_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << n_bits) - 1;
    for (uint32_t i = 0; !p->letter && i < btf_vlen(t); i++)
        if ((((uint64_t)btf_enum_value(t, i) ^ value) & mask) == 0) {
            buf_puts(p->out, btf_enum_name(p->btf, t, i));
            return;
        }
    if (!p->letter && value && is_flags(t))
        print_flags(p, t, value);
    else
        print_number(p, value, n_bits, is_signed);
}

static void
print_integer(struct printer *p, const struct btf_type *t, uint64_t value, uint32_t n_bits)
{
    bool is_signed = btf_int_encoding(t) & BTF_INT_SIGNED;
    if (is_bool(t) && value <= 1 && !p->letter) {
        buf_puts(p->out, value ? "true" : "false");
        return;
    }
    bool shows_char = p->letter == 'c' || (is_character(t) && n_bits == 8 && !p->letter);
    char letter = p->letter;
    p->letter = letter == 'c' ? 0 : letter;
    print_number(p, value, n_bits, is_signed);
    p->letter = letter;
    if (shows_char) {
        buf_puts(p->out, " '");
        print_char(p, (uint8_t)value, '\'');
        buf_putc(p->out, '\'');
    }
}

static void
print_float(struct printer *p, const struct btf_type *t, const uint8_t *bytes)
{
    float narrow;
    double wide;
    if (t->size == sizeof narrow) {
        memcpy(&narrow, bytes, sizeof narrow);
        buf_printf(p->out, "%.*g", FLT_DECIMAL_DIG, (double)narrow);
    } else if (t->size == sizeof wide) {
        memcpy(&wide, bytes, sizeof wide);
        buf_printf(p->out, "%.*g", DBL_DECIMAL_DIG, wide);
    } else {
        buf_puts(p->out, "<float>");
    }
}

/* ---------------------------------------------------------------- arrays */

/* Elements from i on that are the same as element i; 1 when not all of them are there. */
static uint64_t
count_repeats(const uint8_t *bytes, size_t element_bytes, uint64_t i, uint64_t n, bool is_there)
{
    uint64_t same = 1;
    while (i + same < n && is_there && !memcmp(bytes + i * element_bytes, bytes + (i + same) * element_bytes, element_bytes))
        same++;
    return same;
}

/* gdb's strings: long runs of one character stand outside of the quotes, and of the NULs at the end one is left out. */
static void
print_string(struct printer *p, const uint8_t *bytes, uint64_t n)
{
    bool is_open = false, is_first = true;
    uint64_t n_printed = 0;
    if (n && !bytes[n - 1] && n <= p->max_elements)
        n--;
    if (!n)
        buf_puts(p->out, "\"\"");
    for (uint64_t i = 0, same; i < n && n_printed < p->max_elements; i += same) {
        same = count_repeats(bytes, 1, i, n, true);
        if (same > MANY_REPEATS) {
            buf_puts(p->out, is_open ? "\", '" : is_first ? "'" : ", '");
            print_char(p, bytes[i], '\'');
            buf_printf(p->out, "' <repeats %" PRIu64 " times>", same);
            is_open = false;
            n_printed += MANY_REPEATS;
        } else {
            if (!is_open)
                buf_puts(p->out, is_first ? "\"" : ", \"");
            print_char(p, bytes[i], '"');
            is_open = true;
            same = 1;
            n_printed++;
        }
        is_first = false;
        if (n_printed >= p->max_elements && i + same < n) {
            buf_puts(p->out, is_open ? "\"..." : "...");
            return;
        }
    }
    if (is_open)
        buf_putc(p->out, '"');
}

static void
print_array(struct printer *p, const struct btf_type *t, const uint8_t *bytes, size_t n_bytes)
{
    uint32_t element = btf_array(t)->type;
    uint64_t n = btf_array(t)->nelems;
    const struct btf_type *et = btf__type_by_id(p->btf, element);
    int64_t element_bytes = btf_bytes(p->btf, element);
    uint32_t behind = element;
    et = btf_skip(p->btf, &behind);
    if (element_bytes <= 0 || n * (uint64_t)element_bytes > n_bytes) { /* nothing to see, or not all of it is there */
        buf_puts(p->out, n && element_bytes ? "<unavailable>" : "{}");
        return;
    }
    bool is_there = !count_gone(p, bytes, 0, 8 * n * (uint64_t)element_bytes);
    if (is_character(et) && !p->letter && is_there) {
        print_string(p, bytes, n);
        return;
    }
    size_t size = (size_t)element_bytes;
    uint32_t n_printed = 0;
    buf_putc(p->out, '{');
    p->depth++;
    for (uint64_t i = 0, same; i < n; i += same) {
        if (n_printed >= p->max_elements || p->out->len >= p->end) {
            buf_puts(p->out, "...");
            break;
        }
        if (i)
            buf_puts(p->out, ", ");
        same = count_repeats(bytes, size, i, n, is_there);
        print(p, element, bytes + i * size, size);
        if (same >= MANY_REPEATS) {
            buf_printf(p->out, " <repeats %" PRIu64 " times>", same);
            n_printed += MANY_REPEATS;
        } else {
            same = 1;
            n_printed++;
        }
    }
    p->depth--;
    buf_putc(p->out, '}');
}

/* ---------------------------------------------------------------- structs */

static void
new_line(struct printer *p, uint32_t depth)
{
    if (p->is_pretty)
        buf_printf(p->out, "\n%*s", (int)(2 * depth), "");
}

static void
print_bitfield(struct printer *p, uint32_t id, const uint8_t *bytes, size_t n_bytes, uint64_t bit_off, uint32_t n_bits)
{
    const struct btf_type *t = btf_skip(p->btf, &id);
    if (n_bits > 64 || bit_off + n_bits > (uint64_t)n_bytes * 8) {
        buf_puts(p->out, "<unavailable>");
        return;
    }
    if (count_gone(p, bytes, bit_off, n_bits)) {
        buf_puts(p->out, "<optimized out>");
        return;
    }
    uint64_t value = load_bits(bytes, bit_off, n_bits);
    if (btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_SIGNED)) /* as wide as its type, which matters in hex */
        print_integer(p, t, (uint64_t)sign_extend(value, n_bits) & (UINT64_MAX >> (t->size < 8 ? 64 - t->size * 8 : 0)), t->size * 8);
    else if (btf_is_int(t))
        print_integer(p, t, value, n_bits);
    else if (btf_is_any_enum(t))
        print_enum(p, t, value, n_bits);
    else
        buf_puts(p->out, "<unavailable>");
}

static void
print_members(struct printer *p, const struct btf_type *t, const uint8_t *bytes, size_t n_bytes)
{
    buf_putc(p->out, '{');
    p->depth++;
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        const struct btf_member *m = &btf_members(t)[i];
        const char *name = btf_name(p->btf, m->name_off);
        uint64_t bit_off = btf_member_bit_offset(t, i);
        uint32_t n_bits = btf_member_bitfield_size(t, i);
        if (i)
            buf_puts(p->out, p->is_pretty ? "," : ", ");
        new_line(p, p->depth);
        if (p->out->len >= p->end) {
            buf_puts(p->out, "...");
            break;
        }
        if (*name)
            buf_printf(p->out, "%s = ", name);
        if (n_bits || bit_off % 8)
            print_bitfield(p, m->type, bytes, n_bytes, bit_off, n_bits ? n_bits : 64);
        else if (bit_off / 8 > n_bytes)
            buf_puts(p->out, "<unavailable>");
        else
            print(p, m->type, bytes + bit_off / 8, n_bytes - bit_off / 8);
    }
    p->depth--;
    if (btf_vlen(t))
        new_line(p, p->depth);
    buf_putc(p->out, '}');
}

static void
print(struct printer *p, uint32_t id, const uint8_t *bytes, size_t n_bytes)
{
    const struct btf_type *t = btf_skip(p->btf, &id);
    int64_t size = btf_bytes(p->btf, id);
    uint32_t n_bits = size <= 8 ? (uint32_t)size * 8 : 64;
    if (size < 0 || (uint64_t)size > n_bytes) {
        buf_puts(p->out, "<unavailable>");
        return;
    }
    uint64_t n_gone = count_gone(p, bytes, 0, 8 * (uint64_t)size);
    bool has_parts = btf_is_composite(t) || btf_is_array(t);
    if (n_gone && (!has_parts || n_gone == 8 * (uint64_t)size)) {
        buf_puts(p->out, "<optimized out>");
        return;
    }
    switch (btf_kind(t)) {
    case BTF_KIND_INT:
        if (size > 8) { /* __int128: gdb prints these in hex as well */
            buf_printf(p->out, "0x%016" PRIx64 "%016" PRIx64, load_bits(bytes, 64, 64), load_bits(bytes, 0, 64));
            break;
        }
        print_integer(p, t, load_bits(bytes, btf_int_offset(t), btf_int_bits(t)), btf_int_bits(t));
        break;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        print_enum(p, t, load_bits(bytes, 0, n_bits), n_bits);
        break;
    case BTF_KIND_PTR:
        buf_printf(p->out, "0x%" PRIx64, load_bits(bytes, 0, 64));
        break;
    case BTF_KIND_FLOAT:
        print_float(p, t, bytes);
        break;
    case BTF_KIND_ARRAY:
        print_array(p, t, bytes, (size_t)size);
        break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        print_members(p, t, bytes, (size_t)size);
        break;
    default:
        buf_puts(p->out, "<unavailable>");
    }
}

/* The variables of a data section, like the members of a struct. */
static void
print_variables(struct printer *p, const struct btf_type *t, const uint8_t *bytes, size_t n_bytes)
{
    const char *comma = "";
    buf_putc(p->out, '{');
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        const struct btf_var_secinfo *place = &btf_var_secinfos(t)[i];
        const struct btf_type *var = btf__type_by_id(p->btf, place->type);
        if (!btf_is_var(var) || place->offset == BTF_NO_PLACE)
            continue;
        if (p->out->len >= p->end) {
            buf_printf(p->out, "%s...", comma);
            break;
        }
        buf_printf(p->out, "%s%s = ", comma, btf_name(p->btf, var->name_off));
        if (place->offset > n_bytes)
            buf_puts(p->out, "<unavailable>");
        else
            print(p, var->type, bytes + place->offset, n_bytes - place->offset);
        comma = ", ";
    }
    buf_putc(p->out, '}');
}

void
type_print_value(const struct btf *btf, uint32_t id, const void *bytes, size_t n_bytes, const struct type_format *format, struct buf *out)
{
    struct printer p = { .btf = btf,
                         .out = out,
                         .end = out->len + TYPE_TEXT_MAX,
                         .letter = format ? format->letter : 0,
                         .bytes = bytes,
                         .is_pretty = format && format->is_pretty,
                         .depth = format ? format->depth : 0,
                         .gone = format ? format->gone : NULL,
                         .max_elements = format && format->max_elements ? format->max_elements : DEFAULT_ELEMENTS };
    uint32_t behind = id;
    if (btf_is_ptr(btf_skip(btf, &behind)) && !p.letter) {
        buf_putc(out, '(');
        type_print_name(btf, id, out);
        buf_puts(out, ") ");
    }
    if (btf_is_datasec(btf_skip(btf, &behind)))
        print_variables(&p, btf__type_by_id(btf, behind), bytes, n_bytes);
    else
        print(&p, id, bytes, n_bytes);
}
