/* Bytes as users write them in commands, and as they are shown. */
#ifndef DEBUGGER_BYTES_H
#define DEBUGGER_BYTES_H

#include "debugger/state.h"

/* Bytes of a key or value of exactly n bytes: 0a:00:00:01 (hex), "text" (zero-padded), or an expression whose number is stored
 * little-endian. ERR_DEBUGGER when it does not fit. */
enum err bytes_parse_exact(struct session *s, const char *text, uint8_t *out, uint32_t n, struct errinfo *e);

/* Any number of bytes in hex, with blanks or colons between them; "#" starts a comment. ERR_DEBUGGER. The caller frees *out. */
enum err bytes_parse_hex(const char *text, uint32_t max_bytes, uint8_t **out, uint32_t *n, struct errinfo *e);

/* Bytes from a file (hex text, or the bytes themselves), or from hex digits when there is no such file. The caller frees *out. ERR_OPEN, ERR_TOO_LARGE. */
enum err bytes_load(const char *text, uint32_t max_bytes, uint8_t **out, uint32_t *n, struct errinfo *e);

/* "0000  45 00 00 2e ...  E...\n" */
void bytes_dump(const uint8_t *bytes, uint32_t n, struct buf *out);

#endif
