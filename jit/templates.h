/* One instruction to machine code: straight-line forms only. Blocks, checks, branches between blocks and ways out are compile.c's. */
#ifndef JIT_TEMPLATES_H
#define JIT_TEMPLATES_H

#include "jit/x64.h"
#include "sim/isa/isa.h"

/* ALU, NEG, MOVSX, SWAP, ADDRSPACE and LDDW. */
void template_alu(struct x64 *x, const struct insn *insn);

/* LDX, LDSX, ST, STX, LDACQ, STREL and atomics; the access is known to be good. */
void template_memory(struct x64 *x, const struct insn *insn);

/* Compares for a JCC; returns the condition under which it is taken. */
enum x64_cond template_compare(struct x64 *x, const struct insn *insn);

#endif
