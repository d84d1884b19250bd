/* `set logging`: what commands say, in a file as well. */
#ifndef DEBUGGER_LOGGING_H
#define DEBUGGER_LOGGING_H

#include "debugger/state.h"

/* Around what the user asked for (one line, or one file): `out` is what it says. With `set logging redirect on` nothing is left in it. */
void logging_begin(struct session *s, const struct buf *out);
void logging_end(struct session *s, struct buf *out);

/* Gives the front end what was said so far: at once, or (flush) only when the command that is running is the user's own. */
void logging_show(struct session *s, struct buf *out);
void logging_flush(struct session *s, struct buf *out);

void logging_free(struct session *s);

#endif
