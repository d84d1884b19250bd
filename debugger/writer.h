/* Who wrote this: finding the instructions that wrote a register, or what an expression is made of. */
#ifndef DEBUGGER_WRITER_H
#define DEBUGGER_WRITER_H

#include "debugger/search.h"

/* A change of the value: the moment before the instruction that made it, and the value before and after, as text. */
struct change {
    uint64_t moment;
    uint32_t pc;
    char *before, *now; /* freed by change_free */
};
void change_free(struct change *change);

/* The last instruction before the present that wrote the expression's place, whether or not that changed it: of r6-r9, which callees save, one of
 * the selected frame or its callers. Of an expression that is no place: the last that changed something in it. `x` is taken over.
 * SEARCH_NOTHING: not in history. The machine is anywhere in the past afterwards. Errors as watch_new. */
enum err writer_last(struct session *s, struct expr *x, struct change *out, enum search_result *result, struct errinfo *e);

/* The last changes of the expression's value, at most `cap`, the latest first. Otherwise the same. */
enum err writer_changes(struct session *s, struct expr *x, struct change *out, uint32_t cap, uint32_t *n, enum search_result *result,
                        struct errinfo *e);

#endif
