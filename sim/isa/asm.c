/* The assembler: lines, labels and distances. What an instruction looks like is match.c's business. See asm.h.
 * Two steps: read every statement, then fill in the labels. */
#include "config.h"

#include "sim/isa/asm.h"

#include "sim/isa/operand.h"

#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A label, or a use of one. */
struct name {
    const char *text;
    size_t len;
    uint32_t pc;
    uint32_t line, column;
};

struct assembly {
    struct matcher *matcher;
    struct insn *insns; /* one per slot; second slots of long loads are OP_lddw_tail */
    uint32_t *lines;
    size_t n_insns, insns_cap, n_lines, lines_cap;
    struct name *labels, *uses;
    size_t n_labels, labels_cap, n_uses, uses_cap;
    struct buf message;
    uint32_t line;
    const char *line_start;
    struct errinfo *e;
};

static enum err
syntax_error(struct assembly *as, const char *at, const char *message)
{
    return err_set(as->e, ERR_SYNTAX, message, as->line, (uint64_t)(at - as->line_start) + 1, 0);
}

static void
add_insn(struct assembly *as, const struct insn *insn)
{
    as->insns = grow(as->insns, as->n_insns, &as->insns_cap, sizeof *as->insns);
    as->insns[as->n_insns++] = *insn;
    as->lines = grow(as->lines, as->n_lines, &as->lines_cap, sizeof *as->lines);
    as->lines[as->n_lines++] = as->line;
}

static struct name
name_here(const struct assembly *as, const char *text, size_t len)
{
    return (struct name){ text, len, (uint32_t)as->n_insns, as->line, (uint32_t)(text - as->line_start) + 1 };
}

/* Takes labels off the front of a statement. */
static const char *
read_labels(struct assembly *as, const char *p, const char *end)
{
    for (;;) {
        p = operand_skip_blanks(p, end);
        size_t len = operand_identifier(p, end);
        const char *colon = operand_skip_blanks(p + len, end);
        if (!len || colon == end || *colon != ':')
            return p;
        as->labels = grow(as->labels, as->n_labels, &as->labels_cap, sizeof *as->labels);
        as->labels[as->n_labels++] = name_here(as, p, len);
        p = colon + 1;
    }
}

static enum err
read_statement(struct assembly *as, const char *p, const char *end)
{
    struct match match;
    const char *where;
    p = read_labels(as, p, end);
    if (p == end)
        return OK;
    if (!matcher_read(as->matcher, p, end, &match, &where, &as->message))
        return syntax_error(as, where, buf_text(&as->message));
    if (as->n_insns + insn_slots(&match.insn) > ASM_MAX_SLOTS)
        return syntax_error(as, p, "the program is too long");
    if (match.label) {
        as->uses = grow(as->uses, as->n_uses, &as->uses_cap, sizeof *as->uses);
        as->uses[as->n_uses++] = name_here(as, match.label, match.label_len);
    }
    add_insn(as, &match.insn);
    if (insn_slots(&match.insn) == 2)
        add_insn(as, &(struct insn){ .op = OP_lddw_tail });
    return OK;
}

/* Where the code of a line ends: at a comment or at the end. */
static const char *
code_end(const char *line, const char *end)
{
    for (const char *p = line; p < end; p++) {
        bool is_first = p == line || p[-1] == ' ' || p[-1] == '\t';
        if ((*p == '#' && is_first) || (*p == '/' && end - p > 1 && p[1] == '/'))
            return p;
    }
    return end;
}

static enum err
read_line(struct assembly *as, const char *line, const char *end)
{
    end = code_end(line, end);
    for (const char *p = line; p <= end;) {
        const char *semicolon = memchr(p, ';', (size_t)(end - p));
        const char *stop = semicolon ? semicolon : end;
        enum err err = read_statement(as, p, stop);
        if (err)
            return err;
        p = stop + 1;
    }
    return OK;
}

static enum err
read_lines(struct assembly *as, const char *text, size_t len)
{
    const char *end = text + len;
    for (const char *p = text; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        as->line++;
        as->line_start = p;
        enum err err = read_line(as, p, stop);
        if (err)
            return err;
        p = stop + 1;
    }
    return OK;
}

static int
compare_names(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static enum err
name_error(const struct assembly *as, const struct name *name, const char *what)
{
    char message[80];
    snprintf(message, sizeof message, "%s: %.*s", what, (int)(name->len < 40 ? name->len : 40), name->text);
    return err_set(as->e, ERR_SYNTAX, message, name->line, name->column, 0);
}

/* Writes the distance to its label into the instruction of a use. */
static enum err
resolve(const struct assembly *as, const struct name *use)
{
    const struct name *label = bsearch(use, as->labels, as->n_labels, sizeof *as->labels, compare_names);
    if (!label)
        return name_error(as, use, "no such label or helper");
    struct insn *insn = &as->insns[use->pc];
    int64_t distance = (int64_t)label->pc - use->pc - 1;
    if (!(insn_row(insn)->fields & Fo)) {
        insn->imm = distance;
        return OK;
    }
    if (distance != (int16_t)distance)
        return name_error(as, use, "more than 32767 slots away; gotol reaches it");
    insn->off = (int16_t)distance;
    return OK;
}

static enum err
resolve_all(struct assembly *as)
{
    if (as->n_labels)
        qsort(as->labels, as->n_labels, sizeof *as->labels, compare_names);
    for (size_t i = 1; i < as->n_labels; i++)
        if (!compare_names(&as->labels[i - 1], &as->labels[i])) {
            const struct name *a = &as->labels[i - 1], *b = &as->labels[i];
            return name_error(as, a->line > b->line || (a->line == b->line && a->column > b->column) ? a : b, "label defined twice");
        }
    for (size_t i = 0; i < as->n_uses; i++) {
        enum err err = as->n_labels ? resolve(as, &as->uses[i]) : name_error(as, &as->uses[i], "no such label or helper");
        if (err)
            return err;
    }
    return OK;
}

static uint8_t *
encode(const struct assembly *as)
{
    uint8_t *code = xmalloc(as->n_insns * SLOT_BYTES);
    for (size_t pc = 0; pc < as->n_insns; pc += insn_slots(&as->insns[pc]))
        insn_encode(&as->insns[pc], code + pc * SLOT_BYTES);
    return code;
}

enum err
asm_program(const char *text, size_t len, int32_t (*helper_id)(const char *name), uint8_t **code, uint32_t *n_slots, uint32_t **lines,
            struct errinfo *e)
{
    struct assembly as = { .matcher = matcher_new(helper_id), .line_start = text, .e = e };
    enum err err = read_lines(&as, text, len);
    if (!err)
        err = resolve_all(&as);
    if (!err && !as.n_insns)
        err = err_set(e, ERR_SYNTAX, "expected an instruction", as.line ? as.line : 1, 1, 0);
    if (!err) {
        *code = encode(&as);
        *n_slots = (uint32_t)as.n_insns;
        if (lines) {
            *lines = as.lines;
            as.lines = NULL;
        }
    }
    matcher_free(as.matcher);
    free(as.insns);
    free(as.lines);
    free(as.labels);
    free(as.uses);
    buf_free(&as.message);
    return err;
}
