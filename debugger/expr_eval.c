/* Expressions: tree -> value. One walk serves evaluation and typing: with is_type_only nothing is read, written or divided by. Depth of
 * the tree is bounded by the parser. See expr.h and expr_eval.h. */
#include "config.h"

#include "debugger/expr_eval.h"

#include "debugger/data.h"
#include "debugger/local.h"
#include "sim/base/base.h"

#include <assert.h>
#include <string.h>

static enum err
eval_watched(struct eval *v, const struct node *n, struct value *out)
{
    const struct sides *w = v->s->watched;
    const struct value *side = w && n->id ? w->now : w ? w->old : NULL;
    *out = (struct value){ .type = n->type };
    if (v->is_type_only)
        return OK;
    if (!side)
        return err_set(v->e, ERR_NO_WATCHED, n->id ? "new" : "old", 0, 0, 0);
    *out = *side;
    return OK;
}

static enum err
eval_leaf(struct eval *v, const struct node *n, struct value *out)
{
    switch (n->op) {
    case EXPR_CONST:
        *out = n->value;
        return OK;
    case EXPR_REGISTER:
        if (v->is_type_only) {
            *out = value_of(data_reg_type(n->id), 0);
            out->place = PLACE_REGISTER;
            out->where = n->id;
            return OK;
        }
        eval_note_read(v, PLACE_REGISTER, n->id, 8);
        return data_read_reg(v->s, n->id, out, v->e);
    case EXPR_WATCHED:
        return eval_watched(v, n, out);
    case EXPR_VARIABLE:
        *out = v->s->variables[n->id].value;
        out->place = PLACE_VARIABLE;
        out->where = n->id;
        return OK;
    case EXPR_LOCAL:
        if (!v->is_type_only)
            return local_read(v->s, n->id, out, v->reads, v->e);
        *out = value_of(local_type(v->s, n->id), 0);
        out->place = PLACE_MEMORY;
        return OK;
    case EXPR_MAP:
        *out = value_of(vtype_pointer(BASE_VOID), GUEST_MAP + (uint64_t)n->id * MAP_STRIDE);
        return OK;
    case EXPR_PACKET:
        return eval_packet(v, out);
    default:
        return data_history(v->s, n->id, n->is_relative, out, v->e);
    }
}

/* An operand of which the value is needed. */
static enum err
operand(struct eval *v, int32_t index, struct value *out)
{
    enum err err = eval_node(v, index, out);
    return !err && out->is_optimized_out ? err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0) : err;
}

static enum err
eval_sizeof(struct eval *v, const struct node *n, struct value *out)
{
    struct vtype type = n->type;
    if (n->a >= 0) {
        struct value operand;
        bool was = v->is_type_only;
        v->is_type_only = true;
        enum err err = eval_node(v, n->a, &operand);
        v->is_type_only = was;
        if (err)
            return err;
        type = operand.type;
    }
    *out = value_int(BASE_ULONG, vtype_bytes(type));
    return OK;
}

/* a.name: of the packet a header, of that a field; else of a struct. */
static enum err
eval_named_part(struct eval *v, const struct node *n, struct value *out)
{
    struct value a;
    const struct node *of = &v->x->nodes[n->a];
    if (of->op == EXPR_PACKET)
        return eval_packet_header(v, n->name, out);
    if (of->op == EXPR_MEMBER && v->x->nodes[of->a].op == EXPR_PACKET)
        return eval_packet_field(v, of->name, n->name, out);
    enum err err = eval_node(v, n->a, &a);
    return err ? err : eval_member(v, &a, n->name, out);
}

