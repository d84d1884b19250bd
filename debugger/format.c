/* Values as text, as gdb prints them. See format.h. */
#include "config.h"

#include "debugger/format.h"

#include "debugger/data.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { REPEAT_THRESHOLD = 10 }; /* gdb's default */

/* `set print elements`, 0 there being no limit. */
static uint32_t
elements_of(const struct session *s)
{
    uint64_t n = s->settings.print_elements;
    return n && n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

enum err
format_parse(const char **text, struct fmt *out, struct errinfo *e)
{
    const char *p = *text;
    *out = (struct fmt){ .count = 1 };
    if (*p == '/') {
        bool is_negative = *++p == '-';
        const char *digits = p += is_negative;
        int64_t n = 0;
        for (; isdigit((unsigned char)*p); p++)
            n = n < INT32_MAX ? n * 10 + (*p - '0') : INT32_MAX;
        if (p > digits)
            out->count = is_negative ? -n : n;
        else if (is_negative)
            return err_set(e, ERR_FORMAT_BAD, "-", 0, 0, 0);
        for (; isalpha((unsigned char)*p); p++) {
            if (strchr("bhwg", *p))
                out->size = *p;
            else if (*p == 'r')
                out->is_raw = true;
            else
                out->letter = *p;
        }
    }
    while (isspace((unsigned char)*p))
        p++;
    *text = p;
    return OK;
}

enum err
format_check_print(const struct fmt *fmt, const char *command, struct errinfo *e)
{
    char letter[2] = { fmt->letter, '\0' };
    if (fmt->size)
        return err_set(e, ERR_FORMAT_SIZE, command, 0, 0, 0);
    if (fmt->count != 1)
        return err_set(e, ERR_FORMAT_COUNT, command, 0, 0, 0);
    if (fmt->letter == 'i') {
        err_set_detail(e, ERR_FORMAT_MEANINGLESS, letter, command);
        return ERR_FORMAT_MEANINGLESS;
    }
    if (fmt->letter && !strchr("xduotzacfs", fmt->letter))
        return err_set(e, ERR_FORMAT_LETTER, letter, 0, 0, 0);
    return OK;
}

void
format_code_name(struct session *s, uint64_t pc, struct buf *out)
{
    const struct function *f = s->program && pc < s->program->n_slots ? program_function_at(s->program, (uint32_t)pc) : NULL;
    if (!f)
        return;
    buf_printf(out, " <%s", f->name);
    if (pc != f->pc)
        buf_printf(out, "+%" PRIu64, pc - f->pc);
    buf_putc(out, '>');
}

void
format_addr_name(struct session *s, uint64_t addr, struct buf *out)
{
    struct buf name = BUF_EMPTY;
    if (s->machine)
        machine_describe_addr(s->machine, addr, &name);
    if (name.len && strncmp(name.text, "0x", 2) != 0)
        buf_printf(out, " <%s>", name.text);
    buf_free(&name);
}

void
format_float(uint64_t bits, unsigned n_bytes, struct buf *out)
{
    if (n_bytes == 4) {
        float f;
        uint32_t low = (uint32_t)bits;
        memcpy(&f, &low, sizeof f);
        buf_printf(out, "%.9g", (double)f);
    } else {
        double d;
        memcpy(&d, &bits, sizeof d);
        buf_printf(out, "%.17g", d);
    }
}

/* The character between quotes `quote`, escaped as gdb does. */
static void
put_char(uint8_t c, char quote, struct buf *out)
{
    static const char escapes[] = "\aa\bb\ff\nn\rr\tt\vv";
    for (const char *p = escapes; *p; p += 2) {
        if (c == (uint8_t)*p) {
            buf_printf(out, "\\%c", p[1]);
            return;
        }
    }
    if (c == (uint8_t)quote || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c >= 0x20 && c < 0x7f)
        buf_putc(out, (char)c);
    else
        buf_printf(out, "\\%03o", c);
}

static void
put_char_value(uint64_t bits, bool is_signed, struct buf *out)
{
    buf_printf(out, "%d '", is_signed ? (int8_t)bits : (int)(uint8_t)bits);
    put_char((uint8_t)bits, '\'', out);
    buf_putc(out, '\'');
}

static void
put_binary(uint64_t bits, unsigned width, struct buf *out)
{
    while (width < 64 && bits >> width)
        width++;
    for (unsigned i = width; i-- > 0;)
        buf_putc(out, bits >> i & 1 ? '1' : '0');
}

/* A number of n_bytes bytes (already cut) in one of the number formats. False when the letter is none of them. */
static bool
put_number(struct session *s, uint64_t bits, unsigned n_bytes, char letter, struct buf *out)
{
    unsigned shift = 64 - 8 * n_bytes;
    switch (letter) {
    case 'x':
        buf_printf(out, "0x%" PRIx64, bits);
        return true;
    case 'z':
        buf_printf(out, "0x%0*" PRIx64, 2 * (int)n_bytes, bits);
        return true;
    case 'o':
        buf_printf(out, bits ? "0%" PRIo64 : "0", bits);
        return true;
    case 't':
        put_binary(bits, 1, out);
        return true;
    case 'd':
        buf_printf(out, "%" PRId64, (int64_t)(bits << shift) >> shift);
        return true;
    case 'u':
        buf_printf(out, "%" PRIu64, bits);
        return true;
    case 'a':
        buf_printf(out, "0x%" PRIx64, bits);
        format_addr_name(s, bits, out);
        return true;
    case 'f':
        if (n_bytes < 4)
            buf_printf(out, "%" PRId64, (int64_t)(bits << shift) >> shift);
        else
            format_float(bits, n_bytes, out);
        return true;
    default:
        return false;
    }
}

void
format_unit(struct session *s, uint64_t bits, unsigned n_bytes, char letter, struct buf *out)
{
    if (letter == 'x')
        letter = 'z';
    if (letter == 'c')
        put_char_value(bits, true, out);
    else if (letter == 't')
        put_binary(bits, 8 * n_bytes, out);
    else if (!put_number(s, bits, n_bytes, letter, out))
        put_number(s, bits, n_bytes, 'z', out);
}

static uint64_t
cut(uint64_t bits, uint64_t n_bytes)
{
    return n_bytes >= 8 ? bits : bits & ((UINT64_C(1) << 8 * n_bytes) - 1);
}

static bool
is_to_text(struct vtype type)
{
    return type.n_ptr == 1 && (type.base == BASE_CHAR || type.base == BASE_UCHAR || type.base == BASE_SCHAR);
}

static void
put_pointer(struct session *s, const struct value *v, struct buf *out)
{
    if (!is_to_text(v->type) || v->type.base != BASE_CHAR) {
        buf_putc(out, '(');
        vtype_text(s->program ? s->program->btf : NULL, v->type, out);
        buf_puts(out, ") ");
    }
    buf_printf(out, "0x%" PRIx64, v->bits);
    format_addr_name(s, v->bits, out);
    if (is_to_text(v->type) && v->bits) {
        struct buf text = BUF_EMPTY;
        uint64_t n_bytes;
        if (format_string_at(s, v->bits, elements_of(s), &text, &n_bytes, NULL) == OK)
            buf_printf(out, " %s", buf_text(&text));
        else
            buf_printf(out, " <error: Cannot access memory at address 0x%" PRIx64 ">", v->bits);
        buf_free(&text);
    }
}

/* What only the program's types can show: structs, unions, arrays of theirs, names of enum values. False for everything else. */
static bool
put_by_type(struct session *s, const struct value *v, char letter, uint32_t depth, struct buf *out)
{
    const struct btf *btf = s->program ? s->program->btf : NULL;
    uint64_t n_bytes = vtype_bytes(v->type);
    struct type_format format = { .letter = letter == 's' || letter == 'z' || letter == 'a' || letter == 'f' ? 0 : letter,
                                  .max_elements = elements_of(s),
                                  .is_pretty = s->settings.print_pretty,
                                  .depth = depth,
                                  .gone = v->gone };
    if (!btf || !v->type.id || v->type.n_ptr || v->type.n)
        return false;
    if (vtype_is_aggregate(v->type))
        type_print_value(btf, v->type.id, v->bytes, n_bytes, &format, out);
    else if (!letter && vtype_is_enum(btf, v->type))
        type_print_value(btf, v->type.id, &v->bits, n_bytes, NULL, out);
    else
        return false;
    return true;
}

/* A scalar in its natural form or by letter. */
static void
put_scalar(struct session *s, const struct value *v, char letter, uint32_t depth, struct buf *out)
{
    const struct base_type *base = &base_types[v->type.base];
    unsigned n_bytes = (unsigned)vtype_bytes(v->type);
    uint64_t bits = cut(v->bits, n_bytes);
    if (put_by_type(s, v, letter, depth, out))
        return;
    if (letter == 'c') {
        put_char_value(bits, v->type.n_ptr || base->is_signed, out);
        return;
    }
    bool is_code = !v->type.n_ptr && base->kind == KIND_OF_CODE;
    if (letter == 'a' && is_code) {
        buf_printf(out, "%" PRIu64, bits);
        format_code_name(s, bits, out);
        return;
    }
    if (letter && put_number(s, bits, n_bytes, letter, out))
        return;
    if (v->type.n_ptr) {
        put_pointer(s, v, out);
    } else if (is_code) {
        buf_printf(out, "(%s) %" PRIu64, base->name, bits);
        format_code_name(s, bits, out);
    } else if (base->kind == KIND_OF_CHAR) {
        put_char_value(bits, base->is_signed, out);
    } else if (base->kind == KIND_OF_BOOL) {
        buf_puts(out, bits ? "true" : "false");
    } else {
        put_number(s, bits, n_bytes, base->is_signed ? 'd' : 'u', out);
    }
}

/* Number of elements from i on that are equal to element i. */
static uint32_t
run_length(const uint8_t *bytes, size_t elem_bytes, uint32_t i, uint32_t n)
{
    uint32_t run = 1;
    while (i + run < n && memcmp(bytes + (i + run) * elem_bytes, bytes + i * elem_bytes, elem_bytes) == 0)
        run++;
    return run;
}

/* n characters as gdb prints an array of char: quoted pieces, long runs as '\0' <repeats 16 times>. */
static void
put_chars(const uint8_t *bytes, uint32_t n, bool is_cut, struct buf *out)
{
    bool is_quoted = false, is_first = true;
    if (!n)
        buf_puts(out, "\"\"");
    for (uint32_t i = 0, run; i < n; i += run) {
        run = run_length(bytes, 1, i, n);
        bool is_long = run >= REPEAT_THRESHOLD;
        if (is_long || !is_quoted) {
            buf_puts(out, is_quoted ? "\", " : is_first ? "" : ", ");
            is_quoted = false;
        }
        if (is_long) {
            buf_putc(out, '\'');
            put_char(bytes[i], '\'', out);
            buf_printf(out, "' <repeats %u times>", run);
        } else {
            if (!is_quoted)
                buf_putc(out, '"');
            is_quoted = true;
            run = 1;
            put_char(bytes[i], '"', out);
        }
        is_first = false;
    }
    buf_puts(out, is_quoted ? "\"" : "");
    buf_puts(out, is_cut ? "..." : "");
}

static void
put_array(struct session *s, const struct value *v, char letter, struct buf *out)
{
    struct vtype type = vtype_target(v->type);
    size_t elem_bytes = vtype_bytes(type);
    uint32_t n = v->type.n, limit = elements_of(s), n_shown = n < limit ? n : limit, n_things = 0;
    if ((!letter || letter == 's') && !type.n_ptr && base_types[type.base].kind == KIND_OF_CHAR) {
        bool ends_in_nul = n && n == n_shown && v->bytes[n - 1] == 0; /* one NUL at the end is C's business, not the reader's */
        put_chars(v->bytes, n_shown - (ends_in_nul && n > 1), n > n_shown, out);
        return;
    }
    buf_putc(out, '{');
    uint32_t i = 0;
    for (uint32_t run; i < n && n_things < limit; i += run, n_things++) {
        uint64_t bits = 0;
        run = run_length(v->bytes, elem_bytes, i, n);
        memcpy(&bits, v->bytes + i * elem_bytes, vtype_is_scalar(type) ? elem_bytes : 0);
        struct value elem = value_of(type, bits);
        elem.bytes = v->bytes + i * elem_bytes; /* for aggregates */
        buf_puts(out, i ? ", " : "");
        put_scalar(s, &elem, letter == 's' ? 0 : letter, 1, out);
        if (run >= REPEAT_THRESHOLD)
            buf_printf(out, " <repeats %u times>", run);
        else
            run = 1;
    }
    buf_puts(out, i < n ? "...}" : "}");
}

void
format_value(struct session *s, const struct value *v, char letter, struct buf *out)
{
    if (v->is_optimized_out)
        buf_puts(out, "<optimized out>");
    else if (v->type.n)
        put_array(s, v, letter, out);
    else if (vtype_is_scalar(v->type) || vtype_is_aggregate(v->type))
        put_scalar(s, v, letter, 0, out);
    else
        buf_puts(out, "void");
}

enum err
format_string_at(struct session *s, uint64_t addr, uint64_t limit, struct buf *out, uint64_t *n_bytes, struct errinfo *e)
{
    struct buf text = BUF_EMPTY;
    enum err err = OK;
    bool is_ended = false;
    for (*n_bytes = 0; *n_bytes < limit && !is_ended && !err; ++*n_bytes) {
        uint8_t c = 0;
        err = data_read(s, addr + *n_bytes, &c, 1, e);
        is_ended = c == 0;
        if (!err && !is_ended)
            buf_putc(&text, (char)c);
        if (err && *n_bytes) { /* the memory ends before the string does: show what there is */
            err = OK;
            is_ended = true;
            --*n_bytes;
        }
    }
    if (!err)
        put_chars((const uint8_t *)buf_text(&text), (uint32_t)text.len, !is_ended, out);
    buf_free(&text);
    return err;
}
