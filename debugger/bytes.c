/* Bytes as users write and read them. See bytes.h. */
#include "config.h"

#include "debugger/bytes.h"

#include "debugger/expr_lex.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum err
bytes_parse_hex(const char *text, uint32_t max_bytes, uint8_t **out, uint32_t *n, struct errinfo *e)
{
    size_t cap = strlen(text) / 2 + 1;
    uint8_t *bytes = xmalloc(cap);
    *n = 0;
    for (const char *p = text; *p;) {
        if (isspace((unsigned char)*p) || *p == ':' || *p == '#') {
            p += *p == '#' ? strcspn(p, "\n") : 1; /* a comment, to the end of its line */
            continue;
        }
        int high = hex_digit(p[0]), low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0 || *n == max_bytes) {
            free(bytes);
            if (low >= 0)
                return err_set(e, ERR_TOO_LARGE, "bytes", 0, strlen(text) / 2, max_bytes);
            return err_set(e, ERR_DEBUGGER, "Pairs of hex digits expected.", 0, 0, 0);
        }
        bytes[(*n)++] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    *out = bytes;
    return OK;
}

static enum err
parse_text(const char *text, uint8_t *out, uint32_t n, struct errinfo *e)
{
    struct token t;
    enum err err = token_read(text, &t, e);
    uint32_t i = 0;
    if (err)
        return err;
    for (const char *p = t.text + 1, *end = t.text + t.len - 1; p < end; i++) {
        uint8_t c = token_char(&p);
        if (i >= n)
            return err_set(e, ERR_FIT, text, 0, n, 0);
        out[i] = c;
    }
    return OK;
}

enum err
bytes_parse_exact(struct session *s, const char *text, uint8_t *out, uint32_t n, struct errinfo *e)
{
    memset(out, 0, n);
    if (*text == '"')
        return parse_text(text, out, n, e);
    if (strchr(text, ':') && strspn(text, "0123456789abcdefABCDEF: \t") == strlen(text)) {
        uint8_t *bytes;
        uint32_t n_bytes;
        enum err err = bytes_parse_hex(text, n, &bytes, &n_bytes, e);
        if (err)
            return err_set(e, ERR_FIT, text, 0, n, 0);
        memcpy(out, bytes, n_bytes);
        free(bytes);
        return n_bytes == n ? OK : err_set(e, ERR_FIT, text, 0, n, 0);
    }
    uint64_t number;
    enum err err = expr_number(s, text, &number, e);
    if (err)
        return err;
    bool is_negative = (int64_t)number < 0;
    for (uint32_t i = 0; i < n; i++)
        out[i] = i < 8 ? (uint8_t)(number >> 8 * i) : is_negative ? 0xff : 0;
    uint64_t cut = n < 8 ? number >> 8 * n : 0;
    if (cut && !(is_negative && n && (int64_t)number >> (8 * n - 1) == -1))
        return err_set(e, ERR_FIT, text, 0, n, 0);
    return OK;
}

static bool
is_hex_text(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '#')
            i += strcspn(text + i, "\n");
        else if (!isxdigit((unsigned char)text[i]) && !isspace((unsigned char)text[i]) && text[i] != ':')
            return false;
    }
    return true;
}

enum err
bytes_load(const char *text, uint32_t max_bytes, uint8_t **out, uint32_t *n, struct errinfo *e)
{
    FILE *file = fopen(text, "re");
    if (!file) {
        int why = errno;
        enum err err = bytes_parse_hex(text, max_bytes, out, n, e);
        return err == ERR_DEBUGGER ? err_set_detail(e, ERR_OPEN, text, strerror(why)) : err;
    }
    uint8_t *bytes = xmalloc((size_t)max_bytes + 1);
    size_t got = fread(bytes, 1, (size_t)max_bytes + 1, file);
    bool failed = ferror(file);
    fclose(file);
    if (failed || got > max_bytes) {
        free(bytes);
        if (failed)
            return err_set_detail(e, ERR_OPEN, text, "read error");
        return err_set(e, ERR_TOO_LARGE, text, 0, got, max_bytes);
    }
    bytes[got] = '\0';
    if (got && is_hex_text((const char *)bytes, got)) {
        enum err err = bytes_parse_hex((const char *)bytes, max_bytes, out, n, e);
        free(bytes);
        return err;
    }
    *out = bytes;
    *n = (uint32_t)got;
    return OK;
}

void
bytes_dump(const uint8_t *bytes, uint32_t n, struct buf *out)
{
    for (uint32_t row = 0; row < n; row += 16) {
        buf_printf(out, "%04x ", row);
        for (uint32_t i = row; i < row + 16; i++) {
            if (i < n)
                buf_printf(out, "%s%02x", i % 8 ? " " : "  ", bytes[i]);
            else
                buf_puts(out, i % 8 ? "   " : "    ");
        }
        buf_puts(out, "  ");
        for (uint32_t i = row; i < row + 16 && i < n; i++)
            buf_putc(out, bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '.');
        buf_putc(out, '\n');
    }
}
