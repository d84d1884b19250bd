/* Which program of the object runs, as what type. */
#ifndef DEBUGGER_SELECT_H
#define DEBUGGER_SELECT_H

#include "debugger/state.h"

/* The type that `run` will use: chosen by the user or by the entry's section. Requires an entry. */
const struct prog_type *select_type(const struct session *s);
/* What `run` needs: a program and an entry. ERR_DEBUGGER with what is missing. */
enum err select_check(const struct session *s, const struct prog_type **type, struct errinfo *e);

#endif
