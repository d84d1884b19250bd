/* Basic blocks and groups of memory checks. See blocks.h. */
#include "config.h"

#include "jit/blocks.h"

#include "sim/base/base.h"
#include "sim/machine/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LEADER = 1, LOOP_HEAD = 2, POLLED = 4, FRESH = 8, CALLED = 16 };

bool
insn_is_foreign(const struct insn *insn)
{
    if (insn->flags & INSN_UNRESOLVED)
        return true;
    enum insn_kind kind = insn_kind(insn);
    return kind == KIND_NONE || kind == KIND_CALLX;
}

bool
insn_ends_block(const struct insn *insn)
{
    return insn_is_branch(insn) || insn_is_foreign(insn);
}

/* Slot of an instruction of the program, and not the second half of one. */
static bool
is_insn(const struct program *p, int64_t pc)
{
    return pc >= 0 && pc < p->n_slots && p->insns[pc].op != OP_lddw_tail;
}

/* A loop as far as branches tell: a backward branch from `last` to `first`, and what lies between. */
struct loop {
    uint32_t first, last;
};

/* The loops around a slot that moves forward, the one that started last on top. Those below the top may have ended. */
struct loops {
    uint32_t *back; /* per slot: one past the last branch back to it; 0: none */
    struct loop *open;
    uint32_t n;
    size_t cap;
};

static void
find_back_branches(const struct program *p, struct loops *loops)
{
    *loops = (struct loops){ .back = xcalloc(p->n_slots, sizeof *loops->back) };
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const struct insn *insn = &p->insns[pc];
        int64_t target = insn_kind(insn) == KIND_CALLL ? -1 : insn_target(insn, pc);
        if (target >= 0 && target <= pc)
            loops->back[target] = pc + 1;
    }
}

/* The innermost loop around pc; NULL: none. Asked for ascending slots, each instruction once. */
static const struct loop *
innermost_loop(struct loops *loops, uint32_t pc)
{
    if (loops->back[pc]) {
        loops->open = grow(loops->open, loops->n, &loops->cap, sizeof *loops->open);
        loops->open[loops->n++] = (struct loop){ pc, loops->back[pc] - 1 };
    }
    while (loops->n && loops->open[loops->n - 1].last < pc)
        loops->n--;
    return loops->n ? &loops->open[loops->n - 1] : NULL;
}

/* A conditional branch that leaves its loop is rarely taken, and where nothing loops nothing matters: the block goes on after it. */
static bool
is_side_exit(const struct insn *insn, uint32_t pc, const struct loop *loop)
{
    int64_t target = insn_target(insn, pc);
    return insn_kind(insn) == KIND_JCC && !insn_is_foreign(insn) && target > pc && (!loop || target > loop->last);
}

static uint8_t *
find_leaders(const struct program *p)
{
    uint8_t *marks = xcalloc(p->n_slots, 1);
    struct loops loops;
    find_back_branches(p, &loops);
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (is_insn(p, p->functions[i].pc))
            marks[p->functions[i].pc] |= LEADER | POLLED;
    marks[0] |= LEADER;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const struct insn *insn = &p->insns[pc];
        const struct loop *loop = innermost_loop(&loops, pc);
        if (!insn_ends_block(insn))
            continue;
        uint32_t next = pc + insn_slots(insn);
        if (next < p->n_slots && !is_side_exit(insn, pc, loop))
            marks[next] |= LEADER;
        int64_t target = insn_target(insn, pc);
        if (!is_insn(p, target))
            continue;
        marks[target] |= LEADER;
        if (insn_kind(insn) == KIND_CALLL)
            marks[target] |= POLLED | CALLED;
        else if (target <= pc)
            marks[target] |= LOOP_HEAD | POLLED;
        if (insn_kind(insn) == KIND_CALLL && next < p->n_slots)
            marks[next] |= FRESH;
    }
    free(loops.back);
    free(loops.open);
    return marks;
}

