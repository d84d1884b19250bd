/* Points as text. See pointtext.h. */
#include "config.h"

#include "jit/diff/pointtext.h"

#include "sim/base/base.h"
#include "sim/base/buf.h"
#include "sim/object/layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 24, MAX_WATCHED_BYTES = 4096 };

/* By enum cond_op; CONST and REG are numbers and registers. */
static const char *const op_names[] = {
    [COND_OLD] = "old",
    [COND_LOAD] = "load", [COND_EXTEND] = "extend", [COND_NOT] = "not", [COND_NEG] = "neg", [COND_LOGNOT] = "lognot",
    [COND_ADD] = "add",   [COND_SUB] = "sub",       [COND_MUL] = "mul", [COND_AND] = "and", [COND_OR] = "or",
    [COND_XOR] = "xor",   [COND_DIV] = "div",       [COND_MOD] = "mod", [COND_LSH] = "lsh", [COND_RSH] = "rsh",
    [COND_EQ] = "eq",     [COND_NE] = "ne",         [COND_LT] = "lt",   [COND_LE] = "le",   [COND_LOGAND] = "logand",
    [COND_LOGOR] = "logor", [COND_SELECT] = "select",
};

static bool
has_size(uint8_t op)
{
    return op == COND_LOAD || op == COND_EXTEND;
}

/* ---------------------------------------------------------------- writing */

static void
write_node(const struct cond_node *node, struct buf *out)
{
    if (node->op == COND_CONST)
        buf_printf(out, " 0x%" PRIx64, node->value);
    else if (node->op == COND_REG)
        buf_printf(out, " r%" PRIu64, node->value);
    else
        buf_printf(out, " %s%s", op_names[node->op], node->is_signed ? ".s" : "");
    if (has_size(node->op))
        buf_printf(out, ".%" PRIu64, node->value);
}

void
point_write(const struct subject_point *p, struct buf *out)
{
    const struct point *point = &p->point;
    if (point->kind == POINT_PC)
        buf_printf(out, "pc %" PRIu32, point->pc);
    else if (point->kind == POINT_REGISTER)
        buf_printf(out, "register %u 0x%" PRIx64, point->reg, point->mask);
    else
        buf_printf(out, "memory 0x%" PRIx32 " %" PRIu32 " %s%s%s", point->addr, point->len, point->access & MEM_READ ? "r" : "",
                   point->access & MEM_WRITE ? "w" : "", point->on_change ? " changed" : "");
    if (point->ignore)
        buf_printf(out, " ignore %" PRIu64, point->ignore);
    if (p->n_nodes) /* operands stand before their operators already */
        buf_puts(out, " if");
    for (uint32_t i = 0; i < p->n_nodes; i++)
        write_node(&p->nodes[i], out);
}

/* ---------------------------------------------------------------- reading */

/* What is left to be read, and the word before it. */
struct words {
    const char *at, *end;
    char word[MAX_WORD]; /* "" at the end */
};

static void
next_word(struct words *w)
{
    size_t n = 0;
    while (w->at < w->end && *w->at == ' ')
        w->at++;
    for (; w->at < w->end && *w->at != ' '; w->at++)
        if (n < MAX_WORD - 1)
            w->word[n++] = *w->at;
        else
            w->word[0] = '?'; /* too long for any word */
    w->word[n] = '\0';
}

static bool
is_word(struct words *w, const char *word)
{
    if (strcmp(w->word, word) != 0)
        return false;
    next_word(w);
    return true;
}

/* Decimal, or hexadecimal after 0x. */
static bool
read_number(const char *text, uint64_t *out)
{
    char *end;
    bool is_hex = text[0] == '0' && text[1] == 'x';
    if (!(text[is_hex ? 2 : 0] >= '0' && text[is_hex ? 2 : 0] <= '9') && !(is_hex && text[2] >= 'a' && text[2] <= 'f'))
        return false;
    *out = strtoull(text, &end, is_hex ? 16 : 10);
    return !*end;
}

static bool
take_number(struct words *w, uint64_t max, uint64_t *out)
{
    if (!read_number(w->word, out) || *out > max)
        return false;
    next_word(w);
    return true;
}

