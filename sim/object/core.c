/* Applies CO-RE relocations to the program. See core_link() in debuginfo.h; what they mean is in core.h. The kernel's types are read
 * when the first relocation needs them. Where libbpf would give up the load or poison the instruction, it becomes INSN_UNRESOLVED. */
#include "config.h"

#include "sim/object/core.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"
#include "sim/object/btfext.h"
#include "sim/object/btfindex.h"
#include "sim/object/debuginfo.h"

#include <stdlib.h>
#include <string.h>

enum { BUDGET = 25 << 20 }; /* comparisons of 40 ns: a second. The 58 objects of Debian's libbpf-tools need 14,000 together. */

#define NAMED_KINDS \
    (1u << BTF_KIND_INT | 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION | 1u << BTF_KIND_ENUM | 1u << BTF_KIND_FWD | 1u << BTF_KIND_TYPEDEF \
     | 1u << BTF_KIND_FLOAT | 1u << BTF_KIND_ENUM64)

/* Types of the target that may stand for a type of the object. As in libbpf, those that failed for one relocation are dropped when
 * others fitted. */
struct candidates {
    bool is_searched;
    uint32_t *ids;
    uint32_t n;
};

struct core {
    const struct object *o;
    struct program *p;
    const char *btf_path;
    struct btf *target;        /* NULL until needed */
    bool is_target_missing;    /* it could not be read: there is a note */
    struct btf_index by_name;  /* of target */
    struct candidates *candidates; /* by local type */
    struct core_budget budget;
};

/* What a relocation does to its instruction. */
struct decision {
    struct core_value before, after;
    bool may_resize;  /* the access may be made as wide as the target's field */
    uint64_t bit_off; /* of the target's field */
    const char *why;  /* NULL, or why there is no decision */
};

static bool
open_target(struct core *c)
{
    struct errinfo e;
    if (c->target || c->is_target_missing)
        return c->target != NULL;
    if (btf_read_file(c->btf_path, &c->target, &e) != OK) {
        struct buf text = BUF_EMPTY;
        err_text(&e, &text);
        program_note(c->p, -1, "CO-RE: no types to relocate against: %s (--btf FILE supplies them)", buf_text(&text));
        buf_free(&text);
        c->is_target_missing = true;
        return false;
    }
    btf_index_build(&c->by_name, c->target, NAMED_KINDS, core_name_bytes);
    return true;
}

static struct candidates *
find_candidates(struct core *c, uint32_t local_id)
{
    struct candidates *list = &c->candidates[local_id];
    const struct btf_type *local = btf__type_by_id(c->o->btf, local_id);
    const char *name = btf_name(c->o->btf, local->name_off);
    size_t n_bytes = core_name_bytes(name);
    if (list->is_searched)
        return list;
    list->is_searched = true;
    for (uint32_t id = btf_index_first(&c->by_name, name, n_bytes); id && core_spend(&c->budget);
         id = btf_index_next(&c->by_name, id)) {
        const char *other = btf_type_name(c->target, id);
        bool is_same_name = core_name_bytes(other) == n_bytes && !memcmp(name, other, n_bytes);
        if (is_same_name && btf_kind_core_compat(local, btf__type_by_id(c->target, id)))
            *LIST_ADD(list->ids, list->n) = id;
    }
    return list;
}

/* An access can be widened or narrowed when zero extension gives the right value: pointers and unsigned integers. */
static bool
may_resize(const struct core_spec *local, const struct core_value *before, const struct btf *target, const struct core_value *after)
{
    const struct btf_type *l = btf__type_by_id(local->btf, before->field_id), *t = btf__type_by_id(target, after->field_id);
    if (btf_is_ptr(l) && btf_is_ptr(t))
        return true;
    return btf_is_int(l) && btf_is_int(t) && btf_int_encoding(l) != BTF_INT_SIGNED && btf_int_encoding(t) != BTF_INT_SIGNED;
}

static void
evaluate(const struct core_spec *local, const struct core_spec *match, struct decision *d)
{
    enum core_answer answer = core_evaluate(local->kind, local, &d->before);
    if (answer != CORE_BROKEN)
        answer = core_evaluate(local->kind, match, &d->after);
    if (answer == CORE_BROKEN)
        d->why = "such a field has no such property";
    else if (answer == CORE_NO)
        d->why = core_kinds[local->kind].family == CORE_FIELD ? "the kernel has no such field" : "the kernel has no such value";
    else
        d->why = NULL;
    if (answer != CORE_YES || !match)
        return;
    d->bit_off = match->bit_off;
    d->may_resize = d->before.field_bytes == d->after.field_bytes || may_resize(local, &d->before, match->btf, &d->after);
}

/* Evaluates the relocation against all candidates, which must agree. */
static void
decide(struct core *c, const struct core_spec *local, struct decision *d)
{
    struct candidates *list = find_candidates(c, local->root_id);
    uint32_t n_fitting = 0;
    for (uint32_t i = 0; i < list->n; i++) {
        struct core_spec match;
        struct decision one = { 0 };
        enum core_answer answer = core_match(local, c->target, list->ids[i], &c->budget, &match);
        if (!core_spend(&c->budget))
            answer = CORE_BROKEN;
        if (answer == CORE_NO)
            continue;
        if (answer == CORE_YES)
            evaluate(local, &match, &one);
        else
            one.why = c->budget.left ? "types are nested too deeply" : "types are too many to compare";
        if (one.why || !n_fitting)
            *d = one;
        else if (one.bit_off != d->bit_off || one.after.value != d->after.value)
            d->why = "several types match and disagree";
        if (d->why)
            return;
        list->ids[n_fitting++] = list->ids[i];
    }
    if (n_fitting)
        list->n = n_fitting;
    else
        evaluate(local, NULL, d);
}

