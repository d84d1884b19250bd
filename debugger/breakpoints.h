/* Breakpoints and watchpoints: the list that the user sees and numbers. What engines make of it is hits.h's. */
#ifndef DEBUGGER_BREAKPOINTS_H
#define DEBUGGER_BREAKPOINTS_H

#include "debugger/catch.h"
#include "debugger/location.h"
#include "debugger/state.h"

struct breakpoint *breakpoint_numbered(struct session *s, uint64_t number); /* NULL when there is none */

/* Adds a breakpoint at the location, whose pcs it takes over. Takes over condition (may be NULL). Valid until the next add or delete. */
struct breakpoint *breakpoint_add(struct session *s, struct location *l, const char *spec, struct expr *condition, bool is_temporary);
/* The same for a dprintf; format is what `printf` takes. */
struct breakpoint *breakpoint_add_dprintf(struct session *s, struct location *l, const char *spec, struct expr *condition, const char *format);
struct breakpoint *breakpoint_add_moment(struct session *s, const struct moment *moment, struct expr *condition, bool is_temporary);
/* Adds a catchpoint; takes over what *c has, pcs (where it can happen) and condition (may be NULL). */
struct breakpoint *breakpoint_add_catch(struct session *s, const struct catch *c, uint32_t *pcs, uint32_t n_pcs, struct expr *condition,
                                        bool is_temporary);
/* Adds a watchpoint of that type. Takes over watch and condition (may be NULL). */
struct breakpoint *breakpoint_add_watch(struct session *s, enum breakpoint_type type, struct watch *watch, struct expr *condition);
void breakpoint_delete(struct session *s, uint32_t number);
void breakpoint_enable(struct session *s, struct breakpoint *b, bool on); /* nothing when it is gone */
/* A condition for it: in the scope of its first place or, of a watchpoint, with `old` and `new`. Errors as expr_parse and expr_type. */
enum err breakpoint_parse_condition(struct session *s, const struct breakpoint *b, const char *text, struct expr **out, struct errinfo *e);
void breakpoint_set_condition(struct session *s, struct breakpoint *b, struct expr *condition); /* takes over; NULL: unconditional */

/* It has stopped the program: disables it when it is temporary or has no hits left. */
void breakpoint_spend(struct session *s, struct breakpoint *b);

/* Deletes the temporary ones that were hit. */
void breakpoints_sweep(struct session *s);

/* After the program was replaced: resolves every location and expression again; what is gone is disabled, with a line in `out`. */
void breakpoints_resolve(struct session *s, struct buf *out);
void breakpoints_free(struct session *s);

/* "Hardware watchpoint", "Temporary breakpoint": what its messages begin with. */
const char *breakpoint_title(const struct breakpoint *b);
/* What the user hears of a new one, which is $bpnum from now on: "Breakpoint 1 at insn 5: file prog.c, line 6.\n" with others that are
 * set there; "Breakpoint 3 at icount 1000.\n", "Hardware watchpoint 2: r3\n" (l NULL). */
void breakpoint_announce(struct session *s, const struct breakpoint *b, const struct location *l, struct buf *out);
/* Appends the commands that set them all again, as `save breakpoints` writes them. */
void breakpoints_script(const struct session *s, struct buf *out);
/* The table of `info breakpoints`: of all, or of the numbers in `only` (NULL: all). */
void breakpoints_table(struct session *s, const uint32_t *only, uint32_t n_only, struct buf *out);

/* The argument of `continue N`: the breakpoint that stopped the program last is to be passed N - 1 times. Says so. */
void breakpoint_ignore_crossings(struct session *s, uint64_t count, struct buf *out);

#endif
