/* Expressions: text -> tree. Precedence climbing over C's operators and gdb's "@" and "{type} addr". Depth and size are bounded, so that
 * no line overflows the stack later. See expr.h; types, names and literals are expr_leaf.c's. */
#include "config.h"

#include "debugger/expr_parser.h"

#include "debugger/state.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

enum err
parser_fail(struct parser *p)
{
    return err_set(p->e, ERR_EXPR_SYNTAX, p->t.start, 0, 0, 0);
}

enum err
parser_advance(struct parser *p)
{
    return token_read(p->t.text + p->t.len, &p->t, p->e);
}

bool
parser_at(const struct parser *p, int op)
{
    return p->t.kind == TOKEN_OPERATOR && p->t.op == op;
}

enum err
parser_expect(struct parser *p, int op)
{
    return parser_at(p, op) ? parser_advance(p) : parser_fail(p);
}

/* Appends a node; its depth follows from its operands. */
enum err
parser_add(struct parser *p, struct node node, int32_t *out)
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

void
parser_keep_string(struct parser *p, uint8_t *bytes)
{
    struct expr *x = p->x;
    x->strings = grow(x->strings, x->n_strings, &x->cap_strings, sizeof *x->strings);
    x->strings[x->n_strings++] = bytes;
}

/* "(type) operand" or "(expression)", behind the parenthesis. */
static enum err
parse_paren(struct parser *p, bool *is_cast, struct vtype *type, int32_t *out)
{
    enum err err;
    bool stops_at_comma = p->stops_at_comma;
    *is_cast = parser_starts_type(p);
    if (*is_cast)
        return (err = parser_read_type(p, type)) ? err : parser_expect(p, ')');
    p->n_parens++;
    p->stops_at_comma = false;
    err = parse_expression(p, 1, out);
    p->stops_at_comma = stops_at_comma;
    p->n_parens--;
    return err ? err : parser_expect(p, ')');
}

/* .name or ->name; both take structs and pointers to them, as in gdb. */
static enum err
parse_member(struct parser *p, int32_t *out)
{
    enum err err = parser_advance(p);
    if (err)
        return err;
    if (p->t.kind != TOKEN_NAME)
        return parser_fail(p);
    char *name = xstrndup(p->t.text, p->t.len);
    parser_keep_string(p, (uint8_t *)name);
    err = parser_add(p, NODE(.op = EXPR_MEMBER, .a = *out, .name = name), out);
    return err ? err : parser_advance(p);
}

enum err
parser_read_argument(struct parser *p, int32_t *out)
{
    bool stops_at_comma = p->stops_at_comma;
    p->stops_at_comma = true;
    enum err err = parse_expression(p, 2, out);
    p->stops_at_comma = stops_at_comma;
    return err;
}

/* "{.src = 1, .dst = {2}}", a map's key, at the brace. */
static enum err
parse_initialiser(struct parser *p, int32_t *out)
{
    enum err err = parser_advance(p);
    *out = -1;
    if (++p->depth > EXPR_MAX_DEPTH)
        return err_set(p->e, ERR_EXPR_DEPTH, NULL, 0, EXPR_MAX_DEPTH, 0);
    while (!err && !parser_at(p, '}')) {
        struct node node = NODE(.op = EXPR_INIT, .a = *out);
        if (parser_at(p, '.')) {
            if ((err = parser_advance(p)))
                break;
            if (p->t.kind != TOKEN_NAME)
                return parser_fail(p);
            node.name = xstrndup(p->t.text, p->t.len);
            parser_keep_string(p, (uint8_t *)node.name);
            if ((err = parser_advance(p)) || (err = parser_expect(p, '=')))
                break;
        }
        err = parser_at(p, '{') ? parse_initialiser(p, &node.b) : parser_read_argument(p, &node.b);
        if (!err)
            err = parser_add(p, node, out);
        if (!err && !parser_at(p, '}'))
            err = parser_expect(p, ',');
    }
    p->depth--;
    if (!err && *out < 0)
        err = parser_add(p, NODE(.op = EXPR_INIT), out);
    return err ? err : parser_advance(p);
}

