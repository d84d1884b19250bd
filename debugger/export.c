/* Files for other tools; lcov's is here. Its format is described in geninfo(1). See export.h. */
#include "config.h"

#include "debugger/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *const export_names[N_EXPORTS] = { "lcov", "callgrind", "folded" };

/* ---------------------------------------------------------------- lcov */

static void
put_functions(const struct summary *summary, uint32_t file, struct buf *out)
{
    const struct program *p = summary->program;
    uint32_t n = 0, n_hit = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < p->n_functions; i++) {
            const struct function *f = &p->functions[i];
            const struct line *line = summary_line_of(p, f->pc);
            if (!line || line->file != file)
                continue;
            if (pass) {
                buf_printf(out, "FNDA:%" PRIu64 ",%s\n", summary->functions[i].calls, f->name);
                n++;
                n_hit += summary->functions[i].calls != 0;
            } else {
                buf_printf(out, "FN:%u,%s\n", line->line, f->name);
            }
        }
    }
    buf_printf(out, "FNF:%u\nFNH:%u\n", n, n_hit);
}

/* Two ways per conditional branch; its slot tells it from others of the line. */
static void
put_branches(const struct summary *summary, uint32_t file, struct buf *out)
{
    const struct program *p = summary->program;
    uint32_t n = 0, n_hit = 0;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const struct line *line = insn_kind(&p->insns[pc]) == KIND_JCC ? summary_line_of(p, pc) : NULL;
        if (!line || line->file != file)
            continue;
        uint64_t taken = summary->counts->left[pc], ways[] = { summary->hits[pc] - taken, taken };
        for (uint32_t way = 0; way < 2; way++) {
            if (summary->hits[pc])
                buf_printf(out, "BRDA:%u,%u,%u,%" PRIu64 "\n", line->line, pc, way, ways[way]);
            else
                buf_printf(out, "BRDA:%u,%u,%u,-\n", line->line, pc, way);
            n++;
            n_hit += ways[way] != 0;
        }
    }
    buf_printf(out, "BRF:%u\nBRH:%u\n", n, n_hit);
}

static void
put_lines(const struct summary *summary, uint32_t file, struct buf *out)
{
    uint32_t n = 0, n_hit = 0;
    for (uint32_t i = 0; i < summary->n_lines; i++) {
        const struct summary_line *line = &summary->lines[i];
        if (line->file != file)
            continue;
        buf_printf(out, "DA:%u,%" PRIu64 "\n", line->line, line->hits);
        n++;
        n_hit += line->hits != 0;
    }
    buf_printf(out, "LF:%u\nLH:%u\n", n, n_hit);
}

static bool
has_lines(const struct summary *summary, uint32_t file)
{
    for (uint32_t i = 0; i < summary->n_lines; i++)
        if (summary->lines[i].file == file)
            return true;
    return false;
}

static void
export_lcov(const struct summary *summary, struct buf *out)
{
    const struct program *p = summary->program;
    for (uint32_t file = 0; file < p->n_files; file++) {
        if (!has_lines(summary, file))
            continue;
        buf_printf(out, "TN:\nSF:%s\n", p->files[file]);
        put_functions(summary, file, out);
        put_branches(summary, file, out);
        put_lines(summary, file, out);
        buf_puts(out, "end_of_record\n");
    }
}

/* ---------------------------------------------------------------- all of them */

void
export_text(enum export_format format, const struct summary *summary, struct buf *out)
{
    typedef void export_fn(const struct summary *summary, struct buf *out);
    static export_fn *const functions[N_EXPORTS] = { export_lcov, export_callgrind, export_folded };
    functions[format](summary, out);
}

static bool
ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), n_end = strlen(end);
    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

enum export_format
export_format_of(const char *path)
{
    return ends_with(path, ".info") ? EXPORT_LCOV : ends_with(path, ".folded") ? EXPORT_FOLDED : EXPORT_CALLGRIND;
}

enum err
export_write(const char *path, const struct buf *text, struct errinfo *e)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    bool is_written = fwrite(buf_text(text), 1, text->len, file) == text->len;
    if (fclose(file) != 0 || !is_written)
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    return OK;
}
