/* What of the instruction set has been executed: rows of isa.def, on which classes of operands, with which outcomes. Found by executing one
 * instruction after the other, so a fuzzer looks at samples. */
#ifndef JIT_DIFF_COVERAGE_H
#define JIT_DIFF_COVERAGE_H

#include "sim/engine.h"

/* Classes of a number, by the width of the operation. Of an access the first operand is the kind of place (enum region_kind; the last class:
 * nothing is there), the second one the number that is loaded or stored. */
enum operand_class {
    OPERAND_ZERO, OPERAND_ONE, OPERAND_MINUS_ONE, OPERAND_MIN, OPERAND_MAX,
    OPERAND_SMALL, /* below the width: shift counts */
    OPERAND_POSITIVE, OPERAND_NEGATIVE, N_OPERAND_CLASSES
};

struct coverage {
    uint64_t cells[N_OPS][2]; /* bit 8 * first operand's class + second one's; [1]: the branch was taken */
};

struct coverage_sums {
    uint32_t n_rows;     /* executed, or stopped at */
    uint32_t n_outcomes; /* of conditional branches: both count */
    uint32_t n_cells;
};

/* Runs a machine that was started to its stop, at most max_insns, and notes all that it executes. Returns the number of instructions. */
uint64_t coverage_run(struct coverage *c, const struct engine *engine, struct code *code, struct machine *m, uint64_t max_insns);

void coverage_add(struct coverage *to, const struct coverage *from);
struct coverage_sums coverage_sum(const struct coverage *c);

#endif
