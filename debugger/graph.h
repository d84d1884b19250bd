/* The control-flow graph of functions as text for graphviz: basic blocks with their instructions, and where control goes between them. */
#ifndef DEBUGGER_GRAPH_H
#define DEBUGGER_GRAPH_H

#include "debugger/summary.h"
#include "sim/base/error.h"
#include "sim/isa/disasm.h"

/* Appends a digraph of the function with this index, or of all functions when it is negative. With a summary, blocks and edges say how
 * often they were gone through; NULL: they don't. */
void graph_text(const struct program *p, int64_t function, const struct summary *summary, enum syntax syntax, struct buf *out);

/* Has dot(1) draw such a text as SVG into a file. ERR_DRAW. */
enum err graph_draw(const struct buf *text, const char *path, struct errinfo *e);

#endif
