/* Commands about variables of the source: info locals, info args, info scope. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/local.h"
#include "debugger/source.h"

#include <dwarf.h>
#include <inttypes.h>

/* "name = value", or why there is none. */
static void
put_variable(struct session *s, uint32_t index, struct buf *out)
{
    struct value v;
    struct errinfo e;
    const struct variable_info *info = &s->program->variables->list[index];
    enum err err = local_value(s, index, s->frame, &v, NULL, &e);
    buf_printf(out, "%s = ", info->name);
    if (!err && v.place == PLACE_MEMORY && !vtype_is_scalar(v.type))
        err = data_fetch(s, &v, &e);
    if (err) {
        buf_puts(out, "<error: ");
        err_text(&e, out);
        buf_putc(out, '>');
    } else {
        format_value(s, &v, 0, out);
    }
    buf_putc(out, '\n');
}

/* The scope's own ones. Returns how many there were. */
static uint32_t
put_scope(struct session *s, int32_t scope, bool arguments, bool locals, struct buf *out)
{
    const struct variables *v = s->program->variables;
    const struct scope *at = &v->scopes[scope];
    uint32_t n = 0;
    for (uint32_t i = at->first_variable; i < at->first_variable + at->n_variables; i++) {
        if (v->list[i].is_argument ? !arguments : !locals)
            continue;
        put_variable(s, i, out);
        n++;
    }
    return n;
}

/* From the innermost scope outwards. What a function that was inlined has is headed by where it was. */
enum err
cmd_info_locals(struct call *c)
{
    const struct variables *v = c->s->program->variables;
    int32_t scope = local_scope(c->s), inlined = scope;
    uint32_t n = 0;
    if (!frame_count(c->s))
        return err_set(c->e, ERR_NO_FRAME, NULL, 0, 0, 0);
    if (scope < 0) {
        buf_puts(c->out, "No symbol table info available.\n");
        return OK;
    }
    while (inlined >= 0 && v->scopes[inlined].kind != SCOPE_INLINED)
        inlined = v->scopes[inlined].parent;
    bool has_inlined = inlined >= 0, is_new_function = has_inlined;
    for (; scope >= 0; scope = v->scopes[scope].parent) {
        int32_t function = variables_function_of(v, scope), outer = variables_function_of(v, v->scopes[function].parent);
        if (is_new_function && outer >= 0)
            buf_printf(c->out, "%s, inlined into %s:\n", v->scopes[function].name, v->scopes[outer].name);
        else if (is_new_function)
            buf_printf(c->out, "%s:\n", v->scopes[function].name);
        bool is_inlined = v->scopes[scope].kind == SCOPE_INLINED;
        n += put_scope(c->s, scope, is_inlined, true, c->out);
        is_new_function = is_inlined;
    }
    if (!n && !has_inlined)
        buf_puts(c->out, "No locals.\n");
    return OK;
}

enum err
cmd_info_args(struct call *c)
{
    const struct variables *v = c->s->program->variables;
    int32_t scope = local_scope(c->s);
    if (!frame_count(c->s))
        return err_set(c->e, ERR_NO_FRAME, NULL, 0, 0, 0);
    if (scope < 0) {
        buf_puts(c->out, "No symbol table info available.\n");
        return OK;
    }
    while (v->scopes[scope].parent >= 0)
        scope = v->scopes[scope].parent;
    if (!put_scope(c->s, scope, true, false, c->out))
        buf_puts(c->out, "No arguments.\n");
    return OK;
}

/* ---- info scope */

/* What an expression is, in gdb's words. */
static void
put_place(const struct place_op *ops, uint32_t n, struct buf *out)
{
    bool is_value = n == 2 && ops[1].op == DW_OP_stack_value;
    bool has_pieces = false;
    for (uint32_t i = 0; i < n; i++)
        has_pieces |= ops[i].op == DW_OP_bit_piece;
    if (n == 1 && ops->op == DW_OP_regx)
        buf_printf(out, "a variable in $r%" PRIu64, ops->a);
    else if (n == 1 && ops->op == DW_OP_bregx && ops->a == REG_10)
        buf_printf(out, "a variable at frame base reg $r10 offset %" PRId64, ops->b);
    else if (n == 1 && ops->op == DW_OP_const8u)
        buf_printf(out, "static storage at address 0x%" PRIx64, ops->a);
    else if ((is_value && ops->op == DW_OP_const8u) || (n == 1 && ops->op == DW_OP_implicit_value))
        buf_printf(out, "the constant %" PRId64, (int64_t)ops->a);
    else
        buf_puts(out, has_pieces ? "in pieces" : "a complex DWARF expression");
}

static void
put_symbol(struct session *s, const struct variable_info *info, struct buf *out)
{
    const struct variables *v = s->program->variables;
    buf_printf(out, "Symbol %s is ", info->name);
    if (!info->n_places) {
        buf_puts(out, "optimized out.\n");
        return;
    }
    const struct variable_place *places = v->places + info->first_place;
    if (info->n_places == 1 && places->to >= s->program->n_slots * 8) {
        put_place(v->ops + places->first_op, places->n_ops, out);
    } else {
        buf_puts(out, "multi-location:\n");
        for (uint32_t i = 0; i < info->n_places; i++) {
            buf_printf(out, "  Range %u-%u: ", places[i].from / 8, (places[i].to + 7) / 8 - 1);
            put_place(v->ops + places[i].first_op, places[i].n_ops, out);
            buf_putc(out, '\n');
        }
    }
    struct vtype type = local_type(s, (uint32_t)(info - v->list));
    buf_printf(out, ", length %" PRIu64 ".\n", vtype_bytes(type));
}

enum err
cmd_info_scope(struct call *c)
{
    const struct variables *v = c->s->program->variables;
    uint32_t n = 0;
    if (!c->has_place)
        return err_set(c->e, ERR_DEBUGGER, "requires an argument (an expression or variable): a linespec", 0, 0, 0);
    for (int32_t scope = variables_scope_at(v, c->place.pcs[0] * 8); scope >= 0; scope = v->scopes[scope].parent) {
        for (uint32_t i = 0; i < v->scopes[scope].n_variables; i++) {
            if (!n++)
                buf_printf(c->out, "Scope for %s:\n", c->text);
            put_symbol(c->s, &v->list[v->scopes[scope].first_variable + i], c->out);
        }
    }
    if (!n)
        buf_printf(c->out, "Scope for %s:\ncontains no locals or arguments.\n", c->text);
    return OK;
}
