/* A growing piece of text. See buf.h. */
#include "config.h"

#include "sim/base/buf.h"

#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
reserve(struct buf *b, size_t more)
{
    if (b->len + more < b->cap)
        return;
    size_t cap = b->cap ? b->cap : 64;
    while (cap <= b->len + more)
        cap *= 2;
    b->text = xrealloc(b->text, cap);
    b->cap = cap;
}

void
buf_write(struct buf *b, const void *bytes, size_t n)
{
    reserve(b, n);
    if (n)
        memcpy(b->text + b->len, bytes, n);
    b->len += n;
    b->text[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *text)
{
    buf_write(b, text, strlen(text));
}

void
buf_putc(struct buf *b, char c)
{
    buf_write(b, &c, 1);
}

void
buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    reserve(b, 0);
    int n = vsnprintf(b->text + b->len, b->cap - b->len, format, args);
    if (n > 0 && (size_t)n >= b->cap - b->len) {
        reserve(b, (size_t)n);
        n = vsnprintf(b->text + b->len, b->cap - b->len, format, again);
    }
    va_end(again);
    if (n > 0)
        b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void
buf_pad(struct buf *b, size_t column)
{
    size_t start = b->len;
    while (start && b->text[start - 1] != '\n')
        start--;
    while (b->len - start < column)
        buf_putc(b, ' ');
}

const char *
buf_text(const struct buf *b)
{
    return b->text ? b->text : "";
}

void
buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->text)
        b->text[0] = '\0';
}

void
buf_free(struct buf *b)
{
    free(b->text);
    *b = BUF_EMPTY;
}
