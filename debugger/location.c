/* Locations: text -> instructions. See location.h. */
#include "config.h"

#include "debugger/location.h"

#include "debugger/frame.h"
#include "debugger/source.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void
add_pc(struct location *l, uint32_t pc)
{
    size_t cap = l->n_pcs;
    for (uint32_t i = 0; i < l->n_pcs; i++) {
        if (l->pcs[i] == pc)
            return;
    }
    l->pcs = grow(l->pcs, l->n_pcs, &cap, sizeof *l->pcs);
    uint32_t at = l->n_pcs++;
    for (; at && l->pcs[at - 1] > pc; at--)
        l->pcs[at] = l->pcs[at - 1];
    l->pcs[at] = pc;
}

/* File and line of the first place. */
static void
fill_line(const struct session *s, struct location *l)
{
    const struct line *line = program_line_at(s->program, l->pcs[0]);
    l->has_line = line != NULL;
    l->file = line ? line->file : 0;
    l->line = line ? line->line : 0;
}

static bool
parse_uint(const char *text, size_t len, uint32_t *out)
{
    uint64_t n = 0;
    if (!len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        n = n * 10 + (uint64_t)(text[i] - '0');
        if (n > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)n;
    return true;
}

static enum err
one_insn(const struct session *s, uint64_t pc, struct location *out, struct errinfo *e)
{
    const struct program *p = s->program;
    if (pc >= p->n_slots)
        return err_set(e, ERR_NO_INSN, NULL, 0, pc, p->n_slots - 1);
    if (p->insns[pc].op == OP_lddw_tail)
        return err_set(e, ERR_MID_INSN, NULL, 0, pc, 0);
    add_pc(out, (uint32_t)pc);
    return OK;
}

/* The smallest line from `line` on that has code in the file; 0 when there is none. */
static uint32_t
line_with_code(const struct program *p, uint32_t file, uint32_t line)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < p->n_lines; i++) {
        const struct line *l = &p->lines[i];
        if (l->file == file && l->is_stmt && l->line >= line && (!best || l->line < best))
            best = l->line;
    }
    return best;
}

static void
add_line(const struct program *p, uint32_t file, uint32_t line, struct location *out)
{
    const struct function *last = NULL;
    for (uint32_t i = 0; i < p->n_lines; i++) { /* sorted by pc: the first of a function is its lowest */
        const struct line *l = &p->lines[i];
        const struct function *f = program_function_at(p, l->pc);
        if (l->file == file && l->line == line && l->is_stmt && (f != last || !f)) {
            add_pc(out, l->pc);
            last = f;
        }
    }
}

static enum err
one_line(const struct session *s, int64_t file, uint32_t line, bool is_current, struct location *out, struct errinfo *e)
{
    const struct program *p = s->program;
    uint32_t found = file >= 0 && line ? line_with_code(p, (uint32_t)file, line) : 0;
    if (!found) {
        const char *name = file >= 0 && file < p->n_files ? source_name(s, (uint32_t)file) : "";
        return err_set(e, is_current ? ERR_NO_LINE_HERE : ERR_NO_LINE, name, 0, line, 0);
    }
    add_line(p, (uint32_t)file, found, out);
    out->is_line = true;
    return OK;
}

static enum err
by_function(const struct session *s, const char *name, size_t len, int64_t file, struct location *out, struct errinfo *e)
{
    const struct program *p = s->program;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct function *f = &p->functions[i];
        const struct line *l = program_line_at(p, f->pc);
        if (strlen(f->name) == len && memcmp(f->name, name, len) == 0 && (file < 0 || (l && l->file == file)))
            add_pc(out, f->pc);
    }
    if (out->n_pcs)
        return OK;
    char *copy = xstrndup(name, len < 90 ? len : 90);
    enum err err = err_set(e, ERR_NO_FUNCTION, copy, 0, 0, 0);
    free(copy);
    return err;
}

/* A function of that name; NULL when there is none. */
static const struct function *
function_named(const struct session *s, const char *name, size_t len)
{
    char *copy = xstrndup(name, len);
    const struct function *f = program_function_named(s->program, copy);
    free(copy);
    return f;
}

/* FILE:LINE, FILE:FUNCTION, FUNCTION:N. */
static enum err
by_colon(struct session *s, const char *text, size_t left, size_t len, struct location *out, struct errinfo *e)
{
    uint32_t number;
    const char *right = text + left + 1;
    size_t right_len = len - left - 1;
    int64_t file = source_named(s, text, left);
    const struct function *f = function_named(s, text, left);
    if (file < 0 && f && parse_uint(right, right_len, &number))
        return one_insn(s, (uint64_t)f->pc + number, out, e);
    if (file < 0) {
        char *copy = xstrndup(text, left < 90 ? left : 90);
        enum err err = err_set(e, ERR_NO_SOURCE_FILE, copy, 0, 0, 0);
        free(copy);
        return err;
    }
    if (parse_uint(right, right_len, &number))
        return one_line(s, file, number, false, out, e);
    return by_function(s, right, right_len, file, out, e);
}

