/* Where a variable is: DWARF's expressions, as the program keeps them (sim/object/variables.h), evaluated in a frame. */
#ifndef DEBUGGER_PLACE_H
#define DEBUGGER_PLACE_H

#include "debugger/state.h"
#include "sim/object/variables.h"

enum piece_kind {
    PIECE_GONE,     /* optimised out, or in a register that the frame has not kept */
    PIECE_MEMORY,   /* at the guest address `bits` */
    PIECE_REGISTER, /* in the register `reg`, whose value is `bits` */
    PIECE_VALUE,    /* it is `bits`, and nowhere */
};

struct piece {
    enum piece_kind kind;
    uint32_t reg;
    uint64_t bits;
    uint32_t n_bits;   /* of the variable; 0: all of it */
    uint32_t from_bit; /* of what is there */
};

enum { PLACE_MAX_PIECES = 64, PLACE_STACK = 64 };

/* Evaluates n operations in the frame; returns the number of pieces, in the order of the variable's bits: 1 with n_bits 0 when it is
 * not in pieces. What can't be found out is PIECE_GONE. */
uint32_t place_pieces(struct session *s, uint32_t level, const struct place_op *ops, uint32_t n, struct piece out[PLACE_MAX_PIECES]);

#endif
