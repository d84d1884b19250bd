/* Scopes and variables from DWARF. One walk over the tree of each unit; depth and number of what is visited are bounded. See debuginfo.h. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/debuginfo.h"
#include "sim/object/dwarf.h"
#include "sim/object/layout.h"
#include "sim/object/variables.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEBUG_INFO_MAX_BYTES = 16 << 20, /* libdw keeps what it has seen; vmlinux has more, objects do not */
    MAX_VARIABLES = 1 << 18,
    MAX_SPANS = 1 << 19              /* of scopes, and places of variables */
};

struct global {
    char *name;
    uint32_t type_id;
};

struct reading {
    struct program *p;
    struct variables *v;
    struct dwarf_types *types;
    struct global *globals;
    uint32_t n_globals;
    uint32_t n_dies;
    uint64_t extent;            /* highest end of its stack variables */
};

static void read_children(struct reading *r, Dwarf_Die *parent, int32_t scope, uint32_t depth);

static uint32_t
type_id_of(struct reading *r, Dwarf_Die *die, uint64_t *n_bytes)
{
    Dwarf_Attribute attr;
    Dwarf_Die type;
    if (!dwarf_attr_integrate(die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, &type))
        return 0;
    *n_bytes = dwarf_type_bytes(&type);
    return dwarf_types_id(r->types, &type);
}

/* Cut to the image; false when nothing is left. */
static bool
span_of(const struct program *p, uint64_t from, uint64_t to, uint32_t *out_from, uint32_t *out_to)
{
    uint64_t end = (uint64_t)p->n_slots * 8;
    *out_from = (uint32_t)(from < end ? from : end);
    *out_to = (uint32_t)(to < end ? to : end);
    return from < to && from < end;
}

/* ---- variables */

/* How far from where its offsets count an expression reaches into the stack. */
static uint64_t
extent_of(const struct place_op *ops, uint32_t n, uint64_t type_bytes)
{
    uint64_t extent = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_piece = i + 1 < n && ops[i + 1].op == DW_OP_bit_piece;
        uint64_t n_bytes = is_piece ? ops[i + 1].a / 8 : i + 1 == n ? type_bytes : 0;
        if (ops[i].op == DW_OP_bregx && ops[i].a == REG_10 && ops[i].b >= 0 && ops[i].b < STACK_BYTES && n_bytes <= STACK_BYTES)
            extent = (uint64_t)ops[i].b + n_bytes > extent ? (uint64_t)ops[i].b + n_bytes : extent;
    }
    return extent;
}

static void
add_place(struct reading *r, uint64_t from, uint64_t to, uint32_t first_op)
{
    struct variable_place place = { .first_op = first_op, .n_ops = r->v->n_ops - first_op };
    if (r->v->n_places < MAX_SPANS && span_of(r->p, from, to, &place.from, &place.to))
        *LIST_ADD(r->v->places, r->v->n_places) = place;
}

static void
read_location(struct reading *r, Dwarf_Attribute *attr, uint64_t type_bytes)
{
    Dwarf_Addr base, from, to;
    Dwarf_Op *ops;
    size_t n_ops;
    for (ptrdiff_t off = 0; (off = dwarf_getlocations(attr, off, &base, &from, &to, &ops, &n_ops)) > 0;) {
        if (r->v->n_places >= MAX_SPANS || r->v->n_ops >= DWARF_MAX_OPS)
            return;
        if (!n_ops) /* optimised out here */
            continue;
        uint32_t first = r->v->n_ops;
        dwarf_place_add(r->v, attr, ops, n_ops, type_bytes);
        uint64_t extent = extent_of(r->v->ops + first, r->v->n_ops - first, type_bytes);
        r->extent = extent > r->extent ? extent : r->extent;
        add_place(r, from, to, first);
    }
}

/* A variable that is a constant all the time. */
static void
read_constant(struct reading *r, Dwarf_Attribute *attr)
{
    Dwarf_Block block;
    Dwarf_Sword number = 0;
    uint32_t first = r->v->n_ops;
    struct place_op op = { .op = DW_OP_implicit_value, .b = sizeof number };
    if (dwarf_formsdata(attr, &number) && dwarf_formudata(attr, (Dwarf_Word *)&number)) {
        if (dwarf_formblock(attr, &block) || block.length > sizeof number)
            return;
        memcpy(&number, block.data, block.length);
        op.b = (int64_t)block.length;
    }
    op.a = (uint64_t)number;
    *LIST_ADD(r->v->ops, r->v->n_ops) = op;
    add_place(r, 0, UINT64_MAX, first);
}

