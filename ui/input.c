/* Packets and contexts from what the user typed. See input.h. */
#include "config.h"

#include "ui/input.h"

#include "sim/base/base.h"
#include "sim/machine/input.h"
#include "ui/pcap.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 1 << 20 }; /* of hex text; a packet of 73152 bytes needs a third of that */

void
bytes_free(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){ 0 };
}

/* ---------------------------------------------------------------- hex */

/* A place in hex text. */
struct scan {
    const char *at, *end, *line_start;
    uint32_t line;
};

static enum err
hex_error(const char *name, const struct scan *s, const char *what, struct errinfo *e)
{
    char detail[120];
    snprintf(detail, sizeof detail, "line %u, column %zu: %s", s->line, (size_t)(s->at - s->line_start) + 1, what);
    return err_set_detail(e, ERR_INPUT, name, detail);
}

/* Skips everything that is not a byte: blanks, separators, comments. */
static void
skip_separators(struct scan *s)
{
    for (; s->at < s->end; s->at++) {
        if (*s->at == '#') {
            while (s->at < s->end && *s->at != '\n')
                s->at++;
            if (s->at == s->end)
                return;
        }
        if (*s->at == '\n') {
            s->line++;
            s->line_start = s->at + 1;
        } else if (!isspace((unsigned char)*s->at) && *s->at != ',' && *s->at != ':') {
            return;
        }
    }
}

/* Skips "0010:" or "0x0010:" at the start of a line: three digits or more, then a colon and a blank. Two digits are a byte. */
static void
skip_offset(struct scan *s)
{
    for (const char *p = s->line_start; p < s->at; p++)
        if (*p != ' ' && *p != '\t')
            return;
    const char *p = s->at;
    if (s->end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
        p += 2;
    const char *digits = p;
    while (p < s->end && isxdigit((unsigned char)*p))
        p++;
    if (p - digits >= 3 && p < s->end && *p == ':' && (p + 1 == s->end || isspace((unsigned char)p[1])))
        s->at = p;
}

static int
digit_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

enum err
input_hex(const char *name, const char *text, size_t len, uint32_t max, struct bytes *out, struct errinfo *e)
{
    struct scan s = { .at = text, .end = text + len, .line_start = text, .line = 1 };
    uint8_t *data = NULL;
    size_t n = 0, cap = 0;
    enum err err = OK;
    for (;;) {
        skip_separators(&s);
        skip_offset(&s);
        skip_separators(&s);
        if (s.at == s.end)
            break;
        if (s.end - s.at > 2 && s.at[0] == '0' && (s.at[1] | 0x20) == 'x')
            s.at += 2;
        int high = digit_value(*s.at), low = s.end - s.at > 1 ? digit_value(s.at[1]) : -1;
        if (high < 0)
            err = hex_error(name, &s, "not a hex digit", e);
        else if (low < 0)
            err = hex_error(name, &s, "a byte needs two hex digits", e);
        else if (n == max)
            err = hex_error(name, &s, "too long: the limit is reached here", e);
        if (err)
            break;
        data = grow(data, n, &cap, 1);
        data[n++] = (uint8_t)(high << 4 | low);
        s.at += 2;
    }
    if (err) {
        free(data);
        return err;
    }
    *out = (struct bytes){ .data = data ? data : xmalloc(1), .n = (uint32_t)n };
    return OK;
}

/* ---------------------------------------------------------------- files */

static bool
is_file(const char *path)
{
    return access(path, F_OK) == 0;
}

enum err
input_read_file(const char *path, struct bytes *out, struct errinfo *e)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    uint8_t *data = xmalloc(FILE_MAX_BYTES + 1);
    size_t n = fread(data, 1, FILE_MAX_BYTES + 1, file);
    enum err err = ferror(file) ? err_set_detail(e, ERR_OPEN, path, strerror(errno)) : OK;
    fclose(file);
    if (!err && n > FILE_MAX_BYTES)
        err = err_set(e, ERR_TOO_LARGE, path, 0, n, FILE_MAX_BYTES);
    if (err) {
        free(data);
        return err;
    }
    *out = (struct bytes){ .data = data, .n = (uint32_t)n };
    return OK;
}

static bool
is_text(const struct bytes *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (!isprint(b->data[i]) && !isspace(b->data[i]))
            return false;
    return true;
}

/* The bytes that a file stands for: hex text or the bytes themselves. Takes over `file`. */
static enum err
file_meaning(const char *path, struct bytes file, uint32_t max, struct bytes *out, struct errinfo *e)
{
    enum err err = OK;
    if (is_text(&file))
        err = input_hex(path, (const char *)file.data, file.n, max, out, e);
    else if (file.n > max)
        err = err_set(e, ERR_TOO_LARGE, path, 0, file.n, max);
    else
        *out = file;
    if (err || out->data != file.data)
        bytes_free(&file);
    return err;
}

/* Hex given in place of a file name; anything else was meant to be a file. */
static enum err
hex_argument(const char *what, const char *spec, uint32_t max, struct bytes *out, struct errinfo *e)
{
    for (const char *p = spec; *p; p++)
        if (!isxdigit((unsigned char)*p) && !strchr(" \t\n,:xX", *p))
            return err_set_detail(e, ERR_OPEN, spec, "no such file, and not hex digits");
    return input_hex(what, spec, strlen(spec), max, out, e);
}

