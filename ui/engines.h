/* Every engine there is; the first one is the default. Defined by engine_list.c. */
#ifndef UI_ENGINES_H
#define UI_ENGINES_H

#include "sim/engine.h"

extern const struct engine *const engines[]; /* NULL-terminated */

/* By the name that --engine takes; NULL: the default one. ERR_USAGE. */
const struct engine *engine_named(const char *name, struct errinfo *e);

#endif
