/* The line editor: libedit with history, completion and Ctrl-C, for a terminal. The only user of libedit. */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include "debugger/session.h"

struct editor;

/* Standard input and output are a terminal. History is read from history_path (NULL: none). */
struct editor *editor_new(struct session *session, const char *history_path);

/* Saves the history. */
void editor_free(struct editor *ed);

/* Reads a line under session_prompt(). Returns it without its newline, valid until the next call; NULL at the end of input
 * (Ctrl-D). A line that Ctrl-C cancelled is not returned. */
const char *editor_read(struct editor *ed);

#endif
