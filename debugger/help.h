/* Help texts, all from command.def. */
#ifndef DEBUGGER_HELP_H
#define DEBUGGER_HELP_H

#include "sim/base/buf.h"

/* "List of info subcommands:" and so on. */
void help_subcommands(const char *parent, struct buf *out);

#endif
