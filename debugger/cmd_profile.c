/* `profile` and `info coverage`: what was counted, as tables. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/export.h"
#include "debugger/profile.h"
#include "debugger/source.h"
#include "debugger/summary.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/machine/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20 };

/* What has been counted so far. ERR_NO_PROFILE. */
static enum err
make_summary(struct call *c, struct summary *summary)
{
    if (!c->s->counts)
        return err_set(c->e, ERR_NO_PROFILE, NULL, 0, 0, 0);
    summary_make(c->s->counts, summary);
    if (summary->total.insns)
        return OK;
    summary_free(summary);
    return err_set(c->e, ERR_NO_PROFILE, NULL, 0, 0, 0);
}

/* ---------------------------------------------------------------- tables */

/* One row of a table: what it is about, and what it is sorted by. */
struct rank {
    uint32_t index;
    uint64_t cycles, then; /* most first */
};

static int
by_rank(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->cycles != y->cycles)
        return x->cycles > y->cycles ? -1 : 1;
    if (x->then != y->then)
        return x->then > y->then ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static uint32_t
sort(struct call *c, struct rank *ranks, uint32_t n)
{
    uint64_t wanted = c->has_count ? c->count : SHOWN;
    qsort(ranks, n, sizeof *ranks, by_rank);
    return wanted < n ? (uint32_t)wanted : n;
}

static void
put_right(struct buf *out, uint64_t cycles)
{
    struct buf text = BUF_EMPTY;
    summary_put_cycles(cycles, &text);
    buf_printf(out, "%12s", buf_text(&text));
    buf_free(&text);
}

static void
put_cycles(const struct summary *summary, uint64_t cycles, struct buf *out)
{
    put_right(out, cycles);
    buf_printf(out, "%7.2f%%", summary->total.cycles ? 100.0 * (double)cycles / (double)summary->total.cycles : 0.0);
}

static void
put_total(const struct summary *summary, struct buf *out)
{
    buf_printf(out, "%" PRIu64 " instructions, ", summary->total.insns);
    summary_put_cycles(summary->total.cycles, out);
    buf_printf(out, " cycles (model \"%s\").\n\n", summary->counts->costs->name);
}

static void
put_rest(struct buf *out, uint32_t shown, uint32_t n, const char *what)
{
    if (shown < n)
        buf_printf(out, "... and %u more %s.\n", n - shown, what);
}

static void
functions_table(struct call *c, const struct summary *summary)
{
    const struct program *p = summary->program;
    struct rank *ranks = xmalloc((p->n_functions + 1) * sizeof *ranks);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (summary->functions[i].own.insns)
            ranks[n++] = (struct rank){ i, summary->functions[i].own.cycles, summary->functions[i].own.insns };
    uint32_t shown = sort(c, ranks, n);
    buf_puts(c->out, "      Cycles       %   Inclusive       Insns       Calls     Helpers  Function\n");
    for (uint32_t i = 0; i < shown; i++) {
        const struct summary_function *f = &summary->functions[ranks[i].index];
        put_cycles(summary, f->own.cycles, c->out);
        put_right(c->out, f->all_cycles);
        buf_printf(c->out, "%12" PRIu64 "%12" PRIu64, f->own.insns, f->calls);
        put_right(c->out, f->own.helper_cycles);
        buf_printf(c->out, "  %s\n", p->functions[ranks[i].index].name);
    }
    put_rest(c->out, shown, n, "functions");
    free(ranks);
}

enum err
cmd_profile_functions(struct call *c)
{
    struct summary summary;
    enum err err = make_summary(c, &summary);
    if (err)
        return err;
    put_total(&summary, c->out);
    functions_table(c, &summary);
    summary_free(&summary);
    return OK;
}

enum err
cmd_profile(struct call *c)
{
    return cmd_profile_functions(c);
}

