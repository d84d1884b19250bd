/* See summary.h. */
#include "config.h"

#include "debugger/summary.h"

#include "sim/base/base.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct line *
summary_line_of(const struct program *p, uint32_t pc)
{
    const struct line *line = program_line_at(p, pc);
    return line && line->line && line->file < p->n_files ? line : NULL;
}

int64_t
summary_function_at(const struct program *p, uint32_t pc)
{
    const struct function *f = program_function_at(p, pc);
    return f ? f - p->functions : -1;
}

/* The function whose address was loaded last before the call, in the same function: compilers pass it right there. */
static int64_t
callback_of(const struct program *p, uint32_t pc)
{
    const struct function *f = program_function_at(p, pc);
    for (uint32_t at = pc; f && at-- > f->pc;) {
        const struct ref *ref = insn_kind(&p->insns[at]) == KIND_LDDW ? program_ref_at(p, at, REF_FUNC) : NULL;
        if (ref)
            return ref->index;
    }
    return -1;
}

int64_t
summary_callee(const struct program *p, uint32_t pc)
{
    const struct insn *insn = &p->insns[pc];
    int64_t target = counts_target(p, pc);
    if (insn_kind(insn) == KIND_CALL)
        return callback_of(p, pc);
    return insn_kind(insn) == KIND_CALLL && target >= 0 ? summary_function_at(p, (uint32_t)target) : -1;
}

struct spent
summary_insn(const struct summary *summary, uint32_t pc)
{
    const struct insn *insn = &summary->program->insns[pc];
    const struct cost_model *costs = summary->counts->costs;
    uint64_t hits = summary->hits[pc], cost = cost_of(costs, insn);
    return (struct spent){ .insns = hits, .cycles = hits * cost, .helper_cycles = hits * (cost - costs->insn[insn->op]) };
}

uint64_t
summary_called_cycles(const struct summary *summary, uint32_t pc)
{
    const struct counts *counts = summary->counts;
    return counts->is_uniform ? counts->insns[pc] * cost_of(counts->costs, &summary->program->insns[0]) : counts->cycles[pc];
}

static void
add(struct spent *to, const struct spent *spent)
{
    to->insns += spent->insns;
    to->cycles += spent->cycles;
    to->helper_cycles += spent->helper_cycles;
}

static void
cover(struct covered *covered, bool is_hit)
{
    covered->n++;
    covered->n_hit += is_hit;
}

/* ---------------------------------------------------------------- functions */

/* Times control came to the first instruction from another function, or from outside. */
static uint64_t
calls_of(const struct summary *summary, const struct function *f)
{
    const struct program *p = summary->program;
    uint64_t inside = 0;
    for (uint32_t pc = f->pc; pc < f->pc + f->n_slots && pc < p->n_slots; pc += insn_slots(&p->insns[pc]))
        if (counts_target(p, pc) == f->pc && insn_kind(&p->insns[pc]) != KIND_CALLL)
            inside += summary->counts->left[pc];
    return summary->hits[f->pc] - inside;
}

static void
sum_insn(struct summary *summary, struct summary_function *of, uint32_t pc)
{
    const struct counts *counts = summary->counts;
    struct spent spent = summary_insn(summary, pc);
    uint64_t hits = summary->hits[pc], taken = counts->left[pc];
    add(&of->own, &spent);
    add(&summary->total, &spent);
    of->all_insns += spent.insns + counts->insns[pc];
    of->all_cycles += spent.cycles + summary_called_cycles(summary, pc);
    cover(&of->insns, hits);
    if (insn_kind(&summary->program->insns[pc]) != KIND_JCC)
        return;
    cover(&of->ways, taken);
    cover(&of->ways, hits != taken);
}

static void
sum_functions(struct summary *summary)
{
    const struct program *p = summary->program;
    summary->functions = xcalloc(p->n_functions + 1, sizeof *summary->functions);
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].pc < p->n_slots)
            summary->functions[i].calls = calls_of(summary, &p->functions[i]);
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        int64_t f = summary_function_at(p, pc);
        sum_insn(summary, &summary->functions[f < 0 ? p->n_functions : f], pc);
    }
}

/* ---------------------------------------------------------------- lines */

static int
by_place(const void *a, const void *b)
{
    const struct summary_line *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->function > y->function) - (x->function < y->function);
}

/* Makes one of those that are about the same line, which stand together. Returns their number. */
static uint32_t
merge_lines(struct summary *summary, struct summary_line *lines, uint32_t n)
{
    uint32_t n_out = 0;
    for (uint32_t i = 0, end; i < n; i = end) {
        struct summary_line line = { .file = lines[i].file, .line = lines[i].line, .function = lines[i].function };
        for (end = i; end < n && lines[end].file == line.file && lines[end].line == line.line;) {
            uint32_t function = lines[end].function;
            uint64_t most = 0;
            for (; end < n && lines[end].file == line.file && lines[end].line == line.line && lines[end].function == function; end++) {
                most = lines[end].hits > most ? lines[end].hits : most;
                add(&line.spent, &lines[end].spent);
            }
            cover(&summary->functions[function].lines, most);
            line.hits += most;
        }
        lines[n_out++] = line;
    }
    return n_out;
}

static void
sum_lines(struct summary *summary)
{
    const struct program *p = summary->program;
    struct summary_line *lines = xmalloc((p->n_slots + 1) * sizeof *lines);
    uint32_t n = 0;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const struct line *line = summary_line_of(p, pc);
        int64_t function = summary_function_at(p, pc);
        if (line && function >= 0)
            lines[n++] = (struct summary_line){ line->file, line->line, (uint32_t)function, summary->hits[pc], summary_insn(summary, pc) };
    }
    qsort(lines, n, sizeof *lines, by_place);
    summary->lines = lines;
    summary->n_lines = merge_lines(summary, lines, n);
}

/* ---------------------------------------------------------------- all */

void
summary_make(const struct counts *counts, struct summary *out)
{
    *out = (struct summary){ .counts = counts, .program = counts->program };
    out->hits = xcalloc(counts->program->n_slots + 1, sizeof *out->hits);
    counts_hits(counts, out->hits);
    sum_functions(out);
    sum_lines(out);
}

void
summary_free(struct summary *summary)
{
    free(summary->hits);
    free(summary->functions);
    free(summary->lines);
    *summary = (struct summary){ 0 };
}

void
summary_put_cycles(uint64_t cycles, struct buf *out)
{
    buf_printf(out, "%" PRIu64, cycles / CYCLE_SCALE);
    if (cycles % CYCLE_SCALE)
        buf_printf(out, ".%03u", (unsigned)(cycles % CYCLE_SCALE));
}
