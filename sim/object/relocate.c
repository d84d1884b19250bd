/* Relocations: what the instructions and data of an object refer to. Nothing is refused: what does not resolve is marked and noted.
 *
 * What stands in the object (clang and gcc; REL unless said otherwise):
 *   LDDW of a map or variable   symbol, or section symbol with the offset in imm (RELA: in the addend)
 *   LDDW of a function          symbol, or section symbol with the byte offset in imm
 *   call in another section     symbol (imm is -1 from clang and meaningless from gcc), or section symbol with imm + 1 slots
 *   call of an extern           undefined symbol, src 1
 * Relocation types are not looked at: the instruction says what the reference means, and old compilers number them differently. */
#include "config.h"

#include "sim/object/link.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"
#include "sim/object/maps.h"

#include <inttypes.h>
#include <string.h>

/* Where a reference leads. */
struct target {
    enum { TARGET_NOTHING, TARGET_MAP, TARGET_DATA, TARGET_CODE, TARGET_EXTERN } kind;
    uint32_t index; /* MAP, DATA: map; CODE: slot; EXTERN: extern */
    int64_t off;    /* DATA */
};

/* Functions that compilers call on their own account; the machine has them. */
static const char *const builtins[] = { "memcpy", "memmove", "memset" };

static uint32_t
extern_of(struct object *o, struct program *p, uint32_t index, bool is_func)
{
    struct symbol *s = &o->symbols[index];
    if (s->extern_index >= 0)
        return (uint32_t)s->extern_index;
    s->extern_index = (int32_t)p->n_externs;
    struct extern_sym *ext = LIST_ADD(p->externs, p->n_externs);
    ext->name = object_name(s->name);
    ext->is_func = is_func;
    ext->is_weak = s->binding == STB_WEAK;
    for (size_t i = 0; i < ARRAY_LEN(builtins); i++)
        if (is_func && strcmp(s->name, builtins[i]) == 0)
            ext->is_resolved = true;
    return (uint32_t)s->extern_index;
}

/* What symbol + addend bytes is. */
static struct target
resolve(struct object *o, struct program *p, uint32_t index, int64_t addend, bool is_call)
{
    const struct symbol *s = &o->symbols[index];
    uint64_t off = s->value + (uint64_t)addend;
    if (s->map >= 0)
        return (struct target){ TARGET_DATA, (uint32_t)s->map, (int64_t)(s->map_off + (uint64_t)addend) };
    bool has_room = s->extern_index >= 0 || p->n_externs < OBJECT_MAX_EXTERNS;
    if (s->section == SYMBOL_UNDEFINED && *s->name && has_room)
        return (struct target){ TARGET_EXTERN, extern_of(o, p, index, is_call), 0 };
    if (s->section == SYMBOL_UNDEFINED || s->section == SYMBOL_NO_SECTION)
        return (struct target){ TARGET_NOTHING, 0, 0 };
    const struct section *section = &o->sections[s->section];
    const struct map_place *place = maps_at(o, s->section, off);
    int64_t pc = object_slot(o, s->section, off);
    if (place)
        return (struct target){ TARGET_MAP, place->map, 0 };
    if (section->kind == SECTION_DATA && section->map >= 0)
        return (struct target){ TARGET_DATA, (uint32_t)section->map, (int64_t)off };
    if (pc >= 0 && p->insns[pc].op != OP_lddw_tail)
        return (struct target){ TARGET_CODE, (uint32_t)pc, 0 };
    return (struct target){ TARGET_NOTHING, 0, 0 };
}

static uint64_t
target_value(const struct program *p, struct target t)
{
    switch (t.kind) {
    case TARGET_MAP:
        return GUEST_MAP + (uint64_t)t.index * MAP_STRIDE;
    case TARGET_DATA:
        return p->maps[t.index].value_addr + (uint64_t)t.off;
    case TARGET_CODE:
        return GUEST_CODE_OF(t.index);
    case TARGET_EXTERN:
    case TARGET_NOTHING:
        return 0;
    }
    return 0;
}

static void
add_ref(struct program *p, uint32_t pc, enum ref_kind kind, uint32_t index, int64_t addend)
{
    *LIST_ADD(p->refs, p->n_refs) = (struct ref){ .pc = pc, .kind = kind, .index = index, .addend = addend };
}

static void
mark_unresolved(struct program *p, uint32_t pc, const struct symbol *s, const char *why)
{
    p->insns[pc].flags |= INSN_UNRESOLVED;
    program_note(p, pc, "%s%.100s", why, *s->name ? s->name : "a symbol without a name");
}

static int32_t
imm_in_file(const struct program *p, uint32_t pc)
{
    int32_t imm;
    memcpy(&imm, p->code + (size_t)pc * SLOT_BYTES + 4, sizeof imm);
    return imm;
}

