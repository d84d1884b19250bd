/* Lines that are not executed at once: definitions (`define`, `document`), hooks, commands of breakpoints, `if` and `while`. */
#ifndef DEBUGGER_SCRIPT_H
#define DEBUGGER_SCRIPT_H

#include "debugger/command.h"
#include "debugger/state.h"

/* The user-defined command of that name, in full; NULL when there is none. */
const struct user_command *script_find(const struct session *s, const char *word, size_t len);
enum err script_call(struct session *s, const struct user_command *user, const char *args, struct buf *out, struct errinfo *e);
/* Executes the user's "hook-NAME" (or "hookpost-NAME") when there is one, unless it is running. */
enum err script_hook(struct session *s, const char *prefix, const char *name, struct buf *out, struct errinfo *e);
/* The same of "hook-stop"; what was hit has its commands executed afterwards. */
enum err script_stop_hook(struct session *s, struct buf *out, struct errinfo *e);

/* The lines that follow belong to a body: text is its name or, of COLLECT_CONTROL, its first line. */
void script_begin(struct session *s, enum collecting what, const char *text);
void script_begin_commands(struct session *s, const uint32_t *points, uint32_t n); /* of the breakpoints of these numbers */
/* Takes one more line of it. */
enum err script_collect(struct session *s, const char *line, struct buf *out, struct errinfo *e);
/* Forgets it, for want of more lines. False when there was none. */
bool script_abandon(struct session *s);

/* At a stop: takes over what is to be executed because of it, of all that was hit, and whether it is "silent". */
void script_plan(struct session *s);
/* Executes it. Commands that make the program go on end their list, as in gdb; those of the next stop follow. */
enum err script_run_commands(struct session *s, struct buf *out, struct errinfo *e);

void script_free(struct session *s);

#endif