/* [index], members, ++ and -- behind an operand. */
static enum err
parse_postfix(struct parser *p, int32_t *out)
{
    for (;;) {
        enum err err;
        if (parser_at(p, '[')) {
            int32_t index = -1;
            bool stops_at_comma = p->stops_at_comma;
            p->stops_at_comma = false;
            if ((err = parser_advance(p)))
                return err;
            bool is_key = parser_at(p, '{') && p->x->nodes[*out].op == EXPR_MAP;
            err = is_key ? parse_initialiser(p, &index) : parse_expression(p, 1, &index);
            if (err || (err = parser_expect(p, ']')))
                return err;
            p->stops_at_comma = stops_at_comma;
            err = parser_add(p, NODE(.op = EXPR_INDEX, .a = *out, .b = index), out);
        } else if (parser_at(p, '.') || parser_at(p, OP2('-', '>'))) {
            err = parse_member(p, out);
        } else if (parser_at(p, OP2('+', '+')) || parser_at(p, OP2('-', '-'))) {
            enum expr_op op = parser_at(p, OP2('+', '+')) ? EXPR_POSTINC : EXPR_POSTDEC;
            if ((err = parser_add(p, NODE(.op = op, .a = *out), out)))
                return err;
            err = parser_advance(p);
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
    if (parser_at(p, '(')) {
        bool is_type = false;
        if ((err = parser_advance(p)) || (err = parse_paren(p, &is_type, &type, &operand)))
            return err;
        if (!is_type)
            err = parse_postfix(p, &operand);
    } else {
        err = parse_unary(p, &operand);
    }
    return err ? err : parser_add(p, NODE(.op = EXPR_SIZEOF, .a = operand, .type = type), out);
}

static enum err
parse_unary_inner(struct parser *p, int32_t *out)
{
    enum err err;
    int32_t operand = -1;
    for (size_t i = 0; i < ARRAY_LEN(unary_operators); i++) {
        if (!parser_at(p, unary_operators[i].spelling))
            continue;
        if ((err = parser_advance(p)) || (err = parse_unary(p, &operand)))
            return err;
        return parser_add(p, NODE(.op = unary_operators[i].op, .a = operand), out);
    }
    if (token_is(&p->t, "sizeof"))
        return (err = parser_advance(p)) ? err : parse_sizeof(p, out);
    if (parser_at(p, '{')) {
        struct vtype type = { 0 };
        if ((err = parser_advance(p)))
            return err;
        if (!parser_starts_type(p))
            return (err = parser_read_leaf(p, out)) ? err : parser_fail(p);
        if ((err = parser_read_type(p, &type)) || (err = parser_expect(p, '}')) || (err = parse_unary(p, &operand)))
            return err;
        return parser_add(p, NODE(.op = EXPR_AT_ADDRESS, .a = operand, .type = type), out);
    }
    if (parser_at(p, '(')) {
        struct vtype type = { 0 };
        bool is_cast = false;
        if ((err = parser_advance(p)) || (err = parse_paren(p, &is_cast, &type, out)))
            return err;
        if (!is_cast)
            return parse_postfix(p, out);
        err = parse_unary(p, &operand);
        return err ? err : parser_add(p, NODE(.op = EXPR_CAST, .a = operand, .type = type), out);
    }
    return (err = parser_read_leaf(p, out)) ? err : parse_postfix(p, out);
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
    if ((err = parse_expression(p, 2, &yes)) || (err = parser_expect(p, ':')) || (err = parse_expression(p, 3, &no)))
        return err;
    return parser_add(p, NODE(.op = EXPR_COND, .a = *out, .b = yes, .c = no), out);
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
        if ((err = parser_advance(p)))
            return err;
        if (o->op == EXPR_COND && !o->is_assign) {
            err = parse_conditional(p, out);
        } else {
            if ((err = parse_expression(p, o->precedence + !o->is_assign, &right)))
                return err;
            struct node node = NODE(.op = o->is_assign ? EXPR_ASSIGN : o->op, .a = *out, .b = right);
            node.compound = o->is_assign ? (int)o->op : 0;
            err = parser_add(p, node, out);
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
    bool is_done = p.t.kind == TOKEN_END || (end && parser_at(&p, ','));
    if (!err && !is_done)
        err = parser_at(&p, ')') ? err_set(e, ERR_EXPR_JUNK, NULL, 0, 0, 0) : parser_fail(&p);
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
expr_parse_at(struct session *s, const char *text, uint32_t pc, struct expr **out, struct errinfo *e)
{
    s->parse_pc = pc;
    enum err err = expr_parse(s, text, out, e);
    s->parse_pc = -1;
    return err;
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
