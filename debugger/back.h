/* Stepping backwards: by instructions, by source lines, out of functions, to the last break- or watchpoint. Each is the inverse of its forward
 * command (step.h): it arrives where that command, given there, would have come from. s->event says what stopped it: EVENT_HISTORY at the
 * beginning of history. All require history_has_run. */
#ifndef DEBUGGER_BACK_H
#define DEBUGGER_BACK_H

#include "debugger/state.h"

/* Up to the last hit, or the beginning. */
void back_to_hit(struct session *s);

/* n instructions; with `over` a local call counts as one. */
void back_insns(struct session *s, uint64_t n, bool over);

/* n source lines: to where the line began that was executed before, or this one if it has begun. Not `over`: also into functions, from their
 * end. */
void back_lines(struct session *s, uint64_t n, bool over, struct buf *out);

/* To the call that made the selected frame. ERR_OUTERMOST. */
enum err back_finish(struct session *s, struct errinfo *e);

/* It was interrupted somewhere on the way: back to where it was, and that is what stopped it. */
void back_give_up(struct session *s, uint64_t moment);

/* To a moment, passing by what could be hit. Also one that has not been yet: then as far as the program comes. */
void back_or_forth(struct session *s, uint64_t moment, struct buf *out);

#endif
