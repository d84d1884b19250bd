/* The few pieces of machine code that stand once per program: the way in, and the ways out. Internal to jit/. */
#ifndef JIT_STUBS_H
#define JIT_STUBS_H

#include "jit/compile.h"

/* Emits them at the start of the code. */
void stubs_emit(struct compiled *c, struct x64 *x);

/* Appends a site and emits the code that comes out at it. */
void stub_site(struct compiled *c, struct x64 *x, const struct site *site);

#endif
