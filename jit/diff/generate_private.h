/* A program while it is generated. Private to jit/diff/generate*.c.
 *
 * Between items all writable registers hold numbers, never pointers, so that any item may follow any other. What points somewhere (the
 * context, the packet or memory, the state map) stays in registers that items do not write, or is made anew in a register that the item ends
 * by giving a number. For the kernel a register is read only when it has a value on every way that leads there, and so is the stack. */
#ifndef JIT_DIFF_GENERATE_PRIVATE_H
#define JIT_DIFF_GENERATE_PRIVATE_H

#include "jit/diff/generate.h"
#include "sim/object/layout.h"

/* The rows that an item draws from. */
enum row_use { USE_ALU, USE_CONVERT, USE_LOAD, USE_STORE, USE_ATOMIC, USE_ORDERED_LOAD, USE_ORDERED_STORE, USE_JCC, USE_JA, USE_PACKET, USE_ODD, N_USES };

enum { NO_REG = 0xff, MAX_CALLS = 16, MAX_FUNCTIONS = 4, MAX_NESTING = 3, MAX_WORLD_CALLS = 48 };

struct gen {
    struct rng rng;
    const struct generator *g;
    struct subject *out;
    bool is_strict;       /* for the kernel */
    uint32_t n;           /* slots so far */

    /* the function being written */
    uint32_t start;       /* its first slot */
    uint32_t limit;       /* slot at which it should end */
    uint16_t writable;    /* registers that items may write */
    uint16_t valid;       /* registers that hold a value */
    uint64_t filled;      /* bit i: the 8 bytes of the stack at r10 - 8 * (i + 1) hold a value */
    uint32_t stack_bytes; /* that items may use */
    uint8_t memory, state, ctx; /* registers that point there, NO_REG */
    uint32_t memory_bytes;
    uint32_t nesting;     /* of loops */
    bool is_main;         /* its frame is the program's: it may end by a tail call */
    uint32_t may_call;    /* functions that will follow */

    /* the way through the program */
    uint32_t times;       /* how often what is written now is executed at most */
    uint32_t path;        /* instructions executed at most so far; callees count where they are written, by their calls */
    uint32_t callee_times;
    uint32_t n_world;     /* calls of helpers whose result comes from the world, at most */

    /* calls whose target is still to come: slots, and whether a register or constant holds it */
    uint32_t calls[MAX_CALLS];
    uint32_t n_calls;
};

/* ---- generate.c: writing */
uint32_t put(struct gen *s, enum op op, uint8_t dst, uint8_t src, int64_t off, int64_t imm); /* the slot */
void patch(struct gen *s, uint32_t at, const struct insn *insn);
/* A row of a use that the options allow; N_OPS when there is none. */
enum op draw(struct gen *s, enum row_use use);
bool may_use(const struct gen *s, enum op op);
bool is_wild(struct gen *s);

/* A constant for the row that is at an edge, and one that the kernel takes when it has to. */
int64_t draw_imm(struct gen *s, enum op op);

/* Registers: to read (a number); to write; to write and read. Gives them a value when that is needed. */
uint8_t source_reg(struct gen *s);
uint8_t target_reg(struct gen *s);
uint8_t changed_reg(struct gen *s);
void put_value(struct gen *s, uint8_t reg); /* any number */
void make_valid(struct gen *s, uint16_t regs);
/* After a call: r1 to r5 have no value, r0 does. */
void forget_arguments(struct gen *s);

void put_items(struct gen *s, uint32_t n);

/* generate_flow.c: whether code may be repeated so often; a register for counting that calls leave alone and items will not write, NO_REG:
 * there is none; and the end of that. */
bool may_repeat(const struct gen *s, uint32_t rounds);
uint8_t take_counter(struct gen *s);
void give_back(struct gen *s, uint8_t reg);

/* generate_points.c: break- and watchpoints for the program that is there. */
void generate_points(struct rng *r, struct subject *s);

/* ---- generate_alu.c, generate_memory.c, generate_flow.c, generate_call.c: one per class */
#define CLASS(name, ...) void put_##name(struct gen *s);
#include "jit/diff/class.def"

/* Pointer to `bytes` good bytes for a key, value or buffer, in a register, with the stack there filled. */
void put_stack_pointer(struct gen *s, uint8_t reg, uint32_t bytes);
/* Keeps a number on the stack, at the offset that is returned; and gets it back. */
int32_t put_spill(struct gen *s);
void put_reload(struct gen *s, int32_t off);
/* Gives calls that wait a target: the function that begins at slot s->n. */
void resolve_calls(struct gen *s, bool is_last);

#endif
