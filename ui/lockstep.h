/* Lockstep for users: `ebpfdbg --lockstep PROG.o`, and what the debugger's command of that name calls. What is compared, and how, is
 * jit/diff/lockstep.h's. */
#ifndef UI_LOCKSTEP_H
#define UI_LOCKSTEP_H

#include "debugger/session.h"
#include "ui/options.h"

/* Runs the program that the options name from start to end, --repeat times, and reports. An enum exit_status: EXIT_DONE when the engines
 * agree, however the program ended, EXIT_FIND when they don't. */
int lockstep_program(const struct options *o);

/* A session_config.lockstep. */
enum err lockstep_session(void *arg, const struct machine *m, const struct session_lockstep *how, struct buf *out, struct errinfo *e);

#endif
