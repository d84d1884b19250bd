/* The command language: one table (command.def) from which dispatch, abbreviation, completion, help and the man page's command section
 * come. Commands write text into a buf; only ui/ prints. */
#ifndef DEBUGGER_COMMAND_H
#define DEBUGGER_COMMAND_H

#include "debugger/session.h"

enum { COMMAND_MAX_LINE = 1 << 18 }; /* bytes of a line */

enum command_status {
    COMMAND_OK,
    COMMAND_ERROR, /* *out ends with the message; scripts stop here, as in gdb */
    COMMAND_QUIT,  /* session_exit_code() tells the status */
};

/* Executes one line. Text for the user is appended to `out`, error messages included; it always ends with a newline when there is
 * any. An empty line repeats the last repeatable command when `interactive`. While session_prompt() says ">" the line is
 * collected into a definition instead of being executed. The line may be any bytes; it ends at the NUL. */
enum command_status command_execute(struct session *s, const char *line, bool interactive, struct buf *out);

/* Executes the lines of a file as `source FILE` does: stops at the first error, which is reported with "FILE:LINE: Error in
 * sourced command file:" as in gdb. A file that can't be read is an error unless `is_optional` (~/.ebpfdbgrc). */
enum command_status command_source(struct session *s, const char *path, bool is_optional, struct buf *out);

/* Completions of the word that ends at byte `cursor` of line: an allocated NULL-terminated list of allocated words, sorted; the word
 * itself starts at *start. Free with command_free_completions. */
char **command_complete(struct session *s, const char *line, size_t cursor, size_t *start);
void command_free_completions(char **list);

/* The table as data, for the man page and for front ends' help. Subcommands follow their prefix ("info registers" has parent "info"). */
struct command_info {
    const char *name, *parent; /* parent NULL: top level */
    const char *aliases;       /* separated by blanks, "" when none */
    const char *group;         /* class: "running", "data"... */
    const char *usage;         /* "break [LOCATION] [if CONDITION]" */
    const char *help;          /* first line is the summary */
};
extern const struct command_info command_infos[];
extern const uint32_t n_command_infos;

#endif
