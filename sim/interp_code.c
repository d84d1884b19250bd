/* Predecoding: from the program's instructions to slots, and what a slot knows: its handler and the bounds of its memory access.
 * Invariant: a slot's handler is always what choose() says, but for the moments in which the loop has planted a step. */
#include "config.h"

#include "sim/interp_code.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

/* The groups of fuse.def as data: which fields have to name the same register. */
enum { FIELD_d0, FIELD_s0, FIELD_d1, FIELD_s1, FIELD_d2, FIELD_s2, FIELD_d3, FIELD_s3 };

struct member {
    uint16_t op;
    uint8_t dst, src; /* FIELD_* that must have the value of the member's own */
};

struct group {
    struct member members[GROUP_MAX];
    uint32_t n;
};

static const struct group groups[N_GROUPS] = {
#define MEMBER(op, d, s) { OP_##op, FIELD_##d, FIELD_##s }
#define FUSE2(op0, d0, s0, op1, d1, s1) { { MEMBER(op0, d0, s0), MEMBER(op1, d1, s1) }, 2 },
#define FUSE3(op0, d0, s0, op1, d1, s1, op2, d2, s2) { { MEMBER(op0, d0, s0), MEMBER(op1, d1, s1), MEMBER(op2, d2, s2) }, 3 },
#define FUSE4(op0, d0, s0, op1, d1, s1, op2, d2, s2, op3, d3, s3) \
    { { MEMBER(op0, d0, s0), MEMBER(op1, d1, s1), MEMBER(op2, d2, s2), MEMBER(op3, d3, s3) }, 4 },
#include "sim/fuse.def"
};

static const struct insn *
insn_at(const struct code *code, uint32_t i)
{
    return &code->program->insns[code->slots[i].pc];
}

/* Slot that the branch in slot i goes to; NO_SLOT when there is no instruction. */
static uint32_t
target_slot(const struct code *code, uint32_t i)
{
    int64_t pc = insn_target(insn_at(code, i), code->slots[i].pc);
    return pc >= 0 && pc < code->program->n_slots ? code->index[pc] : NO_SLOT;
}

static bool
is_fixed_branch(enum insn_kind kind)
{
    return kind == KIND_JCC || kind == KIND_JA || kind == KIND_MAYGOTO || kind == KIND_CALLL;
}

/* Numbers the instructions: code->index and every slot's pc. */
static void
number_slots(struct code *code)
{
    const struct program *p = code->program;
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        if (p->insns[pc].op == OP_lddw_tail) {
            code->index[pc] = NO_SLOT;
            continue;
        }
        code->index[pc] = code->n;
        code->slots[code->n++].pc = pc;
    }
    code->index[p->n_slots] = code->n;
    code->slots[code->n].pc = p->n_slots;
}

static void
fill_slot(struct code *code, uint32_t i)
{
    const struct insn *insn = insn_at(code, i);
    struct slot *s = &code->slots[i];
    s->dst = insn->dst;
    s->src = insn->src;
    s->off = insn->off;
    s->imm = (int32_t)insn->imm;
    if (insn_kind(insn) == KIND_LDDW)
        s->wide = (uint64_t)insn->imm;
    uint32_t target = is_fixed_branch(insn_kind(insn)) ? target_slot(code, i) : NO_SLOT;
    if (target != NO_SLOT) {
        s->jump = (int32_t)(target - (i + 1));
        s->taken_cycles = code->cost_before[i + 1] - code->cost_before[target];
    }
}

static uint32_t
access_bytes(const struct insn *insn)
{
    return insn_row(insn)->width_bits / 8;
}

static bool
is_atomic(enum insn_kind kind)
{
    return kind == KIND_ATOMIC || kind == KIND_ATOMIC_FETCH || kind == KIND_ATOMIC_CMPXCHG || kind == KIND_LDACQ || kind == KIND_STREL;
}

