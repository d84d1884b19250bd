/* The list that program_check() makes, and the three passes that fill it. Internal to sim/object.
 *
 * A text begins with the kernel's own words (a test compares them with the kernel's log) and may end in an explanation in
 * parentheses. Slots in it count from the beginning of the image. */
#ifndef SIM_OBJECT_FINDINGS_H
#define SIM_OBJECT_FINDINGS_H

#include "sim/object/check.h"

enum { MAX_FINDINGS = 4096 }; /* what is beyond is counted by a last finding */

struct findings {
    struct finding *list;
    uint32_t n;
    uint32_t n_lost;
};

void findings_add(struct findings *f, uint32_t pc, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Every instruction on its own: opcodes, fields, registers, constants, direct accesses to the stack. */
void check_insns(const struct program *p, struct findings *f);

/* The flow in each function: jump targets, the end, unreachable code. */
void check_flow(const struct program *p, struct findings *f);

/* The flow between functions: destinations, recursion, frames, stack sizes. */
void check_calls(const struct program *p, struct findings *f);

#endif
