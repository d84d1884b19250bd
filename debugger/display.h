/* Auto-display expressions: shown whenever the program stops. */
#ifndef DEBUGGER_DISPLAY_H
#define DEBUGGER_DISPLAY_H

#include "debugger/state.h"

/* Takes over x. fmt_text is "/x" or "". */
uint32_t display_add(struct session *s, const struct fmt *fmt, struct expr *x);
/* "1: x = 3\n"; errors are shown in place of the value. */
void display_one(struct session *s, const struct display *d, struct buf *out);
void display_all(struct session *s, struct buf *out);
/* False when there is no such display. */
bool display_delete(struct session *s, uint64_t number);
struct display *display_numbered(struct session *s, uint64_t number);
/* "/4xb ", nothing when the format is the natural one. */
void display_fmt_text(const struct fmt *fmt, struct buf *out);
/* After the program was replaced: parses every expression again; those that mean nothing any more are deleted, with a line in `out`. */
void displays_resolve(struct session *s, struct buf *out);
void display_free(struct session *s);

#endif
