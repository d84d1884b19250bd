/* The session: the debugger's whole API. A front end (command line, TUI, server) calls it and renders the text and events that come
 * back; it never touches a machine itself. Engines arrive as values. Grown by debugger/; see ARCHITECTURE.md. */
#ifndef DEBUGGER_SESSION_H
#define DEBUGGER_SESSION_H

#include "sim/engine.h"

struct session;

struct session_config {
    const struct engine *const *engines; /* NULL-terminated; the first one is the default */
    volatile sig_atomic_t *interrupt;    /* set by the front end's SIGINT handler */
};

struct session *session_new(const struct session_config *config);
void session_free(struct session *s);

#endif
