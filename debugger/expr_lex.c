/* Tokens of expressions: numbers typed as in C, characters and strings with C's escapes, names, operators. See expr_lex.h. */
#include "config.h"

#include "debugger/expr_lex.h"

#include "sim/base/base.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Longest first, so that the first match is the right one. */
static const char *const operators[] = {
    "<<=", ">>=", "::", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
    "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "?", ":", ",", "(", ")", "[", "]", "{", "}", "@", ".",
};

static bool
is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool
is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static enum err
quote(enum err code, const char *text, size_t len, struct errinfo *e)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", len > sizeof word - 1 ? (int)sizeof word - 1 : (int)len, text);
    return err_set(e, code, word, 0, 0, 0);
}

static int
digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : INT_MAX;
}

/* The smallest type that holds the number: decimal literals are signed while they can be, other bases turn unsigned first. */
static enum base_id
literal_type(uint64_t bits, bool is_decimal, bool is_unsigned, bool is_long)
{
    if (bits <= INT32_MAX && !is_long)
        return is_unsigned ? BASE_UINT : BASE_INT;
    if (bits <= UINT32_MAX && !is_long && (is_unsigned || !is_decimal))
        return BASE_UINT;
    return bits <= INT64_MAX && !is_unsigned ? BASE_LONG : BASE_ULONG;
}

static enum err
read_number(struct token *t, struct errinfo *e)
{
    const char *p = t->text, *end = p;
    while (is_name(*end) || *end == '.')
        end++;
    t->len = (size_t)(end - p);
    int base = 10;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        base = 16, p += 2;
    else if (p[0] == '0' && (p[1] == 'b' || p[1] == 'B'))
        base = 2, p += 2;
    else if (p[0] == '0' && isdigit((unsigned char)p[1]))
        base = 8, p++;
    const char *digits = p;
    uint64_t bits = 0;
    bool is_unsigned = false, is_long = false, is_too_large = false;
    for (; p < end && digit_value(*p) < base; p++) {
        is_too_large |= __builtin_mul_overflow(bits, (uint64_t)base, &bits);
        is_too_large |= __builtin_add_overflow(bits, (uint64_t)digit_value(*p), &bits);
    }
    bool has_digits = p > digits;
    for (; p < end && strchr("uUlL", *p); p++) {
        is_unsigned |= *p == 'u' || *p == 'U';
        is_long |= *p == 'l' || *p == 'L';
    }
    if (p != end || !has_digits)
        return quote(ERR_EXPR_NUMBER, t->text, t->len, e);
    if (is_too_large)
        return err_set(e, ERR_EXPR_TOO_LARGE, NULL, 0, 0, 0);
    t->kind = TOKEN_NUMBER;
    t->value = value_int(literal_type(bits, base == 10, is_unsigned, is_long), bits);
    return OK;
}

bool
token_is(const struct token *t, const char *word)
{
    return t->kind == TOKEN_NAME && strlen(word) == t->len && memcmp(word, t->text, t->len) == 0;
}

uint8_t
token_char(const char **p)
{
    static const char names[] = "n\nt\tr\ra\ab\bf\fv\ve\033";
    if (**p != '\\')
        return (uint8_t)*(*p)++;
    ++*p;
    unsigned code = 0;
    if (**p >= '0' && **p <= '7') {
        for (int i = 0; i < 3 && **p >= '0' && **p <= '7'; i++)
            code = code * 8 + (unsigned)(*(*p)++ - '0');
        return (uint8_t)code;
    }
    if (**p == 'x' && digit_value((*p)[1]) < 16) {
        for (++*p; digit_value(**p) < 16; ++*p)
            code = (code & 0xf) * 16 + (unsigned)digit_value(**p);
        return (uint8_t)code;
    }
    for (const char *n = names; *n; n += 2) {
        if (**p == *n) {
            ++*p;
            return (uint8_t)n[1];
        }
    }
    return **p ? (uint8_t)*(*p)++ : '\\';
}

/* 'file.c'::name, or the same without quotes: the length of what stands before "::"; 0 when it is no such thing. */
static size_t
scope_length(const char *text, bool is_quoted)
{
    size_t n = is_quoted ? strcspn(text, "'") : strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/");
    bool is_file = memchr(text, '.', n) != NULL || is_quoted;
    return n && is_file && !strncmp(text + n + (is_quoted && text[n]), "::", 2) ? n : 0;
}

static enum err
read_char(struct token *t, struct errinfo *e)
{
    const char *p = t->text + 1;
    size_t n_scope = scope_length(p, true);
    if (n_scope) {
        t->kind = TOKEN_SCOPE;
        t->text = p;
        t->len = n_scope;
        return OK;
    }
    if (*p == '\'')
        return err_set(e, ERR_EXPR_CHAR, NULL, 0, 0, 0);
    uint8_t c = *p ? token_char(&p) : 0;
    if (*p != '\'')
        return err_set(e, strchr(p, '\'') ? ERR_EXPR_CHAR : ERR_EXPR_QUOTE, NULL, 0, 0, 0);
    t->kind = TOKEN_CHAR;
    t->len = (size_t)(p + 1 - t->text);
    t->value = value_int(BASE_CHAR, c);
    return OK;
}

static enum err
read_string(struct token *t, struct errinfo *e)
{
    const char *p = t->text + 1;
    while (*p && *p != '"')
        token_char(&p);
    if (!*p)
        return err_set(e, ERR_EXPR_STRING, NULL, 0, 0, 0);
    t->kind = TOKEN_STRING;
    t->len = (size_t)(p + 1 - t->text);
    return OK;
}

static enum err
read_operator(struct token *t, struct errinfo *e)
{
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        size_t len = strlen(operators[i]);
        if (strncmp(t->text, operators[i], len) != 0)
            continue;
        t->kind = TOKEN_OPERATOR;
        t->len = len;
        t->op = 0;
        for (size_t k = 0; k < len; k++)
            t->op = t->op << 8 | t->text[k];
        return OK;
    }
    return quote(ERR_EXPR_SYNTAX, t->text, strlen(t->text), e);
}

enum err
token_read(const char *text, struct token *out, struct errinfo *e)
{
    while (isspace((unsigned char)*text))
        text++;
    *out = (struct token){ .start = text, .text = text };
    if (!*text)
        return OK;
    if (isdigit((unsigned char)*text) || (*text == '.' && isdigit((unsigned char)text[1])))
        return read_number(out, e);
    if (*text == '\'')
        return read_char(out, e);
    if (*text == '"')
        return read_string(out, e);
    size_t n_scope = scope_length(text, false);
    if (n_scope && is_name_start(*text)) {
        out->kind = TOKEN_SCOPE;
        out->len = n_scope;
        return OK;
    }
    if (is_name_start(*text) || *text == '$') {
        const char *start = *text == '$' ? text + 1 : text, *end = start;
        if (*text == '$' && *end == '$')
            end++;
        while (is_name(*end))
            end++;
        out->kind = *text == '$' ? TOKEN_DOLLAR : TOKEN_NAME;
        out->text = start;
        out->len = (size_t)(end - start);
        return OK;
    }
    return read_operator(out, e);
}
