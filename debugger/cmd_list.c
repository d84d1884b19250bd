/* Commands that show the program's text: list, disassemble, info line and its kin. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/native.h"
#include "debugger/source.h"
#include "sim/base/base.h"
#include "sim/machine/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 'B' where an enabled breakpoint is on the line, '>' on the line of the selected frame; both may be. */
static void
put_marks(const struct session *s, uint32_t file, uint32_t line, struct buf *out)
{
    bool has_break = false, is_here = false;
    for (uint32_t i = 0; i < s->n_breakpoints && !has_break; i++) {
        for (uint32_t k = 0; s->breakpoints[i].is_enabled && k < s->breakpoints[i].n_pcs; k++) {
            const struct line *l = program_line_at(s->program, s->breakpoints[i].pcs[k]);
            has_break |= l && l->file == file && l->line == line;
        }
    }
    if (frame_count(s)) {
        uint32_t pc = frame_pc(s, s->frame);
        const struct line *l = program_line_at(s->program, s->frame && pc ? pc - 1 : pc);
        is_here = l && l->file == file && l->line == line;
    }
    if (has_break || is_here)
        buf_printf(out, "%s%s", has_break ? "B" : "", is_here ? ">" : "");
}

/* True when the text of any of these lines is known. */
static bool
has_text(struct session *s, uint32_t file, int64_t first, int64_t last)
{
    for (int64_t i = first; i <= last; i++)
        if (source_line(s, file, (uint32_t)i))
            return true;
    return false;
}

static void
put_lines(struct session *s, uint32_t file, int64_t first, int64_t last, struct buf *out)
{
    if (!has_text(s, file, first, last)) {
        buf_printf(out, "%" PRId64 "\tin %s\n", first, s->program->files[file]); /* gdb's words for a file that is not there */
        last = first - 1;
    }
    for (int64_t i = first; i <= last; i++) {
        const char *text = source_line(s, file, (uint32_t)i);
        buf_printf(out, "%" PRId64, i);
        put_marks(s, file, (uint32_t)i, out);
        buf_printf(out, "\t%s\n", text ? text : "");
    }
    s->list_file = file;
    s->list_first = first;
    s->list_last = last;
}

static enum err
list_range(struct call *c, uint32_t file, int64_t first, int64_t last)
{
    struct session *s = c->s;
    int64_t n = source_n_lines(s, file);
    if (first < 1)
        first = 1;
    if (first > n)
        return err_set(c->e, ERR_LINE_RANGE, file < s->program->n_files ? source_name(s, file) : "", 0, (uint64_t)first, (uint64_t)n);
    put_lines(s, file, first, last > n ? n : last, c->out);
    return OK;
}

static int64_t
list_size(const struct session *s)
{
    return s->settings.listsize && s->settings.listsize < 1u << 20 ? (int64_t)s->settings.listsize : 1 << 20;
}

/* Lines around `line`, as gdb centers them: half of them before it. */
static enum err
list_around(struct call *c, uint32_t file, int64_t line)
{
    int64_t size = list_size(c->s), first = line - size / 2 < 1 ? 1 : line - size / 2;
    return list_range(c, file, first, first + size - 1);
}

/* The line that `list` starts from when nothing was listed yet. */
static const struct line *
start_line(const struct session *s)
{
    const struct program *p = s->program;
    if (frame_count(s)) {
        uint32_t pc = frame_pc(s, s->frame);
        return program_line_at(p, s->frame && pc ? pc - 1 : pc);
    }
    return s->entry >= 0 ? program_line_at(p, p->functions[s->entry].pc) : NULL;
}

static enum err
list_more(struct call *c, bool backwards)
{
    struct session *s = c->s;
    if (!s->list_first) {
        const struct line *l = start_line(s);
        return l ? list_around(c, l->file, l->line) : err_set(c->e, ERR_NO_SOURCE_TEXT, NULL, 0, 0, 0);
    }
    if (!backwards)
        return list_range(c, s->list_file, s->list_last + 1, s->list_last + list_size(s));
    if (s->list_first <= 1)
        return err_set(c->e, ERR_ALREADY_FIRST, source_name(s, s->list_file), 0, 0, 0);
    return list_range(c, s->list_file, s->list_first - list_size(s), s->list_first - 1);
}

