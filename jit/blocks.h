/* Blocks of a program and the memory checks inside them: what the compiler decides before it emits a byte.
 * A block is entered at its first instruction only (the interpreter brings a run that starts elsewhere to the next block), so that
 * bounds are checked once per block, and instructions counted in few places. */
#ifndef JIT_BLOCKS_H
#define JIT_BLOCKS_H

#include "sim/object/program.h"
#include "sim/timing/timing.h"

#define NO_BLOCK UINT32_MAX
#define NO_CHECK UINT32_MAX

struct block {
    uint32_t pc, end;       /* slots [pc, end) */
    uint32_t ahead_insns;   /* from the block's start on, along the expected way, to the next block that is counted afresh */
    uint64_t ahead_cost;    /* of these, 1/1000 cycle */
    bool is_loop_head;      /* target of a backward branch */
    bool is_polled;         /* the budget is looked at: loop heads and functions. Implies is_fresh */
    bool is_called;         /* by a local call */
    bool is_fresh;          /* entered with nothing counted ahead: also where a local call returns to */
};

/* Instructions are counted ahead: who enters a block has counted ahead_insns of it already, and a way that is not the expected one settles
 * the difference; a fresh block counts them itself. Most blocks thus need no code for it. */
static inline uint32_t
block_prepaid_insns(const struct block *b)
{
    return b->is_fresh ? 0 : b->ahead_insns;
}

static inline uint64_t
block_prepaid_cost(const struct block *b)
{
    return b->is_fresh ? 0 : b->ahead_cost;
}

/* One bounds check for all accesses of a block that go through the same base value: the bytes [value + start, value + start + span),
 * `value` being what register `base` holds at slot pc, must be accessible. Done before the first of them. */
struct check {
    uint32_t pc;            /* first access of the group */
    uint8_t base;           /* register, as it is at pc */
    uint8_t access;         /* enum access */
    int64_t start;
    uint32_t span;          /* bytes, 1..CHECK_MAX_SPAN */
    bool expects_frame;     /* a guess: the bytes are in the frame of the entry program, whose addresses are constants */
    uint32_t last_pc;       /* last access of the group; others may lie between that are of other groups */
};

enum { CHECK_MAX_SPAN = 4096 };

/* How an access is known to be good. */
enum { SITE_NONE, SITE_CHECK_HERE, SITE_COVERED, SITE_STATIC };

struct blocks {
    struct block *list;     /* sorted by pc */
    uint32_t n;
    uint32_t *of_slot;      /* index of the block that STARTS at a slot, NO_BLOCK elsewhere */
    struct check *checks;
    uint32_t n_checks, n_groups; /* the first n_groups are those of groups; see blocks_check_alone */
    uint32_t n_accesses;    /* as many more can there be */
    size_t cap_checks;
    uint32_t *check_of;     /* per slot: the check that makes the access good (CHECK_HERE: done before it; COVERED); NO_CHECK: none */
    uint8_t *site;          /* per slot: SITE_* */
    int16_t *frame_off;     /* per slot: STATIC: where in the frame, from its end on (below zero) */
    bool writes_r10;        /* some instruction writes r10: then nothing is known about frames at compile time */
    uint64_t longest_path;  /* instructions that can be executed between two polls, at most */
};

/* How instructions are grouped. BLOCKS_STEP: each is a block of its own, polled, so that a budget is exact in native code and nothing
 * is merged: what lockstep compares instruction by instruction. BLOCKS_SINGLE: the code of BLOCKS_BASIC, with one more poll in front of
 * each block, at which it comes out after a single one: what lockstep compares block by block. BLOCKS_UNCHECKED: basic blocks that are not
 * counted, and accesses that are not checked: what a comparison of speeds wants. */
enum grouping { BLOCKS_BASIC, BLOCKS_STEP, BLOCKS_SINGLE, BLOCKS_UNCHECKED };

/* O(slots). Owned by the caller. */
void blocks_find(const struct program *p, const struct cost_model *costs, enum grouping grouping, struct blocks *out);
void blocks_free(struct blocks *b);

/* Makes a check for the access at pc alone, whatever group it is in. Returns its index. */
uint32_t blocks_check_alone(struct blocks *b, const struct program *p, uint32_t pc);

/* True when a block may end there: the instruction may go anywhere but to the next one, or it is left to the interpreter. A JCC inside
 * of a block is a side exit. */
bool insn_ends_block(const struct insn *insn);

/* Left to the interpreter: not worth native code, or not executable at all. */
bool insn_is_foreign(const struct insn *insn);

#endif
