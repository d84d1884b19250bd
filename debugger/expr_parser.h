/* The parser of expressions, shared by its two files: expr_parse.c has the operators, expr_leaf.c types, names and literals. */
#ifndef DEBUGGER_EXPR_PARSER_H
#define DEBUGGER_EXPR_PARSER_H

#include "debugger/expr.h"
#include "debugger/expr_lex.h"

struct parser {
    struct session *s;
    struct expr *x;
    struct token t; /* the next one */
    struct errinfo *e;
    uint32_t depth;      /* of the recursion */
    uint32_t n_parens;   /* open ones */
    bool stops_at_comma;
};

#define NODE(...) ((struct node){ .a = -1, .b = -1, .c = -1, __VA_ARGS__ })

/* ERR_EXPR_SYNTAX at the current token. */
enum err parser_fail(struct parser *p);
enum err parser_advance(struct parser *p);
bool parser_at(const struct parser *p, int op);
enum err parser_expect(struct parser *p, int op);
/* Appends a node; its depth follows from its operands. ERR_EXPR_DEPTH. */
enum err parser_add(struct parser *p, struct node node, int32_t *out);
/* The expression owns the bytes from now on. */
void parser_keep_string(struct parser *p, uint8_t *bytes);

/* One argument of a function, up to a comma or parenthesis. */
enum err parser_read_argument(struct parser *p, int32_t *out);

/* ---- expr_function.c: index of the function of that name, "$" included; -1: none */
int expr_function_named(const char *name, size_t len);
uint32_t expr_function_arguments(int function);

/* ---- expr_leaf.c */
/* True when the current token begins the name of a type. */
bool parser_starts_type(const struct parser *p);
/* A type name and its stars, at a token for which parser_starts_type() holds. ERR_NO_TYPE. */
enum err parser_read_type(struct parser *p, struct vtype *out);
/* A literal, a register, a variable, a function, a map, a value of the history. ERR_NO_SYMBOL*. */
enum err parser_read_leaf(struct parser *p, int32_t *out);

#endif
