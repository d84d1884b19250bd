/* Whether what a subject leaves depends on what no two engines have in common: addresses, stack that nobody has written, helpers that tell
 * of the world. The verifier lets root see all of that, so a difference between engines means something only where this says no.
 * Not for finding faults in programs: what is refused, or ends in a fault, is looked at by nobody. */
#ifndef JIT_DIFF_EXPOSURE_H
#define JIT_DIFF_EXPOSURE_H

#include "jit/diff/subject.h"

/* What the results depend on, in a few words (static text); NULL: on nothing but the input. It may say something where there is nothing,
 * since it looks at kinds of values only, never at values; what is generated for the kernel depends on nothing. Some 100 us. */
const char *subject_exposes(const struct subject *s);

#endif