/* FIRST,LAST with either side left out. */
static enum err
list_between(struct call *c, const char *comma)
{
    struct session *s = c->s;
    uint32_t file = location_default_file(s), first = 0, last = 0;
    const char *right = comma + 1 + strspn(comma + 1, " \t");
    size_t left_len = (size_t)(comma - c->text);
    while (left_len && strchr(" \t", c->text[left_len - 1]))
        left_len--;
    char *left = xstrndup(c->text, left_len);
    enum err err = *left ? location_parse_line(s, left, &file, &first, c->e) : OK;
    bool has_left = *left != '\0';
    free(left);
    if (!err && *right)
        err = location_parse_line(s, right, &file, &last, c->e);
    if (err)
        return err;
    if (!has_left && !*right)
        return err_set(c->e, ERR_DEBUGGER, "No argument given before or after the comma.", 0, 0, 0);
    int64_t from = has_left ? first : (int64_t)last - list_size(s) + 1, to = *right ? last : (int64_t)first + list_size(s) - 1;
    if (to < from)
        return err_set(c->e, ERR_DEBUGGER, "Second line is before the first.", 0, 0, 0);
    return list_range(c, file, from, to);
}

enum err
cmd_list(struct call *c)
{
    uint32_t file, line;
    const char *comma = strchr(c->text, ',');
    if (!c->s->program->n_files)
        return err_set(c->e, ERR_NO_SOURCE_TEXT, NULL, 0, 0, 0);
    if (!*c->text || strcmp(c->text, "-") == 0 || strcmp(c->text, "+") == 0)
        return list_more(c, *c->text == '-');
    if (comma)
        return list_between(c, comma);
    enum err err = location_parse_line(c->s, c->text, &file, &line, c->e);
    return err ? err : list_around(c, file, line);
}

static void
put_raw(const struct program *p, uint32_t pc, struct buf *out)
{
    uint32_t n = insn_slots(&p->insns[pc]) * SLOT_BYTES;
    for (uint32_t i = 0; i < n && pc * SLOT_BYTES + i < p->n_slots * SLOT_BYTES; i++)
        buf_printf(out, "%s%02x", i ? " " : "", p->code[pc * SLOT_BYTES + i]);
    buf_putc(out, '\t');
}

/* The source lines up to this entry's, after the last one shown; at least the line itself. */
static void
put_source_of(struct session *s, const struct line *l, const struct line **last, struct buf *out)
{
    if (!l || l == *last || (*last && l->file == (*last)->file && l->line == (*last)->line)) {
        *last = l;
        return;
    }
    if (*last)
        buf_putc(out, '\n');
    if (!*last || (*last)->file != l->file)
        buf_printf(out, "%s:\n", source_name(s, l->file));
    source_print_line(s, l->file, l->line, out);
    *last = l;
}

/* native: the machine code below each instruction; NULL: without it. */
static enum err
put_insns(struct call *c, uint32_t first, uint32_t end, const struct native_source *native)
{
    struct session *s = c->s;
    const struct program *p = s->program;
    const struct line *last = NULL;
    bool with_source = strchr(c->letters, 's') || strchr(c->letters, 'm'), with_raw = strchr(c->letters, 'r');
    struct native_style style = native_style(s);
    style.with_bytes = with_raw;
    enum err err = OK;
    for (uint32_t pc = first; !err && pc < end; pc += insn_slots(&p->insns[pc])) {
        const struct function *f = program_function_at(p, pc);
        if (with_source)
            put_source_of(s, program_line_at(p, pc), &last, c->out);
        bool is_here = frame_count(s) && frame_pc(s, s->frame) == pc;
        char place[32];
        snprintf(place, sizeof place, "<+%u>:", pc - (f ? f->pc : 0));
        buf_printf(c->out, "%s%5u %s\t", is_here ? "=> " : "   ", pc, place);
        if (with_raw)
            put_raw(p, pc, c->out);
        listing_insn(p, pc, s->settings.syntax ? SYNTAX_MNEMONIC : SYNTAX_KERNEL, c->out);
        buf_putc(c->out, '\n');
        if (native)
            err = native_list(native->ops, native->code, &native->view, pc, &style, c->out, c->e);
    }
    return err;
}

/* The slots [first, end): all of function f when that is not NULL. */
static enum err
put_dump(struct call *c, const struct function *f, uint32_t first, uint32_t end)
{
    struct native_source native;
    bool with_native = strchr(c->letters, 'n');
    enum err err = with_native ? native_open(c->s, &native, c->e) : OK;
    if (err)
        return err;
    if (f)
        buf_printf(c->out, "Dump of assembler code for function %s:\n", f->name);
    else
        buf_printf(c->out, "Dump of assembler code from insn %u to %u:\n", first, end);
    err = put_insns(c, first, end, with_native ? &native : NULL);
    if (with_native)
        native_close(&native);
    if (!err)
        buf_puts(c->out, "End of assembler dump.\n");
    return err;
}

static enum err
slot_of(struct call *c, const char *text, uint32_t *out)
{
    uint64_t pc;
    enum err err = expr_number(c->s, text, &pc, c->e);
    if (!err && pc >= c->s->program->n_slots)
        err = err_set(c->e, ERR_NO_INSN, NULL, 0, pc, c->s->program->n_slots - 1);
    if (!err)
        *out = (uint32_t)pc;
    return err;
}

