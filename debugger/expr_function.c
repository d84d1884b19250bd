/* Functions of expressions, from expr_function.def. See expr_eval.h. */
#include "config.h"

#include "debugger/expr_eval.h"
#include "debugger/expr_parser.h"

#include "debugger/data.h"
#include "sim/base/base.h"

#include <arpa/inet.h>
#include <string.h>

enum function_id { FUNCTION_SWAP16, FUNCTION_SWAP32, FUNCTION_SWAP64, FUNCTION_IP4, FUNCTION_STRLEN, FUNCTION_STREQ, FUNCTION_MEMEQ, FUNCTION_ISVOID };

static const struct row {
    enum function_id id;
    const char *name;
    uint32_t n_args;
    enum base_id result;
} rows[] = {
#define FUNCTION(id, name, n_args, result) { FUNCTION_##id, name, n_args, BASE_##result },
#include "debugger/expr_function.def"
};

enum { TEXT_MAX = VALUE_MAX_BYTES };

int
expr_function_named(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strlen(rows[i].name) == len && !memcmp(rows[i].name, name, len))
            return (int)i;
    }
    return -1;
}

uint32_t
expr_function_arguments(int function)
{
    return rows[function].n_args;
}

static enum err
not_a_number(struct eval *v)
{
    return err_set(v->e, ERR_NOT_A_NUMBER, "arithmetic operation", 0, 0, 0);
}

static enum err
number_of(struct eval *v, const struct value *a, uint64_t *out)
{
    struct value promoted = value_promoted(eval_btf(v), a);
    *out = promoted.bits;
    return vtype_is_scalar(promoted.type) ? OK : not_a_number(v);
}

/* n bytes at a pointer, or of an array; with is_text up to a NUL. */
static enum err
bytes_of(struct eval *v, const struct value *a, uint64_t n, bool is_text, struct buf *out)
{
    struct value whole = *a;
    bool is_array = !vtype_is_scalar(a->type);
    enum err err = is_array ? eval_fetch(v, &whole) : OK;
    if (err)
        return err;
    if (is_array && !whole.bytes)
        return not_a_number(v);
    if (is_array && n > vtype_bytes(whole.type))
        n = vtype_bytes(whole.type);
    for (uint64_t i = 0; i < n; i++) {
        uint8_t c;
        if (is_array)
            c = whole.bytes[i];
        else if ((err = data_read(v->s, whole.bits + i, &c, 1, v->e)))
            return err;
        if (is_text && !c)
            break;
        buf_putc(out, (char)c);
    }
    if (!is_array)
        eval_note_read(v, PLACE_MEMORY, whole.bits, out->len + is_text);
    return OK;
}

static enum err
compare(struct eval *v, const struct value *a, const struct value *b, uint64_t n, bool is_text, uint64_t *out)
{
    struct buf x = BUF_EMPTY, y = BUF_EMPTY;
    enum err err = bytes_of(v, a, n, is_text, &x);
    if (!err)
        err = bytes_of(v, b, n, is_text, &y);
    *out = x.len == y.len && !memcmp(buf_text(&x), buf_text(&y), x.len);
    buf_free(&x);
    buf_free(&y);
    return err;
}

static enum err
address_of_text(struct eval *v, const struct value *a, uint64_t *out)
{
    struct buf text = BUF_EMPTY;
    struct in_addr address = { 0 };
    enum err err = bytes_of(v, a, TEXT_MAX, true, &text);
    if (!err && inet_pton(AF_INET, buf_text(&text), &address) != 1)
        err = err_set(v->e, ERR_NO_ADDRESS_TEXT, buf_text(&text), 0, 0, 0);
    *out = address.s_addr;
    buf_free(&text);
    return err;
}

static enum err
call(struct eval *v, enum function_id id, const struct value *a, uint64_t *out)
{
    struct buf text = BUF_EMPTY;
    uint64_t n;
    enum err err;
    switch (id) {
    case FUNCTION_SWAP16:
        err = number_of(v, &a[0], &n);
        *out = __builtin_bswap16((uint16_t)n);
        return err;
    case FUNCTION_SWAP32:
        err = number_of(v, &a[0], &n);
        *out = __builtin_bswap32((uint32_t)n);
        return err;
    case FUNCTION_SWAP64:
        err = number_of(v, &a[0], &n);
        *out = __builtin_bswap64(n);
        return err;
    case FUNCTION_IP4:
        return address_of_text(v, &a[0], out);
    case FUNCTION_STRLEN:
        err = bytes_of(v, &a[0], TEXT_MAX, true, &text);
        *out = text.len;
        buf_free(&text);
        return err;
    case FUNCTION_STREQ:
        return compare(v, &a[0], &a[1], TEXT_MAX, true, out);
    case FUNCTION_MEMEQ:
        if ((err = number_of(v, &a[2], &n)))
            return err;
        if (n > TEXT_MAX)
            return err_set(v->e, ERR_VALUE_SIZE, NULL, 0, n, TEXT_MAX);
        return compare(v, &a[0], &a[1], n, false, out);
    case FUNCTION_ISVOID:
        *out = eval_is_void(a[0].type);
        return OK;
    }
    return OK;
}

enum err
eval_function(struct eval *v, const struct node *n, struct value *out)
{
    const struct row *row = &rows[n->id];
    struct value args[3] = { 0 };
    const int32_t nodes[] = { n->a, n->b, n->c };
    uint64_t bits = 0;
    for (uint32_t i = 0; i < row->n_args; i++) {
        enum err err = eval_node(v, nodes[i], &args[i]);
        if (!err && args[i].is_optimized_out)
            err = err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0);
        if (err)
            return err;
    }
    enum err err = v->is_type_only ? OK : call(v, row->id, args, &bits);
    *out = value_int(row->result, bits);
    return err;
}
