/* Leaves of expressions: types, names, literals. Names are resolved here, once. See expr_parser.h. */
#include "config.h"

#include "debugger/expr_parser.h"

#include "debugger/data.h"
#include "debugger/local.h"
#include "debugger/state.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return token_is(t, "struct") || token_is(t, "union") || token_is(t, "enum");
}

/* Whether the name means a variable, function or map: those come before types, as in C. */
static bool
is_object(const struct parser *p, const char *name)
{
    const struct program *program = p->s->program;
    return program && (local_named(p->s, name) >= 0 || program_var_named(program, name) || program_function_named(program, name) ||
                       program_map_named(program, name));
}

/* A type of one word, the program's or one that everybody knows. */
static bool
is_type_name(const struct parser *p)
{
    char name[256];
    token_name(&p->t, name, sizeof name);
    bool is_known = vtype_named(name, strlen(name)) >= 0 || (btf_of(p) && type_named(btf_of(p), name));
    return is_known && !is_object(p, name);
}

bool
parser_starts_type(const struct parser *p)
{
    struct type_words ignored = { 0 };
    const struct token *t = &p->t;
    return t->kind == TOKEN_NAME && (token_is(t, "const") || token_is(t, "volatile") || is_keyword_of_types(t) ||
                                     count_word(&ignored, t->text, t->len) || is_type_name(p));
}

/* "struct pkt" at the keyword, or a typedef's name. */
static enum err
parse_program_type(struct parser *p, struct vtype *out)
{
    char name[256], full[300];
    const char *keyword = token_is(&p->t, "struct") ? "struct " : token_is(&p->t, "union") ? "union " : token_is(&p->t, "enum") ? "enum " : "";
    enum err err;
    if (*keyword && (err = parser_advance(p)))
        return err;
    if (p->t.kind != TOKEN_NAME)
        return parser_fail(p);
    token_name(&p->t, name, sizeof name);
    snprintf(full, sizeof full, "%s%s", keyword, name);
    uint32_t id = btf_of(p) ? type_named(btf_of(p), full) : 0;
    if (!id)
        return err_set_detail(p->e, ERR_NO_TYPE, name, keyword);
    *out = vtype_of_btf(btf_of(p), id);
    return OK;
}

/* "[4]" behind a type's name. */
static enum err
parse_dimension(struct parser *p, struct vtype *out)
{
    enum err err = parser_advance(p);
    if (err)
        return err;
    bool is_number = p->t.kind == TOKEN_NUMBER && p->t.value.bits && p->t.value.bits <= VALUE_MAX_BYTES;
    if (!is_number || (vtype_is_aggregate(*out) && !out->bytes))
        return parser_fail(p);
    out->n = (uint32_t)p->t.value.bits;
    return (err = parser_advance(p)) ? err : parser_expect(p, ']');
}

/* A type name, its stars and a dimension, at a token for which parser_starts_type() holds. */
enum err
parser_read_type(struct parser *p, struct vtype *out)
{
    struct type_words words = { 0 };
    struct vtype own = { 0 };
    bool has_words = false, has_own = false;
    int base = -1;
    while (p->t.kind == TOKEN_NAME) {
        const struct token *t = &p->t;
        bool is_qualifier = token_is(t, "const") || token_is(t, "volatile");
        if (!is_qualifier && base < 0 && !has_own && count_word(&words, t->text, t->len))
            has_words = true;
        else if (!is_qualifier && base < 0 && !has_words && !has_own && vtype_named(t->text, t->len) >= 0)
            base = vtype_named(t->text, t->len);
        else if (!is_qualifier && (base >= 0 || has_words || has_own))
            return parser_fail(p);
        else if (!is_qualifier)
            has_own = true;
        enum err err = has_own && !own.id && !is_qualifier ? parse_program_type(p, &own) : OK;
        if (err || (err = parser_advance(p)))
            return err;
    }
    if (base < 0 && !has_words && !has_own)
        return parser_fail(p);
    *out = has_own ? own : vtype_base(base >= 0 ? (enum base_id)base : base_of_words(&words));
    while (parser_at(p, '*')) {
        if (out->n_ptr == 16)
            return parser_fail(p);
        out->n_ptr++;
        enum err err = parser_advance(p);
        if (err)
            return err;
    }
    return parser_at(p, '[') ? parse_dimension(p, out) : OK;
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
        return parser_fail(p);
    } else if (reg_id_named(text, len) >= 0) {
        node = NODE(.op = EXPR_REGISTER, .id = (uint32_t)reg_id_named(text, len));
    } else {
        node = NODE(.op = EXPR_VARIABLE, .id = data_variable(p->s, text, len));
    }
    enum err err = parser_add(p, node, out);
    return err ? err : parser_advance(p);
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
    enum err err = parser_add(p, NODE(.op = EXPR_CONST, .value = value_int(BASE_ULONG, addr)), &address);
    if (err)
        return err;
    struct node node = NODE(.op = EXPR_AT_ADDRESS, .a = address);
    node.type = var->btf_id && program->btf ? vtype_of_btf(program->btf, var->btf_id) : type_by_size(var->bytes);
    return (err = parser_add(p, node, out)) ? err : parser_advance(p);
}

