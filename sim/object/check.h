/* What the kernel would refuse before it ever simulates the program: the checks of the verifier's first pass. Findings are for
 * `info check`; they never keep a program from being run. Source: Linux 6.18 kernel/bpf/verifier.c (check_cfg, check_subprogs,
 * resolve_pseudo_ldimm64, check_max_stack_depth), wording in error.def's style. */
#ifndef SIM_OBJECT_CHECK_H
#define SIM_OBJECT_CHECK_H

#include "sim/object/program.h"

struct finding {
    uint32_t pc;
    char text[120]; /* what is wrong and why the kernel refuses it, one line */
};

/* Checks the whole image. Returns an allocated array sorted by pc (caller frees), NULL when *n is 0. O(slots). */
struct finding *program_check(const struct program *p, uint32_t *n);

#endif
