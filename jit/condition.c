/* Compiling conditions. See condition.h.
 *
 * A comparison of a register with a constant or another register is that: cmp. Anything else is evaluated in rax, with the scratch register
 * for a second operand and the stack for what must wait; r0, which lives in rax, is the first that is pushed and is read from there. So
 * every value is at hand and nothing needs to be allocated. */
#include "config.h"

#include "jit/condition.h"

#include "sim/base/base.h"

#include <assert.h>

struct tree {
    struct job *j;
    struct x64 *x;
    const struct cond_node *nodes;
    uint32_t first_cell;
    const struct site *site;
    uint32_t depth; /* 8-byte words on the stack, r0 being the deepest */
};

uint32_t
condition_loads(const struct condition *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++)
        n += c->nodes[i].op == COND_LOAD;
    return n;
}

uint32_t
condition_load_bytes(const struct condition *c, uint32_t n)
{
    for (uint32_t i = 0;; i++)
        if (c->nodes[i].op == COND_LOAD && n-- == 0)
            return (uint32_t)c->nodes[i].value;
}

/* ---------------------------------------------------------------- helpers */

static void
push(struct tree *t, enum x64_reg reg)
{
    x64_push(t->x, reg);
    t->depth++;
}

static void
pop(struct tree *t, enum x64_reg reg)
{
    x64_pop(t->x, reg);
    t->depth--;
}

/* The jump at `field` means that C shall decide. */
static void
give_up(struct tree *t, uint32_t field, uint32_t check)
{
    struct cold *cold = job_cold(t->j, field);
    cold->kind = COLD_UNWIND;
    cold->unwind = t->depth;
    cold->site = *t->site;
    cold->site.check = check;
}

static bool
is_leaf(const struct cond_node *n)
{
    return n->op == COND_CONST || n->op == COND_REG;
}

static bool
is_comparison(const struct cond_node *n)
{
    return n->op >= COND_EQ && n->op <= COND_LE;
}

/* A leaf's value in `into`, or in the register that holds it anyway. */
static enum x64_reg
leaf(struct tree *t, const struct cond_node *n, enum x64_reg into)
{
    if (n->op == COND_CONST)
        x64_mov_ri(t->x, into, n->value);
    else if (n->value == REG_0)
        x64_load(t->x, 64, into, x64_at(RSP, (int32_t)(8 * (t->depth - 1))));
    else
        return host_reg[n->value];
    return into;
}

static void value(struct tree *t, uint32_t i);

/* Operand a in rax; returns the register of b. */
static enum x64_reg
operands(struct tree *t, const struct cond_node *n)
{
    if (is_leaf(&t->nodes[n->b])) {
        value(t, n->a);
        return leaf(t, &t->nodes[n->b], HOST_SCRATCH);
    }
    value(t, n->b);
    push(t, RAX);
    value(t, n->a);
    pop(t, HOST_SCRATCH);
    return HOST_SCRATCH;
}

static enum x64_cond
comparison_flags(const struct cond_node *n)
{
    switch ((enum cond_op)n->op) {
    case COND_EQ:
        return CC_E;
    case COND_NE:
        return CC_NE;
    case COND_LT:
        return n->is_signed ? CC_L : CC_B;
    default:
        return n->is_signed ? CC_LE : CC_BE;
    }
}

/* The flags under which node i is not zero. Changes rax. */
static enum x64_cond
test(struct tree *t, uint32_t i)
{
    const struct cond_node *n = &t->nodes[i];
    if (n->op == COND_LOGNOT)
        return test(t, n->a) ^ 1;
    if (is_comparison(n)) {
        x64_alu_rr(t->x, true, ALU_CMP, RAX, operands(t, n));
        return comparison_flags(n);
    }
    value(t, i);
    x64_test_rr(t->x, true, RAX, RAX);
    return CC_NE;
}

/* ---------------------------------------------------------------- operators */

static void
set_truth(struct tree *t, enum x64_cond cc)
{
    x64_setcc(t->x, cc, RAX);
    x64_movzx_rr(t->x, 8, RAX, RAX);
}

static void
load(struct tree *t, uint32_t i)
{
    uint32_t cell = t->first_cell;
    for (uint32_t k = 0; k < i; k++)
        cell += t->nodes[k].op == COND_LOAD;
    job_emit_bounds(t->j, RAX, cell);
    give_up(t, x64_jcc(t->x, CC_AE), cell);
    x64_load(t->x, 8 * (uint32_t)t->nodes[i].value, RAX, x64_indexed(HOST_MEMORY, RAX, 0));
}

static void
extend(struct tree *t, const struct cond_node *n)
{
    if (n->is_signed)
        x64_movsx_rr(t->x, true, (uint32_t)n->value, RAX, RAX);
    else
        x64_movzx_rr(t->x, (uint32_t)n->value, RAX, RAX);
}

static void
shift(struct tree *t, const struct cond_node *n)
{
    enum x64_shift op = n->op == COND_LSH ? SHIFT_SHL : n->is_signed ? SHIFT_SAR : SHIFT_SHR;
    enum x64_reg count = operands(t, n);
    if (__builtin_cpu_supports("bmi2")) {
        x64_shiftx(t->x, true, op, RAX, RAX, count);
        return;
    }
    push(t, RCX);
    x64_mov_rr(t->x, true, RCX, count);
    x64_shift_rcl(t->x, true, op, RAX);
    pop(t, RCX);
}