enum err
cmd_profile_lines(struct call *c)
{
    struct summary summary;
    enum err err = make_summary(c, &summary);
    if (err)
        return err;
    struct rank *ranks = xmalloc((summary.n_lines + 1) * sizeof *ranks);
    uint32_t n = 0;
    for (uint32_t i = 0; i < summary.n_lines; i++)
        if (summary.lines[i].hits)
            ranks[n++] = (struct rank){ i, summary.lines[i].spent.cycles, summary.lines[i].hits };
    uint32_t shown = sort(c, ranks, n);
    put_total(&summary, c->out);
    buf_puts(c->out, n ? "      Cycles       %        Hits       Insns     Helpers  Line\n" : "The program has no line numbers.\n");
    for (uint32_t i = 0; i < shown; i++) {
        const struct summary_line *line = &summary.lines[ranks[i].index];
        const char *text = source_line(c->s, line->file, line->line);
        put_cycles(&summary, line->spent.cycles, c->out);
        buf_printf(c->out, "%12" PRIu64 "%12" PRIu64, line->hits, line->spent.insns);
        put_right(c->out, line->spent.helper_cycles);
        buf_printf(c->out, "  %s:%u%s%s\n", source_name(c->s, line->file), line->line, text ? "\t" : "", text ? text : "");
    }
    put_rest(c->out, shown, n, "lines");
    free(ranks);
    summary_free(&summary);
    return OK;
}

enum err
cmd_profile_insns(struct call *c)
{
    struct summary summary;
    enum err err = make_summary(c, &summary);
    if (err)
        return err;
    const struct program *p = summary.program;
    struct rank *ranks = xmalloc((p->n_slots + 1) * sizeof *ranks);
    uint32_t n = 0;
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        if (summary.hits[pc])
            ranks[n++] = (struct rank){ pc, summary_insn(&summary, pc).cycles, summary.hits[pc] };
    uint32_t shown = sort(c, ranks, n);
    put_total(&summary, c->out);
    buf_puts(c->out, "      Cycles       %        Hits       Taken  Instruction\n");
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t pc = ranks[i].index;
        const struct function *f = program_function_at(p, pc);
        put_cycles(&summary, ranks[i].cycles, c->out);
        buf_printf(c->out, "%12" PRIu64, summary.hits[pc]);
        if (insn_kind(&p->insns[pc]) == KIND_JCC)
            buf_printf(c->out, "%12" PRIu64, summary.counts->left[pc]);
        else
            buf_printf(c->out, "%12s", "");
        buf_printf(c->out, "  %u", pc);
        if (f)
            buf_printf(c->out, " <%s+%u>", f->name, pc - f->pc);
        buf_puts(c->out, ":\t");
        listing_insn(p, pc, c->s->settings.syntax, c->out);
        buf_putc(c->out, '\n');
    }
    put_rest(c->out, shown, n, "instructions");
    free(ranks);
    summary_free(&summary);
    return OK;
}

/* ---------------------------------------------------------------- helpers */

/* Calls of one helper, kfunc or other outside function; the first call stands for all of them. */
struct outside {
    const char *name; /* NULL: a helper that has none */
    int64_t id;
    uint64_t calls, cycles;
};

static struct outside
outside_at(const struct program *p, uint32_t pc)
{
    const struct insn *insn = &p->insns[pc];
    const struct ref *ref = program_ref_at(p, pc, REF_EXTERN);
    if (ref)
        return (struct outside){ .name = p->externs[ref->index].name, .id = -1 };
    return (struct outside){ .name = insn_kind(insn) == KIND_CALL ? helper_name((int32_t)insn->imm) : NULL, .id = insn->imm };
}

