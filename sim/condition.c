/* Evaluating conditions: nodes in order, each once, but for the operands that C does not look at. See condition.h. */
#include "config.h"

#include "sim/condition.h"

#include <assert.h>
#include <string.h>

struct evaluation {
    const struct condition *c;
    struct machine *m;
    uint64_t old;
};

static bool value_of(const struct evaluation *e, uint32_t i, uint64_t *out);

static bool
load(struct machine *m, uint64_t addr, uint64_t bytes, uint64_t *out)
{
    uint64_t lo, hi;
    if (!memory_bounds(&m->mem, addr, MEM_READ, &lo, &hi) || bytes > hi - addr)
        return false;
    *out = 0;
    memcpy(out, memory_host(&m->mem, addr), bytes);
    return true;
}

static uint64_t
extend(uint64_t value, uint64_t bits, bool is_signed)
{
    uint64_t shift = 64 - bits;
    return is_signed ? (uint64_t)((int64_t)(value << shift) >> shift) : value << shift >> shift;
}

/* The one division that overflows is the negation. */
static bool
divide(const struct cond_node *n, uint64_t a, uint64_t b, uint64_t *out)
{
    bool wants_remainder = n->op == COND_MOD;
    if (b == 0)
        return false;
    if (!n->is_signed)
        *out = wants_remainder ? a % b : a / b;
    else if ((int64_t)b == -1)
        *out = wants_remainder ? 0 : -a;
    else
        *out = (uint64_t)(wants_remainder ? (int64_t)a % (int64_t)b : (int64_t)a / (int64_t)b);
    return true;
}

static bool
is_less(bool is_signed, uint64_t a, uint64_t b)
{
    return is_signed ? (int64_t)a < (int64_t)b : a < b;
}

static bool
binary(const struct cond_node *n, uint64_t a, uint64_t b, uint64_t *out)
{
    switch ((enum cond_op)n->op) {
    case COND_ADD:
        *out = a + b;
        return true;
    case COND_SUB:
        *out = a - b;
        return true;
    case COND_MUL:
        *out = a * b;
        return true;
    case COND_AND:
        *out = a & b;
        return true;
    case COND_OR:
        *out = a | b;
        return true;
    case COND_XOR:
        *out = a ^ b;
        return true;
    case COND_LSH:
        *out = a << (b & 63);
        return true;
    case COND_RSH:
        *out = n->is_signed ? (uint64_t)((int64_t)a >> (b & 63)) : a >> (b & 63);
        return true;
    case COND_DIV:
    case COND_MOD:
        return divide(n, a, b, out);
    case COND_EQ:
        *out = a == b;
        return true;
    case COND_NE:
        *out = a != b;
        return true;
    case COND_LT:
        *out = is_less(n->is_signed, a, b);
        return true;
    case COND_LE:
        *out = !is_less(n->is_signed, b, a);
        return true;
    default:
        assert(!"every operator is here");
        return false;
    }
}

/* Operators whose second operand may not be looked at. */
static bool
lazy(const struct evaluation *e, const struct cond_node *n, uint64_t a, uint64_t *out)
{
    uint64_t other;
    if (n->op == COND_SELECT)
        return value_of(e, a ? n->b : n->c, out);
    *out = a != 0;
    if ((n->op == COND_LOGAND) != (a != 0))
        return true;
    if (!value_of(e, n->b, &other))
        return false;
    *out = other != 0;
    return true;
}

static bool
value_of(const struct evaluation *e, uint32_t i, uint64_t *out)
{
    const struct cond_node *n = &e->c->nodes[i];
    uint64_t a, b;
    if (n->op == COND_CONST) {
        *out = n->value;
        return true;
    }
    if (n->op == COND_OLD) {
        *out = e->old;
        return true;
    }
    if (n->op == COND_REG) {
        *out = e->m->regs[n->value];
        return true;
    }
    if (!value_of(e, n->a, &a))
        return false;
    switch ((enum cond_op)n->op) {
    case COND_LOAD:
        return load(e->m, a, n->value, out);
    case COND_EXTEND:
        *out = extend(a, n->value, n->is_signed);
        return true;
    case COND_NOT:
        *out = ~a;
        return true;
    case COND_NEG:
        *out = -a;
        return true;
    case COND_LOGNOT:
        *out = !a;
        return true;
    case COND_LOGAND:
    case COND_LOGOR:
    case COND_SELECT:
        return lazy(e, n, a, out);
    default:
        return value_of(e, n->b, &b) && binary(n, a, b, out);
    }
}

enum cond_result
condition_eval(const struct condition *c, struct machine *m, uint64_t old)
{
    const struct evaluation e = { .c = c, .m = m, .old = old };
    uint64_t value;
    if (!value_of(&e, c->n - 1, &value))
        return COND_FAILED;
    return value ? COND_TRUE : COND_FALSE;
}

bool
condition_needs_old(const struct condition *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->nodes[i].op == COND_OLD)
            return true;
    }
    return false;
}