static void
list_blocks(const struct program *p, const struct cost_model *costs, const uint8_t *marks, struct blocks *out)
{
    size_t cap = 0;
    struct block *block = NULL;
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        const struct insn *insn = &p->insns[pc];
        out->of_slot[pc] = NO_BLOCK;
        if (insn->op == OP_lddw_tail && !(marks[pc] & LEADER))
            continue;
        if (marks[pc] & LEADER) {
            out->list = grow(out->list, out->n, &cap, sizeof *out->list);
            block = &out->list[out->n];
            *block = (struct block){
                .pc = pc,
                .is_loop_head = marks[pc] & LOOP_HEAD,
                .is_polled = marks[pc] & POLLED,
                .is_called = marks[pc] & CALLED,
                .is_fresh = marks[pc] & (POLLED | FRESH),
            };
            out->of_slot[pc] = out->n++;
        }
        block->end = pc + insn_slots(insn);
        block->ahead_insns++;
        block->ahead_cost += cost_of(costs, insn);
    }
}

/* Where control goes from the end of a block in most cases; -1: nowhere that could be counted ahead. A branch inside of a loop is expected
 * to be taken, since settling is dearer on the way that jumps. */
static int64_t
expected_next(const struct program *p, const struct blocks *b, const struct block *block)
{
    const struct insn *last = &p->insns[block->end - 1];
    if (last->op == OP_lddw_tail && block->end - block->pc > 1)
        return block->end;
    if (insn_is_foreign(last))
        return -1;
    int64_t target = insn_target(last, block->end - 1);
    switch (insn_kind(last)) {
    case KIND_JA:
        return target;
    case KIND_JCC:
        return is_insn(p, target) && b->of_slot[target] != NO_BLOCK ? target : block->end;
    case KIND_CALLL:
    case KIND_EXIT:
        return -1;
    default:
        return block->end;
    }
}

/* Backward branches lead to fresh blocks, so that one pass from the last block to the first finds everything. */
static void
count_ahead(const struct program *p, struct blocks *b)
{
    for (uint32_t i = b->n; i-- > 0;) {
        struct block *block = &b->list[i];
        int64_t next = expected_next(p, b, block);
        if (!is_insn(p, next) || b->of_slot[next] == NO_BLOCK)
            continue;
        const struct block *after = &b->list[b->of_slot[next]];
        block->ahead_insns += block_prepaid_insns(after);
        block->ahead_cost += block_prepaid_cost(after);
    }
}

/* ---------------------------------------------------------------- checks */

/* What a register holds, as far as the block knows: value number `root` plus `delta`. Root 0 is the frame pointer. */
struct known {
    uint32_t root;
    int64_t delta;
};

enum { ROOT_FRAME = 0, MAX_OPEN = N_REGS };

/* A group that later accesses of the block may join. */
struct open_group {
    bool is_fixed;       /* a side exit lies between: what follows may not be executed, so the check is not widened for it */
    uint32_t root;
    int64_t first_delta; /* of the base register at the check */
    int64_t lo, hi;      /* bytes, relative to the root */
    uint32_t check;
};

struct scan {
    const struct program *p;
    struct blocks *out;
    struct known reg[N_REGS];
    uint32_t n_roots;
    struct open_group open[MAX_OPEN];
    uint32_t n_open;
    uint16_t in_frame;   /* registers that were made from r10 where they were written last, in the order of slots: a guess */
};

static void
forget(struct scan *s, uint32_t reg)
{
    s->reg[reg] = (struct known){ .root = s->n_roots++, .delta = 0 };
}

/* The base register, offset and access of a memory instruction; 0 bytes for others. */
static uint32_t
access_of(const struct insn *insn, uint8_t *base, enum access *access)
{
    const struct insn_row *row = insn_row(insn);
    switch (insn_kind(insn)) {
    case KIND_LDX:
    case KIND_LDSX:
    case KIND_LDACQ:
        *base = insn->src;
        *access = MEM_READ;
        return row->width_bits / 8;
    case KIND_ST:
    case KIND_STX:
    case KIND_STREL:
        *base = insn->dst;
        *access = MEM_WRITE;
        return row->width_bits / 8;
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        *base = insn->dst;
        *access = MEM_READ | MEM_WRITE;
        return row->width_bits / 8;
    default:
        return 0;
    }
}

