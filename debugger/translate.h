/* Conditions for engines: an expression's tree as one of sim/condition.h, which an engine evaluates, or compiles, without coming back. */
#ifndef DEBUGGER_TRANSLATE_H
#define DEBUGGER_TRANSLATE_H

#include "debugger/expr.h"
#include "sim/condition.h"

/* A condition that holds exactly when expr_eval() in the innermost frame gives something else than 0, and fails only where that fails or
 * may have to look again. NULL when there is none: for side effects, convenience variables and history (whose values may change), $pc,
 * $icount, $cycles, and trees that grow beyond COND_MAX_NODES. The caller frees it. O(nodes * depth). */
struct condition *translate(struct session *s, const struct expr *x);

#endif
