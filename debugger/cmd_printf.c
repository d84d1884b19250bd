/* The printf command: C's conversions over values of expressions. Every number has 64 bits here, so lengths (h, l, ll) are read and
 * ignored; widths are bounded. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/expr_lex.h"
#include "debugger/format.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MAX = 1000, STRING_MAX = 4096, PRINTF_ARGS_MAX = 32 };

struct conversion {
    bool is_left, has_zeros, has_plus, has_blank, is_alternate;
    unsigned width;
    int precision; /* -1: none */
    char letter;
};

static unsigned
read_uint(const char **p)
{
    unsigned n = 0;
    while (isdigit((unsigned char)**p))
        n = n * 10 + (unsigned)(*(*p)++ - '0') > WIDTH_MAX ? WIDTH_MAX : n * 10 + (unsigned)((*p)[-1] - '0');
    return n;
}

/* Reads what follows a '%'. */
static struct conversion
read_conversion(const char **p)
{
    struct conversion v = { .precision = -1 };
    for (;; ++*p) {
        if (**p == '-')
            v.is_left = true;
        else if (**p == '0')
            v.has_zeros = true;
        else if (**p == '+')
            v.has_plus = true;
        else if (**p == ' ')
            v.has_blank = true;
        else if (**p == '#')
            v.is_alternate = true;
        else
            break;
    }
    v.width = read_uint(p);
    if (**p == '.') {
        ++*p;
        v.precision = (int)read_uint(p);
    }
    while (**p && strchr("hlzjt", **p))
        ++*p;
    v.letter = **p;
    if (**p)
        ++*p;
    return v;
}

static void
put_padded(const struct conversion *v, const char *prefix, const char *body, size_t len, struct buf *out)
{
    size_t total = strlen(prefix) + len, pad = v->width > total ? v->width - total : 0;
    bool zeros = v->has_zeros && !v->is_left;
    for (size_t i = 0; i < pad && !v->is_left && !zeros; i++)
        buf_putc(out, ' ');
    buf_puts(out, prefix);
    for (size_t i = 0; i < pad && zeros; i++)
        buf_putc(out, '0');
    buf_write(out, body, len);
    for (size_t i = 0; i < pad && v->is_left; i++)
        buf_putc(out, ' ');
}

static void
put_number(struct conversion v, uint64_t bits, struct buf *out)
{
    char digits[32];
    const char *prefix = "";
    struct buf body = BUF_EMPTY;
    switch (v.letter) {
    case 'd':
    case 'i':
        prefix = (int64_t)bits < 0 ? "-" : v.has_plus ? "+" : v.has_blank ? " " : "";
        snprintf(digits, sizeof digits, "%" PRIu64, (int64_t)bits < 0 ? 0 - bits : bits);
        break;
    case 'u':
        snprintf(digits, sizeof digits, "%" PRIu64, bits);
        break;
    case 'o':
        prefix = v.is_alternate && bits ? "0" : "";
        snprintf(digits, sizeof digits, "%" PRIo64, bits);
        break;
    case 'X':
        prefix = v.is_alternate && bits ? "0X" : "";
        snprintf(digits, sizeof digits, "%" PRIX64, bits);
        break;
    default: /* x, p */
        prefix = v.letter == 'p' || (v.is_alternate && bits) ? "0x" : "";
        snprintf(digits, sizeof digits, "%" PRIx64, bits);
        break;
    }
    for (size_t n = strlen(digits); v.precision > 0 && n < (size_t)v.precision; n++)
        buf_putc(&body, '0');
    buf_puts(&body, digits);
    v.has_zeros &= v.precision < 0;
    put_padded(&v, prefix, buf_text(&body), body.len, out);
    buf_free(&body);
}

static enum err
put_string(struct session *s, const struct conversion *v, const struct value *arg, struct buf *out, struct errinfo *e)
{
    struct buf text = BUF_EMPTY;
    enum err err = OK;
    if (arg->bytes)
        buf_write(&text, arg->bytes, strnlen((const char *)arg->bytes, vtype_bytes(arg->type)));
    for (uint64_t addr = arg->bits; !arg->bytes && text.len < STRING_MAX;) {
        char byte;
        if ((err = data_read(s, addr++, &byte, 1, e)) || !byte)
            break;
        buf_putc(&text, byte);
    }
    size_t len = v->precision >= 0 && (size_t)v->precision < text.len ? (size_t)v->precision : text.len;
    if (!err)
        put_padded(v, "", buf_text(&text), len, out);
    buf_free(&text);
    return err;
}

