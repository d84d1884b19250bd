/* /tmp/perf-PID.map: the file in which perf(1) looks up the names of code that is in no file. One per process. */
#ifndef UI_PERFMAP_H
#define UI_PERFMAP_H

#include "sim/engine.h"

struct perfmap;

/* Creates the file anew. What stands there from a process of ours that had the same id is replaced; links are not followed, and a file of
 * somebody else is an error. ERR_OPEN. */
enum err perfmap_open(struct perfmap **out, struct errinfo *e);

/* Lists what native code there is of the program, and later whatever the engine adds, as soon as it does. program must outlive code.
 * NULL map: nothing is done. */
void perfmap_follow(struct perfmap *map, const struct program *program, const struct engine *engine, struct code *code);

/* Says where the file is, which stays: perf reads it after the program has ended. Every code that was followed must be closed. NULL is
 * allowed. */
void perfmap_close(struct perfmap *map);

#endif
