/* Tokens of expressions. Private to expr_*.c. */
#ifndef DEBUGGER_EXPR_LEX_H
#define DEBUGGER_EXPR_LEX_H

#include "debugger/value.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,   /* value */
    TOKEN_CHAR,     /* value */
    TOKEN_STRING,   /* text and len, quotes included, escapes as written */
    TOKEN_NAME,     /* text and len */
    TOKEN_SCOPE,    /* text and len of a file's name before "::", without quotes */
    TOKEN_DOLLAR,   /* text and len without the "$" */
    TOKEN_OPERATOR, /* op */
};

/* Operators by their spelling, packed: '+', or '<' << 8 | '=', or three characters. */
#define OP2(a, b) ((a) << 8 | (b))
#define OP3(a, b, c) ((a) << 16 | (b) << 8 | (c))

struct token {
    enum token_kind kind;
    const char *start; /* where it starts in the input */
    const char *text;  /* the same; DOLLAR: behind the "$" */
    size_t len;        /* from text */
    int op;
    struct value value;
};

/* Reads the token at `text` (after blanks). ERR_EXPR_NUMBER, _TOO_LARGE, _CHAR, _QUOTE, _STRING, _SYNTAX. */
enum err token_read(const char *text, struct token *out, struct errinfo *e);

/* True when the token is this name. */
bool token_is(const struct token *t, const char *word);

/* One character of a literal at *p, which is moved past it: escapes as in C. */
uint8_t token_char(const char **p);

#endif
