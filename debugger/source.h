/* Source text: from the file when it can be found, else what the line table carries (BTF has the text of every line with code). */
#ifndef DEBUGGER_SOURCE_H
#define DEBUGGER_SOURCE_H

#include "debugger/state.h"

enum { SOURCE_MAX_BYTES = 16 << 20 };

/* Text of a line without its newline; NULL when it is not known. line is 1-based. Reads the file at the first call. */
const char *source_line(struct session *s, uint32_t file, uint32_t line);
/* Lines that there are, as far as known. */
uint32_t source_n_lines(struct session *s, uint32_t file);
/* "prog.c": as locations are printed. */
const char *source_name(const struct session *s, uint32_t file);
/* Index of the file that `name` (a path's end, whole components) means; -1 when there is none. */
int64_t source_named(const struct session *s, const char *name, size_t len);
/* True when [pc] is the first slot of a statement's line. */
bool source_is_line_start(const struct session *s, uint32_t pc);
/* "12\t    return x;\n" */
void source_print_line(struct session *s, uint32_t file, uint32_t line, struct buf *out);

void source_free(struct session *s);

#endif
