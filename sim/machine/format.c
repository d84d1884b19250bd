/* See format.h. */
#include "config.h"

#include "sim/machine/format.h"

#include "sim/machine/probe.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STRING_MAX_BYTES = 512, WIDTH_MAX = 1 << 23 };

/* One conversion. */
struct spec {
    const char *type; /* the first character after flags and width */
    const char *end;  /* one past the last character */
    bool is_left, is_zero, is_plus, is_space;
    uint32_t width;
};

/* What has been written; n goes on counting when the room is used up. */
struct sink {
    char *to;
    uint32_t room;
    uint64_t n;
};

static void
put_bytes(struct sink *out, const char *text, size_t n)
{
    if (out->n < out->room) {
        size_t fits = out->room - out->n;
        memcpy(out->to + out->n, text, n < fits ? n : fits);
    }
    out->n += n;
}

static void
put_fill(struct sink *out, char c, uint64_t n)
{
    for (; n && out->n < out->room; n--)
        put_bytes(out, &c, 1);
    out->n += n;
}

/* Writes sign and text under flags and width. */
static void
put_padded(struct sink *out, const struct spec *s, const char *sign, const char *text, bool is_zero)
{
    size_t n = strlen(sign) + strlen(text);
    uint64_t pad = s->width > n ? s->width - n : 0;
    if (!s->is_left && !is_zero)
        put_fill(out, ' ', pad);
    put_bytes(out, sign, strlen(sign));
    if (!s->is_left && is_zero)
        put_fill(out, '0', pad);
    put_bytes(out, text, strlen(text));
    if (s->is_left)
        put_fill(out, ' ', pad);
}

static void
put_number(struct sink *out, const struct spec *s, uint64_t arg)
{
    char digits[24];
    char type = s->end[-1];
    bool is_signed = type == 'd' || type == 'i', is_long = *s->type == 'l';
    if (!is_long)
        arg = is_signed ? (uint64_t)(int64_t)(int32_t)arg : (uint32_t)arg;
    bool is_negative = is_signed && (int64_t)arg < 0;
    if (is_negative)
        arg = -arg;
    snprintf(digits, sizeof digits, type == 'x' ? "%" PRIx64 : type == 'X' ? "%" PRIX64 : "%" PRIu64, arg);
    const char *sign = is_negative ? "-" : !is_signed ? "" : s->is_plus ? "+" : s->is_space ? " " : "";
    put_padded(out, s, sign, digits, s->is_zero);
}

static void
put_string(struct machine *m, struct sink *out, const struct spec *s, uint64_t addr)
{
    char text[STRING_MAX_BYTES];
    if (probe_string(m, text, sizeof text, addr) < 0)
        text[0] = '\0';
    put_padded(out, s, "", text, false);
}

/* %pI4 1.2.3.4, %pi4 001.002.003.004, %pI6 with and %pi6 without colons */
static void
put_ip(struct machine *m, struct sink *out, const struct spec *s, uint64_t addr)
{
    uint8_t ip[16];
    char text[48];
    uint32_t n = 0;
    bool is_v6 = s->type[2] == '6', is_plain = s->type[1] == 'i';
    probe_bytes(m, ip, is_v6 ? 16 : 4, addr);
    for (uint32_t i = 0; i < (is_v6 ? 16u : 4u); i++) {
        if (i && (!is_v6 || (!is_plain && i % 2 == 0)))
            text[n++] = is_v6 ? ':' : '.';
        n += (uint32_t)snprintf(text + n, sizeof text - n, is_v6 ? "%02x" : is_plain ? "%03u" : "%u", ip[i]);
    }
    put_padded(out, s, "", text, false);
}

static void
put_pointer(struct machine *m, struct sink *out, const struct spec *s, uint64_t arg)
{
    char text[24];
    char kind = s->end - s->type > 1 ? s->type[1] : '\0';
    if (kind == 'i' || kind == 'I') {
        put_ip(m, out, s, arg);
    } else if (kind == 'k' || kind == 'u') {
        put_string(m, out, s, arg);
    } else {
        /* %ps, %pS and %pB name a symbol; an address that has none is printed like this. */
        snprintf(text, sizeof text, kind && strchr("sSB", kind) ? "0x%" PRIx64 : "%016" PRIx64, arg);
        put_padded(out, s, "", text, false);
    }
}

/* True when a %s or %p may end here. */
static bool
is_end(char c)
{
    return c == '\0' || isspace((unsigned char)c) || ispunct((unsigned char)c);
}

/* Length of a pointer conversion from its 'p' on, 0 when the kernel refuses it. */
static int
pointer_length(const char *p)
{
    if (is_end(p[1]))
        return 1;
    if ((p[1] == 'k' || p[1] == 'u') && p[2] == 's')
        return is_end(p[3]) ? 3 : 0;
    if (strchr("KxsSB", p[1]))
        return 2;
    return (p[1] == 'i' || p[1] == 'I') && (p[2] == '4' || p[2] == '6') ? 3 : 0;
}

/* Length of the conversion from its type on, 0 when the kernel refuses it. */
static int
type_length(const char *type)
{
    const char *p = type;
    if (*p == 'p')
        return pointer_length(p);
    if (*p == 's')
        return is_end(p[1]) ? 1 : 0;
    if (*p == 'c')
        return 1;
    if (*p == 'l')
        p++;
    if (*p == 'l')
        p++;
    return *p && strchr("iduxX", *p) ? (int)(p - type) + 1 : 0;
}

static bool
parse(const char *p, struct spec *s)
{
    *s = (struct spec){ .width = 0 };
    for (p++; *p && strchr("0+- ", *p); p++) {
        s->is_zero |= *p == '0';
        s->is_plus |= *p == '+';
        s->is_left |= *p == '-';
        s->is_space |= *p == ' ';
    }
    for (; isdigit((unsigned char)*p); p++)
        s->width = s->width < WIDTH_MAX ? s->width * 10 + (uint32_t)(*p - '0') : WIDTH_MAX;
    s->type = p;
    int n = type_length(p);
    s->end = p + n;
    return n != 0;
}

static void
put(struct machine *m, struct sink *out, const struct spec *s, uint64_t arg)
{
    char text[2] = { (char)arg, '\0' };
    switch (*s->type) {
    case 'p': put_pointer(m, out, s, arg); return;
    case 's': put_string(m, out, s, arg); return;
    case 'c': put_padded(out, s, "", text, false); return;
    default: put_number(out, s, arg); return;
    }
}

int64_t
format_expand(struct machine *m, const char *format, uint64_t n_format, const uint64_t *args, uint32_t n_args, char *to, uint32_t room)
{
    struct sink out = { to, room ? room - 1 : 0, 0 };
    struct spec s;
    uint32_t n = 0;
    if (!memchr(format, '\0', n_format))
        return -EINVAL;
    for (const char *p = format; *p;) {
        unsigned char c = (unsigned char)*p;
        if (c >= 0x80 || (!isprint(c) && !isspace(c)))
            return -EINVAL;
        if (c != '%' || p[1] == '%') {
            put_bytes(&out, p, 1);
            p += c == '%' ? 2 : 1;
            continue;
        }
        if (n >= n_args || !parse(p, &s))
            return -EINVAL;
        put(m, &out, &s, args[n++]);
        p = s.end;
    }
    if (room)
        to[out.n < out.room ? out.n : out.room] = '\0';
    return (int64_t)out.n;
}
