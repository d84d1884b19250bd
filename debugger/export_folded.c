/* Stacks, folded: a line for each way in which a function was called, with the cycles that it took there itself.
 *
 * Counts know what each call came to, not on which stack it was. Where a function is called from one place that says it all. What a
 * function called from several places has called in turn is divided between its callers as its own cost is, which is a guess as good as
 * any; the sum over all stacks is exact, and so is what each caller's calls came to. Stacks below 1/100,000 of all are not taken apart
 * further: then what they call is counted as their own, or the stacks of a program of many functions would have no end. */
#include "config.h"

#include "debugger/export.h"

#include "sim/base/base.h"
#include "sim/machine/machine.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FINEST = 100000 };

/* What one function's calls of another came to, 1/1000 cycle. */
struct arc {
    uint32_t from, to;
    uint64_t cycles;
};

struct folding {
    const struct program *program;
    struct arc *arcs; /* by function */
    uint32_t n_arcs;
    uint32_t *first;  /* per function, and one past the last: index of its first arc */
    uint64_t *into;   /* per function: what the calls of it came to, 1/1000 cycle */
    uint64_t *total;  /* likewise: its own cost and that of its calls */
    uint64_t least;   /* that is taken apart */
    uint32_t path[MAX_FRAMES];
    struct buf *out;
};

static int
by_functions(const void *a, const void *b)
{
    const struct arc *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* Those of the same two functions become one. */
static void
merge_arcs(struct folding *folding)
{
    uint32_t n = 0;
    qsort(folding->arcs, folding->n_arcs, sizeof *folding->arcs, by_functions);
    for (uint32_t i = 0; i < folding->n_arcs; i++) {
        if (n && by_functions(&folding->arcs[n - 1], &folding->arcs[i]) == 0)
            folding->arcs[n - 1].cycles += folding->arcs[i].cycles;
        else
            folding->arcs[n++] = folding->arcs[i];
    }
    folding->n_arcs = n;
    for (uint32_t f = 0, i = 0; f <= folding->program->n_functions; f++) {
        folding->first[f] = i;
        while (i < n && folding->arcs[i].from == f)
            i++;
    }
}

static void
find_arcs(struct folding *folding, const struct summary *summary)
{
    const struct program *p = summary->program;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        int64_t from = summary_function_at(p, pc), to = summary->counts->insns[pc] ? summary_callee(p, pc) : -1;
        if (from < 0)
            continue;
        folding->total[from] += summary_insn(summary, pc).cycles;
        if (to < 0)
            continue;
        uint64_t cycles = summary_called_cycles(summary, pc);
        folding->arcs[folding->n_arcs++] = (struct arc){ (uint32_t)from, (uint32_t)to, cycles };
        folding->total[from] += cycles;
        folding->into[to] += cycles;
    }
    merge_arcs(folding);
}

/* value * part / whole, rounded down. */
static uint64_t
share(uint64_t value, uint64_t part, uint64_t whole)
{
    return whole == part ? value : (uint64_t)((long double)value * part / whole);
}

/* A function, `depth` calls below the first one of the path, with so many cycles altogether. */
static void
fold(struct folding *folding, uint32_t function, uint32_t depth, uint64_t cycles)
{
    uint64_t own = cycles;
    folding->path[depth] = function;
    for (uint32_t i = folding->first[function]; i < folding->first[function + 1] && depth + 1 < MAX_FRAMES; i++) {
        uint64_t part = share(folding->arcs[i].cycles, cycles, folding->total[function]);
        part = part < own ? part : own;
        if (part <= folding->least)
            continue;
        fold(folding, folding->arcs[i].to, depth + 1, part);
        own -= part;
    }
    if (own < CYCLE_SCALE / 2)
        return;
    for (uint32_t i = 0; i <= depth; i++)
        buf_printf(folding->out, "%s%s", i ? ";" : "", folding->program->functions[folding->path[i]].name);
    buf_printf(folding->out, " %" PRIu64 "\n", (own + CYCLE_SCALE / 2) / CYCLE_SCALE);
}

void
export_folded(const struct summary *summary, struct buf *out)
{
    const struct program *p = summary->program;
    const size_t n = (size_t)p->n_functions + 1;
    struct folding folding = { .program = p, .least = summary->total.cycles / FINEST, .out = out };
    folding.arcs = xmalloc((p->n_slots + 1) * sizeof *folding.arcs);
    folding.first = xcalloc(n, sizeof *folding.first);
    folding.into = xcalloc(n, sizeof *folding.into);
    folding.total = xcalloc(n, sizeof *folding.total);
    find_arcs(&folding, summary);
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (folding.total[i] > folding.into[i])
            fold(&folding, i, 0, folding.total[i] - folding.into[i]);
    free(folding.arcs);
    free(folding.first);
    free(folding.into);
    free(folding.total);
}
