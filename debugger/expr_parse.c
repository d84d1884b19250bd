/* Expressions: text -> tree. Precedence climbing over C's operators and gdb's "@" and "{type} addr". Names are resolved here: registers,
 * functions and maps become leaves. Depth and size are bounded, so that no line overflows the stack later. See expr.h. */
#include "config.h"

#include "debugger/expr.h"

#include "debugger/data.h"
#include "debugger/expr_lex.h"
#include "debugger/state.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    struct session *s;
    struct expr *x;
    struct token t; /* the next one */
    struct errinfo *e;
    uint32_t depth;      /* of the recursion */
    uint32_t n_parens;   /* open ones */
    bool stops_at_comma;
};

/* Binary operators by precedence; higher binds tighter. `compound` assignments are marked by is_assign. */
static const struct operator {
    int spelling;
    uint8_t precedence;
    enum expr_op op;
    bool is_assign;
} binary_operators[] = {
    { ',', 1, EXPR_COMMA, false },
    { '=', 2, 0, true },
    { OP2('+', '='), 2, EXPR_ADD, true },
    { OP2('-', '='), 2, EXPR_SUB, true },
    { OP2('*', '='), 2, EXPR_MUL, true },
    { OP2('/', '='), 2, EXPR_DIV, true },
    { OP2('%', '='), 2, EXPR_MOD, true },
    { OP2('&', '='), 2, EXPR_AND, true },
    { OP2('|', '='), 2, EXPR_OR, true },
    { OP2('^', '='), 2, EXPR_XOR, true },
    { OP3('<', '<', '='), 2, EXPR_LSH, true },
    { OP3('>', '>', '='), 2, EXPR_RSH, true },
    { '?', 3, EXPR_COND, false },
    { OP2('|', '|'), 4, EXPR_LOGOR, false },
    { OP2('&', '&'), 5, EXPR_LOGAND, false },
    { '|', 6, EXPR_OR, false },
    { '^', 7, EXPR_XOR, false },
    { '&', 8, EXPR_AND, false },
    { OP2('=', '='), 9, EXPR_EQ, false },
    { OP2('!', '='), 9, EXPR_NE, false },
    { '<', 10, EXPR_LT, false },
    { '>', 10, EXPR_GT, false },
    { OP2('<', '='), 10, EXPR_LE, false },
    { OP2('>', '='), 10, EXPR_GE, false },
    { OP2('<', '<'), 11, EXPR_LSH, false },
    { OP2('>', '>'), 11, EXPR_RSH, false },
    { '@', 12, EXPR_REPEAT, false },
    { '+', 13, EXPR_ADD, false },
    { '-', 13, EXPR_SUB, false },
    { '*', 14, EXPR_MUL, false },
    { '/', 14, EXPR_DIV, false },
    { '%', 14, EXPR_MOD, false },
};

static const struct unary_operator {
    int spelling;
    enum expr_op op;
} unary_operators[] = {
    { '-', EXPR_NEG },     { '+', EXPR_PLUS },   { '!', EXPR_NOT },
    { '~', EXPR_COMPL },   { '*', EXPR_DEREF },  { '&', EXPR_ADDRESS },
    { OP2('+', '+'), EXPR_PREINC }, { OP2('-', '-'), EXPR_PREDEC },
};

static enum err parse_expression(struct parser *p, unsigned min_precedence, int32_t *out);

static enum err
fail(struct parser *p)
{
    return err_set(p->e, ERR_EXPR_SYNTAX, p->t.start, 0, 0, 0);
}

static enum err
advance(struct parser *p)
{
    return token_read(p->t.text + p->t.len, &p->t, p->e);
}

static bool
at(const struct parser *p, int op)
{
    return p->t.kind == TOKEN_OPERATOR && p->t.op == op;
}

static enum err
expect(struct parser *p, int op)
{
    return at(p, op) ? advance(p) : fail(p);
}