/* "old", "add", "lt.s", "load.4". */
static bool
read_operator(const char *word, struct cond_node *out)
{
    size_t n = strcspn(word, ".");
    for (uint8_t op = COND_OLD; op < ARRAY_LEN(op_names); op++)
        if (strlen(op_names[op]) == n && !strncmp(op_names[op], word, n))
            out->op = op;
    if (out->op < COND_OLD)
        return false;
    word += n;
    out->is_signed = !strncmp(word, ".s", 2);
    word += out->is_signed ? 2 : 0;
    if (!has_size(out->op))
        return !*word;
    if (*word != '.' || !read_number(word + 1, &out->value))
        return false;
    uint64_t bytes = out->op == COND_LOAD ? out->value : out->value / 8;
    bool is_whole = out->op == COND_LOAD || out->value % 8 == 0;
    return is_whole && (bytes == 1 || bytes == 2 || bytes == 4 || (bytes == 8 && out->op == COND_LOAD));
}

static bool
read_node(const char *word, struct cond_node *out)
{
    uint64_t reg;
    *out = (struct cond_node){ .op = COND_CONST };
    if (read_number(word, &out->value))
        return true;
    if (word[0] != 'r' || !read_number(word + 1, &reg))
        return read_operator(word, out);
    *out = (struct cond_node){ .op = COND_REG, .value = reg };
    return reg < N_REGS;
}

static const char *
read_condition(struct words *w, struct subject_point *out)
{
    uint16_t stack[SUBJECT_MAX_NODES];
    uint32_t depth = 0;
    for (; *w->word; next_word(w)) {
        struct cond_node node;
        if (out->n_nodes == SUBJECT_MAX_NODES)
            return "a condition is too long";
        if (!read_node(w->word, &node))
            return "a condition has numbers, registers and operators in postfix notation";
        uint16_t *const operands[] = { &node.a, &node.b, &node.c };
        uint32_t n = cond_operands(node.op);
        if (depth < n)
            return "an operator of a condition lacks operands";
        for (uint32_t i = 0; i < n; i++)
            *operands[i] = stack[depth - n + i];
        depth -= n;
        stack[depth++] = (uint16_t)out->n_nodes;
        out->nodes[out->n_nodes++] = node;
    }
    return depth == 1 ? NULL : "a condition is one expression";
}

static const char *
read_place(struct words *w, struct point *p)
{
    uint64_t a = 0, b = 0;
    if (is_word(w, "pc")) {
        p->kind = POINT_PC;
        if (!take_number(w, UINT32_MAX, &a))
            return "pc needs the number of an instruction";
        p->pc = (uint32_t)a;
    } else if (is_word(w, "register")) {
        p->kind = POINT_REGISTER;
        if (!take_number(w, N_REGS - 1, &a) || !take_number(w, UINT64_MAX, &p->mask))
            return "register needs its number and a mask";
        p->reg = (uint8_t)a;
    } else if (is_word(w, "memory")) {
        p->kind = POINT_MEMORY;
        if (!take_number(w, GUEST_HI - MAX_WATCHED_BYTES, &a) || !take_number(w, MAX_WATCHED_BYTES, &b) || !b)
            return "memory needs an address of the program and a number of bytes";
        p->addr = (uint32_t)a;
        p->len = (uint32_t)b;
        p->access = is_word(w, "rw") ? MEM_READ | MEM_WRITE : is_word(w, "r") ? MEM_READ : is_word(w, "w") ? MEM_WRITE : 0;
        if (!p->access)
            return "memory is watched for r, w or rw";
        p->on_change = is_word(w, "changed");
    } else {
        return "a point is on a pc, a register or memory";
    }
    return NULL;
}

const char *
point_read(const char *text, size_t len, struct subject_point *out)
{
    struct words w = { .at = text, .end = text + len };
    memset(out, 0, sizeof *out);
    next_word(&w);
    const char *why = read_place(&w, &out->point);
    if (why)
        return why;
    if (is_word(&w, "ignore") && !take_number(&w, UINT64_MAX, &out->point.ignore))
        return "ignore needs a number";
    if (is_word(&w, "if"))
        return read_condition(&w, out);
    return *w.word ? "there is something behind the point" : NULL;
}