static enum handler
handler_alone(const struct code *code, uint32_t i)
{
    if (i >= code->n)
        return HANDLER_end;
    const struct insn *insn = insn_at(code, i);
    if (insn->flags & INSN_UNRESOLVED)
        return HANDLER_unresolved;
    if (insn->op >= N_OPS)
        return HANDLER_illegal;
    if (is_fixed_branch(insn_kind(insn)) && target_slot(code, i) == NO_SLOT)
        return HANDLER_wild;
    return (enum handler)insn->op; /* handlers of rows have the numbers of their ops */
}

/* Whether the slots from i on are such a group. A mark on any of them takes it apart. */
static bool
group_fits(const struct code *code, uint32_t i, const struct group *g)
{
    uint8_t fields[2 * GROUP_MAX];
    for (uint32_t k = 0; k < g->n; k++) {
        const struct member *member = &g->members[k];
        if (code->alone[i + k] != member->op || code->marks[i + k])
            return false;
        fields[2 * k] = code->slots[i + k].dst;
        fields[2 * k + 1] = code->slots[i + k].src;
        if (fields[member->dst] != fields[2 * k] || fields[member->src] != fields[2 * k + 1])
            return false;
    }
    return true;
}

/* What it is marked for, the first group in the table that fits, or the instruction alone. */
static enum handler
best_handler(const struct code *code, uint32_t i)
{
    if (code->marks[i])
        return code->marks[i] & (MARK_TRAP | MARK_POINT) ? HANDLER_trap : HANDLER_watch;
    enum handler alone = code->alone[i];
    if (alone >= HANDLER_illegal)
        return alone;
    uint16_t second = code->alone[i + 1]; /* most groups fail on it */
    for (uint32_t g = code->first_group[alone]; g != NO_GROUP; g = code->next_group[g])
        if (groups[g].members[1].op == second && i + groups[g].n <= code->n && group_fits(code, i, &groups[g]))
            return HANDLER_groups + g;
    return alone;
}

static void
choose(struct code *code, uint32_t i)
{
    code->slots[i].handler = code->labels[best_handler(code, i)];
}

/* Sets or clears a mark, which concerns the groups that slot i may be in. */
static void
mark(struct code *code, uint32_t i, uint8_t which, bool on)
{
    uint8_t marks = on ? code->marks[i] | which : code->marks[i] & (uint8_t)~which;
    if (marks == code->marks[i])
        return;
    code->marks[i] = marks;
    for (uint32_t k = 0; k < GROUP_MAX && k <= i; k++)
        choose(code, i - k);
}

/* Chains the groups by their first member, in the table's order. */
static void
chain_groups(struct code *code)
{
    for (uint32_t op = 0; op < N_OPS; op++)
        code->first_group[op] = NO_GROUP;
    for (uint32_t g = N_GROUPS; g-- > 0;) {
        code->next_group[g] = code->first_group[groups[g].members[0].op];
        code->first_group[groups[g].members[0].op] = (uint16_t)g;
    }
}

void
code_void_bounds(struct code *code, const struct machine *m)
{
    if (code->machine == m && code->generation == m->mem.generation)
        return;
    for (uint32_t k = 0; k < code->n_filled; k++)
        code->slots[code->filled[k]].room = 0;
    code->n_filled = 0;
    code->machine = m;
    code->generation = m->mem.generation;
}

enum refill
code_refill(struct code *code, struct machine *m, struct slot *s, const uint64_t *regs, struct fault *why)
{
    const struct insn *insn = insn_at(code, (uint32_t)(s - code->slots));
    enum insn_kind kind = insn_kind(insn);
    bool is_load = kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
    uint64_t addr = regs[is_load ? s->src : s->dst] + (uint64_t)(int64_t)s->off, lo, hi;
    uint32_t len = access_bytes(insn);
    enum access access = is_load ? MEM_READ : MEM_WRITE;
    if (!memory_translate(&m->mem, addr, len, access, why))
        return REFILL_FAULT;
    if (is_atomic(kind) && addr % len) {
        *why = (struct fault){ .kind = FAULT_MISALIGNED, .access = access, .addr = addr, .len = len };
        return REFILL_FAULT;
    }
    if (kind == KIND_ATOMIC || kind == KIND_ATOMIC_FETCH || kind == KIND_ATOMIC_CMPXCHG) {
        memory_translate(&m->mem, addr, len, MEM_READ, NULL); /* it faults as a write, but whoever watches for reads hears of it */
        access |= MEM_READ;
    }
    memory_quiet_bounds(&m->mem, addr, access, &lo, &hi);
    if (hi - addr < len) {
        s->lo = (uint32_t)addr;
        s->room = 1;
        return REFILL_WATCHED;
    }
    if (s->room == 0) {
        code->filled = grow(code->filled, code->n_filled, &code->cap_filled, sizeof *code->filled);
        code->filled[code->n_filled++] = (uint32_t)(s - code->slots);
    }
    s->lo = (uint32_t)lo;
    s->room = (uint32_t)(hi - lo - len + 1);
    return REFILL_DONE;
}

