/* The trace: a line per instruction that is executed in the foreground, with what it changed. Re-executing the past on the debugger's own
 * behalf is not traced. Off, it costs nothing; on, the program is executed one instruction at a time. */
#ifndef DEBUGGER_TRACE_H
#define DEBUGGER_TRACE_H

#include "debugger/state.h"

struct trace; /* state.h: NULL when off */

/* Begins, to a file that is made anew, or, when path is "", to the commands' output. Ends a trace that is on. ERR_OPEN. */
enum err trace_on(struct session *s, const char *path, bool is_json, struct errinfo *e);
/* Ends. ERR_OPEN when not all could be written. */
enum err trace_off(struct session *s, struct errinfo *e);

/* "Tracing is off.\n" */
void trace_text(const struct session *s, struct buf *out);

/* ---- for run.c */

/* Instructions that may be executed at once. */
uint64_t trace_room(const struct session *s);
/* Before an instruction, and after it: when it was executed, appends its line. */
void trace_before(struct session *s);
void trace_after(struct session *s, struct buf *out);

#endif
