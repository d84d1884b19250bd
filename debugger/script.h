/* Lines that are not executed at once: files (`source`), definitions (`define`, `document`), commands of breakpoints. */
#ifndef DEBUGGER_SCRIPT_H
#define DEBUGGER_SCRIPT_H

#include "debugger/command.h"
#include "debugger/state.h"

/* The user-defined command of that name, in full; NULL when there is none. */
const struct user_command *script_find(const struct session *s, const char *word, size_t len);
enum err script_call(struct session *s, const struct user_command *user, const char *args, bool interactive, struct buf *out,
                     struct errinfo *e);

/* Takes one more line of the body that is being collected. */
enum err script_collect(struct session *s, const char *line, struct buf *out, struct errinfo *e);
void script_begin(struct session *s, enum collecting what, const char *name, uint32_t point);

/* At a stop: takes over what is to be executed because of it, of all that was hit, and whether it is "silent". */
void script_plan(struct session *s);
/* Executes it. Commands that make the program go on end their list, as in gdb; those of the next stop follow. */
enum err script_run_commands(struct session *s, struct buf *out, struct errinfo *e);

void script_free(struct session *s);

#endif