/* Appends a node; its depth follows from its operands. */
static enum err
add(struct parser *p, struct node node, int32_t *out)
{
    struct expr *x = p->x;
    const int32_t operands[] = { node.a, node.b, node.c };
    node.depth = 1;
    for (size_t i = 0; i < ARRAY_LEN(operands); i++) {
        if (operands[i] >= 0 && x->nodes[operands[i]].depth >= node.depth)
            node.depth = x->nodes[operands[i]].depth + 1;
    }
    if (node.depth > EXPR_MAX_DEPTH)
        return err_set(p->e, ERR_EXPR_DEPTH, NULL, 0, EXPR_MAX_DEPTH, 0);
    bool assigns = node.op == EXPR_ASSIGN || (node.op >= EXPR_PREINC && node.op <= EXPR_POSTDEC);
    x->has_side_effects |= assigns;
    x->nodes = grow(x->nodes, x->n_nodes, &x->cap_nodes, sizeof *x->nodes);
    *out = (int32_t)x->n_nodes;
    x->nodes[x->n_nodes++] = node;
    return OK;
}

#define NODE(...) ((struct node){ .a = -1, .b = -1, .c = -1, __VA_ARGS__ })

/* Words of a C type in any order: "long unsigned int". Counted, then looked up under the usual spelling. */
struct type_words {
    unsigned n_long, n_short, n_char, n_int, n_signed, n_unsigned;
};

static bool
count_word(struct type_words *w, const char *text, size_t len)
{
    struct {
        const char *word;
        unsigned *count;
    } words[] = { { "long", &w->n_long }, { "short", &w->n_short },   { "char", &w->n_char },
                  { "int", &w->n_int },   { "signed", &w->n_signed }, { "unsigned", &w->n_unsigned } };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strlen(words[i].word) == len && memcmp(words[i].word, text, len) == 0) {
            ++*words[i].count;
            return true;
        }
    }
    return false;
}

static enum base_id
base_of_words(const struct type_words *w)
{
    if (w->n_char)
        return w->n_unsigned ? BASE_UCHAR : w->n_signed ? BASE_SCHAR : BASE_CHAR;
    if (w->n_short)
        return w->n_unsigned ? BASE_USHORT : BASE_SHORT;
    if (w->n_long > 1)
        return w->n_unsigned ? BASE_ULONGLONG : BASE_LONGLONG;
    if (w->n_long)
        return w->n_unsigned ? BASE_ULONG : BASE_LONG;
    return w->n_unsigned ? BASE_UINT : BASE_INT;
}

static bool
word_is(const struct token *t, const char *word)
{
    return t->kind == TOKEN_NAME && strlen(word) == t->len && memcmp(word, t->text, t->len) == 0;
}

static const struct btf *
btf_of(const struct parser *p)
{
    return p->s->program ? p->s->program->btf : NULL;
}

static void
token_name(const struct token *t, char *out, size_t n)
{
    snprintf(out, n, "%.*s", t->len >= n ? (int)n - 1 : (int)t->len, t->text);
}

static bool
is_keyword_of_types(const struct token *t)
{
    return word_is(t, "struct") || word_is(t, "union") || word_is(t, "enum");
}

/* The program's type of that name; 0: none, or the name means a variable, function or map, which come first as in C. */
static uint32_t
typedef_named(const struct parser *p)
{
    char name[256];
    const struct program *program = p->s->program;
    token_name(&p->t, name, sizeof name);
    if (!btf_of(p) || program_var_named(program, name) || program_function_named(program, name) || program_map_named(program, name))
        return 0;
    return type_named(program->btf, name);
}

static bool
starts_type(const struct parser *p)
{
    struct type_words ignored = { 0 };
    const struct token *t = &p->t;
    return t->kind == TOKEN_NAME && (word_is(t, "const") || word_is(t, "volatile") || is_keyword_of_types(t) ||
                                     count_word(&ignored, t->text, t->len) || vtype_named(t->text, t->len) >= 0 || typedef_named(p));
}

