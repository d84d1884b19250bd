/* Known differences between the kernel and what is modelled here; the table is known.def. */
#ifndef JIT_DIFF_KNOWN_H
#define JIT_DIFF_KNOWN_H

#include "sim/isa/isa.h"

/* Why the kernel is not to be asked about the instruction, wherever it stands; NULL when it is. Static text. */
const char *known_difference(const struct insn *insn);

/* The first such reason in a program of n slots, what depends on other instructions included. is_bounded: no way through the program executes
 * more than KNOWN_MAX_PATH instructions. O(slots), but for fetching atomics, which are traced back to their base. */
const char *known_differences(const struct insn *insns, uint32_t n, bool is_bounded);

enum { KNOWN_MAX_PATH = 4000 };

#endif
