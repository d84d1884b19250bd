/* Known differences between the kernel and what is modelled here; the table is known.def. */
#ifndef JIT_DIFF_KNOWN_H
#define JIT_DIFF_KNOWN_H

#include "sim/isa/isa.h"

/* Why the kernel is not to be asked about the instruction, NULL when it is. next: the one that follows; NULL: one that makes it good.
 * is_bounded: no way through the program executes more than KNOWN_MAX_PATH instructions. Static text. */
const char *known_difference(const struct insn *insn, const struct insn *next, bool is_bounded);

/* The first such reason in a program of which n instructions are at insns. */
const char *known_differences(const struct insn *insns, uint32_t n, bool is_bounded);

enum { KNOWN_MAX_PATH = 4000 };

#endif