/* "struct pkt" at the keyword, or a typedef's name. */
static enum err
parse_program_type(struct parser *p, struct vtype *out)
{
    char name[256], full[300];
    const char *keyword = word_is(&p->t, "struct") ? "struct " : word_is(&p->t, "union") ? "union " : word_is(&p->t, "enum") ? "enum " : "";
    enum err err;
    if (*keyword && (err = advance(p)))
        return err;
    if (p->t.kind != TOKEN_NAME)
        return fail(p);
    token_name(&p->t, name, sizeof name);
    snprintf(full, sizeof full, "%s%s", keyword, name);
    uint32_t id = btf_of(p) ? type_named(btf_of(p), full) : 0;
    if (!id)
        return err_set_detail(p->e, ERR_NO_TYPE, name, keyword);
    *out = vtype_of_btf(btf_of(p), id);
    return OK;
}

/* A type name and its stars, at a token for which starts_type() holds. */
static enum err
parse_type(struct parser *p, struct vtype *out)
{
    struct type_words words = { 0 };
    struct vtype own = { 0 };
    bool has_words = false, has_own = false;
    int base = -1;
    while (p->t.kind == TOKEN_NAME) {
        const struct token *t = &p->t;
        bool is_qualifier = word_is(t, "const") || word_is(t, "volatile");
        if (!is_qualifier && base < 0 && !has_own && count_word(&words, t->text, t->len))
            has_words = true;
        else if (!is_qualifier && base < 0 && !has_words && !has_own && vtype_named(t->text, t->len) >= 0)
            base = vtype_named(t->text, t->len);
        else if (!is_qualifier && (base >= 0 || has_words || has_own))
            return fail(p);
        else if (!is_qualifier)
            has_own = true;
        enum err err = has_own && !own.id && !is_qualifier ? parse_program_type(p, &own) : OK;
        if (err || (err = advance(p)))
            return err;
    }
    if (base < 0 && !has_words && !has_own)
        return fail(p);
    *out = has_own ? own : vtype_base(base >= 0 ? (enum base_id)base : base_of_words(&words));
    while (at(p, '*')) {
        if (out->n_ptr == 16)
            return fail(p);
        out->n_ptr++;
        enum err err = advance(p);
        if (err)
            return err;
    }
    return OK;
}

/* $1 $ $$ $$2: digits -> a number, false when there are other characters. */
static bool
all_digits(const char *text, size_t len, uint32_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        n = n * 10 + (uint64_t)(text[i] - '0');
        if (n > UINT32_MAX)
            n = UINT32_MAX;
    }
    *out = (uint32_t)n;
    return true;
}

static enum err
parse_dollar(struct parser *p, int32_t *out)
{
    const char *text = p->t.text;
    size_t len = p->t.len;
    uint32_t n = 0;
    struct node node;
    bool is_double = len && text[0] == '$';
    if (all_digits(text + is_double, len - is_double, &n)) {
        bool has_number = len > is_double;
        node = NODE(.op = EXPR_HISTORY, .is_relative = is_double || !has_number);
        node.id = has_number ? n : is_double;
    } else if (is_double) {
        return fail(p);
    } else if (reg_id_named(text, len) >= 0) {
        node = NODE(.op = EXPR_REGISTER, .id = (uint32_t)reg_id_named(text, len));
    } else {
        node = NODE(.op = EXPR_VARIABLE, .id = data_variable(p->s, text, len));
    }
    enum err err = add(p, node, out);
    return err ? err : advance(p);
}

/* The type of a variable that has none in the BTF: an unsigned number or bytes. */
static struct vtype
type_by_size(uint32_t n_bytes)
{
    static const uint8_t bases[] = { [1] = BASE_UCHAR, [2] = BASE_USHORT, [4] = BASE_UINT, [8] = BASE_ULONG };
    struct vtype type = vtype_base(BASE_UCHAR);
    if (n_bytes < ARRAY_LEN(bases) && bases[n_bytes])
        type.base = bases[n_bytes];
    else
        type.n = n_bytes;
    return type;
}

