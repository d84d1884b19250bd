/* Calls between functions: where they go, how deep they nest, how much stack a chain of them takes and what subprograms must not do, as
 * check_func_call(), check_max_stack_depth() and check_abnormal_return() of kernel/bpf/verifier.c see it. The address of a function
 * counts as a call of it: a helper will. */
#include "config.h"

#include "sim/object/findings.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <stdlib.h>
#include <string.h>

enum { STACK_ROUND_BYTES = 16, MAX_CHAIN_BYTES = 512, MAX_TAIL_CALLER_BYTES = 256, HELPER_TAIL_CALL = 12 };

/* A function in the graph of calls. */
struct node {
    uint32_t own_bytes;   /* its stack frame, rounded up */
    uint32_t next;        /* ref from which to look for its next call */
    uint32_t n_frames;    /* of the deepest chain from here */
    uint32_t n_bytes;     /* of the chain that takes most */
    uint32_t n_bytes_frames;
    uint32_t above_bytes; /* of the callers on the way to it, at most; 0: nobody calls it */
    enum { NEW, OPEN, DONE } state;
};

/* A register's distance from r10 while a function is read in order. */
struct copies {
    int64_t off[N_REGS];
    bool is_known[N_REGS];
};

/* The deepest byte that an instruction touches below r10, 0 when none: directly, or because a pointer is made to it. */
static uint32_t
touch(struct copies *c, const struct insn *insn)
{
    enum insn_kind kind = insn_kind(insn);
    bool is_load = kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
    uint8_t base = is_load ? insn->src : insn->dst;
    int64_t off = 0;
    if (kind >= KIND_LDX && kind <= KIND_STREL && c->is_known[base]) {
        off = c->off[base] + insn->off;
    } else if (insn->op == OP_add64_k && c->is_known[insn->dst]) {
        c->off[insn->dst] += insn->imm;
        return c->off[insn->dst] < 0 && c->off[insn->dst] >= -STACK_BYTES ? (uint32_t)-c->off[insn->dst] : 0;
    }
    bool is_copy = insn->op == OP_mov64_x && c->is_known[insn->src];
    int64_t copied = is_copy ? c->off[insn->src] : 0;
    uint16_t written = insn_writes(insn) & (uint16_t)~(1u << REG_10);
    for (int reg = 0; reg < N_REGS; reg++)
        if (written & 1u << reg)
            c->is_known[reg] = false;
    if (is_copy && insn->dst != REG_10) {
        c->is_known[insn->dst] = true;
        c->off[insn->dst] = copied;
    }
    return off < 0 && off >= -STACK_BYTES ? (uint32_t)-off : 0;
}

static uint32_t
frame_bytes(const struct program *p, const struct function *fn)
{
    struct copies c = { .is_known = { [REG_10] = true } };
    uint32_t bytes = 1;
    for (uint32_t pc = fn->pc; pc < fn->pc + fn->n_slots; pc++) {
        uint32_t touched = touch(&c, &p->insns[pc]);
        bytes = touched > bytes ? touched : bytes;
    }
    return ROUND_UP(bytes, STACK_ROUND_BYTES);
}

