/* See counts.h. */
#include "config.h"

#include "sim/counts.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

static size_t
n_elements(const struct counts *c)
{
    return (size_t)c->program->n_slots + 1;
}

static bool
is_uniform(const struct program *p, const struct cost_model *costs)
{
    uint32_t first = cost_of(costs, &p->insns[0]);
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc]))
        if (cost_of(costs, &p->insns[pc]) != first)
            return false;
    return true;
}

struct counts *
counts_new(const struct program *program, const struct cost_model *costs)
{
    struct counts *c = xcalloc(1, sizeof *c);
    *c = (struct counts){ .program = program, .costs = costs, .is_uniform = is_uniform(program, costs) };
    c->left = xcalloc(4 * n_elements(c), sizeof *c->left);
    c->came = c->left + n_elements(c);
    c->insns = c->came + n_elements(c);
    c->cycles = c->insns + n_elements(c);
    return c;
}

void
counts_free(struct counts *c)
{
    if (!c)
        return;
    free(c->left);
    free(c);
}

void
counts_reset(struct counts *c)
{
    memset(c->left, 0, 4 * n_elements(c) * sizeof *c->left);
}

void
counts_assign(struct counts *c, const struct counts *from)
{
    memcpy(c->left, from->left, 4 * n_elements(c) * sizeof *c->left);
}

/* A callback comes back to its call; a called function to the slot behind the call, which is one slot long. */
uint32_t
counts_site(const struct machine *m, uint32_t depth)
{
    uint32_t pc = m->frames[depth].return_pc;
    const struct loop *loop = &m->loops[depth - 1];
    return loop->is_active && loop->pc == pc ? pc : pc - 1;
}

void
counts_enter(struct counts *c, const struct machine *m, uint32_t depth, uint64_t n_insns, uint64_t n_cycles)
{
    uint32_t site = counts_site(m, depth);
    c->insns[site] -= n_insns;
    if (!c->is_uniform)
        c->cycles[site] -= n_cycles;
}

void
counts_leave(struct counts *c, const struct machine *m, uint32_t depth, uint64_t n_insns, uint64_t n_cycles)
{
    uint32_t site = counts_site(m, depth);
    c->insns[site] += n_insns;
    if (!c->is_uniform)
        c->cycles[site] += n_cycles;
}

void
counts_begin(struct counts *c, const struct machine *m)
{
    for (uint32_t depth = 1; depth <= m->depth; depth++)
        counts_enter(c, m, depth, m->n_insns, m->n_cycles);
}

void
counts_end(struct counts *c, const struct machine *m)
{
    for (uint32_t depth = 1; depth <= m->depth; depth++)
        counts_leave(c, m, depth, m->n_insns, m->n_cycles);
}

int64_t
counts_target(const struct program *p, uint32_t pc)
{
    int64_t target = insn_target(&p->insns[pc], pc);
    return target >= 0 && target < p->n_slots && p->insns[target].op != OP_lddw_tail ? target : -1;
}

void
counts_hits(const struct counts *c, uint64_t *hits)
{
    const struct program *p = c->program;
    memcpy(hits, c->came, p->n_slots * sizeof *hits);
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        int64_t target = c->left[pc] ? counts_target(p, pc) : -1;
        if (target >= 0)
            hits[target] += c->left[pc];
    }
    uint64_t flow = 0; /* into the instruction, from the one before */
    for (uint32_t pc = 0, n; pc < p->n_slots; pc += n) {
        n = insn_slots(&p->insns[pc]);
        hits[pc] += flow;
        flow = hits[pc] - c->left[pc];
        if (n == 2 && pc + 1 < p->n_slots)
            hits[pc + 1] = 0;
    }
}