static enum err
parse_variable(struct parser *p, const struct data_var *var, int32_t *out)
{
    const struct program *program = p->s->program;
    int32_t address = -1;
    uint64_t addr = program->maps[var->map].value_addr + var->off;
    enum err err = add(p, NODE(.op = EXPR_CONST, .value = value_int(BASE_ULONG, addr)), &address);
    if (err)
        return err;
    struct node node = NODE(.op = EXPR_AT_ADDRESS, .a = address);
    node.type = var->btf_id && program->btf ? vtype_of_btf(program->btf, var->btf_id) : type_by_size(var->bytes);
    return (err = add(p, node, out)) ? err : advance(p);
}

/* A name without "$": a variable, a function, a map, a register. */
static enum err
parse_name(struct parser *p, int32_t *out)
{
    char name[256];
    struct node node;
    token_name(&p->t, name, sizeof name);
    const struct program *program = p->s->program;
    const struct data_var *var = program ? program_var_named(program, name) : NULL;
    const struct function *function = program ? program_function_named(program, name) : NULL;
    const struct map_def *map = program ? program_map_named(program, name) : NULL;
    int reg = reg_id_named(name, strlen(name));
    if (var)
        return parse_variable(p, var, out);
    if (function)
        node = NODE(.op = EXPR_CONST, .value = value_int(BASE_CODE, function->pc));
    else if (map)
        node = NODE(.op = EXPR_CONST, .value = value_of(vtype_pointer(BASE_VOID), GUEST_MAP + (uint64_t)(map - program->maps) * MAP_STRIDE));
    else if (reg >= 0)
        node = NODE(.op = EXPR_REGISTER, .id = (uint32_t)reg);
    else if (word_is(&p->t, "if"))
        return fail(p);
    else
        return err_set(p->e, program ? ERR_NO_SYMBOL : ERR_NO_SYMBOL_TABLE, name, 0, 0, 0);
    enum err err = add(p, node, out);
    return err ? err : advance(p);
}

static void
keep_string(struct expr *x, uint8_t *bytes)
{
    x->strings = grow(x->strings, x->n_strings, &x->cap_strings, sizeof *x->strings);
    x->strings[x->n_strings++] = bytes;
}

/* Adjacent string literals become one array of char with a NUL. */
static enum err
parse_string(struct parser *p, int32_t *out)
{
    struct buf bytes = BUF_EMPTY;
    struct expr *x = p->x;
    enum err err = OK;
    while (!err && p->t.kind == TOKEN_STRING) {
        const char *c = p->t.text + 1, *end = p->t.text + p->t.len - 1;
        while (c < end)
            buf_putc(&bytes, (char)token_char(&c));
        err = advance(p);
    }
    if (!err && bytes.len >= VALUE_MAX_BYTES)
        err = err_set(p->e, ERR_VALUE_SIZE, NULL, 0, bytes.len, VALUE_MAX_BYTES);
    if (err) {
        buf_free(&bytes);
        return err;
    }
    uint8_t *copy = xcalloc(1, bytes.len + 1);
    memcpy(copy, buf_text(&bytes), bytes.len);
    keep_string(x, copy);
    struct value v = { .type = vtype_base(BASE_CHAR), .bytes = copy };
    v.type.n = (uint32_t)bytes.len + 1;
    buf_free(&bytes);
    return add(p, NODE(.op = EXPR_CONST, .value = v), out);
}

/* "(type) operand" or "(expression)", behind the parenthesis. */
static enum err
parse_paren(struct parser *p, bool *is_cast, struct vtype *type, int32_t *out)
{
    enum err err;
    bool stops_at_comma = p->stops_at_comma;
    *is_cast = starts_type(p);
    if (*is_cast)
        return (err = parse_type(p, type)) ? err : expect(p, ')');
    p->n_parens++;
    p->stops_at_comma = false;
    err = parse_expression(p, 1, out);
    p->stops_at_comma = stops_at_comma;
    p->n_parens--;
    return err ? err : expect(p, ')');
}

