/* Watchpoints. See watch.h. */
#include "config.h"

#include "debugger/watch.h"

#include "debugger/data.h"
#include "debugger/format.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

/* Whether the node names a place: only then is what lies there the whole value, and not one of several things that decide on it. */
static bool
names_a_place(const struct node *n)
{
    return n->op == EXPR_DEREF || n->op == EXPR_INDEX || n->op == EXPR_MEMBER || n->op == EXPR_AT_ADDRESS || n->op == EXPR_REPEAT;
}

static bool
is_machine_register(const struct node *n)
{
    return n->op == EXPR_REGISTER && n->id < REG_ID_PC;
}

static const struct node *
root_of(const struct watch *w)
{
    return &w->expr->nodes[w->expr->root];
}

static bool
has_registers(const struct reads *r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (r->list[i].place == PLACE_REGISTER)
            return true;
    }
    return false;
}

/* Decides from an evaluation what kind of watch it is. */
static void
classify(struct watch *w, const struct value *v)
{
    struct reads *r = &w->reads;
    bool is_place = v->place == PLACE_MEMORY && !v->n_bits && !v->is_big_endian && r->n && (w->is_location || names_a_place(root_of(w)));
    if (is_place && !w->is_in_map) /* elements move: their address is nothing to keep */
        w->is_location |= has_registers(r, r->n - 1); /* the last thing read is the value's own place, others were read for its address */
    w->is_direct = is_machine_register(root_of(w)) || (is_place && (w->is_location || r->n == 1));
    if (w->is_direct) {
        r->list[0] = r->list[r->n - 1];
        r->n = 1;
        w->type = v->type;
    }
    w->is_stepped = false;
    for (uint32_t i = 0; i < r->n; i++)
        w->is_stepped |= r->list[i].place == PLACE_REGISTER && r->list[i].where >= REG_ID_PC;
}

static void
forget_value(struct watch *w)
{
    free((void *)w->value.bytes);
    w->has_value = false;
    w->value = (struct value){ 0 };
}

/* A register is known by its name, also while nothing runs. */
static void
watch_register(struct watch *w)
{
    struct value v = { .type = data_reg_type(root_of(w)->id), .place = PLACE_REGISTER, .where = root_of(w)->id };
    free(w->reads.list);
    w->reads = (struct reads){ .list = xcalloc(1, sizeof *w->reads.list), .n = 1, .cap = 1 };
    w->reads.list[0] = (struct read){ .place = PLACE_REGISTER, .where = v.where, .n_bytes = 8 };
    classify(w, &v);
}

/* Evaluates for the first time. Memory that can't be read yet (a packet before `run`) is no error, nor is an element that is not there: it
 * is looked at again, unless only the present registers say where it is. */
static enum err
watch_expression(struct session *s, struct watch *w, struct errinfo *e)
{
    struct value v;
    enum err err = expr_eval_reads(s, w->expr, &v, &w->reads, e);
    bool may_come = err == ERR_NO_ELEMENT || (err == ERR_MEMORY && !has_registers(&w->reads, w->reads.n));
    if (err && (!may_come || w->is_location))
        return err;
    if (!err && w->is_location && v.place != PLACE_MEMORY)
        return err_set(e, ERR_NO_ADDRESS, NULL, 0, 0, 0);
    if (!w->reads.n)
        return err_set(e, ERR_WATCH_CONSTANT, w->expr->text, 0, 0, 0);
    classify(w, err ? &(struct value){ 0 } : &v);
    if (!err && !w->is_direct) {
        w->value = data_owned(&v);
        w->has_value = true;
    }
    return OK;
}

