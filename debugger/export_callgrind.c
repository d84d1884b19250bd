/* Callgrind's profile format, as valgrind's manual describes it ("Callgrind Format Specification"): per function what each of its
 * instructions cost, and what it called. Positions are slots and lines; helpers are functions that cost what the cost model adds for them. */
#include "config.h"

#include "debugger/export.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
whole(uint64_t cycles)
{
    return (cycles + CYCLE_SCALE / 2) / CYCLE_SCALE;
}

struct writer {
    const struct summary *summary;
    struct buf *out;
    uint64_t insns, cycles; /* written so far */
};

static void
put_costs(struct writer *w, uint32_t pc, uint64_t insns, uint64_t cycles, bool is_own)
{
    const struct line *line = summary_line_of(w->summary->program, pc);
    buf_printf(w->out, "0x%x %u %" PRIu64 " %" PRIu64 "\n", pc, line ? line->line : 0, insns, cycles);
    w->insns += is_own ? insns : 0;
    w->cycles += is_own ? cycles : 0;
}

static const char *
file_of(const struct program *p, uint32_t pc)
{
    const struct line *line = summary_line_of(p, pc);
    return line ? p->files[line->file] : "??";
}

static uint32_t
line_of(const struct program *p, uint32_t pc)
{
    const struct line *line = summary_line_of(p, pc);
    return line ? line->line : 0;
}

/* The name of the helper that the CALL at pc calls; NULL: that is none. */
static const char *
helper_at(const struct program *p, uint32_t pc, char *room, size_t n)
{
    const struct insn *insn = &p->insns[pc];
    const struct ref *ref = program_ref_at(p, pc, REF_EXTERN);
    if (insn_kind(insn) != KIND_CALL && insn_kind(insn) != KIND_CALLK)
        return NULL;
    if (ref)
        return p->externs[ref->index].name;
    const char *name = insn_kind(insn) == KIND_CALL ? helper_name((int32_t)insn->imm) : NULL;
    snprintf(room, n, "helper_%" PRId64, (int64_t)insn->imm);
    return name ? name : room;
}

static void
put_call(struct writer *w, uint32_t pc)
{
    const struct summary *summary = w->summary;
    const struct program *p = summary->program;
    char room[32];
    const char *helper = helper_at(p, pc, room, sizeof room);
    if (!summary->hits[pc])
        return;
    if (helper) {
        buf_printf(w->out, "cfi=[helpers]\ncfn=%s\ncalls=%" PRIu64 " 0x0 0\n", helper, summary->hits[pc]);
        put_costs(w, pc, 0, whole(summary_insn(summary, pc).helper_cycles), false);
    }
    int64_t callee = summary_callee(p, pc);
    if (callee < 0 || !summary->counts->left[pc])
        return;
    const struct function *f = &p->functions[callee];
    buf_printf(w->out, "cfi=%s\ncfn=%s\ncalls=%" PRIu64 " 0x%x %u\n", file_of(p, f->pc), f->name, summary->counts->left[pc], f->pc,
               line_of(p, f->pc));
    put_costs(w, pc, summary->counts->insns[pc], whole(summary_called_cycles(summary, pc)), false);
}

/* jcnd= tells how often a conditional branch was executed and taken. */
static void
put_insn(struct writer *w, uint32_t pc)
{
    const struct summary *summary = w->summary;
    const struct program *p = summary->program;
    struct spent spent = summary_insn(summary, pc);
    if (!spent.insns)
        return;
    put_costs(w, pc, spent.insns, whole(spent.cycles - spent.helper_cycles), true);
    int64_t target = counts_target(p, pc);
    if (insn_kind(&p->insns[pc]) == KIND_JCC && target >= 0)
        buf_printf(w->out, "jcnd=%" PRIu64 "/%" PRIu64 " 0x%x %u\n0x%x %u\n", summary->counts->left[pc], spent.insns, (uint32_t)target,
                   line_of(p, (uint32_t)target), pc, line_of(p, pc));
    put_call(w, pc);
}

/* Lines of other files in between come from inlined functions. */
static void
put_function(struct writer *w, const struct function *f)
{
    const struct program *p = w->summary->program;
    const char *home = file_of(p, f->pc), *file = home;
    buf_printf(w->out, "\nfl=%s\nfn=%s\n", home, f->name);
    for (uint32_t pc = f->pc; pc < f->pc + f->n_slots && pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const char *next = file_of(p, pc);
        if (next != file && w->summary->hits[pc]) {
            buf_printf(w->out, "%s=%s\n", next == home ? "fe" : "fi", next);
            file = next;
        }
        put_insn(w, pc);
    }
}

/* Each helper once, with what its calls have cost. */
static void
put_helpers(struct writer *w)
{
    const struct program *p = w->summary->program;
    bool *is_done = xcalloc(p->n_slots + 1, sizeof *is_done);
    char room[32], other_room[32];
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        const char *name = is_done[pc] || !w->summary->hits[pc] ? NULL : helper_at(p, pc, room, sizeof room);
        uint64_t cycles = 0;
        for (uint32_t other = pc; name && other < p->n_slots; other++) {
            const char *other_name = helper_at(p, other, other_room, sizeof other_room);
            if (!other_name || strcmp(name, other_name) != 0)
                continue;
            cycles += whole(summary_insn(w->summary, other).helper_cycles);
            is_done[other] = true;
        }
        if (!name)
            continue;
        buf_printf(w->out, "\nfl=[helpers]\nfn=%s\n0x0 0 0 %" PRIu64 "\n", name, cycles);
        w->cycles += cycles;
    }
    free(is_done);
}

void
export_callgrind(const struct summary *summary, struct buf *out)
{
    const struct program *p = summary->program;
    struct buf body = BUF_EMPTY;
    struct writer w = { .summary = summary, .out = &body };
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (summary->functions[i].own.insns)
            put_function(&w, &p->functions[i]);
    put_helpers(&w);
    buf_puts(out, "# callgrind format\nversion: 1\ncreator: " PACKAGE_STRING "\n");
    buf_printf(out, "cmd: %s\npositions: instr line\n", p->path ? p->path : "");
    buf_printf(out, "event: Insns : instructions\nevent: Cycles : cycles of the cost model \"%s\"\n", summary->counts->costs->name);
    buf_puts(out, "events: Insns Cycles\n");
    buf_printf(out, "summary: %" PRIu64 " %" PRIu64 "\n", w.insns, w.cycles);
    buf_write(out, buf_text(&body), body.len);
    buf_printf(out, "\ntotals: %" PRIu64 " %" PRIu64 "\n", w.insns, w.cycles);
    buf_free(&body);
}