static enum err
parse_primary(struct parser *p, int32_t *out)
{
    enum err err;
    switch (p->t.kind) {
    case TOKEN_NUMBER:
    case TOKEN_CHAR:
        err = add(p, NODE(.op = EXPR_CONST, .value = p->t.value), out);
        return err ? err : advance(p);
    case TOKEN_STRING:
        return parse_string(p, out);
    case TOKEN_DOLLAR:
        return parse_dollar(p, out);
    case TOKEN_NAME:
        return parse_name(p, out);
    default:
        return fail(p);
    }
}

/* .name or ->name; both take structs and pointers to them, as in gdb. */
static enum err
parse_member(struct parser *p, int32_t *out)
{
    enum err err = advance(p);
    if (err)
        return err;
    if (p->t.kind != TOKEN_NAME)
        return fail(p);
    char *name = xstrndup(p->t.text, p->t.len);
    keep_string(p->x, (uint8_t *)name);
    err = add(p, NODE(.op = EXPR_MEMBER, .a = *out, .name = name), out);
    return err ? err : advance(p);
}

/* [index], members, ++ and -- behind an operand. */
static enum err
parse_postfix(struct parser *p, int32_t *out)
{
    for (;;) {
        enum err err;
        if (at(p, '[')) {
            int32_t index = -1;
            bool stops_at_comma = p->stops_at_comma;
            p->stops_at_comma = false;
            if ((err = advance(p)) || (err = parse_expression(p, 1, &index)) || (err = expect(p, ']')))
                return err;
            p->stops_at_comma = stops_at_comma;
            err = add(p, NODE(.op = EXPR_INDEX, .a = *out, .b = index), out);
        } else if (at(p, '.') || at(p, OP2('-', '>'))) {
            err = parse_member(p, out);
        } else if (at(p, OP2('+', '+')) || at(p, OP2('-', '-'))) {
            enum expr_op op = at(p, OP2('+', '+')) ? EXPR_POSTINC : EXPR_POSTDEC;
            if ((err = add(p, NODE(.op = op, .a = *out), out)))
                return err;
            err = advance(p);
        } else {
            return OK;
        }
        if (err)
            return err;
    }
}

static enum err parse_unary(struct parser *p, int32_t *out);

/* sizeof (type), sizeof operand; the word has been read. */
static enum err
parse_sizeof(struct parser *p, int32_t *out)
{
    enum err err = OK;
    int32_t operand = -1;
    struct vtype type = { 0 };
    if (at(p, '(')) {
        bool is_type = false;
        if ((err = advance(p)) || (err = parse_paren(p, &is_type, &type, &operand)))
            return err;
        if (!is_type)
            err = parse_postfix(p, &operand);
    } else {
        err = parse_unary(p, &operand);
    }
    return err ? err : add(p, NODE(.op = EXPR_SIZEOF, .a = operand, .type = type), out);
}

static enum err
parse_unary_inner(struct parser *p, int32_t *out)
{
    enum err err;
    int32_t operand = -1;
    for (size_t i = 0; i < ARRAY_LEN(unary_operators); i++) {
        if (!at(p, unary_operators[i].spelling))
            continue;
        if ((err = advance(p)) || (err = parse_unary(p, &operand)))
            return err;
        return add(p, NODE(.op = unary_operators[i].op, .a = operand), out);
    }
    if (word_is(&p->t, "sizeof"))
        return (err = advance(p)) ? err : parse_sizeof(p, out);
    if (at(p, '{')) {
        struct vtype type = { 0 };
        if ((err = advance(p)))
            return err;
        if (!starts_type(p))
            return (err = parse_primary(p, out)) ? err : fail(p);
        if ((err = parse_type(p, &type)) || (err = expect(p, '}')) || (err = parse_unary(p, &operand)))
            return err;
        return add(p, NODE(.op = EXPR_AT_ADDRESS, .a = operand, .type = type), out);
    }
    if (at(p, '(')) {
        struct vtype type = { 0 };
        bool is_cast = false;
        if ((err = advance(p)) || (err = parse_paren(p, &is_cast, &type, out)))
            return err;
        if (!is_cast)
            return parse_postfix(p, out);
        err = parse_unary(p, &operand);
        return err ? err : add(p, NODE(.op = EXPR_CAST, .a = operand, .type = type), out);
    }
    return (err = parse_primary(p, out)) ? err : parse_postfix(p, out);
}