/* Only dividing by -1 could overflow: it is a negation. */
static void
divide(struct tree *t, const struct cond_node *n)
{
    struct x64 *x = t->x;
    bool wants_remainder = n->op == COND_MOD;
    uint32_t to_minus_one = 0;
    enum x64_reg divisor = operands(t, n);
    if (divisor != HOST_SCRATCH)
        x64_mov_rr(x, true, HOST_SCRATCH, divisor);
    x64_test_rr(x, true, HOST_SCRATCH, HOST_SCRATCH);
    give_up(t, x64_jcc(x, CC_E), NO_CHECK);
    if (n->is_signed) {
        x64_alu_ri(x, true, ALU_CMP, HOST_SCRATCH, -1);
        to_minus_one = x64_jcc(x, CC_E);
    }
    push(t, RDX);
    if (n->is_signed)
        x64_cqo(x, true);
    else
        x64_alu_rr(x, false, ALU_XOR, RDX, RDX);
    x64_unary_r(x, true, n->is_signed ? UNARY_IDIV : UNARY_DIV, HOST_SCRATCH);
    if (wants_remainder)
        x64_mov_rr(x, true, RAX, RDX);
    pop(t, RDX);
    if (!n->is_signed)
        return;
    uint32_t to_end = x64_jmp(x);
    x64_patch(x, to_minus_one, x->at);
    if (wants_remainder)
        x64_alu_rr(x, false, ALU_XOR, RAX, RAX);
    else
        x64_unary_r(x, true, UNARY_NEG, RAX);
    x64_patch(x, to_end, x->at);
}

static void
logical(struct tree *t, const struct cond_node *n)
{
    struct x64 *x = t->x;
    bool is_and = n->op == COND_LOGAND;
    uint32_t decided = x64_jcc(x, test(t, n->a) ^ (is_and ? 1 : 0));
    set_truth(t, test(t, n->b));
    uint32_t to_end = x64_jmp(x);
    x64_patch(x, decided, x->at);
    x64_mov_ri(x, RAX, !is_and);
    x64_patch(x, to_end, x->at);
}

static void
choose(struct tree *t, const struct cond_node *n)
{
    struct x64 *x = t->x;
    uint32_t to_other = x64_jcc(x, test(t, n->a) ^ 1);
    value(t, n->b);
    uint32_t to_end = x64_jmp(x);
    x64_patch(x, to_other, x->at);
    value(t, n->c);
    x64_patch(x, to_end, x->at);
}

/* Node i in rax. Changes the scratch register. */
static void
value(struct tree *t, uint32_t i)
{
    const struct cond_node *n = &t->nodes[i];
    struct x64 *x = t->x;
    enum x64_reg reg;
    switch ((enum cond_op)n->op) {
    case COND_OLD:
        assert(!"points.c leaves these to C");
        break;
    case COND_CONST:
    case COND_REG:
        reg = leaf(t, n, RAX);
        if (reg != RAX)
            x64_mov_rr(x, true, RAX, reg);
        break;
    case COND_LOAD:
        value(t, n->a);
        load(t, i);
        break;
    case COND_EXTEND:
        value(t, n->a);
        extend(t, n);
        break;
    case COND_NOT:
    case COND_NEG:
        value(t, n->a);
        x64_unary_r(x, true, n->op == COND_NOT ? UNARY_NOT : UNARY_NEG, RAX);
        break;
    case COND_ADD:
        x64_alu_rr(x, true, ALU_ADD, RAX, operands(t, n));
        break;
    case COND_SUB:
        x64_alu_rr(x, true, ALU_SUB, RAX, operands(t, n));
        break;
    case COND_MUL:
        x64_imul_rr(x, true, RAX, operands(t, n));
        break;
    case COND_AND:
        x64_alu_rr(x, true, ALU_AND, RAX, operands(t, n));
        break;
    case COND_OR:
        x64_alu_rr(x, true, ALU_OR, RAX, operands(t, n));
        break;
    case COND_XOR:
        x64_alu_rr(x, true, ALU_XOR, RAX, operands(t, n));
        break;
    case COND_DIV:
    case COND_MOD:
        divide(t, n);
        break;
    case COND_LSH:
    case COND_RSH:
        shift(t, n);
        break;
    case COND_LOGNOT:
    case COND_EQ:
    case COND_NE:
    case COND_LT:
    case COND_LE:
        set_truth(t, test(t, i));
        break;
    case COND_LOGAND:
    case COND_LOGOR:
        logical(t, n);
        break;
    case COND_SELECT:
        choose(t, n);
        break;
    }
}

/* ---------------------------------------------------------------- conditions */

static enum x64_cond
compare_register(struct x64 *x, const struct cond_node *n, const struct cond_node *a, const struct cond_node *b)
{
    enum x64_reg reg = host_reg[a->value];
    if (b->op == COND_REG) {
        x64_alu_rr(x, true, ALU_CMP, reg, host_reg[b->value]);
    } else if ((int64_t)b->value == (int32_t)b->value) {
        x64_alu_ri(x, true, ALU_CMP, reg, (int32_t)b->value);
    } else {
        x64_mov_ri(x, HOST_SCRATCH, b->value);
        x64_alu_rr(x, true, ALU_CMP, reg, HOST_SCRATCH);
    }
    return comparison_flags(n);
}

enum x64_cond
condition_emit(struct job *j, const struct condition *c, uint32_t first_cell, const struct site *site)
{
    const struct cond_node *root = &c->nodes[c->n - 1];
    if (is_comparison(root) && c->nodes[root->a].op == COND_REG && is_leaf(&c->nodes[root->b]))
        return compare_register(&j->x, root, &c->nodes[root->a], &c->nodes[root->b]);
    struct tree t = { .j = j, .x = &j->x, .nodes = c->nodes, .first_cell = first_cell, .site = site };
    push(&t, RAX);
    enum x64_cond cc = test(&t, c->n - 1);
    pop(&t, RAX); /* keeps the flags */
    assert(t.depth == 0);
    return cc;
}
