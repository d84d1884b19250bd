/* The command language: one table (command.def) from which dispatch, abbreviation, completion, help and the man page's command section
 * come. Commands write text into a buf; only ui/ prints. */
#ifndef DEBUGGER_COMMAND_H
#define DEBUGGER_COMMAND_H

#include "debugger/session.h"

enum command_status {
    COMMAND_OK,
    COMMAND_ERROR, /* *out ends with the message; scripts stop here, as in gdb */
    COMMAND_QUIT,  /* session_exit_code() tells the status */
};

/* Executes one line. Text for the user is appended to `out`, error messages included. An empty line repeats the last repeatable
 * command when `interactive`. */
enum command_status command_execute(struct session *s, const char *line, bool interactive, struct buf *out);

/* Completions of the word that ends at byte `cursor` of line: an allocated NULL-terminated list of allocated words, sorted; the word
 * itself starts at *start. Free with command_free_completions. */
char **command_complete(struct session *s, const char *line, size_t cursor, size_t *start);
void command_free_completions(char **list);

#endif
