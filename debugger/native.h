/* Native code in the debugger's words. Where it comes from: the engine that executes, or, when that makes none, the first of the session's
 * that does, opened for the purpose. */
#ifndef DEBUGGER_NATIVE_H
#define DEBUGGER_NATIVE_H

#include "debugger/state.h"

struct native_source {
    const struct native_ops *ops;
    struct code *code;
    struct native_view view;
    const struct engine *opened; /* NULL: the code is the session's */
};

/* Requires a program. ERR_NO_NATIVE: no engine makes native code; ERR_NO_CODE_MEMORY. Then nothing is to be closed. */
enum err native_open(struct session *s, struct native_source *out, struct errinfo *e);
void native_close(struct native_source *source);

/* How the settings want machine code to be written; the lines are indented by a tab. */
struct native_style native_style(const struct session *s);

#endif
