/* The flow in each function, as check_subprogs() and check_cfg() of kernel/bpf/verifier.c see it. Loops are fine since Linux 5.3. */
#include "config.h"

#include "sim/object/findings.h"

#include "sim/base/base.h"

#include <stdlib.h>

/* A walk over the slots that can be reached; one for all functions, which do not overlap. */
struct walk {
    const struct program *p;
    uint32_t start, end; /* of the function */
    bool *is_reached;
    uint32_t *todo;
    uint32_t n_todo;
};

static void
reach(struct walk *w, int64_t pc)
{
    if (pc < w->start || pc >= w->end || w->is_reached[pc] || w->p->insns[pc].op == OP_lddw_tail)
        return;
    w->is_reached[pc] = true;
    w->todo[w->n_todo++] = (uint32_t)pc;
}

static void
walk_function(struct walk *w)
{
    reach(w, w->start);
    while (w->n_todo) {
        uint32_t pc = w->todo[--w->n_todo];
        const struct insn *insn = &w->p->insns[pc];
        enum insn_kind kind = insn_kind(insn);
        if (kind == KIND_JCC || kind == KIND_MAYGOTO || kind == KIND_JA)
            reach(w, insn_target(insn, pc));
        if (kind != KIND_EXIT && kind != KIND_JA)
            reach(w, (int64_t)pc + insn_slots(insn));
    }
}

static void
check_jumps(const struct walk *w, struct findings *f)
{
    for (uint32_t pc = w->start; pc < w->end; pc++) {
        const struct insn *insn = &w->p->insns[pc];
        enum insn_kind kind = insn_kind(insn);
        if (kind != KIND_JCC && kind != KIND_MAYGOTO && kind != KIND_JA)
            continue;
        int64_t target = insn_target(insn, pc);
        if (target < w->start || target >= w->end)
            findings_add(f, pc, "jump out of range from insn %u to %lld", pc, (long long)target);
        else if (w->p->insns[target].op == OP_lddw_tail)
            findings_add(f, pc, "jump into the middle of ldimm64 insn %lld", (long long)target - 1);
    }
}

/* One finding per run of unreachable slots. */
static void
check_reached(const struct walk *w, struct findings *f)
{
    for (uint32_t pc = w->start; pc < w->end; pc++) {
        uint32_t first = pc;
        while (pc < w->end && (!w->is_reached[pc]) && w->p->insns[pc].op != OP_lddw_tail)
            pc += insn_slots(&w->p->insns[pc]);
        if (pc > first + 1)
            findings_add(f, first, "unreachable insn %u (to %u)", first, (pc < w->end ? pc : w->end) - 1);
        else if (pc > first)
            findings_add(f, first, "unreachable insn %u", first);
    }
}

static void
check_end(const struct walk *w, struct findings *f)
{
    uint32_t last = w->end - 1;
    if (w->p->insns[last].op == OP_lddw_tail && last > w->start)
        last--;
    enum insn_kind kind = insn_kind(&w->p->insns[last]);
    if (kind != KIND_EXIT && kind != KIND_JA)
        findings_add(f, last, "last insn is not an exit or jmp (execution runs on past the end of the function)");
}

void
check_flow(const struct program *p, struct findings *f)
{
    struct walk w = { .p = p };
    w.is_reached = xcalloc(p->n_slots, sizeof *w.is_reached);
    w.todo = xmalloc((size_t)p->n_slots * sizeof *w.todo);
    for (uint32_t i = 0; i < p->n_functions; i++) {
        w.start = p->functions[i].pc;
        w.end = w.start + p->functions[i].n_slots;
        walk_function(&w);
        check_jumps(&w, f);
        check_reached(&w, f);
        check_end(&w, f);
    }
    free(w.is_reached);
    free(w.todo);
}