static enum err
put_conversion(struct session *s, const struct conversion *v, const struct value *arg, struct buf *out, struct errinfo *e)
{
    char letter[2] = { v->letter, '\0' };
    if (v->letter == 's')
        return put_string(s, v, arg, out, e);
    if (!vtype_is_scalar(arg->type))
        return err_set(e, ERR_DEBUGGER, "Value can't be converted to integer.", 0, 0, 0);
    letter[0] = (char)arg->bits;
    if (v->letter == 'c')
        put_padded(v, "", letter, 1, out);
    else
        put_number(*v, arg->bits, out);
    return OK;
}

/* The format's text and the end of its literal. ERR for what is no literal. */
static enum err
read_format(const char **text, char **format, struct errinfo *e)
{
    const char *p = *text;
    struct buf bytes = BUF_EMPTY;
    if (*p != '"')
        return err_set(e, ERR_DEBUGGER, "Bad format string", 0, 0, 0);
    for (p++; *p && *p != '"';)
        buf_putc(&bytes, (char)token_char(&p));
    if (!*p) {
        buf_free(&bytes);
        return err_set(e, ERR_DEBUGGER, "Bad format string, non-terminated '\"'.", 0, 0, 0);
    }
    p++;
    *text = p + strspn(p, " \t");
    *format = xstrdup(buf_text(&bytes)); /* a NUL ends it, as in C */
    buf_free(&bytes);
    return OK;
}

static enum err
read_values(struct session *s, const char *text, struct value *values, unsigned *n, struct buf *out, struct errinfo *e)
{
    for (*n = 0; *text; ++*n) {
        struct expr *x;
        if (*text != ',' || *n == PRINTF_ARGS_MAX)
            return err_set(e, ERR_DEBUGGER, *n == PRINTF_ARGS_MAX ? "Too many arguments." : "Invalid argument syntax", 0, 0, 0);
        enum err err = expr_parse_arg(s, text + 1, &text, &x, e);
        if (err)
            return err;
        err = expr_eval(s, x, &values[*n], out, e);
        if (!err && values[*n].bytes) { /* they belong to the expression, which goes */
            uint8_t *copy = session_scratch(s, vtype_bytes(values[*n].type));
            memcpy(copy, values[*n].bytes, vtype_bytes(values[*n].type));
            values[*n].bytes = copy;
        }
        expr_free(x);
        if (err)
            return err;
    }
    return OK;
}

/* Checks letters and count before anything is printed, as gdb does. */
static enum err
check_format(const char *format, unsigned n_values, struct errinfo *e)
{
    unsigned n = 0;
    for (const char *p = format; *p;) {
        if (*p++ != '%')
            continue;
        if (*p == '%') {
            p++;
            continue;
        }
        struct conversion v = read_conversion(&p);
        char letter[2] = { v.letter, '\0' };
        if (!v.letter)
            return err_set(e, ERR_DEBUGGER, "Incomplete format specifier at end of format string", 0, 0, 0);
        if (!strchr("diuoxXpcs", v.letter))
            return err_set(e, ERR_PRINTF, letter, 0, 0, 0);
        n++;
    }
    return n == n_values ? OK : err_set(e, ERR_DEBUGGER, "Wrong number of arguments for specified format-string", 0, 0, 0);
}

enum err
printf_text(struct session *s, const char *text, struct buf *out, struct errinfo *e)
{
    struct value values[PRINTF_ARGS_MAX];
    char *format = NULL;
    unsigned n = 0, i = 0;
    if (!*text)
        return err_set(e, ERR_ARGUMENT, "format-control string and values to print", 0, 0, 0);
    enum err err = read_format(&text, &format, e);
    if (!err)
        err = read_values(s, text, values, &n, out, e);
    if (!err)
        err = check_format(format, n, e);
    for (const char *p = format; !err && *p;) {
        if (*p != '%' || p[1] == '%') {
            buf_putc(out, *p);
            p += *p == '%' ? 2 : 1;
            continue;
        }
        p++;
        struct conversion v = read_conversion(&p);
        err = put_conversion(s, &v, &values[i++], out, e);
    }
    free(format);
    return err;
}

enum err
cmd_printf(struct call *c)
{
    return printf_text(c->s, c->text, c->out, c->e);
}