uint32_t
location_default_file(const struct session *s)
{
    const struct line *l = NULL;
    if (s->list_first)
        return s->list_file;
    if (frame_count(s))
        l = program_line_at(s->program, frame_pc(s, s->frame));
    else if (s->entry >= 0)
        l = program_line_at(s->program, s->program->functions[s->entry].pc);
    return l ? l->file : 0;
}

/* The line that offsets count from: of the selected frame, or listed last. 0: none. */
static uint32_t
current_line(const struct session *s)
{
    const struct line *l = frame_count(s) ? program_line_at(s->program, frame_pc(s, s->frame)) : NULL;
    return l ? l->line : s->list_last > 0 ? (uint32_t)s->list_last : 0;
}

static enum err
here(const struct session *s, struct location *out, struct errinfo *e)
{
    if (!frame_count(s))
        return err_set(e, ERR_NO_DEFAULT_BREAK, NULL, 0, 0, 0);
    add_pc(out, frame_pc(s, s->frame));
    return OK;
}

static enum err
resolve(struct session *s, const char *text, size_t len, struct location *out, struct errinfo *e)
{
    uint32_t number;
    if (!len)
        return here(s, out, e);
    if (*text == '*') {
        uint64_t pc = 0;
        char *copy = xstrndup(text + 1, len - 1);
        bool is_empty = strspn(copy, " \t") == strlen(copy);
        enum err err = is_empty ? err_set(e, ERR_ARGUMENT, "expression to compute", 0, 0, 0) : expr_number(s, copy, &pc, e);
        free(copy);
        return err ? err : one_insn(s, pc, out, e);
    }
    if (parse_uint(text, len, &number))
        return one_line(s, s->program->n_files ? (int64_t)location_default_file(s) : -1, number, true, out, e);
    if ((*text == '+' || *text == '-') && parse_uint(text + 1, len - 1, &number)) {
        uint32_t line = current_line(s);
        bool is_below = *text == '-' && number >= line;
        return one_line(s, location_default_file(s), is_below ? 0 : *text == '-' ? line - number : line + number, true, out, e);
    }
    const char *colon = memchr(text, ':', len);
    if (colon)
        return by_colon(s, text, (size_t)(colon - text), len, out, e);
    const char *plus = memchr(text, '+', len);
    const struct function *f = plus ? function_named(s, text, (size_t)(plus - text)) : NULL;
    if (f && parse_uint(plus + 1, len - (size_t)(plus + 1 - text), &number))
        return one_insn(s, (uint64_t)f->pc + number, out, e);
    return by_function(s, text, len, -1, out, e);
}

enum err
location_parse(struct session *s, const char *text, struct location *out, struct errinfo *e)
{
    *out = (struct location){ 0 };
    if (!s->program)
        return err_set(e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
    text = text ? text : "";
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    enum err err = resolve(s, text, len, out, e);
    if (err)
        location_free(out);
    else
        fill_line(s, out);
    return err;
}

void
location_free(struct location *l)
{
    free(l->pcs);
    *l = (struct location){ 0 };
}

enum err
location_parse_line(struct session *s, const char *text, uint32_t *file, uint32_t *line, struct errinfo *e)
{
    const char *colon = strchr(text, ':');
    size_t left = colon ? (size_t)(colon - text) : 0, len = strlen(text);
    int64_t named = colon && s->program ? source_named(s, text, left) : -1;
    if (s->program && parse_uint(text, len, line)) {
        *file = location_default_file(s);
        return OK;
    }
    if (named >= 0 && parse_uint(colon + 1, len - left - 1, line)) {
        *file = (uint32_t)named;
        return OK;
    }
    struct location l;
    enum err err = location_parse(s, text, &l, e);
    if (err)
        return err;
    *file = l.file;
    *line = l.line;
    if (!l.has_line)
        err = err_set(e, ERR_NO_LINES_FOR, text, 0, 0, 0);
    location_free(&l);
    return err;
}

void
location_text(const struct session *s, const struct location *l, struct buf *out)
{
    buf_printf(out, "insn %u", l->pcs[0]);
    if (l->n_pcs > 1 && l->has_line)
        buf_printf(out, ": %s:%u.", source_name(s, l->file), l->line);
    else if (l->has_line)
        buf_printf(out, ": file %s, line %u.", source_name(s, l->file), l->line);
    if (l->n_pcs > 1)
        buf_printf(out, " (%u locations)", l->n_pcs);
}

const char *
location_split_condition(const char *text, size_t *len)
{
    for (const char *p = text; (p = strstr(p, "if")); p += 2) {
        bool starts = p == text || isspace((unsigned char)p[-1]);
        bool ends = isspace((unsigned char)p[2]) || p[2] == '(';
        if (!starts || !ends)
            continue;
        *len = (size_t)(p - text);
        while (*len && isspace((unsigned char)text[*len - 1]))
            --*len;
        return p + 2;
    }
    *len = strlen(text);
    return NULL;
}