static void
read_variable(struct reading *r, Dwarf_Die *die, int32_t scope)
{
    Dwarf_Attribute attr;
    uint64_t type_bytes = 0;
    const char *name = dwarf_diename(die);
    struct variables *v = r->v;
    bool is_argument = dwarf_tag(die) == DW_TAG_formal_parameter;
    if (!name || !*name || v->n >= MAX_VARIABLES || dwarf_hasattr(die, DW_AT_declaration))
        return;
    struct variable_info info = { .scope = (uint32_t)scope, .is_argument = is_argument, .first_place = v->n_places };
    int line = 0;
    info.type_id = type_id_of(r, die, &type_bytes);
    if (dwarf_attr_integrate(die, DW_AT_decl_line, &attr) && dwarf_decl_line(die, &line) == 0 && line > 0)
        info.line = (uint32_t)line;
    if (dwarf_attr(die, DW_AT_location, &attr))
        read_location(r, &attr, type_bytes);
    else if (dwarf_attr_integrate(die, DW_AT_const_value, &attr))
        read_constant(r, &attr);
    info.n_places = v->n_places - info.first_place;
    info.name = object_name(name);
    *LIST_ADD(v->list, v->n) = info;
}

/* What a caller gives to a register: gcc says it for registers that it can't follow otherwise. */
static void
read_call(struct reading *r, Dwarf_Die *die)
{
    Dwarf_Attribute attr;
    Dwarf_Addr return_address;
    Dwarf_Die child;
    Dwarf_Op *where, *value;
    size_t n_where, n_value;
    struct variables *v = r->v;
    bool is_old = dwarf_tag(die) == DW_TAG_GNU_call_site;
    if (!dwarf_attr(die, is_old ? DW_AT_low_pc : DW_AT_call_return_pc, &attr) || dwarf_formaddr(&attr, &return_address) ||
        return_address / 8 >= r->p->n_slots || dwarf_child(die, &child))
        return;
    do {
        Dwarf_Attribute given;
        bool is_place = dwarf_attr(&child, DW_AT_location, &attr) && !dwarf_getlocation(&attr, &where, &n_where) && n_where == 1;
        bool is_register = is_place && where->atom >= DW_OP_reg1 && where->atom <= DW_OP_reg5;
        if (r->n_dies++ >= DWARF_MAX_DIES || v->n_calls >= MAX_SPANS || v->n_ops >= DWARF_MAX_OPS)
            return;
        if (!is_register || !dwarf_attr(&child, is_old ? DW_AT_GNU_call_site_value : DW_AT_call_value, &given) ||
            dwarf_getlocation(&given, &value, &n_value) || !n_value)
            continue;
        struct call_value call = { .return_pc = (uint32_t)(return_address / 8), .reg = where->atom - DW_OP_reg0, .first_op = v->n_ops };
        dwarf_place_add(v, &given, value, n_value, 8);
        call.n_ops = v->n_ops - call.first_op;
        *LIST_ADD(v->calls, v->n_calls) = call;
    } while (dwarf_siblingof(&child, &child) == 0);
}

/* ---- scopes */

/* -1 when it has no code. */
static int32_t
add_scope(struct reading *r, Dwarf_Die *die, enum scope_kind kind, int32_t parent)
{
    struct variables *v = r->v;
    struct scope s = { .kind = kind, .parent = parent, .first_span = v->n_spans };
    Dwarf_Addr base, from, to;
    for (ptrdiff_t off = 0; v->n_spans < MAX_SPANS && (off = dwarf_ranges(die, off, &base, &from, &to)) > 0;) {
        struct code_span span;
        if (span_of(r->p, from, to, &span.from, &span.to))
            *LIST_ADD(v->spans, v->n_spans) = span;
    }
    s.n_spans = v->n_spans - s.first_span;
    if (!s.n_spans)
        return -1;
    const char *name = kind == SCOPE_BLOCK ? NULL : dwarf_diename(die);
    uint64_t ignored = 0;
    s.name = object_name(name ? name : "");
    if (kind != SCOPE_BLOCK) {
        s.has_type = true;
        s.type_id = type_id_of(r, die, &ignored);
    }
    *LIST_ADD(v->scopes, v->n_scopes) = s;
    return (int32_t)v->n_scopes - 1;
}

static void
read_function(struct reading *r, Dwarf_Die *die, uint32_t depth)
{
    struct variables *v = r->v;
    int32_t scope = add_scope(r, die, SCOPE_FUNCTION, -1);
    if (scope < 0)
        return;
    uint32_t first_op = v->n_ops;
    r->extent = 0;
    read_children(r, die, scope, depth + 1);
    const struct code_span *span = &v->spans[v->scopes[scope].first_span];
    dwarf_places_mend_frame(r->p, v, first_op, span->from / 8, (span->to - span->from) / 8, r->extent);
}

