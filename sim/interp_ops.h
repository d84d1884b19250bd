/* What instructions do: one inline function do_NAME() per row of isa.def whose kind neither calls nor returns. The only place where
 * the interpreter gives meaning to a row, and the column `expr` is the only place where the row gets it.
 *
 *   s     the slot: imm, off, bounds        d, x   numbers of the registers dst and src
 *   r     registers                         host   guest memory
 *
 * d and x are arguments of their own, though they stand in the slot, so that a fused group can pass the SAME variable for registers
 * that it knows to be equal: the compiler then keeps the value in a host register between the members. */
#ifndef SIM_INTERP_OPS_H
#define SIM_INTERP_OPS_H

#include "sim/base/base.h"
#include "sim/interp_code.h"

#include <string.h>

enum flow {
    FLOW_NEXT,  /* go on with the following instruction */
    FLOW_TAKEN, /* a branch that is taken */
    FLOW_MISS,  /* a memory access outside of the slot's bounds; nothing has changed */
};

/* What a row's function is called: who breaks rows on purpose puts functions of his own before them (tests/jit/interp_mutant.c). */
#ifndef OPERATION
#define OPERATION(name) do_##name
#endif

#define DEFINE(name, ...) \
    static inline __attribute__((always_inline, unused)) enum flow OPERATION(name)(const struct slot *s, uint64_t *r, uint8_t *host, \
                                                                                   unsigned d, unsigned x) \
    { \
        (void)s, (void)r, (void)host, (void)d, (void)x; \
        __VA_ARGS__ \
    }
#define ROW_TYPES(width) \
    enum { W = width }; \
    typedef uint##width##_t U; \
    typedef int##width##_t S; \
    (void)W; \
    (void)(S)0;
#define OPERANDS(fields) \
    const U a = (U)r[d], b = (fields) & Fs ? (U)r[x] : (U)s->imm; \
    (void)a, (void)b;

/* The address of the access, or out of here. */
#define GOOD(base) \
    const uint64_t addr = r[base] + (uint64_t)(int64_t)s->off; \
    if (unlikely(addr - s->lo >= s->room)) \
        return FLOW_MISS; \
    void *const p = host + addr;
#define ALIGNED \
    if (unlikely(addr % sizeof(U))) \
        return FLOW_MISS;
#define LOAD(from) \
    U from; \
    memcpy(&from, p, sizeof from);
#define STORE(...) \
    const U stored = (U)(__VA_ARGS__); \
    memcpy(p, &stored, sizeof stored);

#define DEFINE_COMPUTE(name, width, fields, expr) \
    DEFINE(name, ROW_TYPES(width) OPERANDS(fields) r[d] = (U)(expr); return FLOW_NEXT;)

#define DEFINE_ALU DEFINE_COMPUTE
#define DEFINE_NEG DEFINE_COMPUTE
#define DEFINE_MOVSX DEFINE_COMPUTE
#define DEFINE_SWAP DEFINE_COMPUTE
#define DEFINE_ADDRSPACE DEFINE_COMPUTE
#define DEFINE_LDDW(name, width, fields, expr) DEFINE(name, r[d] = s->wide; return FLOW_NEXT;)

#define DEFINE_JCC(name, width, fields, expr) \
    DEFINE(name, ROW_TYPES(width) OPERANDS(fields) return (expr) ? FLOW_TAKEN : FLOW_NEXT;)
#define DEFINE_JA(name, width, fields, expr) DEFINE(name, return FLOW_TAKEN;)

#define DEFINE_LDX(name, width, fields, expr) DEFINE(name, ROW_TYPES(width) GOOD(x) LOAD(v) r[d] = v; return FLOW_NEXT;)
#define DEFINE_LDSX(name, width, fields, expr) \
    DEFINE(name, ROW_TYPES(width) GOOD(x) LOAD(v) r[d] = (uint64_t)(int64_t)(S)v; return FLOW_NEXT;)
#define DEFINE_ST(name, width, fields, expr) DEFINE(name, ROW_TYPES(width) GOOD(d) STORE(s->imm) return FLOW_NEXT;)
#define DEFINE_STX(name, width, fields, expr) DEFINE(name, ROW_TYPES(width) GOOD(d) STORE(r[x]) return FLOW_NEXT;)

/* One thread runs one machine, so plain accesses are atomic enough. */
#define DEFINE_LDACQ(name, width, fields, expr) DEFINE(name, ROW_TYPES(width) GOOD(x) ALIGNED LOAD(v) r[d] = v; return FLOW_NEXT;)
#define DEFINE_STREL(name, width, fields, expr) DEFINE(name, ROW_TYPES(width) GOOD(d) ALIGNED STORE(r[x]) return FLOW_NEXT;)
#define DEFINE_ATOMIC(name, width, fields, expr) \
    DEFINE(name, ROW_TYPES(width) GOOD(d) ALIGNED LOAD(a) const U b = (U)r[x]; STORE(expr) return FLOW_NEXT;)
#define DEFINE_ATOMIC_FETCH(name, width, fields, expr) \
    DEFINE(name, ROW_TYPES(width) GOOD(d) ALIGNED LOAD(a) const U b = (U)r[x]; STORE(expr) r[x] = a; return FLOW_NEXT;)
#define DEFINE_ATOMIC_CMPXCHG(name, width, fields, expr) \
    DEFINE(name, ROW_TYPES(width) GOOD(d) ALIGNED LOAD(a) const U b = (U)r[x]; \
           if (a == (U)r[REG_0]) { STORE(expr) } \
           r[REG_0] = a; return FLOW_NEXT;)

/* These touch more than registers and memory: handlers of their own in interp.c. */
#define DEFINE_MAYGOTO(name, width, fields, expr)
#define DEFINE_CALL(name, width, fields, expr)
#define DEFINE_CALLL(name, width, fields, expr)
#define DEFINE_CALLK(name, width, fields, expr)
#define DEFINE_CALLX(name, width, fields, expr)
#define DEFINE_EXIT(name, width, fields, expr)
#define DEFINE_LDABS(name, width, fields, expr)
#define DEFINE_LDIND(name, width, fields, expr)

/* clang-format off */
#define INSN(kind, name, opcode, fields, src, off, imm, group, cpu, text, width, expr) DEFINE_##kind(name, width, fields, expr)
#include "sim/isa/isa.def"
/* clang-format on */

/* Whether the branch `op` in slot s is taken. For the rare case in which that is all one may do with it; JA and CALLL always are. */
static inline bool
is_taken(uint16_t op, const struct slot *s, const uint64_t *r)
{
    const unsigned d = s->dst, x = s->src;
    switch (op) {
#define INSN(kind, name, opcode, fields, src, off, imm, group, cpu, text, width, expr) \
    case OP_##name: { \
        ROW_TYPES(width) OPERANDS(fields) \
        return KIND_##kind != KIND_JCC || (expr) != 0; \
    }
#include "sim/isa/isa.def"
    }
    return true;
}

#endif
