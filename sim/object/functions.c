/* Functions: what begins where in the image. They come from symbols, from the targets of calls (static functions of stripped or old
 * objects) and, where nothing names the beginning of a section, from the section itself. Invariant afterwards: functions are sorted,
 * do not overlap and cover every slot. */
#include "config.h"

#include "sim/object/link.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A slot where a function begins. */
struct start {
    uint32_t pc;
    uint32_t section; /* 0: raw code */
    uint32_t symbol;  /* 0: none */
    uint32_t rank;    /* of several at one pc the lowest counts */
};

enum { RANK_SYMBOL, RANK_LABEL, RANK_SECTION, RANK_TARGET };

struct starts {
    struct start *list;
    uint32_t n;
};

static void
add_start(struct starts *s, uint32_t pc, uint32_t section, uint32_t symbol, uint32_t rank)
{
    *LIST_ADD(s->list, s->n) = (struct start){ pc, section, symbol, rank };
}

/* clang names the targets of branches LBB0_3; such symbols begin no function. */
static bool
is_branch_label(const char *name)
{
    return name[0] == '.' || (name[0] == 'L' && (strncmp(name, "LBB", 3) == 0 || strncmp(name, "Ltmp", 4) == 0));
}

/* Old clang makes programs STT_NOTYPE. A local one of those counts only at the beginning of its section. */
static void
collect_symbols(const struct object *o, uint32_t section, struct starts *starts)
{
    uint32_t n;
    const uint32_t *order = object_symbols_in(o, section, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct symbol *s = &o->symbols[order[i]];
        int64_t pc = object_slot(o, section, s->value);
        if (pc < 0)
            continue;
        if (s->type == STT_FUNC)
            add_start(starts, (uint32_t)pc, section, order[i], RANK_SYMBOL);
        else if (s->type == STT_NOTYPE && !is_branch_label(s->name) && (s->binding != STB_LOCAL || s->value == 0))
            add_start(starts, (uint32_t)pc, section, order[i], RANK_LABEL);
    }
    add_start(starts, o->sections[section].base_pc, section, 0, RANK_SECTION);
}

/* Slot that a local call or a LDDW of a function refers to; -1 for other instructions and for what leads nowhere. */
static int64_t
function_target(const struct program *p, uint32_t pc)
{
    const struct insn *insn = &p->insns[pc];
    int64_t target = -1;
    if (insn->flags & INSN_UNRESOLVED)
        return -1;
    if (insn->op == OP_call_local)
        target = (int64_t)pc + 1 + insn->imm;
    else if (insn->op == OP_ld_func)
        target = (insn->imm - (int64_t)GUEST_CODE) / SLOT_BYTES;
    return target >= 0 && target < p->n_slots && p->insns[target].op != OP_lddw_tail ? target : -1;
}

static int
compare_starts(const void *a, const void *b)
{
    const struct start *x = a, *y = b;
    if (x->pc != y->pc)
        return x->pc < y->pc ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static char *
function_name(const struct object *o, const struct start *s)
{
    char name[32];
    if (s->symbol)
        return object_name(o->symbols[s->symbol].name);
    if (s->rank == RANK_SECTION && s->section)
        return object_name(o->sections[s->section].name);
    if (s->pc == 0)
        return xstrdup("main");
    snprintf(name, sizeof name, s->rank == RANK_TARGET ? "sub_%u" : "prog_%u", s->pc);
    return xstrdup(name);
}

/* Makes functions of sorted starts. Targets of calls do not know their section: it is that of the function before. */
static void
add_functions(const struct object *o, struct program *p, const struct starts *starts)
{
    uint32_t section = 0, n_lost = 0;
    for (uint32_t i = 0; i < starts->n; i++) {
        const struct start *s = &starts->list[i];
        if (i > 0 && s->pc == starts->list[i - 1].pc)
            continue;
        if (p->n_functions == OBJECT_MAX_FUNCTIONS) {
            n_lost++;
            continue;
        }
        section = s->rank == RANK_TARGET ? section : s->section;
        if (p->n_functions)
            p->functions[p->n_functions - 1].n_slots = s->pc - p->functions[p->n_functions - 1].pc;
        struct function *f = LIST_ADD(p->functions, p->n_functions);
        f->name = function_name(o, s);
        f->section = section ? object_name(o->sections[section].name) : xstrdup("");
        f->pc = s->pc;
        f->n_slots = p->n_slots - s->pc;
        f->is_static = s->symbol ? o->symbols[s->symbol].binding == STB_LOCAL : s->rank == RANK_TARGET;
        f->is_program = section || s->rank == RANK_SECTION;
    }
    if (n_lost)
        program_note(p, -1, "%u functions beyond the first %d are shown as part of the one before", n_lost, OBJECT_MAX_FUNCTIONS);
}

/* Adds the references. What other functions refer to is no program, unless it stands in a program section and is global. */
static void
refer(struct program *p)
{
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        int64_t target = function_target(p, pc);
        if (target < 0)
            continue;
        const struct function *from = program_function_at(p, pc);
        const struct function *to = program_function_at(p, (uint32_t)target);
        uint32_t index = (uint32_t)(to - p->functions);
        *LIST_ADD(p->refs, p->n_refs) = (struct ref){ .pc = pc, .kind = REF_FUNC, .index = index, .addend = target - to->pc };
        bool is_raw_entry = !*to->section && !to->is_static;
        bool is_entry = *to->section && strcmp(to->section, ".text") != 0 && !to->is_static;
        if (to != from && !is_entry && !is_raw_entry)
            p->functions[index].is_program = false;
    }
}

/* Adds where calls lead to, and makes functions of it all. */
static void
link_starts(const struct object *o, struct program *p, struct starts *starts)
{
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        int64_t target = function_target(p, pc);
        if (target >= 0)
            add_start(starts, (uint32_t)target, 0, 0, RANK_TARGET);
    }
    if (starts->n > 1)
        qsort(starts->list, starts->n, sizeof *starts->list, compare_starts);
    add_functions(o, p, starts);
    free(starts->list);
    refer(p);
    refs_sort(p);
}

void
functions_link(const struct object *o, struct program *p)
{
    struct starts starts = { 0 };
    for (uint32_t i = 1; i < o->n_sections; i++)
        if (o->sections[i].kind == SECTION_CODE && o->sections[i].n_slots)
            collect_symbols(o, i, &starts);
    link_starts(o, p, &starts);
}

void
functions_link_raw(struct program *p, const uint32_t *entries, uint32_t n)
{
    struct starts starts = { 0 };
    add_start(&starts, 0, 0, 0, RANK_SECTION);
    for (uint32_t i = 0; i < n; i++)
        add_start(&starts, entries[i], 0, 0, RANK_SECTION);
    link_starts(NULL, p, &starts);
}

static int
compare_refs(const void *a, const void *b)
{
    const struct ref *x = a, *y = b;
    if (x->pc != y->pc)
        return x->pc < y->pc ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

void
refs_sort(struct program *p)
{
    if (p->n_refs)
        qsort(p->refs, p->n_refs, sizeof *p->refs, compare_refs);
}