static void
read_die(struct reading *r, Dwarf_Die *die, int32_t scope, uint32_t depth)
{
    int32_t inner;
    switch (dwarf_tag(die)) {
    case DW_TAG_subprogram:
        if (scope < 0)
            read_function(r, die, depth);
        return;
    case DW_TAG_formal_parameter:
    case DW_TAG_variable:
        if (scope >= 0)
            read_variable(r, die, scope);
        return;
    case DW_TAG_lexical_block:
    case DW_TAG_inlined_subroutine:
        inner = scope < 0 ? -1 : add_scope(r, die, dwarf_tag(die) == DW_TAG_lexical_block ? SCOPE_BLOCK : SCOPE_INLINED, scope);
        if (inner >= 0)
            read_children(r, die, inner, depth + 1);
        return;
    case DW_TAG_call_site:
    case DW_TAG_GNU_call_site:
        if (scope >= 0)
            read_call(r, die);
        return;
    default:
        return;
    }
}

/* Variables of a scope stand together in the list: they are read before inner scopes. */
static void
read_children(struct reading *r, Dwarf_Die *parent, int32_t scope, uint32_t depth)
{
    Dwarf_Die child;
    if (depth > DWARF_MAX_DEPTH)
        return;
    r->v->scopes[scope].first_variable = r->v->n;
    for (int pass = 0; pass < 2; pass++) {
        for (int more = dwarf_child(parent, &child); more == 0 && r->n_dies++ < DWARF_MAX_DIES; more = dwarf_siblingof(&child, &child)) {
            int tag = dwarf_tag(&child);
            if ((tag == DW_TAG_formal_parameter || tag == DW_TAG_variable) == (pass == 0))
                read_die(r, &child, scope, depth);
        }
        if (pass == 0)
            r->v->scopes[scope].n_variables = r->v->n - r->v->scopes[scope].first_variable;
    }
}

/* ---- units */

static void
read_top(struct reading *r, Dwarf_Die *die)
{
    uint64_t ignored = 0;
    const char *name = dwarf_diename(die);
    switch (dwarf_tag(die)) {
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_typedef: /* for those who ask for them by name */
        if (name || dwarf_tag(die) == DW_TAG_enumeration_type)
            dwarf_types_id(r->types, die);
        return;
    case DW_TAG_variable:
        if (name && r->n_globals < MAX_VARIABLES) {
            uint32_t id = type_id_of(r, die, &ignored);
            *LIST_ADD(r->globals, r->n_globals) = (struct global){ object_name(name), id };
        }
        return;
    default:
        read_die(r, die, -1, 0);
    }
}

static void
read_units(struct reading *r, Dwarf *dwarf)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit, child;
    uint8_t unit_type;
    while (dwarf_get_units(dwarf, cu, &cu, NULL, &unit_type, &unit, NULL) == 0 && r->n_dies < DWARF_MAX_DIES) {
        for (int more = dwarf_child(&unit, &child); more == 0 && r->n_dies++ < DWARF_MAX_DIES; more = dwarf_siblingof(&child, &child))
            read_top(r, &child);
        r->n_dies++;
    }
}

static int
compare_globals(const void *a, const void *b)
{
    return strcmp(((const struct global *)a)->name, ((const struct global *)b)->name);
}

/* For objects whose BTF does not have the variables. */
static void
type_globals(struct reading *r)
{
    if (!r->n_globals)
        return;
    qsort(r->globals, r->n_globals, sizeof *r->globals, compare_globals);
    for (uint32_t i = 0; i < r->p->n_vars; i++) {
        struct data_var *var = &r->p->vars[i];
        struct global key = { .name = var->name };
        const struct global *found = bsearch(&key, r->globals, r->n_globals, sizeof *r->globals, compare_globals);
        if (found && !var->btf_id)
            var->btf_id = found->type_id;
    }
}

static int
compare_calls(const void *a, const void *b)
{
    const struct call_value *x = a, *y = b;
    return x->return_pc != y->return_pc ? (x->return_pc < y->return_pc ? -1 : 1) : (x->reg > y->reg) - (x->reg < y->reg);
}

void
variables_link(struct object *o, struct program *p)
{
    if (!dwarf_open(o, p, ".debug_info", DEBUG_INFO_MAX_BYTES))
        return;
    struct reading r = { .p = p, .v = xcalloc(1, sizeof *r.v), .types = dwarf_types_begin(o->btf) };
    read_units(&r, o->dwarf->dwarf);
    if (r.v->n_calls)
        qsort(r.v->calls, r.v->n_calls, sizeof *r.v->calls, compare_calls);
    if (r.n_dies >= DWARF_MAX_DIES)
        program_note(p, -1, "debug information: only its first %d entries are read", DWARF_MAX_DIES);
    if (dwarf_types_end(r.types, o, p)) {
        type_globals(&r);
        p->variables = r.v;
    } else {
        variables_free(r.v);
    }
    for (uint32_t i = 0; i < r.n_globals; i++)
        free(r.globals[i].name);
    free(r.globals);
}