static void
relocate_load(struct object *o, struct program *p, uint32_t pc, const struct relocation *r)
{
    struct insn *insn = &p->insns[pc];
    struct target t = resolve(o, p, r->symbol, object_addend(o, r, imm_in_file(p, pc)), false);
    insn->op = OP_lddw;
    insn->src = insn_rows[OP_lddw].src;
    insn->flags &= (uint16_t)~INSN_UNRESOLVED;
    insn->imm = (int64_t)target_value(p, t);
    switch (t.kind) {
    case TARGET_MAP:
        add_ref(p, pc, REF_MAP, t.index, 0);
        break;
    case TARGET_DATA:
        add_ref(p, pc, REF_DATA, t.index, t.off);
        break;
    case TARGET_CODE: /* functions_link() adds the reference */
        insn->op = OP_ld_func;
        insn->src = insn_rows[OP_ld_func].src;
        break;
    case TARGET_EXTERN: /* a weak one is null, as in a kernel that does not have it */
        add_ref(p, pc, REF_EXTERN, t.index, 0);
        if (!p->externs[t.index].is_weak)
            insn->flags |= INSN_UNRESOLVED;
        break;
    case TARGET_NOTHING:
        mark_unresolved(p, pc, &o->symbols[r->symbol], "can't load the address of ");
        break;
    }
}

static void
relocate_call(struct object *o, struct program *p, uint32_t pc, const struct relocation *r)
{
    struct insn *insn = &p->insns[pc];
    const struct symbol *s = &o->symbols[r->symbol];
    int64_t addend = s->type == STT_SECTION ? ((int64_t)imm_in_file(p, pc) + 1) * SLOT_BYTES : 0;
    struct target t = resolve(o, p, r->symbol, addend, true);
    if (t.kind == TARGET_CODE) {
        insn->op = OP_call_local;
        insn->src = insn_rows[OP_call_local].src;
        insn->imm = (int64_t)t.index - pc - 1;
    } else if (t.kind == TARGET_EXTERN) {
        insn->op = OP_call_kfunc;
        insn->src = insn_rows[OP_call_kfunc].src;
        insn->imm = t.index;
        add_ref(p, pc, REF_EXTERN, t.index, 0);
    } else {
        mark_unresolved(p, pc, s, "call of what is no function: ");
    }
}

static void
relocate_code(struct object *o, struct program *p, const struct relocation *r)
{
    int64_t pc = object_slot(o, r->section, r->off);
    if (pc < 0) {
        program_note(p, -1, "section %.60s: relocation at 0x%" PRIx64 " is not at an instruction", o->sections[r->section].name, r->off);
        return;
    }
    enum insn_kind kind = insn_kind(&p->insns[pc]);
    if (kind == KIND_LDDW)
        relocate_load(o, p, (uint32_t)pc, r);
    else if (kind == KIND_CALL || kind == KIND_CALLL || kind == KIND_CALLK)
        relocate_call(o, p, (uint32_t)pc, r);
    else
        mark_unresolved(p, (uint32_t)pc, &o->symbols[r->symbol], "this instruction can't refer to ");
}

/* A pointer in initialised data (a table of strings). The kernel leaves the file's bytes; here the pointer works. */
static void
relocate_data(struct object *o, struct program *p, const struct relocation *r)
{
    const struct section *s = &o->sections[r->section];
    int64_t in_place;
    if (s->map < 0 || !p->maps[s->map].init || s->n_bytes < 8 || r->off > s->n_bytes - 8)
        return;
    uint8_t *bytes = p->maps[s->map].init + r->off;
    memcpy(&in_place, bytes, sizeof in_place);
    struct target t = resolve(o, p, r->symbol, object_addend(o, r, in_place), false);
    if (t.kind == TARGET_NOTHING || t.kind == TARGET_EXTERN)
        return;
    uint64_t value = target_value(p, t);
    memcpy(bytes, &value, sizeof value);
    program_note(p, -1, "%.60s+0x%" PRIx64 " holds a pointer; it works here, the kernel leaves it unrelocated", s->name, r->off);
}

static void
note_externs(struct program *p)
{
    for (uint32_t i = 0; i < p->n_externs; i++) {
        const struct extern_sym *ext = &p->externs[i];
        if (ext->is_resolved)
            continue;
        if (ext->is_func)
            program_note(p, -1, "extern function %.100s is not in this object: a call of it stops unless it is given a result", ext->name);
        else if (ext->is_weak)
            program_note(p, -1, "weak extern %.100s is not in this object: its address is 0", ext->name);
        else
            program_note(p, -1, "extern variable %.100s is not in this object: loading its address stops", ext->name);
    }
}

void
relocate(struct object *o, struct program *p)
{
    for (uint32_t i = 0; i < o->n_relocations; i++) {
        const struct relocation *r = &o->relocations[i];
        if (o->sections[r->section].kind == SECTION_CODE)
            relocate_code(o, p, r);
        else if (o->sections[r->section].kind == SECTION_DATA)
            relocate_data(o, p, r);
    }
    note_externs(p);
}

void
relocate_pseudo(struct program *p)
{
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        struct insn *insn = &p->insns[pc];
        if (insn->op == OP_ld_func) {
            int64_t target = (int64_t)pc + (int32_t)insn->imm + 1; /* the other half means nothing */
            bool is_code = target >= 0 && target < p->n_slots && p->insns[target].op != OP_lddw_tail;
            insn->imm = is_code ? (int64_t)GUEST_CODE_OF(target) : 0;
            insn->flags |= is_code ? 0 : INSN_UNRESOLVED;
        } else if (insn_kind(insn) == KIND_LDDW && insn->op != OP_lddw && insn->op != OP_ld_func) {
            insn->flags |= INSN_UNRESOLVED;
        }
    }
}