static void
free_lists(struct code *code)
{
    free(code->slots);
    free(code->index);
    free(code->cost_before);
    free(code->marks);
    free(code->alone);
}

/* Memory for a program of so many slots. */
static void
make_room(struct code *code, uint32_t n_slots)
{
    if (n_slots <= code->room)
        return;
    size_t n = code->room = n_slots;
    free_lists(code);
    code->slots = xmalloc((n + 2) * sizeof *code->slots);
    code->index = xmalloc((n + 1) * sizeof *code->index);
    code->cost_before = xmalloc((n + 2) * sizeof *code->cost_before);
    code->marks = xmalloc((n + 2) * sizeof *code->marks);
    code->alone = xmalloc((n + 2) * sizeof *code->alone);
}

void
code_reopen(struct code *code, const struct program *program, const struct cost_model *costs)
{
    make_room(code, program->n_slots);
    code->program = program;
    code->n = code->n_filled = 0;
    code->machine = NULL;
    code->points = NULL;
    code->counts = NULL;
    memset(code->slots, 0, (program->n_slots + 2) * sizeof *code->slots);
    number_slots(code);
    memset(code->marks, 0, (code->n + 2) * sizeof *code->marks);
    code->cost_before[0] = 0;
    for (uint32_t i = 0; i < code->n; i++)
        code->cost_before[i + 1] = code->cost_before[i] + cost_of(costs, insn_at(code, i));
    code->cost_before[code->n + 1] = code->cost_before[code->n];
    for (uint32_t i = 0; i < code->n; i++)
        fill_slot(code, i);
    for (uint32_t i = 0; i < code->n + 2; i++)
        code->alone[i] = handler_alone(code, i);
    for (uint32_t i = 0; i < code->n + 2; i++)
        choose(code, i);
}

struct code *
code_open(const struct program *program, const struct cost_model *costs, const void *const *labels)
{
    struct code *code = xcalloc(1, sizeof *code);
    code->labels = labels;
    chain_groups(code);
    code_reopen(code, program, costs);
    return code;
}

void
code_close(struct code *code)
{
    if (!code)
        return;
    free_lists(code);
    free(code->filled);
    free(code);
}

void
code_set_trap(struct code *code, uint32_t pc, bool on)
{
    uint32_t i = pc <= code->program->n_slots ? code->index[pc] : NO_SLOT;
    if (i == NO_SLOT)
        return;
    mark(code, i, MARK_TRAP, on);
}

void
code_set_points(struct code *code, struct points *points)
{
    const struct program *p = code->program;
    for (uint32_t i = 0; i < code->n; i++) {
        mark(code, i, MARK_POINT, false);
        mark(code, i, MARK_WATCH, points_concern(points, insn_at(code, i)));
    }
    mark(code, code->n, MARK_POINT, false);
    for (uint32_t k = 0; points && k < points->n; k++) {
        const struct point *point = &points->list[k];
        uint32_t i = point->kind == POINT_PC && point->pc <= p->n_slots ? code->index[point->pc] : NO_SLOT;
        if (i != NO_SLOT)
            mark(code, i, MARK_POINT, true);
    }
    code->points = points;
    code->machine = NULL; /* what the bounds leave out has changed */
}
