/* See trace.h. */
#include "config.h"

#include "debugger/trace.h"

#include "debugger/source.h"
#include "sim/base/base.h"
#include "sim/machine/listing.h"
#include "sim/machine/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct trace {
    FILE *file; /* NULL: the commands' output */
    char *path;
    bool is_json;
    const struct line *line; /* of the instruction before */
    /* Before the instruction: */
    uint64_t regs[N_REGS], n_insns, addr;
    uint32_t pc, depth, n_bytes; /* n_bytes: that it stores at addr, 0: none */
};

/* ---------------------------------------------------------------- on and off */

enum err
trace_off(struct session *s, struct errinfo *e)
{
    struct trace *t = s->trace;
    enum err err = OK;
    s->trace = NULL;
    if (!t)
        return OK;
    if (t->file) {
        bool has_failed = ferror(t->file);
        has_failed |= fclose(t->file) != 0;
        if (has_failed)
            err = err_set_detail(e, ERR_OPEN, t->path, strerror(errno));
    }
    free(t->path);
    free(t);
    return err;
}

enum err
trace_on(struct session *s, const char *path, bool is_json, struct errinfo *e)
{
    FILE *file = NULL;
    enum err err = *path ? session_may_write(s, path, e) : OK;
    if (!err)
        err = trace_off(s, e);
    if (!err && *path && !(file = fopen(path, "we")))
        err = err_set_detail(e, ERR_OPEN, path, strerror(errno));
    if (err)
        return err;
    s->trace = xcalloc(1, sizeof *s->trace);
    *s->trace = (struct trace){ .file = file, .path = xstrdup(path), .is_json = is_json };
    return OK;
}

void
trace_text(const struct session *s, struct buf *out)
{
    const struct trace *t = s->trace;
    if (t)
        buf_printf(out, "Tracing to %s%s.\n", t->file ? t->path : "the commands' output", t->is_json ? " as JSON lines" : "");
    else
        buf_puts(out, "Tracing is off.\n");
}

uint64_t
trace_room(const struct session *s)
{
    return s->trace ? 1 : UINT64_MAX;
}

/* ---------------------------------------------------------------- one instruction */

static uint32_t
stored_bytes(const struct insn *insn)
{
    switch (insn_kind(insn)) {
    case KIND_ST:
    case KIND_STX:
    case KIND_STREL:
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
        return insn_row(insn)->width_bits / 8;
    default:
        return 0;
    }
}

void
trace_before(struct session *s)
{
    struct trace *t = s->trace;
    const struct machine *m = s->machine;
    if (!t)
        return;
    memcpy(t->regs, m->regs, sizeof t->regs);
    t->n_insns = m->n_insns;
    t->pc = m->pc;
    t->depth = m->depth;
    t->n_bytes = 0;
    if (m->pc >= s->program->n_slots)
        return;
    const struct insn *insn = &s->program->insns[m->pc];
    t->n_bytes = stored_bytes(insn);
    t->addr = m->regs[insn->dst] + (uint64_t)(int64_t)insn->off;
}

/* What stands now where the instruction has stored. */
static uint64_t
stored(const struct session *s)
{
    uint64_t value = 0;
    memcpy(&value, memory_host(&s->machine->mem, s->trace->addr), s->trace->n_bytes);
    return value;
}

/* ---------------------------------------------------------------- text */

static void
put_text(struct session *s, const struct line *line, struct buf *out)
{
    const struct trace *t = s->trace;
    const struct machine *m = s->machine;
    const struct function *f = program_function_at(s->program, t->pc);
    const char *separator = "\t; ";
    if (line && (!t->line || t->line->file != line->file || t->line->line != line->line)) {
        const char *text = source_line(s, line->file, line->line);
        buf_printf(out, "%s:%u\t%s\n", source_name(s, line->file), line->line, text ? text : "");
    }
    buf_printf(out, "%*s%u", 2 + 2 * (int)t->depth, "", t->pc);
    if (f)
        buf_printf(out, " <%s+%u>", f->name, t->pc - f->pc);
    buf_puts(out, ":\t");
    listing_insn(s->program, t->pc, s->settings.syntax, out);
    for (uint32_t reg = 0; reg < N_REGS; reg++) {
        if (m->regs[reg] == t->regs[reg] || m->regs[reg] == REG_CLOBBERED)
            continue;
        buf_printf(out, "%sr%u = 0x%" PRIx64, separator, reg, m->regs[reg]);
        separator = ", ";
    }
    if (t->n_bytes) {
        buf_puts(out, separator);
        machine_describe_addr(m, t->addr, out);
        buf_printf(out, " = 0x%" PRIx64, stored(s));
    }
    buf_putc(out, '\n');
}

/* ---------------------------------------------------------------- JSON */

static void
put_string(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
            buf_printf(out, "\\u%04x", (unsigned char)*text);
        else
            buf_printf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    buf_putc(out, '"');
}

static void
put_json(struct session *s, const struct line *line, struct buf *out)
{
    const struct trace *t = s->trace;
    const struct machine *m = s->machine;
    const struct function *f = program_function_at(s->program, t->pc);
    const char *separator = "";
    struct buf text = BUF_EMPTY;
    listing_insn(s->program, t->pc, s->settings.syntax, &text);
    buf_printf(out, "{\"icount\":%" PRIu64 ",\"depth\":%u,\"pc\":%u,\"insn\":", t->n_insns, t->depth, t->pc);
    put_string(out, buf_text(&text));
    if (f) {
        buf_puts(out, ",\"function\":");
        put_string(out, f->name);
    }
    if (line) {
        buf_puts(out, ",\"file\":");
        put_string(out, s->program->files[line->file]);
        buf_printf(out, ",\"line\":%u", line->line);
    }
    buf_puts(out, ",\"regs\":{");
    for (uint32_t reg = 0; reg < N_REGS; reg++) {
        if (m->regs[reg] == t->regs[reg] || m->regs[reg] == REG_CLOBBERED)
            continue;
        buf_printf(out, "%s\"r%u\":\"0x%" PRIx64 "\"", separator, reg, m->regs[reg]);
        separator = ",";
    }
    buf_putc(out, '}');
    if (t->n_bytes)
        buf_printf(out, ",\"store\":{\"addr\":\"0x%" PRIx64 "\",\"bytes\":%u,\"value\":\"0x%" PRIx64 "\"}", t->addr, t->n_bytes, stored(s));
    buf_puts(out, "}\n");
    buf_free(&text);
}

void
trace_after(struct session *s, struct buf *out)
{
    struct trace *t = s->trace;
    if (!t || s->machine->n_insns == t->n_insns || t->pc >= s->program->n_slots)
        return;
    const struct line *line = program_line_at(s->program, t->pc);
    struct buf text = BUF_EMPTY, *to = t->file ? &text : out;
    if (line && (!line->line || line->file >= s->program->n_files))
        line = NULL;
    (t->is_json ? put_json : put_text)(s, line, to);
    if (t->file)
        fwrite(buf_text(&text), 1, text.len, t->file);
    buf_free(&text);
    t->line = line ? line : t->line;
}