static int
by_helper(const void *a, const void *b)
{
    const struct outside *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

static uint32_t
find_helpers(const struct summary *summary, struct outside *list)
{
    const struct program *p = summary->program;
    uint32_t n_calls = 0, n = 0;
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        enum insn_kind kind = insn_kind(&p->insns[pc]);
        if (!summary->hits[pc] || (kind != KIND_CALL && kind != KIND_CALLK))
            continue;
        list[n_calls] = outside_at(p, pc);
        list[n_calls].calls = summary->hits[pc];
        list[n_calls++].cycles = summary_insn(summary, pc).helper_cycles;
    }
    qsort(list, n_calls, sizeof *list, by_helper);
    for (uint32_t i = 0; i < n_calls; i++) {
        if (n && by_helper(&list[n - 1], &list[i]) == 0) {
            list[n - 1].calls += list[i].calls;
            list[n - 1].cycles += list[i].cycles;
        } else {
            list[n++] = list[i];
        }
    }
    return n;
}

enum err
cmd_profile_helpers(struct call *c)
{
    struct summary summary;
    enum err err = make_summary(c, &summary);
    if (err)
        return err;
    struct outside *list = xmalloc((summary.program->n_slots + 1) * sizeof *list);
    uint32_t n = find_helpers(&summary, list);
    struct rank *ranks = xmalloc((n + 1) * sizeof *ranks);
    for (uint32_t i = 0; i < n; i++)
        ranks[i] = (struct rank){ i, list[i].cycles, list[i].calls };
    uint32_t shown = sort(c, ranks, n);
    put_total(&summary, c->out);
    buf_puts(c->out, n ? "      Cycles       %       Calls  Helper\n" : "No helper was called.\n");
    for (uint32_t i = 0; i < shown; i++) {
        const struct outside *helper = &list[ranks[i].index];
        put_cycles(&summary, helper->cycles, c->out);
        buf_printf(c->out, "%12" PRIu64 "  ", helper->calls);
        if (helper->name)
            buf_printf(c->out, "%s\n", helper->name);
        else
            buf_printf(c->out, "#%" PRId64 "\n", helper->id);
    }
    put_rest(c->out, shown, n, "helpers");
    free(list);
    free(ranks);
    summary_free(&summary);
    return OK;
}

/* ---------------------------------------------------------------- coverage */

static void
put_covered(struct buf *out, const struct covered *covered)
{
    if (covered->n)
        buf_printf(out, "%7u/%-6u%5.1f%%", covered->n_hit, covered->n, 100.0 * covered->n_hit / covered->n);
    else
        buf_printf(out, "%*s", 20, "");
}

/* "Never executed: filter.c:34-36, filter.c:41": consecutive lines with code. */
static void
put_missing(struct call *c, const struct summary *summary)
{
    bool is_first = true;
    for (uint32_t i = 0, end; i < summary->n_lines; i = end) {
        const struct summary_line *line = &summary->lines[i];
        for (end = i; end < summary->n_lines && !summary->lines[end].hits && summary->lines[end].file == line->file; end++)
            ;
        if (end == i) {
            end++;
            continue;
        }
        buf_printf(c->out, "%s%s:%u", is_first ? "\nNever executed: " : ", ", source_name(c->s, line->file), line->line);
        if (end - i > 1)
            buf_printf(c->out, "-%u", summary->lines[end - 1].line);
        is_first = false;
    }
    buf_puts(c->out, is_first ? "" : ".\n");
}

static void
coverage_table(struct call *c, const struct summary *summary)
{
    const struct program *p = summary->program;
    buf_puts(c->out, "          Lines             Instructions        Ways of branches  Function\n");
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct summary_function *f = &summary->functions[i];
        put_covered(c->out, &f->lines);
        put_covered(c->out, &f->insns);
        put_covered(c->out, &f->ways);
        buf_printf(c->out, "  %s%s\n", p->functions[i].name, f->insns.n_hit ? "" : "  (never executed)");
    }
    put_missing(c, summary);
}

static void
put_hits(struct buf *out, uint64_t hits)
{
    if (hits)
        buf_printf(out, "%12" PRIu64, hits);
    else
        buf_printf(out, "%12s", "#####");
}