bool
input_split_number(const char *spec, char *path, size_t path_bytes, uint32_t *number)
{
    const char *colon = strrchr(spec, ':');
    *number = 1;
    if (is_file(spec) || !colon || !isdigit((unsigned char)colon[1]) || (size_t)(colon - spec) >= path_bytes)
        return false;
    char *end;
    errno = 0;
    unsigned long n = strtoul(colon + 1, &end, 10);
    if (*end || errno || n > UINT32_MAX)
        return false;
    memcpy(path, spec, (size_t)(colon - spec));
    path[colon - spec] = '\0';
    *number = (uint32_t)n;
    return true;
}

enum err
input_packet(const char *spec, struct bytes *out, struct errinfo *e)
{
    char path[4096];
    uint32_t number;
    if (input_split_number(spec, path, sizeof path, &number) && is_file(path))
        return pcap_read(path, number, out, e);
    if (!is_file(spec))
        return hex_argument("packet", spec, PACKET_MAX_BYTES, out, e);

    /* Captures may be larger than what is read here: only their head matters, libpcap reads the rest. */
    uint8_t head[4];
    FILE *file = fopen(spec, "rb");
    size_t n = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    if (pcap_is_capture(head, n))
        return pcap_read(spec, 1, out, e);
    struct bytes content;
    enum err err = input_read_file(spec, &content, e);
    return err ? err : file_meaning(spec, content, PACKET_MAX_BYTES, out, e);
}

/* ---------------------------------------------------------------- contexts */

static enum err __attribute__((format(printf, 2, 3)))
ctx_error(struct errinfo *e, const char *format, ...)
{
    struct buf text = BUF_EMPTY;
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    err_set_detail(e, ERR_INPUT, "context", buf_text(&text));
    buf_free(&text);
    return ERR_INPUT;
}

/* Finds "NAME" or "NAME[I]" among the fields that can be given. *out is the field, or the 4-byte word I of it. */
static enum err
find_field(const struct prog_type *type, const char *name, size_t len, struct ctx_field *out, struct errinfo *e)
{
    size_t stem = strcspn(name, "[=");
    for (uint32_t i = 0; i < type->n_fields; i++) {
        const struct ctx_field *f = &type->fields[i];
        size_t f_len = strlen(f->name);
        bool is_whole = f_len == len && !strncmp(f->name, name, len);
        bool is_word = stem < len && f_len == stem && !strncmp(f->name, name, stem);
        if (!is_whole && !is_word)
            continue;
        if (!f->is_input)
            return ctx_error(e, "%s can't be given for type %s; see 'info context' for the fields that can", f->name, type->name);
        *out = *f;
        if (is_whole)
            return OK;
        unsigned long word = strtoul(name + stem + 1, NULL, 0);
        if (word >= f->bytes / 4u)
            return ctx_error(e, "%s has words 0 to %u", f->name, f->bytes / 4u - 1);
        out->off = (uint16_t)(f->off + 4 * word);
        out->bytes = 4;
        return OK;
    }
    return ctx_error(e, "type %s has no field '%.*s'", type->name, (int)len, name);
}

/* One "NAME=VALUE" up to the comma; returns what follows it in *next. */
static enum err
set_field(const struct prog_type *type, const char *text, struct bytes *ctx, const char **next, struct errinfo *e)
{
    size_t len = strcspn(text, "=,");
    if (text[len] != '=')
        return ctx_error(e, "'%.*s': NAME=VALUE is wanted", (int)len, text);
    struct ctx_field field = { 0 };
    enum err err = find_field(type, text, len, &field, e);
    if (err)
        return err;
    if (field.bytes > 8)
        return ctx_error(e, "%s is an array: give %s[0]=VALUE", field.name, field.name);
    const char *number = text + len + 1;
    char *end;
    errno = 0;
    uint64_t value = strtoull(number, &end, 0);
    if (end == number || (*end && *end != ',') || errno)
        return ctx_error(e, "%s: '%.*s' is not a number", field.name, (int)strcspn(number, ","), number);
    if (field.bytes < 8 && value >> (8 * field.bytes) && value >> (8 * field.bytes - 1) != UINT64_MAX >> (8 * field.bytes - 1))
        return ctx_error(e, "%s: 0x%" PRIx64 " does not fit into %u bytes", field.name, value, field.bytes);
    memcpy(ctx->data + field.off, &value, field.bytes);
    *next = *end ? end + 1 : end;
    return OK;
}

enum err
input_ctx(const char *spec, const struct prog_type *type, uint32_t packet_bytes, struct bytes *out, struct errinfo *e)
{
    struct bytes content;
    if (is_file(spec)) {
        enum err err = input_read_file(spec, &content, e);
        return err ? err : file_meaning(spec, content, CTX_MAX_BYTES, out, e);
    }
    if (!strchr(spec, '='))
        return hex_argument("context", spec, CTX_MAX_BYTES, out, e);
    if (!type->n_fields)
        return ctx_error(e, "type %s has no named fields; give its bytes in hex", type->name);
    struct bytes ctx = { .data = xcalloc(type->ctx_bytes, 1), .n = type->ctx_bytes };
    if (type->family == CTX_XDP)
        memcpy(ctx.data + 4, &packet_bytes, 4); /* xdp_md.data_end */
    enum err err = OK;
    for (const char *p = spec; *p && !err;)
        err = set_field(type, p, &ctx, &p, e);
    if (err)
        bytes_free(&ctx);
    else
        *out = ctx;
    return err;
}
