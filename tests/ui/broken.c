/* The list of engines for a program that is ebpfdbg with engines that are wrong on purpose: what becomes of finds is tested with it. */
#include "config.h"

#include "jit/auto.h"
#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "tests/jit/broken.h"
#include "ui/engines.h"

/* clang-format off */
const struct engine *const engines[] = {
    &auto_engine, &interp_engine, &jit_engine, &lockstep_engine,
    &broken_rsh32, &broken_jslt, &broken_stx_h, &broken_xchg, &broken_call, &broken_signal, &broken_small, &broken_hang, NULL,
};
/* clang-format on */