static enum err
disassemble_range(struct call *c, const char *comma)
{
    uint32_t first, end;
    const char *right = comma + 1 + strspn(comma + 1, " \t");
    char *left = xstrndup(c->text, (size_t)(comma - c->text));
    enum err err = slot_of(c, left, &first);
    free(left);
    if (err)
        return err;
    uint64_t n = 0;
    bool is_length = *right == '+';
    if ((err = expr_number(c->s, right + is_length, &n, c->e)))
        return err;
    n = is_length ? first + (n < MAX_SLOTS ? n : MAX_SLOTS) : n;
    end = n < c->s->program->n_slots ? (uint32_t)n : c->s->program->n_slots;
    return put_dump(c, NULL, first, end);
}

enum err
cmd_disassemble(struct call *c)
{
    struct session *s = c->s;
    uint32_t pc = 0;
    enum err err = OK;
    const char *comma = strchr(c->text, ',');
    if (comma)
        return disassemble_range(c, comma);
    if (*c->text)
        err = slot_of(c, c->text, &pc);
    else if (frame_count(s))
        pc = frame_pc(s, s->frame);
    else if (s->entry >= 0)
        pc = s->program->functions[s->entry].pc;
    else
        err = err_set(c->e, ERR_NO_FRAME, NULL, 0, 0, 0);
    if (err)
        return err;
    const struct function *f = program_function_at(s->program, pc);
    if (!f)
        return err_set(c->e, ERR_DEBUGGER, "No function contains specified address.", 0, 0, 0);
    return put_dump(c, f, f->pc, f->pc + f->n_slots);
}

/* Where an entry of the line table ends: the next one, or the end of its function. */
static uint32_t
line_end(const struct program *p, const struct line *l)
{
    const struct function *f = program_function_at(p, l->pc);
    uint32_t end = f ? f->pc + f->n_slots : p->n_slots;
    if (l + 1 < p->lines + p->n_lines && l[1].pc < end)
        end = l[1].pc;
    return end;
}

enum err
cmd_info_line(struct call *c)
{
    struct session *s = c->s;
    if (!c->has_place) {
        enum err err = location_parse(s, "", &c->place, c->e);
        if (err)
            return err;
    }
    for (uint32_t i = 0; i < c->place.n_pcs; i++) {
        uint32_t pc = c->place.pcs[i];
        const struct line *l = program_line_at(s->program, pc);
        if (!l) {
            buf_printf(c->out, "No line number information available for insn %u", pc);
            format_code_name(s, pc, c->out);
            buf_putc(c->out, '\n');
            continue;
        }
        buf_printf(c->out, "Line %u of \"%s\" starts at insn %u", l->line, source_name(s, l->file), l->pc);
        format_code_name(s, l->pc, c->out);
        buf_printf(c->out, " and ends at %u", line_end(s->program, l));
        format_code_name(s, line_end(s->program, l), c->out);
        buf_puts(c->out, ".\n");
        s->x_next = l->pc;
        s->x_is_code = true;
        struct value place = value_int(BASE_CODE, l->pc);
        data_set_variable(s, "_", &place);
    }
    return OK;
}

enum err
cmd_info_source(struct call *c)
{
    struct session *s = c->s;
    if (!s->program->n_files) {
        buf_puts(c->out, "No current source file.\n");
        return OK;
    }
    uint32_t file = location_default_file(s), n = source_n_lines(s, file);
    buf_printf(c->out, "Current source file is %s\nLocated in %s\n", source_name(s, file), s->program->files[file]);
    if (s->sources[file].is_from_file)
        buf_printf(c->out, "Contains %u line%s.\n", n, n == 1 ? "" : "s");
    else
        buf_puts(c->out, "The file was not found; the object has the text of lines with code.\n");
    return OK;
}

enum err
cmd_info_sources(struct call *c)
{
    for (uint32_t i = 0; i < c->s->program->n_files; i++)
        buf_printf(c->out, "%s\n", c->s->program->files[i]);
    return OK;
}

enum err
cmd_info_functions(struct call *c)
{
    const struct session *s = c->s;
    const struct program *p = s->program;
    buf_printf(c->out, *c->text ? "All functions whose name contains \"%s\":\n\n" : "All defined functions:\n\n%s", c->text);
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct function *f = &p->functions[i];
        const struct line *l = program_line_at(p, f->pc);
        if (*c->text && !strstr(f->name, c->text))
            continue;
        buf_printf(c->out, "insn %-6u %-24s %5u slots  %-12s", f->pc, f->name, f->n_slots, f->section);
        if (l)
            buf_printf(c->out, " %s:%u", source_name(s, l->file), l->line);
        buf_puts(c->out, f->is_program ? "  (program)\n" : f->is_static ? "  (static)\n" : "\n");
    }
    return OK;
}
