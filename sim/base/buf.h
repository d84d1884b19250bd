/* A growing piece of text. Everything below ui/ that has something to say appends it to a buf; only ui/ writes to a terminal.
 * Invariant: text is NUL-terminated whenever it is not NULL. */
#ifndef SIM_BASE_BUF_H
#define SIM_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *text; /* owned; NULL while empty */
    size_t len; /* bytes, without the NUL */
    size_t cap;
};

#define BUF_EMPTY ((struct buf){ 0 })

void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_write(struct buf *b, const void *bytes, size_t n);
/* Appends spaces until the current line is `column` characters long; nothing when it already is. */
void buf_pad(struct buf *b, size_t column);
/* The text so far, "" when empty. Valid until the next append or free. */
const char *buf_text(const struct buf *b);
void buf_clear(struct buf *b); /* empties it, keeps the memory */
void buf_free(struct buf *b);

#endif