/* Joins an open group with the same root when the span stays small; the check is then the union of both. */
static bool
join_group(struct scan *s, uint32_t pc, const struct known *base, int64_t lo, int64_t hi, enum access access)
{
    for (uint32_t i = 0; i < s->n_open; i++) {
        struct open_group *g = &s->open[i];
        if (g->root != base->root)
            continue;
        int64_t new_lo = lo < g->lo ? lo : g->lo, new_hi = hi > g->hi ? hi : g->hi;
        struct check *check = &s->out->checks[g->check];
        bool is_wider = new_lo != g->lo || new_hi != g->hi || (check->access & access) != access;
        if (new_hi - new_lo > CHECK_MAX_SPAN || (is_wider && g->is_fixed))
            continue;
        g->lo = new_lo;
        g->hi = new_hi;
        check->start = new_lo - g->first_delta;
        check->span = (uint32_t)(new_hi - new_lo);
        check->access |= access;
        check->last_pc = pc;
        s->out->check_of[pc] = g->check;
        return true;
    }
    return false;
}

static uint32_t
add_check(struct blocks *out, uint32_t pc, uint8_t base, enum access access, int64_t start, uint32_t span)
{
    out->checks = grow(out->checks, out->n_checks, &out->cap_checks, sizeof *out->checks);
    out->checks[out->n_checks] =
        (struct check){ .pc = pc, .base = base, .access = access, .start = start, .span = span, .last_pc = pc };
    return out->n_checks++;
}

uint32_t
blocks_check_alone(struct blocks *b, const struct program *p, uint32_t pc)
{
    uint8_t base = 0;
    enum access access = MEM_READ;
    uint32_t bytes = access_of(&p->insns[pc], &base, &access);
    return add_check(b, pc, base, access, p->insns[pc].off, bytes);
}

static void
open_new_group(struct scan *s, uint32_t pc, uint8_t base, int64_t lo, int64_t hi, enum access access)
{
    struct blocks *out = s->out;
    int64_t delta = s->reg[base].delta;
    out->check_of[pc] = add_check(out, pc, base, access, lo - delta, (uint32_t)(hi - lo));
    out->checks[out->check_of[pc]].expects_frame = s->in_frame & 1u << base;
    if (s->n_open == MAX_OPEN)
        memmove(s->open, s->open + 1, --s->n_open * sizeof *s->open);
    s->open[s->n_open++] =
        (struct open_group){ .root = s->reg[base].root, .first_delta = delta, .lo = lo, .hi = hi, .check = out->check_of[pc] };
}

static void
scan_access(struct scan *s, uint32_t pc)
{
    const struct insn *insn = &s->p->insns[pc];
    uint8_t base;
    enum access access;
    uint32_t bytes = access_of(insn, &base, &access);
    if (!bytes)
        return;
    s->out->n_accesses++;
    const struct known *known = &s->reg[base];
    int64_t lo = (int64_t)((uint64_t)known->delta + (uint64_t)insn->off), hi = lo + bytes;
    bool is_near = known->delta > -(INT64_C(1) << 31) && known->delta < INT64_C(1) << 31;
    if (is_near && known->root == ROOT_FRAME && !s->out->writes_r10 && lo >= -STACK_BYTES && hi <= 0) {
        s->out->site[pc] = SITE_STATIC;
        s->out->frame_off[pc] = (int16_t)lo;
    } else if (is_near && join_group(s, pc, known, lo, hi, access)) {
        s->out->site[pc] = SITE_COVERED;
    } else {
        s->out->site[pc] = SITE_CHECK_HERE;
        open_new_group(s, pc, base, lo, hi, access);
    }
}

/* Which registers point into the frame, going by the order of slots. A program that runs in another order is only checked more slowly. */
static void
guess_in_frame(struct scan *s, const struct insn *insn)
{
    bool is_src = s->in_frame & 1u << insn->src, is_dst = s->in_frame & 1u << insn->dst, is_in;
    switch (insn->op) {
    case OP_mov64_x:
        is_in = is_src;
        break;
    case OP_add64_x:
        is_in = is_src != is_dst;
        break;
    case OP_sub64_x:
        is_in = is_dst && !is_src;
        break;
    case OP_add64_k:
    case OP_sub64_k:
        return;
    default:
        s->in_frame &= (uint16_t)~insn_writes(insn);
        return;
    }
    s->in_frame = (uint16_t)((s->in_frame & ~(1u << insn->dst)) | (unsigned)is_in << insn->dst);
}