static enum err
eval_unary(struct eval *v, const struct node *n, struct value *out)
{
    enum err err;
    struct value a;
    if ((err = n->op == EXPR_ADDRESS ? eval_node(v, n->a, &a) : operand(v, n->a, &a)))
        return err;
    switch (n->op) {
    case EXPR_DEREF:
        return eval_dereference(v, &a, out);
    case EXPR_ADDRESS:
        return eval_address(v, &a, out);
    case EXPR_CAST:
        a = value_promoted(eval_btf(v), &a);
        return value_cast(&a, n->type, out, v->e);
    case EXPR_AT_ADDRESS:
        if (eval_is_void(n->type))
            return err_set(v->e, ERR_VOID_POINTER, NULL, 0, 0, 0);
        return eval_load(v, n->type, a.bits, out);
    case EXPR_PREINC:
    case EXPR_PREDEC:
    case EXPR_POSTINC:
    case EXPR_POSTDEC:
        return eval_step(v, n->op, &a, out);
    default:
        a = value_promoted(eval_btf(v), &a);
        return value_unary(n->op, &a, out, v->e);
    }
}

/* One side of ?: is evaluated, and takes the type that C gives to both. */
static enum err
eval_choice(struct eval *v, const struct node *n, bool which, struct value *out)
{
    struct value other;
    enum err err = eval_node(v, which ? n->b : n->c, out);
    bool was = v->is_type_only;
    v->is_type_only = true;
    if (!err)
        err = eval_node(v, which ? n->c : n->b, &other);
    v->is_type_only = was;
    if (err || out->is_optimized_out)
        return err;
    other = value_promoted(eval_btf(v), &other);
    struct value one = value_promoted(eval_btf(v), out);
    if (vtype_is_integer(one.type) && vtype_is_integer(other.type))
        *out = value_int(vtype_common(one.type, other.type), one.bits);
    else if (vtype_is_integer(one.type) && vtype_is_pointer(other.type))
        *out = value_of(other.type, one.bits);
    return OK;
}

/* && || ?: , evaluate only what C evaluates; for typing both sides are looked at. */
static enum err
eval_lazy(struct eval *v, const struct node *n, struct value *out)
{
    enum err err;
    struct value a, b;
    if ((err = n->op == EXPR_COMMA ? eval_node(v, n->a, &a) : operand(v, n->a, &a)))
        return err;
    if (n->op == EXPR_COMMA)
        return eval_node(v, n->b, out);
    a = value_promoted(eval_btf(v), &a);
    if (n->op == EXPR_COND)
        return eval_choice(v, n, value_is_true(&a), out);
    b = a;
    bool is_decided = value_is_true(&a) == (n->op == EXPR_LOGOR);
    if ((!is_decided || v->is_type_only) && (err = operand(v, n->b, &b)))
        return err;
    b = value_promoted(eval_btf(v), &b);
    *out = value_int(BASE_INT, is_decided ? value_is_true(&a) : value_is_true(&b));
    return OK;
}

static enum err
eval_binary(struct eval *v, const struct node *n, struct value *out)
{
    enum err err;
    struct value a, b;
    if (n->op == EXPR_INDEX && v->x->nodes[n->a].op == EXPR_MAP)
        return eval_element(v, v->x->nodes[n->a].id, n->b, out);
    bool is_place = n->op == EXPR_INDEX || n->op == EXPR_ASSIGN;
    if ((err = is_place ? eval_node(v, n->a, &a) : operand(v, n->a, &a)) || (err = operand(v, n->b, &b)))
        return err;
    if (n->op == EXPR_INDEX)
        return eval_subscript(v, &a, &b, out);
    if (n->op == EXPR_REPEAT)
        return eval_repeat(v, &a, &b, out);
    if (n->op == EXPR_ASSIGN) {
        struct value result = vtype_is_aggregate(a.type) || a.place == PLACE_VARIABLE ? b : value_promoted(eval_btf(v), &b);
        if (a.is_optimized_out)
            return err_set(v->e, ERR_OPTIMIZED_OUT, NULL, 0, 0, 0);
        if (a.place == PLACE_NONE)
            return err_set(v->e, ERR_NOT_LVALUE, NULL, 0, 0, 0);
        struct value from = value_promoted(eval_btf(v), &a), by = value_promoted(eval_btf(v), &b);
        if (v->is_type_only && (n->compound == EXPR_DIV || n->compound == EXPR_MOD) && !by.bits)
            by.bits = 1;
        if (n->compound && (err = value_binary(n->compound, &from, &by, &result, v->warnings, v->e)))
            return err;
        return eval_assign(v, &a, &result, out);
    }
    a = value_promoted(eval_btf(v), &a);
    b = value_promoted(eval_btf(v), &b);
    if (v->is_type_only && (n->op == EXPR_DIV || n->op == EXPR_MOD) && !b.bits)
        b.bits = 1;
    return value_binary(n->op, &a, &b, out, v->is_type_only ? NULL : v->warnings, v->e);
}