/* From the first to the last line of the function's file that it has code of. */
static bool
function_lines(const struct program *p, const struct function *f, uint32_t *file, uint32_t *first, uint32_t *last)
{
    const struct line *home = summary_line_of(p, f->pc);
    if (!home)
        return false;
    *file = home->file;
    *first = *last = home->line;
    for (uint32_t pc = f->pc; pc < f->pc + f->n_slots; pc++) {
        const struct line *line = summary_line_of(p, pc);
        if (!line || line->file != *file || line->line < home->line)
            continue;
        *last = line->line > *last ? line->line : *last;
    }
    return true;
}

/* The source with hits. Numbers beyond the text's end are the object's word: only those that have code are shown. */
static void
annotate_lines(struct call *c, const struct summary *summary, uint32_t file, uint32_t first, uint32_t last)
{
    const struct summary_line *line = summary->lines, *end = line + summary->n_lines;
    uint32_t n_lines = source_n_lines(c->s, file);
    while (line < end && (line->file != file || line->line < first))
        line++;
    for (uint64_t number = first; number <= last; number++) {
        bool has_code = line < end && line->file == file && line->line <= last;
        if (number > n_lines) {
            if (!has_code)
                return;
            number = line->line;
        }
        bool is_it = has_code && line->line == number;
        const char *text = source_line(c->s, file, (uint32_t)number);
        if (is_it)
            put_hits(c->out, line++->hits);
        else
            buf_printf(c->out, "%12s", "-");
        buf_printf(c->out, ":%5u:%s\n", (uint32_t)number, text ? text : "");
    }
}

static void
annotate(struct call *c, const struct summary *summary, const struct function *f)
{
    const struct program *p = summary->program;
    uint32_t file, first, last;
    if (function_lines(p, f, &file, &first, &last)) {
        annotate_lines(c, summary, file, first, last);
        return;
    }
    for (uint32_t pc = f->pc; pc < f->pc + f->n_slots && pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        put_hits(c->out, summary->hits[pc]);
        buf_printf(c->out, ":%5u:", pc);
        listing_insn(p, pc, c->s->settings.syntax, c->out);
        buf_putc(c->out, '\n');
    }
}

enum err
cmd_info_coverage(struct call *c)
{
    struct summary summary;
    const struct function *f = *c->text ? program_function_named(c->s->program, c->text) : NULL;
    if (*c->text && !f)
        return err_set(c->e, ERR_NO_FUNCTION, c->text, 0, 0, 0);
    enum err err = make_summary(c, &summary);
    if (err)
        return err;
    if (f)
        annotate(c, &summary, f);
    else
        coverage_table(c, &summary);
    summary_free(&summary);
    return OK;
}

/* ---------------------------------------------------------------- on, off, out */

enum err
cmd_profile_on(struct call *c)
{
    return profile_on(c->s, c->e);
}

enum err
cmd_profile_off(struct call *c)
{
    profile_off(c->s);
    return OK;
}

enum err
cmd_profile_reset(struct call *c)
{
    profile_reset(c->s);
    return OK;
}

enum err
cmd_profile_export(struct call *c)
{
    size_t len = strcspn(c->text, " \t");
    const char *path = c->text + len + strspn(c->text + len, " \t");
    uint32_t format = 0;
    struct summary summary;
    if (!len)
        return err_set(c->e, ERR_ARGUMENT, "lcov, callgrind or folded, and a file name", 0, 0, 0);
    while (format < N_EXPORTS && (strlen(export_names[format]) != len || strncmp(export_names[format], c->text, len) != 0))
        format++;
    if (format == N_EXPORTS) {
        char name[32] = "";
        memcpy(name, c->text, len < sizeof name ? len : sizeof name - 1);
        return err_set(c->e, ERR_NO_FORMAT, name, 0, 0, 0);
    }
    if (!*path)
        return err_set(c->e, ERR_ARGUMENT, "file name", 0, 0, 0);
    enum err err = session_may_write(c->s, path, c->e);
    if (!err)
        err = make_summary(c, &summary);
    if (err)
        return err;
    struct buf text = BUF_EMPTY;
    export_text(format, &summary, &text);
    err = export_write(path, &text, c->e);
    buf_free(&text);
    summary_free(&summary);
    return err;
}
