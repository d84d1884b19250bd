/* Aliases: names that the user gives to commands. */
#ifndef DEBUGGER_ALIAS_H
#define DEBUGGER_ALIAS_H

#include "debugger/state.h"

/* The alias of that name, in full; NULL when there is none. */
const struct alias *alias_find(const struct session *s, const char *word, size_t len);
void alias_free_all(struct session *s);

#endif