static uint32_t
first_ref(const struct program *p, uint32_t pc)
{
    uint32_t lo = 0, hi = p->n_refs;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (p->refs[mid].pc < pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The next call of an open function, NULL when all are done. */
static const struct ref *
next_call(const struct program *p, struct node *nodes, uint32_t index)
{
    const struct function *fn = &p->functions[index];
    for (struct node *n = &nodes[index]; n->next < p->n_refs && p->refs[n->next].pc < fn->pc + fn->n_slots;)
        if (p->refs[n->next++].kind == REF_FUNC)
            return &p->refs[n->next - 1];
    return NULL;
}

/* Takes a finished callee into account. */
static void
add_callee(struct node *caller, const struct node *callee)
{
    if (callee->n_frames + 1 > caller->n_frames)
        caller->n_frames = callee->n_frames + 1;
    if (caller->own_bytes + callee->n_bytes > caller->n_bytes) {
        caller->n_bytes = caller->own_bytes + callee->n_bytes;
        caller->n_bytes_frames = callee->n_bytes_frames + 1;
    }
}

/* Functions in the order in which they were finished, callees first; and the path to the one that is being looked at. */
struct walk {
    uint32_t *path, *order;
    uint32_t n_order;
};

/* Depth-first from one function. Each function and each call is looked at once in all walks together. */
static void
walk_calls(const struct program *p, struct node *nodes, uint32_t root, struct walk *w, struct findings *f)
{
    uint32_t depth = 0, *path = w->path;
    path[depth++] = root;
    nodes[root].state = OPEN;
    while (depth) {
        uint32_t index = path[depth - 1];
        const struct ref *call = next_call(p, nodes, index);
        if (!call) {
            nodes[index].state = DONE;
            w->order[w->n_order++] = index;
            if (--depth)
                add_callee(&nodes[path[depth - 1]], &nodes[index]);
        } else if (nodes[call->index].state == OPEN) {
            findings_add(f, call->pc, "the call stack of %d frames is too deep (recursion: %.40s is active already)", MAX_FRAMES + 1,
                         p->functions[call->index].name);
        } else if (nodes[call->index].state == DONE) {
            add_callee(&nodes[index], &nodes[call->index]);
        } else {
            nodes[call->index].state = OPEN;
            path[depth++] = call->index;
        }
    }
}

/* Callers before callees: how much stack is in use when a function is entered. */
static void
sum_above(const struct program *p, struct node *nodes, const struct walk *w)
{
    for (uint32_t i = w->n_order; i--;) {
        struct node *n = &nodes[w->order[i]];
        const struct ref *call;
        n->next = first_ref(p, p->functions[w->order[i]].pc);
        while ((call = next_call(p, nodes, w->order[i])) != NULL)
            if (n->above_bytes + n->own_bytes > nodes[call->index].above_bytes)
                nodes[call->index].above_bytes = n->above_bytes + n->own_bytes;
    }
}

/* A tail call from a subprogram keeps the callers' stack, and the program that it goes to may take 512 bytes more. */
static void
check_subprog_insn(const struct program *p, uint32_t pc, bool has_btf, uint32_t above_bytes, struct findings *f)
{
    const struct insn *insn = &p->insns[pc];
    enum insn_kind kind = insn_kind(insn);
    bool is_tail_call = insn->op == OP_call && insn->imm == HELPER_TAIL_CALL;
    if (!has_btf && (is_tail_call || kind == KIND_LDABS || kind == KIND_LDIND))
        findings_add(f, pc, "%s is not allowed in subprogs without BTF", is_tail_call ? "tail_call" : "LD_ABS");
    if (is_tail_call && above_bytes >= MAX_TAIL_CALLER_BYTES)
        findings_add(f, pc, "tail_calls are not allowed when call stack of previous frames is %u bytes. Too large", above_bytes);
}

static void
check_subprogs(const struct program *p, const struct node *nodes, struct findings *f)
{
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct function *fn = &p->functions[i];
        for (uint32_t pc = fn->pc; nodes[i].above_bytes && pc < fn->pc + fn->n_slots; pc++)
            check_subprog_insn(p, pc, p->btf && fn->btf_id, nodes[i].above_bytes, f);
    }
}

static void
check_chain(const struct program *p, uint32_t index, const struct node *n, struct findings *f)
{
    const struct function *fn = &p->functions[index];
    if (!fn->is_program)
        return;
    if (n->n_frames > MAX_FRAMES)
        findings_add(f, fn->pc, "the call stack of %u frames is too deep (%.40s: at most %d)", n->n_frames, fn->name, MAX_FRAMES);
    if (n->n_bytes > MAX_CHAIN_BYTES)
        findings_add(f, fn->pc, "combined stack size of %u calls is %u. Too large (%d; tracing programs: each call)", n->n_bytes_frames,
                     n->n_bytes, MAX_CHAIN_BYTES);
}

static void
check_destinations(const struct program *p, struct findings *f)
{
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        const struct insn *insn = &p->insns[pc];
        if (insn->op != OP_call_local || insn->flags & INSN_UNRESOLVED)
            continue;
        int64_t target = insn_target(insn, pc);
        if (target < 0 || target >= p->n_slots || p->insns[target].op == OP_lddw_tail)
            findings_add(f, pc, "call to invalid destination");
    }
}

void
check_calls(const struct program *p, struct findings *f)
{
    struct node *nodes = xcalloc(p->n_functions, sizeof *nodes);
    struct walk w = { .path = xmalloc(p->n_functions * sizeof *w.path), .order = xmalloc(p->n_functions * sizeof *w.order) };
    for (uint32_t i = 0; i < p->n_functions; i++) {
        uint32_t bytes = frame_bytes(p, &p->functions[i]);
        uint32_t first = first_ref(p, p->functions[i].pc);
        nodes[i] = (struct node){ .own_bytes = bytes, .next = first, .n_frames = 1, .n_bytes = bytes, .n_bytes_frames = 1 };
    }
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (nodes[i].state == NEW)
            walk_calls(p, nodes, i, &w, f);
    for (uint32_t i = 0; i < p->n_functions; i++)
        check_chain(p, i, &nodes[i], f);
    sum_above(p, nodes, &w);
    check_subprogs(p, nodes, f);
    check_destinations(p, f);
    free(nodes);
    free(w.path);
    free(w.order);
}
