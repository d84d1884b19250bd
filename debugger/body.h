/* Bodies: the lines of definitions, of breakpoints' commands, of if and while; and how they are executed. */
#ifndef DEBUGGER_BODY_H
#define DEBUGGER_BODY_H

#include "debugger/state.h"

enum { BODY_ARGS_MAX = 10, BODY_MAX_DEPTH = 100 };

/* What $argc and $arg0... stand for. */
struct body_args {
    char *words[BODY_ARGS_MAX];
    unsigned n;
};

/* Takes one more line into account. True when it is the "end" of what was open before the first line. */
bool nesting_ends(struct nesting *n, const char *line);

/* Executes one line as part of a script; its text, error included, goes to out. ERR_DEBUGGER with the message of what failed, also when
 * the nesting of scripts gets too deep. */
enum err body_run_line(struct session *s, const char *line, struct buf *out, struct errinfo *e);

/* Executes the lines; args may be NULL. With ends_at_stop a command that makes the program run is the last one. Ctrl-C ends loops. */
enum err body_run(struct session *s, char *const *lines, uint32_t n, const struct body_args *args, bool ends_at_stop, struct buf *out,
                  struct errinfo *e);

void body_free(char **lines, uint32_t n);

#endif
