/* Conditions: what a breakpoint may ask of the machine before it stops, as a tree that any engine can evaluate or compile.
 * Every node has a 64-bit value. Whoever builds the tree (the debugger) has decided on types already: it puts an EXTEND where C
 * would convert, and chooses between signed and unsigned operators. */
#ifndef SIM_CONDITION_H
#define SIM_CONDITION_H

#include "sim/machine/machine.h"

enum cond_op {
    COND_CONST,   /* value */
    COND_REG,     /* value: register number, 0..10; at the boundary where the point is looked at */
    COND_OLD,     /* what a watch looks at, as it was before: the register, or up to 8 bytes, zero-extended. 0 where nothing is watched */
    COND_LOAD,    /* a: address; value: bytes (1, 2, 4, 8); zero-extended. Fails when the guest could not read there */
    COND_EXTEND,  /* a; value: the low 8, 16 or 32 bits are kept, is_signed says how they are extended */
    COND_NOT,     /* bitwise */
    COND_NEG,
    COND_LOGNOT,  /* 0 or 1, as all of the following comparisons and logical operators */
    COND_ADD, COND_SUB, COND_MUL, COND_AND, COND_OR, COND_XOR,
    COND_DIV, COND_MOD, /* is_signed; fail when b is zero. INT64_MIN / -1 = INT64_MIN, its remainder is 0 */
    COND_LSH, COND_RSH, /* b: count, modulo 64; is_signed: arithmetic */
    COND_EQ, COND_NE, COND_LT, COND_LE, /* is_signed. a > b is b < a */
    COND_LOGAND, COND_LOGOR,            /* b is looked at only when it decides */
    COND_SELECT,                        /* a ? b : c, likewise */
};

struct cond_node {
    uint8_t op;        /* enum cond_op */
    bool is_signed;
    uint16_t a, b, c;  /* operands: indices of earlier nodes */
    uint64_t value;
};

enum { COND_MAX_NODES = 256 };

/* How many operands an operation has: none, a, a and b, or all three. */
static inline uint32_t
cond_operands(uint8_t op)
{
    return op <= COND_OLD ? 0 : op <= COND_LOGNOT ? 1 : op == COND_SELECT ? 3 : 2;
}

/* The last node is the root; the condition holds when it isn't zero. Operands stand before their operator; each node is the operand of
 * at most one other (a tree). */
struct condition {
    uint32_t n;
    struct cond_node nodes[];
};

enum cond_result { COND_FALSE, COND_TRUE, COND_FAILED };

/* O(nodes). old: the value of COND_OLD. FAILED: an address that can't be read, or a division by zero. */
enum cond_result condition_eval(const struct condition *c, struct machine *m, uint64_t old);

bool condition_needs_old(const struct condition *c);

#endif