enum err
eval_node(struct eval *v, int32_t index, struct value *out)
{
    const struct node *n = &v->x->nodes[index];
    switch (n->op) {
    case EXPR_CONST:
    case EXPR_REGISTER:
    case EXPR_WATCHED:
    case EXPR_VARIABLE:
    case EXPR_HISTORY:
    case EXPR_LOCAL:
    case EXPR_MAP:
    case EXPR_PACKET:
        return eval_leaf(v, n, out);
    case EXPR_FUNCTION:
        return eval_function(v, n, out);
    case EXPR_INIT:
        return err_set(v->e, ERR_KEY_PARTS, "flows[{.src = 1, .dst = 2}]", 0, 0, 0);
    case EXPR_MEMBER:
        return eval_named_part(v, n, out);
    case EXPR_SIZEOF:
        return eval_sizeof(v, n, out);
    case EXPR_LOGAND:
    case EXPR_LOGOR:
    case EXPR_COMMA:
    case EXPR_COND:
        return eval_lazy(v, n, out);
    default:
        return n->b < 0 ? eval_unary(v, n, out) : eval_binary(v, n, out);
    }
}

enum err
expr_eval(struct session *s, const struct expr *x, struct value *out, struct buf *warnings, struct errinfo *e)
{
    struct eval v = { .s = s, .x = x, .warnings = warnings, .e = e };
    enum err err = eval_node(&v, x->root, out);
    return err ? err : eval_fetch(&v, out);
}

enum err
expr_eval_reads(struct session *s, const struct expr *x, struct value *out, struct reads *reads, struct errinfo *e)
{
    struct eval v = { .s = s, .x = x, .e = e, .reads = reads };
    reads->n = 0;
    enum err err = eval_node(&v, x->root, out);
    return err ? err : eval_fetch(&v, out);
}

enum err
expr_type(struct session *s, const struct expr *x, struct value *out, struct errinfo *e)
{
    return expr_node_type(s, x, x->root, out, e);
}

enum err
expr_node_type(struct session *s, const struct expr *x, int32_t index, struct value *out, struct errinfo *e)
{
    struct eval v = { .s = s, .x = x, .e = e, .is_type_only = true };
    return eval_node(&v, index, out);
}

enum err
expr_number(struct session *s, const char *text, uint64_t *out, struct errinfo *e)
{
    struct expr *x;
    struct value v;
    enum err err = expr_parse(s, text, &x, e);
    if (err)
        return err;
    err = expr_eval(s, x, &v, NULL, e);
    expr_free(x);
    if (!err && !vtype_is_scalar(v.type))
        err = err_set(e, ERR_NOT_A_NUMBER, "arithmetic operation", 0, 0, 0);
    if (!err)
        *out = v.bits;
    return err;
}

static const char *const reg_names[] = {
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "w0", "w1",
    "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "pc", "icount", "cycles",
};
static_assert(ARRAY_LEN(reg_names) == N_REG_IDS, "a name for every register");

int
reg_id_named(const char *name, size_t len)
{
    if (len == 2 && (memcmp(name, "fp", 2) == 0 || memcmp(name, "sp", 2) == 0))
        return REG_10;
    for (int i = 0; i < N_REG_IDS; i++) {
        if (strlen(reg_names[i]) == len && memcmp(name, reg_names[i], len) == 0)
            return i;
    }
    return -1;
}

const char *
reg_id_name(int id)
{
    return reg_names[id];
}
