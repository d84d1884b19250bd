/* The part of helper_flow.c that helper_call needs. Private to sim/machine. */
#ifndef SIM_MACHINE_HELPER_FLOW_H
#define SIM_MACHINE_HELPER_FLOW_H

#include "sim/machine/machine.h"

/* When the CALL at m->pc is a loop whose callback has just returned: calls it again (m->depth is then one more), or ends the loop and
 * fills *result. False when the CALL is an ordinary one. */
bool helper_loop_resume(struct machine *m, uint64_t *result);

#endif
