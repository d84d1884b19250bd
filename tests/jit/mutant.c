/* Corruptions of the JIT. See mutant.h; the words that rows of mutation.def are written in are here. */
#include "config.h"

#include "tests/jit/mutant.h"

#include "sim/base/base.h"
#include "tests/jit/emitter.h"

#include <assert.h>

/* ---------------------------------------------------------------- words about the instruction i */

#define op(name) (i->op == OP_##name)
#define forms(name) (op(name##64_k) || op(name##64_x) || op(name##32_k) || op(name##32_x))
#define kind(name) (insn_kind(i) == KIND_##name)

static bool
is_wide(const struct insn *i)
{
    return insn_row(i)->width_bits == 64;
}

static bool
is_load(const struct insn *i)
{
    return kind(LDX) || kind(LDSX) || kind(LDACQ);
}

static bool
is_access(const struct insn *i)
{
    return insn_kind(i) >= KIND_LDX && insn_kind(i) <= KIND_STREL;
}

static uint32_t
access_bytes(const struct insn *i)
{
    return insn_row(i)->width_bits / 8;
}

/* A part of one: two shifts, joined. */
static bool
is_rotation(const struct insn *i)
{
    return op(lsh64_k) || op(rsh64_k) || op(or64_x);
}

/* ---------------------------------------------------------------- words about the call e */

#define by(who, name) (e->part == PART_##who && e->fn == EMIT_##name)
#define block(name) by(BLOCK, name)
#define template(name) by(TEMPLATE, name)
#define compare(name) by(COMPARE, name)
#define fused(name) by(FUSED, name)
#define local_call(name) by(LOCAL_CALL, name)
#define may_goto(name) by(MAY_GOTO, name)
#define check(name) by(CHECK, name)
#define cold(name) by(COLD, name)
#define head_cost(name) by(HEAD_COST, name)
#define side_exit(name) by(SIDE_EXIT, name)
#define on(name) by(ON, name)
#define stubs(name) by(STUBS, name)
#define point(name) by(POINT, name)
#define watch(name) by(WATCH, name)
#define fire(name) by(FIRE, name)
#define in_condition(name) by(CONDITION, name)

/* Counting hits, wherever it stands. */
#define hit(name) (point(name) || fire(name))

/* A shift by a register, with or without BMI2. */
#define variable_shift (template(shiftx) || template(shift_rcl))

/* Counts are kept in these. */
#define is_left (e->dst == HOST_LEFT)
#define is_cycles (e->dst == HOST_CYCLES)

/* The branch of a JCC, wherever it stands; not the look at the budget before it. */
#define branch is_branch(e)

static bool
is_branch(const struct emit *e)
{
    return (e->part == PART_BLOCK || e->part == PART_SIDE_EXIT) && (e->fn == EMIT_jcc || e->fn == EMIT_jcc_back) && e->op != CC_S;
}

/* ---------------------------------------------------------------- words for what is done to it */

static inline void
swap(struct emit *e)
{
    enum x64_reg dst = e->dst;
    e->dst = e->src;
    e->src = dst;
}

/* The constant; it wraps around. */
static inline void
increment(struct emit *e)
{
    e->imm = (int32_t)((uint32_t)e->imm + 1);
}

static inline void
decrement(struct emit *e)
{
    e->imm = (int32_t)((uint32_t)e->imm - 1);
}

/* The memory operand, or what lea adds. */
static inline void
further(struct emit *e, int32_t bytes)
{
    e->mem.disp = (int32_t)((uint32_t)e->mem.disp + (uint32_t)bytes);
}

static inline void
condition(struct emit *e, enum x64_cond right, enum x64_cond wrong)
{
    e->op = e->op == right ? wrong : wrong ^ 1;
}

/* ---------------------------------------------------------------- the table */

#define MUTATION(name, what, instruction, call, corruption) MUTATION_AT(name, what, instruction, call, corruption, instruction)

#define MUTATION_AT(name, what, instruction, call, corruption, named) \
    static bool concerns_##name(const struct insn *i) { return instruction; } \
    static bool matches_##name(const struct insn *i, const struct emit *e) { return call; } \
    static void corrupt_##name(const struct insn *i, struct emit *e) { corruption; } \
    static bool named_##name(const struct insn *i, const struct insn *next) { return named; }
#include "tests/jit/mutation.def"

struct row {
    struct mutant mutant;
    bool (*concerns)(const struct insn *i);
    bool (*matches)(const struct insn *i, const struct emit *e);
    void (*corrupt)(const struct insn *i, struct emit *e);
    bool (*named)(const struct insn *i, const struct insn *next);
};

#define MUTATION(name, what, instruction, call, corruption) MUTATION_AT(name, what, instruction, call, corruption, instruction)

static const struct row rows[] = {
#define MUTATION_AT(name, what, ...) { { #name, what }, concerns_##name, matches_##name, corrupt_##name, named_##name },
#include "tests/jit/mutation.def"
};

const uint32_t n_mutants = ARRAY_LEN(rows);

static struct {
    const struct row *row;
    uint64_t hits;
} active;

static void
corrupt(struct emit *e)
{
    const struct row *row = active.row;
    if (!row->concerns(e->insn) || !row->matches(e->insn, e))
        return;
    row->corrupt(e->insn, e);
    active.hits++;
}

const struct mutant *
mutant_at(uint32_t i)
{
    assert(i < n_mutants);
    return &rows[i].mutant;
}

void
mutant_activate(uint32_t i)
{
    assert(i < n_mutants || i == NO_MUTANT);
    active.row = i == NO_MUTANT ? NULL : &rows[i];
    active.hits = 0;
    emitter_set_hook(active.row ? corrupt : NULL);
}

bool
mutant_concerns(uint32_t i, const struct program *p)
{
    assert(i < n_mutants);
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        if (rows[i].concerns(&p->insns[pc]))
            return true;
    return false;
}

uint64_t
mutant_hits(void)
{
    return active.hits;
}

bool
mutant_is_named_by(uint32_t i, const struct program *p, uint32_t pc, uint32_t next_pc)
{
    static const struct insn none = { .op = OP_illegal };
    assert(i < n_mutants);
    return rows[i].named(pc < p->n_slots ? &p->insns[pc] : &none, next_pc < p->n_slots ? &p->insns[next_pc] : &none);
}
