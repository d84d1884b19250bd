/* Helpers, one row of helper.def and one function each. The row names the arguments' types; checking them (is it a map, is the memory
 * readable for the map's key size...) happens once, before the function, from the row. */
#ifndef SIM_MACHINE_HELPER_H
#define SIM_MACHINE_HELPER_H

#include "sim/machine/machine.h"

enum helper_outcome {
    HELPER_DONE,  /* r0 is set, r1-r5 are clobbered, pc is the next instruction */
    HELPER_JUMP,  /* control moved (tail call, callback, LDABS that ends the program): pc, depth, frames and registers are all set */
    HELPER_FAULT, /* nothing changed, *fault says why; pc still at the call */
};

enum helper_arg {
    ARG_NONE, ARG_ANY, ARG_CTX, ARG_MAP, ARG_MAP_KEY, ARG_MAP_VALUE,
    ARG_MAP_VALUE_WRITE,
    ARG_MEM_READ,  /* pointer, the next argument is its size; anything when that is 0 */
    ARG_MEM_WRITE,
    ARG_LONG_WRITE, /* pointer to 8 bytes */
    ARG_SIZE, ARG_SIZE_OR_ZERO, ARG_FLAGS, ARG_STRING, ARG_RINGBUF_RECORD,
};

struct helper_row {
    int32_t id;
    const char *name;    /* with the bpf_ prefix */
    uint8_t args[5];     /* enum helper_arg */
    const char *returns; /* for display: "void *", "long", "u64" */
    const char *since;   /* kernel version that introduced it */
    uint64_t (*fn)(struct machine *m, const uint64_t args[5], struct fault *fault); /* NULL: known by name, not modelled */
};

/* NULL when the id is unknown. O(1). */
const struct helper_row *helper_row(int32_t id);
int32_t helper_id(const char *name); /* with or without "bpf_"; -1 when unknown */
const char *helper_name(int32_t id); /* NULL when unknown */
/* What stands in for an undefined symbol (memset, memcpy...), NULL when nothing does. */
const struct helper_row *helper_builtin(const char *name);

/* Executes the CALL, CALLK or CALLX (of a helper's id) at m->pc with the arguments in m->regs. Counters are the engine's business; a helper that needs them
 * (outputs) reads m->n_insns, which the engine has made exact before. */
enum helper_outcome helper_call(struct machine *m, struct fault *fault);

/* LDABS/LDIND at m->pc. HELPER_DONE with r0 set, or HELPER_JUMP when out of bounds: the program has exited with r0 = 0 (has_exited). */
enum helper_outcome helper_load_packet(struct machine *m, struct fault *fault);

#endif