/* ---------------------------------------------------------------- patching */

static const char *
patch_constant(struct insn *insn, const struct decision *d, int64_t after)
{
    if (d->before.is_certain && (uint64_t)insn->imm != d->before.value)
        return "the instruction does not hold the value that the types give";
    insn->imm = after;
    return NULL;
}

/* Gives a load or store the width of the target's field. */
static const char *
resize_access(struct insn *insn, uint32_t before_bytes, uint32_t after_bytes)
{
    static const uint8_t bytes_of[] = { 4, 2, 1, 8 }; /* by the size bits of an opcode */
    uint8_t code[16];
    uint16_t flags = insn->flags;
    insn_encode(insn, code);
    if (bytes_of[code[0] >> 3 & 3] != before_bytes)
        return "the instruction is not as wide as its field";
    for (uint8_t size = 0; size < ARRAY_LEN(bytes_of); size++)
        if (bytes_of[size] == after_bytes) {
            code[0] = (uint8_t)((code[0] & ~0x18) | size << 3);
            if (insn_decode(code, 1, 0, insn, NULL) == ERR_ILLEGAL_INSN)
                break;
            insn->flags = flags;
            return NULL;
        }
    return "the field is of a size that no instruction has";
}

static const char *
patch_access(struct insn *insn, const struct decision *d)
{
    if (d->before.is_certain && (uint64_t)(int64_t)insn->off != d->before.value)
        return "the instruction does not hold the offset that the types give";
    if (d->after.value > INT16_MAX)
        return "the offset is too large for the instruction";
    if (!d->may_resize)
        return "the field has another size and is no pointer or unsigned integer";
    insn->off = (int16_t)d->after.value;
    if (d->before.field_bytes == d->after.field_bytes)
        return NULL;
    return resize_access(insn, d->before.field_bytes, d->after.field_bytes);
}

/* Patches the instruction at pc; returns why it can't be done. */
static const char *
patch(struct program *p, uint32_t pc, const struct decision *d)
{
    enum { LD, LDX, ST, STX, ALU, JMP, JMP32, ALU64, CLASS = 7, SOURCE_IS_REGISTER = 8 };
    struct insn *insn = &p->insns[pc];
    uint8_t opcode = p->code[pc * SLOT_BYTES];
    switch (insn->op < N_OPS ? opcode & CLASS : JMP) {
    case ALU:
    case ALU64:
        if (opcode & SOURCE_IS_REGISTER)
            break;
        return patch_constant(insn, d, (int32_t)d->after.value);
    case LDX:
    case ST:
    case STX:
        return patch_access(insn, d);
    case LD:
        if (insn->op == OP_lddw)
            return patch_constant(insn, d, (int64_t)d->after.value);
        break;
    default:
        break;
    }
    return "the instruction is of a kind that has nothing to relocate";
}

/* ---------------------------------------------------------------- one relocation */

static const char *
relocate(struct core *c, uint32_t pc, const struct core_spec *local, uint64_t *value)
{
    struct decision d = { 0 };
    if (local->kind == BPF_CORE_TYPE_ID_LOCAL) {
        d.after.value = local->root_id;
        d.may_resize = true;
    } else if (!*btf_type_name(local->btf, local->root_id)) {
        d.why = "a type without a name can't be looked up";
    } else if (!open_target(c)) {
        d.why = "there are no types to look it up in";
    } else {
        decide(c, local, &d);
    }
    if (!d.why)
        d.why = patch(c->p, pc, &d);
    *value = d.after.value;
    return d.why;
}

static void
link_one(struct core *c, const struct btfext_record *r)
{
    struct program *p = c->p;
    struct core_spec local;
    struct buf text = BUF_EMPTY;
    uint64_t value = 0;
    const char *why = core_spec_parse(&local, c->o->btf, r->word[2], r->word[0], btf_name(c->o->btf, r->word[1]));
    if (why) {
        buf_printf(&text, "relocation of kind %u, type %u", r->word[2], r->word[0]);
    } else {
        core_spec_print(&local, &text);
        why = relocate(c, r->pc, &local, &value);
    }
    if (why) {
        p->insns[r->pc].flags |= INSN_UNRESOLVED;
        program_note(p, r->pc, "CO-RE: %s: %s", buf_text(&text), why);
    }
    *LIST_ADD(p->refs, p->n_refs) = (struct ref){ .pc = r->pc, .kind = REF_CORE, .index = p->n_core_relos, .addend = (int64_t)value };
    *LIST_ADD(p->core_relos, p->n_core_relos) = (struct core_relo){ .spec = xstrdup(buf_text(&text)), .is_resolved = !why };
    buf_free(&text);
}

void
core_link(const struct object *o, struct program *p, const char *btf_path)
{
    struct core c = { .o = o, .p = p, .btf_path = btf_path, .budget = { BUDGET } };
    struct btfext_walk walk;
    struct btfext_record r;
    uint32_t n_types = o->btf ? btf__type_cnt(o->btf) : 0;
    btfext_begin(&walk, o, BTFEXT_CORE_RELOS);
    while (btfext_next(&walk, &r)) {
        if (!c.candidates)
            c.candidates = xcalloc(n_types, sizeof *c.candidates);
        link_one(&c, &r);
    }
    btfext_end(&walk, p);
    for (uint32_t i = 0; c.candidates && i < n_types; i++)
        free(c.candidates[i].ids);
    free(c.candidates);
    btf_index_free(&c.by_name);
    btf__free(c.target);
}
