/* Short runs of instructions that one machine instruction can do. Exact, because nothing looks between the members: native code is
 * left at sites only, and none of these has one. */
#ifndef JIT_FUSE_H
#define JIT_FUSE_H

#include "jit/x64.h"
#include "sim/isa/isa.h"

enum { FUSE_MAX_SLOTS = 5 };

/* Emits code for the first instructions of `insns` together; at most `n` slots may be taken. Returns the slots taken, 0 when nothing
 * fits. */
uint32_t fuse(struct x64 *x, const struct insn *insns, uint32_t n);

#endif
