/* The functions that rows of helper.def name, and what they share. Private to sim/machine; one file helper_*.c per family.
 * Arguments have been checked as the row says: memory is accessible, maps are maps that are modelled. */
#ifndef SIM_MACHINE_HELPER_FN_H
#define SIM_MACHINE_HELPER_FN_H

#include "sim/machine/helper.h"
#include "sim/machine/map.h"

#include <errno.h>

uint64_t helper_map_lookup(struct machine *m, const uint64_t args[5], struct fault *fault);
uint64_t helper_map_update(struct machine *m, const uint64_t args[5], struct fault *fault);
uint64_t helper_map_delete(struct machine *m, const uint64_t args[5], struct fault *fault);

/* The helper's answer when argument n (1..5) is something that it does not take. */
static inline uint64_t
helper_refuse(struct fault *fault, unsigned n, const uint64_t args[5])
{
    *fault = (struct fault){ .kind = FAULT_HELPER, .addr = args[n - 1], .arg = (uint8_t)n };
    return 0;
}

/* r0 of a helper that failed with -errno. */
static inline uint64_t
helper_errno(int error)
{
    return (uint64_t)(int64_t)error;
}

#endif
