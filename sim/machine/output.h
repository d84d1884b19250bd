/* What the guest said: appended by helpers, read by front ends through m->outputs. Private to sim/machine. */
#ifndef SIM_MACHINE_OUTPUT_H
#define SIM_MACHINE_OUTPUT_H

#include "sim/machine/machine.h"

/* Appends a record of n bytes (copied). Past OUTPUT_MAX_BYTES it is only counted in n_outputs_lost. */
void output_add(struct machine *m, enum output_kind kind, uint32_t map, const void *bytes, uint32_t n);
void output_clear(struct machine *m);

/* The list and its counts become a copy of from's; records that are equal already stay. */
void output_copy(struct machine *to, const struct machine *from);

#endif
