/* Watchpoints: which registers and bytes an expression depends on, and what its value was and is. */
#ifndef DEBUGGER_WATCH_H
#define DEBUGGER_WATCH_H

#include "debugger/state.h"
#include "sim/point.h"

/* Makes a watch of the expression, which it takes over when it succeeds. With is_location, and for an address that registers
 * decide on, the address stays what it is now. ERR_WATCH_*, ERR_NO_ADDRESS, ERR_MEMORY (is_location), ERR_NO_REGISTERS. */
enum err watch_new(struct session *s, struct expr *x, enum breakpoint_type type, bool is_location, struct watch **out, struct errinfo *e);
void watch_free(struct watch *w);

/* After the program was replaced: parses the expression again; what it depends on is found by the next watch_refresh. Errors as
 * expr_parse. */
enum err watch_resolve(struct session *s, struct watch *w, struct errinfo *e);

/* A condition of the watchpoint (w NULL: of a breakpoint): `old` and `new` are what it has seen. Errors as expr_parse and expr_type. */
enum err watch_parse_condition(struct session *s, const struct watch *w, const char *text, struct expr **out, struct errinfo *e);

/* Evaluates anew what is not direct. True when the value is another one; the old one is then in *before (when not NULL; the caller frees
 * its bytes), *had_before says whether there was one. Makes s->points stale when it depends on something else now. */
bool watch_refresh(struct session *s, struct watch *w, struct value *before, bool *had_before);

/* What the engine has to watch: the i-th of w->reads. False when no instruction can change it, or no engine can watch it. */
bool watch_point(const struct watch *w, uint32_t i, enum breakpoint_type type, struct point *out);

/* The values of a direct watch from the point that fired; their bytes are the point's. */
void watch_sides(const struct watch *w, const struct point *fired, struct value *before, struct value *now);
/* The values of a direct watch from the point that fired, as text that the caller frees; *before is NULL when nothing has changed. */
void watch_values(struct session *s, const struct watch *w, const struct point *fired, char **before, char **now);
/* A value of the watch as text that the caller frees. */
char *watch_value_text(struct session *s, const struct watch *w, const struct value *v, bool is_readable);

/* The value of what the watch looks at, now, as text that the caller frees. */
char *watch_text_now(struct session *s, const struct watch *w);

/* "r3", "-location *p" */
void watch_text(const struct watch *w, struct buf *out);

#endif
