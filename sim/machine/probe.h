/* Reading guest memory at an address that may be anything, as the kernel's *_nofault functions do. Private to sim/machine. */
#ifndef SIM_MACHINE_PROBE_H
#define SIM_MACHINE_PROBE_H

#include "sim/machine/machine.h"

/* Copies; 0 or -EFAULT or -ERANGE with `to` zeroed. */
int probe_bytes(struct machine *m, void *to, uint64_t bytes, uint64_t addr);
/* Copies at most bytes - 1 characters and a NUL; number of bytes with the NUL, or an error with `to` zeroed. */
int probe_string(struct machine *m, char *to, uint64_t bytes, uint64_t addr);

#endif
