/* Breakpoints as the engine sees them: the set of points that is made of them, what was hit, and whether that stops the program. The engine
 * decides whatever it can; what is left is a condition that it can't evaluate, a watched expression that is more than a place,
 * an ignore count over several places, and moments, for which it gets a budget. */
#ifndef DEBUGGER_HITS_H
#define DEBUGGER_HITS_H

#include "debugger/state.h"

/* Before the program goes on after the user had a hand in it: notes the values of watched expressions. */
void hits_begin(struct session *s);

/* Before each run of the engine: gives it the breakpoints as they are now. O(breakpoints), O(slots) when they have changed. */
void hits_arm(struct session *s);

/* How many instructions the engine may execute before the session has to look: 1 when something is watched that no engine can watch. */
uint64_t hits_room(const struct session *s);

/* After each run of the engine: brings hit and ignore counts up to date, finds what stops the program, which is then in s->hits, by
 * number. Temporary breakpoints and `once` ones are disabled by that. Conditions that can't be evaluated stop, too, with gdb's message in `out`. */
bool hits_collect(struct session *s, const struct stop *stop, struct buf *out);

/* ---- Searching the past (search.c), which is executed again for that. */

/* Whether there is anything that could be hit. */
bool hits_are_possible(const struct session *s);
/* From now on hits_collect finds all hits, without consequences for counts and breakpoints; or not any more. */
void hits_search(struct session *s, bool on);
/* While searching: control passes such a hit. Counts it, as gdb does in both directions; false when its ignore count takes it. */
bool hits_pass(struct session *s, uint32_t number);
/* What was collected last becomes what stops the program on the way back: only these breakpoints, with old and new values exchanged. */
void hits_turn(struct session *s, const uint32_t *numbers, uint32_t n);

/* Before the code or the machine goes, or when the session ends. */
void hits_forget(struct session *s);
void hits_free(struct session *s);

#endif
