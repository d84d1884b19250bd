/* Generates programs that execute one row of isa.def on many operands and leave what they saw in the packet (XDP) or in r0.
 * Not for control flow across programs or for maps: those rows have tests of their own. */
#ifndef TESTS_KERNEL_ISA_GEN_H
#define TESTS_KERNEL_ISA_GEN_H

#include "sim/isa/isa.h"
#include "tests/kernel/lab.h"

enum {
    CASE_BYTES = 48, /* in the packet: operand a, operand b, results, each 8 bytes */
    CASE_RESULTS = 16,
    N_CASES = 64,
    GEN_PACKET_BYTES = N_CASES * CASE_BYTES
};

struct gen {
    struct dice *dice;
    struct insn insns[8192];
    uint32_t n;       /* instructions */
    uint32_t n_slots; /* slots so far */
};

struct insn insn_of(enum op op, uint8_t dst, uint8_t src, int16_t off, int64_t imm);
void gen_put(struct gen *g, enum op op, uint8_t dst, uint8_t src, int16_t off, int64_t imm);
struct program *gen_program(const struct gen *g); /* owned by the caller */

/* True when gen_row has a body for the row's kind. */
bool gen_has_row(enum op op);

/* A whole XDP program for `op`: packet bounds check, N_CASES times { load the operands into random registers, execute, store all that may
 * have changed }, exit with the last r0. Operands that the kernel refuses (immediate shift counts past the width, division by
 * immediate 0) are not drawn. */
void gen_row(struct gen *g, enum op op);

/* Fills GEN_PACKET_BYTES with operands. */
void gen_packet(struct dice *d, uint8_t *packet);

#endif