static enum err
parse_local(struct parser *p, uint32_t index, int32_t *out)
{
    enum err err = parser_add(p, NODE(.op = EXPR_LOCAL, .id = index), out);
    return err ? err : parser_advance(p);
}

/* An enumeration's constant; false when there is none of that name. */
static bool
constant_named(const struct parser *p, const char *name, struct value *out)
{
    uint32_t id;
    int64_t value;
    if (!btf_of(p) || !type_find_constant(btf_of(p), name, &id, &value))
        return false;
    *out = value_of(vtype_of_btf(btf_of(p), id), (uint64_t)value);
    out->n_bits = (int32_t)out->bits == (int64_t)out->bits ? 31 : 0; /* printed by name, but an int, as C has it */
    return true;
}

/* FUNCTION::name; the function's name and "::" have been read. */
static enum err
parse_in_function(struct parser *p, const char *function, int32_t *out)
{
    char name[256], where[300];
    if (p->t.kind != TOKEN_NAME)
        return parser_fail(p);
    token_name(&p->t, name, sizeof name);
    int64_t local = local_of_function(p->s, function, name);
    if (local >= 0)
        return parse_local(p, (uint32_t)local, out);
    snprintf(where, sizeof where, "function \"%.255s\"", function);
    return err_set_detail(p->e, ERR_NO_SYMBOL_IN, name, where);
}

/* FILE::name, a global or static variable; at the file's name. An object's variables are found without it: it has to be one of its files. */
static enum err
parse_in_file(struct parser *p, int32_t *out)
{
    char file[256], name[256];
    const struct program *program = p->s->program;
    token_name(&p->t, file, sizeof file);
    bool is_known = false;
    for (uint32_t i = 0; program && i < program->n_files; i++) {
        const char *base = strrchr(program->files[i], '/');
        is_known |= !strcmp(program->files[i], file) || (base && !strcmp(base + 1, file));
    }
    if (!is_known)
        return err_set(p->e, program ? ERR_NO_SCOPE : ERR_NO_SYMBOL_TABLE, file, 0, 0, 0);
    enum err err = token_read(p->t.text + p->t.len + (p->t.text[p->t.len] == '\''), &p->t, p->e);
    if (err || (err = parser_expect(p, OP2(':', ':'))))
        return err;
    if (p->t.kind != TOKEN_NAME)
        return parser_fail(p);
    token_name(&p->t, name, sizeof name);
    const struct data_var *var = program_var_named(program, name);
    if (var)
        return parse_variable(p, var, out);
    char where[300];
    snprintf(where, sizeof where, "file \"%.255s\"", file);
    return err_set_detail(p->e, ERR_NO_SYMBOL_IN, name, where);
}

static bool
is_before_scope(const struct token *t)
{
    const char *end = t->text + t->len;
    return end[strspn(end, " \t")] == ':' && end[strspn(end, " \t") + 1] == ':';
}

/* NAME(argument, ...), at the name. */
static enum err
parse_call(struct parser *p, int function, int32_t *out)
{
    struct node node = NODE(.op = EXPR_FUNCTION, .id = (uint32_t)function);
    int32_t *arguments[] = { &node.a, &node.b, &node.c };
    uint32_t n = expr_function_arguments(function);
    enum err err = parser_advance(p);
    if (!err)
        err = parser_advance(p); /* the parenthesis */
    for (uint32_t i = 0; i < n && !err; i++) {
        err = parser_at(p, ')') ? err_set(p->e, ERR_FEW_ARGUMENTS, NULL, 0, n, 0) : parser_read_argument(p, arguments[i]);
        if (!err && i + 1 < n && parser_at(p, ','))
            err = parser_advance(p);
    }
    if (!err && parser_at(p, ','))
        err = err_set(p->e, ERR_MANY_ARGUMENTS, NULL, 0, n, 0);
    if (err || (err = parser_expect(p, ')')))
        return err;
    return parser_add(p, node, out);
}

/* The function that the token begins a call of; -1: none. */
static int
called_function(const struct token *t)
{
    size_t dollar = (size_t)(t->text - t->start); /* 1 for $_streq */
    const char *end = t->text + t->len;
    return end[strspn(end, " \t")] == '(' ? expr_function_named(t->start, t->len + dollar) : -1;
}

