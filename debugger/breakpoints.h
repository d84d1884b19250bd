/* Breakpoints: the list, the traps that they put into the engine's code, and what happens when one is reached. Each slot counts who wants
 * its trap (points and the run's own goals), so that they can overlap. */
#ifndef DEBUGGER_BREAKPOINTS_H
#define DEBUGGER_BREAKPOINTS_H

#include "debugger/location.h"
#include "debugger/state.h"

struct breakpoint *breakpoint_numbered(struct session *s, uint64_t number); /* NULL when there is none */

/* Adds a point at the location, whose pcs it takes over. Takes over condition (may be NULL). Valid until the next add or delete. */
struct breakpoint *breakpoint_add(struct session *s, struct location *l, const char *spec, struct expr *condition, bool is_temporary);
void breakpoint_delete(struct session *s, uint32_t number);
void breakpoint_enable(struct session *s, struct breakpoint *p, bool on);
void breakpoint_set_condition(struct breakpoint *p, struct expr *condition); /* takes over; NULL: unconditional */

/* Whether a point that stops is set on pc: enabled, condition true, ignore count used up. Counts hits; temporary ones are disabled until
 * breakpoints_sweep. A condition that can't be evaluated stops, too, with gdb's message in `out`. Returns the number of the first one, 0
 * when the program goes on. */
uint32_t breakpoints_reached(struct session *s, uint32_t pc, bool *is_temporary, struct buf *out);
/* Deletes the temporary points that were hit. */
void breakpoints_sweep(struct session *s);

/* After the code was opened anew: sets all traps again. */
void breakpoints_insert(struct session *s);
/* After the program was replaced: resolves every location again; points whose place is gone are disabled, with a line in `out`. */
void breakpoints_resolve(struct session *s, struct buf *out);
void breakpoints_free(struct session *s);

/* Counted traps. */
void trap_add(struct session *s, uint32_t pc);
void trap_drop(struct session *s, uint32_t pc);

/* "Breakpoint 1 at insn 5: file prog.c, line 6.\n" */
void breakpoint_text(const struct session *s, const struct breakpoint *p, const struct location *l, struct buf *out);
/* The table of `info breakpoints`: of all, or of the numbers in `only` (NULL: all). */
void breakpoints_table(struct session *s, const uint32_t *only, uint32_t n_only, struct buf *out);

#endif
