/* Variables of the source: which there are in which scope, and where each of them is while the pc is where. Read from DWARF when a program
 * is loaded, and kept in what follows, so that no reader of DWARF is needed afterwards. Types are ids of program.btf.
 *
 * Places in the code are bytes of the image, pc * 8, because compilers end a range in the middle of a call: what lives up to there is gone
 * once the call returns. A frame that waits for a call to return is at return_pc * 8 - 1. */
#ifndef SIM_OBJECT_VARIABLES_H
#define SIM_OBJECT_VARIABLES_H

#include <stdbool.h>
#include <stdint.h>

struct program;

enum scope_kind { SCOPE_FUNCTION, SCOPE_INLINED, SCOPE_BLOCK };

struct code_span {
    uint32_t from, to; /* bytes of the image; `to` is behind */
};

/* A function, a function that was inlined into another one, or a block. Outer ones stand before inner ones. */
struct scope {
    char *name;          /* "" for blocks */
    enum scope_kind kind;
    int32_t parent;      /* index of the scope around it; -1: FUNCTION */
    uint32_t first_span, n_spans;
    uint32_t type_id;    /* of what a function returns; 0: nothing, or unknown */
    bool has_type;       /* it is known what it returns */
    uint32_t first_variable, n_variables; /* of its own: not those of inner scopes */
};

/* One operation of a DWARF expression, in few forms: DW_OP_const8u (a), DW_OP_bregx (register a, offset b), DW_OP_regx (a), DW_OP_bit_piece
 * (a bits; from bit b on), DW_OP_deref_size (a bytes), DW_OP_convert (to a bytes; b: signed), DW_OP_entry_value (of register a),
 * DW_OP_implicit_value (a; of b bytes), DW_OP_plus_uconst (a), DW_OP_pick (a), and those without operands. 0: something unknown, which
 * makes the piece unknown that it is in. Addresses are guest addresses. */
struct place_op {
    uint8_t op;
    uint64_t a;
    int64_t b;
};

/* Where a variable is while the pc is in [from, to). */
struct variable_place {
    uint32_t from, to;
    uint32_t first_op, n_ops;
};

struct variable_info {
    char *name;
    uint32_t scope;   /* index into scopes */
    uint32_t type_id; /* 0: unknown */
    bool is_argument;
    uint32_t line;    /* where it is declared; 0: unknown */
    uint32_t first_place, n_places; /* none: it was optimised out */
};

/* The value that a caller gives to a register for a call, where the compiler says how to find it out later. */
struct call_value {
    uint32_t return_pc; /* slot behind the call */
    uint32_t reg;
    uint32_t first_op, n_ops;
};

struct variables {
    struct code_span *spans;
    uint32_t n_spans;
    struct scope *scopes;
    uint32_t n_scopes;
    struct variable_info *list; /* by scope, in the order of the source */
    uint32_t n;
    struct variable_place *places;
    uint32_t n_places;
    struct place_op *ops;
    uint32_t n_ops;
    struct call_value *calls; /* sorted by return_pc */
    uint32_t n_calls;
};

/* The innermost scope around a byte of the image, -1 when there is none. O(scopes). */
int32_t variables_scope_at(const struct variables *v, uint32_t at);
/* The function around a scope, the function itself included: FUNCTION or INLINED. */
int32_t variables_function_of(const struct variables *v, int32_t scope);
/* The place of a variable at a byte of the image, NULL when it is nowhere. */
const struct variable_place *variables_place(const struct variables *v, const struct variable_info *info, uint32_t at);
/* The variable of that name that is visible in the scope, -1 when there is none. */
int64_t variables_find(const struct variables *v, int32_t scope, const char *name);
/* What a call gave to a register; NULL when it is not known. O(log calls). */
const struct call_value *variables_call_value(const struct variables *v, uint32_t return_pc, uint32_t reg);

void variables_free(struct variables *v);

#endif
