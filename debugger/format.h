/* Values as text: gdb's natural form for each type, and its format letters. */
#ifndef DEBUGGER_FORMAT_H
#define DEBUGGER_FORMAT_H

#include "debugger/state.h"

/* Reads "/FMT" at *text, if there is one, and moves *text past it and the blanks behind. Without one *out is { .count = 1 }.
 * ERR_FORMAT_BAD for a count that is no number. Letters are not judged here. */
enum err format_parse(const char **text, struct fmt *out, struct errinfo *e);

/* Refuses what `print`, `output` and `display` can't do with a format. `command` is for the message. */
enum err format_check_print(const struct fmt *fmt, const char *command, struct errinfo *e);

/* Appends the value in the format (letter 0: natural). */
void format_value(struct session *s, const struct value *v, char letter, struct buf *out);

/* One unit of memory as `x` shows it: padded for x, o, t and z as gdb pads. n_bytes 1, 2, 4 or 8. */
void format_unit(struct session *s, uint64_t bits, unsigned n_bytes, char letter, struct buf *out);

/* A guest string at addr, quoted, at most `limit` characters (then "..."); *n_bytes is what was consumed, the NUL included. */
enum err format_string_at(struct session *s, uint64_t addr, uint64_t limit, struct buf *out, uint64_t *n_bytes, struct errinfo *e);

/* "<xdp_prog+3>" for a slot, "<pkt+14>" for a guest address; nothing when there is no name. With a blank before it. */
void format_code_name(struct session *s, uint64_t pc, struct buf *out);
void format_addr_name(struct session *s, uint64_t addr, struct buf *out);

/* gdb's %g of a float (4 bytes) or double (8) with this bit pattern. */
void format_float(uint64_t bits, unsigned n_bytes, struct buf *out);

/* What `printf` prints: text is "FORMAT", ARGUMENT... ERR_ARGUMENT, ERR_PRINTF, errors of expressions. */
enum err printf_text(struct session *s, const char *text, struct buf *out, struct errinfo *e);

#endif
