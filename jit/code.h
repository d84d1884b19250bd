/* What the engine holds of one program: compiled code, what of it is out of date, and the interpreter beside it. Private to jit.c (the
 * engine), renew.c (which code is out of date) and run.c (running it). Code from the compiler is compile.h's. */
#ifndef JIT_CODE_H
#define JIT_CODE_H

#include "jit/native.h"
#include "jit/points.h"
#include "jit/tally.h"
#include "sim/engine.h"

struct code {
    struct compiled c;
    struct code *interp;  /* of this program when it is current, else of an earlier one or NULL: interpreter() */
    bool is_interp_current;
    uint32_t *stale;      /* blocks to compile again before the next run */
    uint32_t n_stale;
    size_t cap_stale;
    bool *is_stale;       /* per block: it is in that list */
    bool is_outdated;     /* all of it: to be compiled again before the next run */
    bool is_full;         /* traps and points need more room than there is: the interpreter runs alone until they change */
    uint64_t generation;  /* of the memory that the bounds in the cells are about */
    struct tally own_tally, *tally;
    uint32_t n_again;     /* blocks compiled again */
    struct native native;
    void (*made)(void *arg, struct code *code); /* who wants to know of new code; NULL: nobody */
    void *made_arg;
};

/* The block that starts at a slot; NO_BLOCK: none does. */
static inline uint32_t
code_block_at(const struct code *code, uint32_t pc)
{
    return pc < code->c.program->n_slots ? code->c.blocks.of_slot[pc] : NO_BLOCK;
}

/* renew.c: a block, the block that a slot is in, or all blocks that look at points, will be compiled again before the next run. */
void code_make_stale(struct code *code, uint32_t block);
void code_make_slot_stale(struct code *code, uint32_t pc);
void code_make_looking_stale(struct code *code);

/* renew.c: Compiles what is stale. False when there is no room for it: the interpreter shall run. */
bool code_renew(struct code *code);

/* run.c: struct engine's run. */
struct stop code_run(struct code *code, struct machine *m, uint64_t budget, uint32_t how);

#endif