enum err
watch_new(struct session *s, struct expr *x, enum breakpoint_type type, bool is_location, struct watch **out, struct errinfo *e)
{
    struct watch *w = xcalloc(1, sizeof *w);
    enum err err = OK;
    *w = (struct watch){ .expr = x, .is_location = is_location };
    for (uint32_t i = 0; i < x->n_nodes; i++)
        w->is_in_map |= x->nodes[i].op == EXPR_MAP;
    if (x->has_side_effects)
        err = err_set(e, ERR_WATCH_SIDE_EFFECTS, NULL, 0, 0, 0);
    else if (is_machine_register(root_of(w)) && !is_location)
        watch_register(w);
    else
        err = watch_expression(s, w, e);
    if (!err && type != BREAKPOINT_WATCH && (!w->is_direct || w->reads.list[0].place != PLACE_MEMORY))
        err = err_set(e, ERR_WATCH_ACCESS, NULL, 0, 0, 0);
    if (err) {
        w->expr = NULL;
        watch_free(w);
        return err;
    }
    *out = w;
    return OK;
}

void
watch_free(struct watch *w)
{
    if (!w)
        return;
    forget_value(w);
    expr_free(w->expr);
    free(w->reads.list);
    free(w);
}

enum err
watch_resolve(struct session *s, struct watch *w, struct errinfo *e)
{
    struct expr *x;
    struct value v;
    enum err err = expr_parse(s, w->expr->text, &x, e);
    if (err)
        return err;
    if ((err = expr_type(s, x, &v, e))) {
        expr_free(x);
        return err;
    }
    expr_free(w->expr);
    w->expr = x;
    forget_value(w);
    if (w->is_location) { /* only the type is new */
        w->type = v.type;
        w->reads.list[0].n_bytes = (uint32_t)(vtype_bytes(v.type) < POINT_MAX_BYTES ? vtype_bytes(v.type) : POINT_MAX_BYTES);
    } else if (is_machine_register(root_of(w))) {
        watch_register(w);
    } else {
        w->is_direct = false;
        w->reads.n = 0;
        watch_refresh(s, w, NULL, NULL);
    }
    return OK;
}

enum err
watch_parse_condition(struct session *s, const struct watch *w, const char *text, struct expr **out, struct errinfo *e)
{
    struct value v;
    struct sides watched = { .watch = w };
    enum err err = w ? expr_type(s, w->expr, &v, e) : OK;
    if (err)
        return err;
    if (w) {
        watched.type = v.type;
        s->watched = &watched;
    }
    err = expr_parse(s, text, out, e);
    if (!err && (err = expr_type(s, *out, &v, e))) {
        expr_free(*out);
        *out = NULL;
    }
    s->watched = NULL;
    return err;
}

static bool
is_same_value(const struct value *a, const struct value *b)
{
    if (vtype_bytes(a->type) != vtype_bytes(b->type) || !a->bytes != !b->bytes)
        return false;
    return a->bytes ? memcmp(a->bytes, b->bytes, vtype_bytes(a->type)) == 0 : a->bits == b->bits;
}

static bool
is_same_reads(const struct reads *a, const struct reads *b)
{
    bool is_same = a->n == b->n;
    for (uint32_t i = 0; is_same && i < a->n; i++) {
        const struct read *x = &a->list[i], *y = &b->list[i];
        is_same = x->place == y->place && x->where == y->where && x->n_bytes == y->n_bytes;
    }
    return is_same;
}

bool
watch_refresh(struct session *s, struct watch *w, struct value *before, bool *had_before)
{
    struct errinfo e;
    struct value v = { 0 };
    struct reads old = w->reads;
    uint32_t mark = s->n_scratch;
    if (w->is_direct)
        return false;
    w->reads = (struct reads){ 0 };
    bool is_readable = expr_eval_reads(s, w->expr, &v, &w->reads, &e) == OK;
    bool has_changed = is_readable != w->has_value || (is_readable && !is_same_value(&v, &w->value));
    if (has_changed) {
        if (before)
            *before = w->value;
        else
            free((void *)w->value.bytes);
        if (had_before)
            *had_before = w->has_value;
        w->has_value = is_readable;
        w->value = is_readable ? data_owned(&v) : (struct value){ 0 };
    }
    classify(w, &v);
    s->points_are_stale |= w->is_direct || !is_same_reads(&old, &w->reads);
    session_scratch_release(s, mark);
    free(old.list);
    return has_changed;
}