/* What the instruction does to what is known about registers. */
static void
scan_writes(struct scan *s, const struct insn *insn)
{
    if (insn->op == OP_mov64_x) {
        s->reg[insn->dst] = s->reg[insn->src];
        return;
    }
    if (insn->op == OP_add64_k || insn->op == OP_sub64_k) {
        uint64_t delta = (uint64_t)s->reg[insn->dst].delta;
        delta += insn->op == OP_add64_k ? (uint64_t)insn->imm : -(uint64_t)insn->imm;
        s->reg[insn->dst].delta = (int64_t)delta;
        return;
    }
    for (uint32_t writes = insn_writes(insn); writes; writes &= writes - 1)
        forget(s, (uint32_t)__builtin_ctz(writes));
    enum insn_kind kind = insn_kind(insn);
    for (uint32_t i = 0; i < s->n_open && kind == KIND_JCC; i++)
        s->open[i].is_fixed = true;
    if (kind == KIND_CALL || kind == KIND_CALLK || kind == KIND_LDABS || kind == KIND_LDIND)
        s->n_open = 0; /* regions may have changed */
}

/* Every access as if it were known to be good. */
static void
find_no_checks(const struct program *p, struct blocks *out)
{
    uint8_t base;
    enum access access;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc]))
        if (!insn_is_foreign(&p->insns[pc]) && access_of(&p->insns[pc], &base, &access))
            out->site[pc] = SITE_STATIC;
}

static void
find_checks(const struct program *p, struct blocks *out)
{
    struct scan s = { .p = p, .out = out };
    for (uint32_t i = 0; i < out->n; i++) {
        s.n_open = 0;
        s.n_roots = ROOT_FRAME + 1;
        for (uint32_t reg = 0; reg < N_REGS - 1; reg++)
            forget(&s, reg);
        s.reg[REG_10] = (struct known){ .root = ROOT_FRAME, .delta = 0 };
        const struct block *block = &out->list[i];
        if (block->is_polled && !block->is_loop_head) /* a function */
            s.in_frame = out->writes_r10 || block->is_called ? 0 : 1u << REG_10;
        for (uint32_t pc = block->pc; pc < block->end; pc += insn_slots(&p->insns[pc])) {
            if (insn_is_foreign(&p->insns[pc]))
                continue;
            scan_access(&s, pc);
            guess_in_frame(&s, &p->insns[pc]);
            scan_writes(&s, &p->insns[pc]);
        }
    }
}

/* Quick to ask; few do. */
static bool
names_r10(const struct insn *insn)
{
    return insn->dst == REG_10 || insn->src == REG_10;
}

void
blocks_find(const struct program *p, const struct cost_model *costs, enum grouping grouping, struct blocks *out)
{
    *out = (struct blocks){ 0 };
    out->of_slot = xcalloc(p->n_slots, sizeof *out->of_slot);
    out->check_of = xmalloc(p->n_slots * sizeof *out->check_of);
    memset(out->check_of, 0xff, p->n_slots * sizeof *out->check_of);
    out->site = xcalloc(p->n_slots, 1);
    out->frame_off = xcalloc(p->n_slots, sizeof *out->frame_off);
    for (uint32_t pc = 0; pc < p->n_slots && !out->writes_r10; pc++)
        out->writes_r10 = names_r10(&p->insns[pc]) && !insn_is_foreign(&p->insns[pc]) && insn_writes(&p->insns[pc]) & 1u << REG_10;
    uint8_t *marks = find_leaders(p);
    for (uint32_t pc = 0; grouping == BLOCKS_STEP && pc < p->n_slots; pc += insn_slots(&p->insns[pc]))
        marks[pc] |= LEADER | POLLED;
    list_blocks(p, costs, marks, out);
    count_ahead(p, out);
    free(marks);
    if (grouping == BLOCKS_UNCHECKED)
        find_no_checks(p, out);
    else
        find_checks(p, out);
    out->n_groups = out->n_checks;
    /* Without a poll control only moves forward, but for returns, of which there can be one per frame. */
    out->longest_path = grouping == BLOCKS_STEP ? 0 : (uint64_t)p->n_slots * MAX_FRAMES;
}

void
blocks_free(struct blocks *b)
{
    free(b->list);
    free(b->of_slot);
    free(b->checks);
    free(b->check_of);
    free(b->site);
    free(b->frame_off);
    *b = (struct blocks){ 0 };
}
