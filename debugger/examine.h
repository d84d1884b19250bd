/* Memory and code as `x` shows it; `display/i` and friends use it, too. */
#ifndef DEBUGGER_EXAMINE_H
#define DEBUGGER_EXAMINE_H

#include "debugger/state.h"

/* Shows fmt->count units from `start` (a guest address, or a slot when fmt->letter is 'i') and sets x_next, $_ and $__. What is readable
 * before an error is shown. ERR_MEMORY, ERR_FORMAT_LETTER. */
enum err examine(struct session *s, const struct fmt *fmt, uint64_t start, struct buf *out, struct errinfo *e);

#endif