/* The part of a range that guest memory can have. */
static bool
clip(uint64_t where, uint32_t n_bytes, struct point *out)
{
    uint64_t lo = where < GUEST_LO ? GUEST_LO : where, hi = where + n_bytes;
    if (hi < where || hi > GUEST_HI)
        hi = GUEST_HI;
    if (lo >= hi)
        return false;
    out->addr = (uint32_t)lo;
    out->len = (uint32_t)(hi - lo);
    return true;
}

bool
watch_point(const struct watch *w, uint32_t i, enum breakpoint_type type, struct point *out)
{
    const struct read *r = &w->reads.list[i];
    *out = (struct point){ .kind = POINT_REGISTER };
    if (r->place == PLACE_REGISTER) {
        out->reg = (uint8_t)(r->where % N_REGS);
        out->mask = r->where < N_REGS ? UINT64_MAX : UINT32_MAX;
        return r->where < REG_ID_PC;
    }
    out->kind = POINT_MEMORY;
    out->access = type == BREAKPOINT_READ ? MEM_READ : type == BREAKPOINT_WATCH ? MEM_WRITE : MEM_READ | MEM_WRITE;
    out->on_change = type == BREAKPOINT_WATCH;
    return clip(r->where, r->n_bytes, out) && (!w->is_direct || out->len == r->n_bytes);
}

char *
watch_value_text(struct session *s, const struct watch *w, const struct value *v, bool is_readable)
{
    struct buf text = BUF_EMPTY;
    if (is_readable)
        format_value(s, v, 0, &text);
    else
        buf_puts(&text, w->is_in_map ? "<no such element>" : "<unreadable>");
    char *copy = xstrdup(buf_text(&text));
    buf_free(&text);
    return copy;
}

static struct value
bytes_value(const struct watch *w, const uint8_t *bytes)
{
    uint64_t bits = 0;
    if (!vtype_is_scalar(w->type))
        return (struct value){ .type = w->type, .bytes = bytes, .place = PLACE_MEMORY, .where = w->reads.list[0].where };
    memcpy(&bits, bytes, vtype_bytes(w->type));
    return value_of(w->type, bits);
}

void
watch_sides(const struct watch *w, const struct point *fired, struct value *before, struct value *now)
{
    bool is_register = fired->kind == POINT_REGISTER;
    *before = is_register ? value_of(w->type, fired->before) : bytes_value(w, fired->before_bytes);
    *now = is_register ? value_of(w->type, fired->old) : bytes_value(w, fired->old_bytes);
}

char *
watch_text_now(struct session *s, const struct watch *w)
{
    struct errinfo e;
    struct value v = { 0 };
    uint32_t mark = s->n_scratch;
    const struct read *r = w->reads.n ? &w->reads.list[0] : NULL;
    char *text;
    if (w->is_direct && r->place == PLACE_MEMORY) {
        uint8_t *bytes = session_scratch(s, r->n_bytes);
        bool is_readable = data_read(s, r->where, bytes, r->n_bytes, &e) == OK;
        v = bytes_value(w, bytes);
        text = watch_value_text(s, w, &v, is_readable);
    } else {
        bool is_readable = expr_eval(s, w->expr, &v, NULL, &e) == OK;
        text = watch_value_text(s, w, &v, is_readable);
    }
    session_scratch_release(s, mark);
    return text;
}

void
watch_values(struct session *s, const struct watch *w, const struct point *fired, char **before, char **now)
{
    struct value old, new;
    watch_sides(w, fired, &old, &new);
    bool has_changed = fired->kind == POINT_REGISTER ||
                       (fired->access & MEM_WRITE && memcmp(fired->before_bytes, fired->old_bytes, fired->len) != 0);
    *before = has_changed ? watch_value_text(s, w, &old, true) : NULL;
    *now = watch_value_text(s, w, &new, true);
}

void
watch_text(const struct watch *w, struct buf *out)
{
    buf_printf(out, "%s%s", w->is_location ? "-location " : "", w->expr->text);
}
