/* Setting costs by name: shared by the built-in table and the file format. Not for users of a model; see timing.h. */
#ifndef SIM_TIMING_SELECT_H
#define SIM_TIMING_SELECT_H

#include "sim/timing/timing.h"

/* Gives all rows that `what` selects a cost, in 1/1000 cycle, and returns how many those are (0: no such rows). what is an opcode
 * ("0x2f"), a class ("jcc") or a row's name, where * and ? stand for any characters ("mul*", "ldx_?"). */
uint32_t cost_model_select(struct cost_model *model, const char *what, uint32_t cost);

#endif