static enum err
parse_unary(struct parser *p, int32_t *out)
{
    if (++p->depth > EXPR_MAX_DEPTH)
        return err_set(p->e, ERR_EXPR_DEPTH, NULL, 0, EXPR_MAX_DEPTH, 0);
    enum err err = parse_unary_inner(p, out);
    p->depth--;
    return err;
}

static const struct operator *
binary_at(const struct parser *p)
{
    if (p->t.kind != TOKEN_OPERATOR || (p->stops_at_comma && p->t.op == ','))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(binary_operators); i++) {
        if (binary_operators[i].spelling == p->t.op)
            return &binary_operators[i];
    }
    return NULL;
}

static enum err
parse_conditional(struct parser *p, int32_t *out)
{
    enum err err;
    int32_t yes = -1, no = -1;
    if ((err = parse_expression(p, 2, &yes)) || (err = expect(p, ':')) || (err = parse_expression(p, 3, &no)))
        return err;
    return add(p, NODE(.op = EXPR_COND, .a = *out, .b = yes, .c = no), out);
}

static enum err
parse_expression(struct parser *p, unsigned min_precedence, int32_t *out)
{
    const struct operator *o;
    enum err err;
    if (++p->depth > EXPR_MAX_DEPTH)
        return err_set(p->e, ERR_EXPR_DEPTH, NULL, 0, EXPR_MAX_DEPTH, 0);
    if ((err = parse_unary(p, out)))
        return err;
    while ((o = binary_at(p)) && o->precedence >= min_precedence) {
        int32_t right = -1;
        if ((err = advance(p)))
            return err;
        if (o->op == EXPR_COND && !o->is_assign) {
            err = parse_conditional(p, out);
        } else {
            if ((err = parse_expression(p, o->precedence + !o->is_assign, &right)))
                return err;
            struct node node = NODE(.op = o->is_assign ? EXPR_ASSIGN : o->op, .a = *out, .b = right);
            node.compound = o->is_assign ? (int)o->op : 0;
            err = add(p, node, out);
        }
        if (err)
            return err;
    }
    p->depth--;
    return OK;
}

static char *
trimmed(const char *text, const char *end)
{
    while (text < end && isspace((unsigned char)*text))
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    return xstrndup(text, (size_t)(end - text));
}

static enum err
parse(struct session *s, const char *text, const char **end, struct expr **out, struct errinfo *e)
{
    struct parser p = { .s = s, .x = xcalloc(1, sizeof *p.x), .e = e, .stops_at_comma = end != NULL };
    enum err err = token_read(text, &p.t, e);
    if (!err)
        err = parse_expression(&p, 1, &p.x->root);
    bool is_done = p.t.kind == TOKEN_END || (end && at(&p, ','));
    if (!err && !is_done)
        err = at(&p, ')') ? err_set(e, ERR_EXPR_JUNK, NULL, 0, 0, 0) : fail(&p);
    if (err) {
        expr_free(p.x);
        return err;
    }
    p.x->text = trimmed(text, p.t.start);
    if (end)
        *end = p.t.start;
    *out = p.x;
    return OK;
}

enum err
expr_parse(struct session *s, const char *text, struct expr **out, struct errinfo *e)
{
    return parse(s, text, NULL, out, e);
}

enum err
expr_parse_arg(struct session *s, const char *text, const char **end, struct expr **out, struct errinfo *e)
{
    return parse(s, text, end, out, e);
}

void
expr_free(struct expr *x)
{
    if (!x)
        return;
    for (uint32_t i = 0; i < x->n_strings; i++)
        free(x->strings[i]);
    free(x->strings);
    free(x->nodes);
    free(x->text);
    free(x);
}
