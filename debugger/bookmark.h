/* Bookmarks: moments of the run that the user wants to come back to. They go when a new run begins, and with a future that is forgotten. */
#ifndef DEBUGGER_BOOKMARK_H
#define DEBUGGER_BOOKMARK_H

#include "debugger/state.h"

/* At the present moment. The number of the new one. */
uint32_t bookmark_add(struct session *s);
/* NULL: there is none of that number. Valid until the next change. */
const struct bookmark *bookmark_numbered(const struct session *s, uint64_t number);
void bookmark_delete(struct session *s, uint32_t number);
/* Forgets those that are later than the moment. */
void bookmarks_cut(struct session *s, uint64_t moment);
/* All of them; numbers go on. */
void bookmarks_forget(struct session *s);
void bookmarks_free(struct session *s);

#endif