/* What the watchpoint whose condition is parsed has seen. */
static enum err
parse_watched(struct parser *p, int32_t *out)
{
    struct node node = NODE(.op = EXPR_WATCHED, .id = token_is(&p->t, "new"));
    node.type = p->s->watched->type;
    enum err err = parser_add(p, node, out);
    return err ? err : parser_advance(p);
}

/* A name without "$": a variable, a function, a map, a constant, a register. */
static enum err
parse_name(struct parser *p, int32_t *out)
{
    char name[256];
    struct node node;
    struct value constant;
    token_name(&p->t, name, sizeof name);
    if (p->s->watched && (token_is(&p->t, "old") || token_is(&p->t, "new")))
        return parse_watched(p, out);
    const struct program *program = p->s->program;
    if (is_before_scope(&p->t)) {
        enum err err;
        if (!program || !program_function_named(program, name))
            return err_set(p->e, program ? ERR_NO_SCOPE : ERR_NO_SYMBOL_TABLE, name, 0, 0, 0);
        if ((err = parser_advance(p)) || (err = parser_expect(p, OP2(':', ':'))))
            return err;
        return parse_in_function(p, name, out);
    }
    const struct data_var *var = program ? program_var_named(program, name) : NULL;
    const struct function *function = program ? program_function_named(program, name) : NULL;
    const struct map_def *map = program ? program_map_named(program, name) : NULL;
    int reg = reg_id_named(name, strlen(name));
    int64_t local = local_named(p->s, name);
    if (local >= 0)
        return parse_local(p, (uint32_t)local, out);
    if (var)
        return parse_variable(p, var, out);
    if (function)
        node = NODE(.op = EXPR_CONST, .value = value_int(BASE_CODE, function->pc));
    else if (map)
        node = NODE(.op = EXPR_MAP, .id = (uint32_t)(map - program->maps));
    else if (constant_named(p, name, &constant))
        node = NODE(.op = EXPR_CONST, .value = constant);
    else if (program && token_is(&p->t, "pkt"))
        node = NODE(.op = EXPR_PACKET);
    else if (reg >= 0)
        node = NODE(.op = EXPR_REGISTER, .id = (uint32_t)reg);
    else if (token_is(&p->t, "if"))
        return parser_fail(p);
    else
        return err_set(p->e, program ? ERR_NO_SYMBOL : ERR_NO_SYMBOL_TABLE, name, 0, 0, 0);
    enum err err = parser_add(p, node, out);
    return err ? err : parser_advance(p);
}

/* Adjacent string literals become one array of char with a NUL. */
static enum err
parse_string(struct parser *p, int32_t *out)
{
    struct buf bytes = BUF_EMPTY;
    enum err err = OK;
    while (!err && p->t.kind == TOKEN_STRING) {
        const char *c = p->t.text + 1, *end = p->t.text + p->t.len - 1;
        while (c < end)
            buf_putc(&bytes, (char)token_char(&c));
        err = parser_advance(p);
    }
    if (!err && bytes.len >= VALUE_MAX_BYTES)
        err = err_set(p->e, ERR_VALUE_SIZE, NULL, 0, bytes.len, VALUE_MAX_BYTES);
    if (err) {
        buf_free(&bytes);
        return err;
    }
    uint8_t *copy = xcalloc(1, bytes.len + 1);
    memcpy(copy, buf_text(&bytes), bytes.len);
    parser_keep_string(p, copy);
    struct value v = { .type = vtype_base(BASE_CHAR), .bytes = copy };
    v.type.n = (uint32_t)bytes.len + 1;
    buf_free(&bytes);
    return parser_add(p, NODE(.op = EXPR_CONST, .value = v), out);
}

enum err
parser_read_leaf(struct parser *p, int32_t *out)
{
    enum err err;
    int function;
    switch (p->t.kind) {
    case TOKEN_NUMBER:
    case TOKEN_CHAR:
        err = parser_add(p, NODE(.op = EXPR_CONST, .value = p->t.value), out);
        return err ? err : parser_advance(p);
    case TOKEN_STRING:
        return parse_string(p, out);
    case TOKEN_DOLLAR:
    case TOKEN_NAME:
        function = called_function(&p->t);
        if (function >= 0)
            return parse_call(p, function, out);
        return p->t.kind == TOKEN_DOLLAR ? parse_dollar(p, out) : parse_name(p, out);
    case TOKEN_SCOPE:
        return parse_in_file(p, out);
    default:
        return parser_fail(p);
    }
}
