/* Searching the past: what happened last before the present. Interval by interval backwards, each of them from its checkpoint on forwards, by
 * the engines. The machine is somewhere in between when it is interrupted: the caller goes on from there, or to where it was. */
#ifndef DEBUGGER_SEARCH_H
#define DEBUGGER_SEARCH_H

#include "debugger/state.h"
#include "sim/point.h"

enum search_result { SEARCH_FOUND, SEARCH_NOTHING, SEARCH_INTERRUPTED };

/* The last stop for a break- or watchpoint at a moment in [lo, present): the machine is there then, s->hits is what stops it, counted. A
 * breakpoint stops before its instruction, as forwards; a watchpoint before the instruction that it is about, as in gdb: what was changed is
 * not yet. Otherwise the machine is somewhere at or after lo. Ignore counts are those of the way back. */
enum search_result search_hits(struct session *s, uint64_t lo);

/* The last moment before the present, not before lo, at which control was at one of these slots at a depth of at most max_depth. The
 * machine is anywhere afterwards. */
enum search_result search_slots(struct session *s, uint64_t lo, const uint32_t *pcs, uint32_t n_pcs, uint32_t max_depth, uint64_t *moment);

/* The last moments before `hi`, not before lo, at which an instruction was executed that a watch of `points` fired on: before that
 * instruction. At most `cap` of them, the latest first; *n says how many. */
enum search_result search_points(struct session *s, uint64_t lo, uint64_t hi, struct points *points, uint64_t *moments, uint32_t cap,
                                 uint32_t *n);

#endif
