/* Points in the code. See points.h. */
#include "config.h"

#include "jit/points.h"

#include "jit/condition.h"
#include "jit/stubs.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the set */

void
looks_init(struct looks *l, const struct program *p)
{
    *l = (struct looks){ .program = p, .first_watch = NO_POINT };
    l->at = xcalloc(p->n_slots + 1, 1);
}

void
looks_free(struct looks *l)
{
    free(l->at);
    free(l->first);
    free(l->next);
    free(l->cell);
    free(l->alone);
}

void
looks_set_trap(struct looks *l, uint32_t pc, bool on)
{
    const struct program *p = l->program;
    if (pc == p->n_slots || (pc < p->n_slots && p->insns[pc].op != OP_lddw_tail))
        l->at[pc] = on ? l->at[pc] | LOOK_TRAP : l->at[pc] & (uint8_t)~LOOK_TRAP;
}

bool
looks_concern(const struct compiled *c, const struct block *block)
{
    for (uint32_t pc = block->pc; pc < block->end; pc++)
        if (c->looks.at[pc])
            return true;
    return false;
}

/* Puts point k at the head of the list that it belongs to. */
static void
chain_point(struct looks *l, uint32_t k)
{
    const struct point *p = &l->set->list[k];
    l->next[k] = NO_POINT;
    if (p->kind == POINT_REGISTER) {
        l->next[k] = l->first_watch;
        l->first_watch = k;
    } else if (p->kind == POINT_PC && p->pc < l->program->n_slots && l->program->insns[p->pc].op != OP_lddw_tail) {
        if (l->at[p->pc] & LOOK_BEFORE)
            l->next[k] = l->first[p->pc];
        l->first[p->pc] = k;
        l->at[p->pc] |= LOOK_BEFORE;
    }
}

/* Registers that change, in native code, between the instruction and the next one that is executed there: a local call stands for all that
 * its return changes. What calls of C change is C's to look at. */
static uint16_t
changed_here(const struct insn *insn)
{
    if (insn_is_foreign(insn))
        return 0;
    switch (insn_kind(insn)) {
    case KIND_CALL:
    case KIND_CALLK:
    case KIND_LDABS:
    case KIND_LDIND:
        return 0;
    case KIND_CALLL:
        return ((1u << N_REGS) - 1) & ~(1u << REG_0);
    default:
        return insn_writes(insn);
    }
}

/* Its cell may hold what an access had that was checked alone under another set. */
static void
check_alone(struct compiled *c, uint32_t pc)
{
    uint32_t check = blocks_check_alone(&c->blocks, c->program, pc);
    c->cells->bounds[check] = (struct bounds){ 0 };
    c->looks.alone[pc] = check;
    c->looks.at[pc] |= LOOK_ALONE;
}

bool
looks_part_group(struct compiled *c, const struct check *group)
{
    uint32_t index = c->blocks.check_of[group->pc], last = group->last_pc; /* the list of checks may move */
    if (c->looks.at[group->pc] & LOOK_ALONE)
        return false;
    for (uint32_t pc = group->pc; pc <= last; pc += insn_slots(&c->program->insns[pc]))
        if (c->blocks.check_of[pc] == index)
            check_alone(c, pc);
    return true;
}

/* Bytes of the entry program's frame are watched. */
static bool
watches_first_frame(const struct points *set)
{
    for (uint32_t i = 0; i < set->n_watched; i++)
        if (set->watched[i].addr < STACK_TOP && set->watched[i].addr + set->watched[i].len > STACK_TOP - STACK_BYTES)
            return true;
    return false;
}

/* Whether the access at pc, which is known to be good in every frame, may be to watched bytes in one. */
static bool
may_be_watched(const struct compiled *c, uint32_t pc)
{
    uint32_t bytes = insn_row(&c->program->insns[pc])->width_bits / 8;
    const struct points *set = c->looks.set;
    for (uint32_t i = 0; i < set->n_watched; i++)
        for (uint32_t depth = 0; depth < MAX_FRAMES; depth++) {
            uint64_t addr = STACK_TOP - depth * FRAME_STRIDE + (uint64_t)(int64_t)c->blocks.frame_off[pc];
            if (addr < (uint64_t)set->watched[i].addr + set->watched[i].len && set->watched[i].addr < addr + bytes)
                return true;
        }
    return false;
}

/* The accesses that do without bounds, where they may be to watched bytes. */
static void
find_watched_accesses(struct compiled *c)
{
    for (uint32_t pc = 0; pc < c->program->n_slots; pc++)
        if (c->blocks.site[pc] == SITE_STATIC && may_be_watched(c, pc))
            check_alone(c, pc);
    for (uint32_t i = 0; i < c->blocks.n_groups && watches_first_frame(c->looks.set); i++)
        if (c->blocks.checks[i].expects_frame)
            looks_part_group(c, &c->blocks.checks[i]);
}

/* Each condition's loads get cells as long as there are some. */
static void
assign_cells(struct looks *l)
{
    for (uint32_t k = 0; k < l->set->n; k++) {
        const struct condition *condition = l->set->list[k].condition;
        uint32_t loads = condition ? condition_loads(condition) : 0;
        bool fits = l->n_cells + loads <= CONDITION_CELLS;
        l->cell[k] = fits ? l->n_cells : NO_CELL;
        l->n_cells += fits ? loads : 0;
    }
}

void
looks_set(struct compiled *c, struct points *set)
{
    struct looks *l = &c->looks;
    const struct program *p = l->program;
    l->set = set;
    l->first_watch = NO_POINT;
    l->n_cells = 0;
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        l->at[pc] &= LOOK_TRAP;
    c->blocks.n_checks = c->blocks.n_groups;
    if (!set)
        return;
    if (!l->first) {
        l->first = xcalloc(p->n_slots, sizeof *l->first);
        l->alone = xcalloc(p->n_slots, sizeof *l->alone);
    }
    free(l->next);
    free(l->cell);
    l->next = xcalloc(set->n + 1, sizeof *l->next);
    l->cell = xcalloc(set->n + 1, sizeof *l->cell);
    for (uint32_t k = set->n; k-- > 0;)
        chain_point(l, k);
    assign_cells(l);
    for (uint32_t pc = 0; set->watched_regs && pc < p->n_slots; pc += insn_slots(&p->insns[pc]))
        if (changed_here(&p->insns[pc]) & set->watched_regs)
            l->at[pc] |= LOOK_AFTER;
    if (set->n_watched && c->grouping != BLOCKS_UNCHECKED)
        find_watched_accesses(c);
}

/* ---------------------------------------------------------------- code */

static const struct point *
point_of(const struct job *j, uint32_t k)
{
    return &j->c->looks.set->list[k];
}

/* Whether native code can decide at all. */
static bool
is_decidable(const struct job *j, uint32_t k)
{
    const struct point *p = point_of(j, k);
    if (p->condition && condition_needs_old(p->condition))
        return false;
    return j->c->looks.cell[k] != NO_CELL && (p->kind == POINT_PC || p->mask == UINT64_MAX || p->mask == UINT32_MAX);
}

static enum x64_cond
emit_condition(struct job *j, uint32_t k, const struct site *site)
{
    return condition_emit(j, point_of(j, k)->condition, compiled_condition_cell(j->c, j->c->looks.cell[k]), site);
}

static struct x64_mem
field_of_point(size_t offset)
{
    return x64_at(HOST_SCRATCH, (int32_t)offset);
}

#define POINT_FIELD(name) field_of_point(offsetof(struct point, name))

/* Leaves a point that would fire to C; counts one that ignores the hit. */
static void
emit_hit(struct job *j, const struct point *p, const struct site *site)
{
    struct x64 *x = &j->x;
    x64_mov_ri(x, HOST_SCRATCH, (uintptr_t)p);
    x64_alu_mi(x, true, ALU_CMP, POINT_FIELD(ignore), 0);
    job_cold(j, x64_jcc(x, CC_E))->site = *site;
    x64_alu_mi(x, true, ALU_SUB, POINT_FIELD(ignore), 1);
    x64_alu_mi(x, true, ALU_ADD, POINT_FIELD(n_hits), 1);
}

/* What C has looked at goes on here. */
static void
set_resume(struct job *j, uint32_t first_cold)
{
    for (uint32_t i = first_cold; i < j->n_cold; i++)
        j->cold[i].site.resume = j->x.at;
}

void
points_emit_before(struct job *j, uint32_t pc)
{
    uint32_t first_cold = j->n_cold;
    job_mark(j, j->x.at, NATIVE_POINT, 1);
    for (uint32_t k = j->c->looks.first[pc]; k != NO_POINT; k = j->c->looks.next[k]) {
        struct site site = job_site_at(j, SITE_POINT, pc);
        site.point = k;
        if (!is_decidable(j, k)) { /* C looks at all that follow as well */
            job_cold(j, x64_jmp(&j->x))->site = site;
            break;
        }
        if (!point_of(j, k)->condition) {
            emit_hit(j, point_of(j, k), &site);
            continue;
        }
        enum x64_cond holds = emit_condition(j, k, &site);
        struct cold *cold = job_cold(j, x64_jcc(&j->x, holds));
        *cold = (struct cold){ .field = cold->field, .kind = COLD_HIT, .back = j->x.at, .site = site };
    }
    set_resume(j, first_cold);
}

bool
points_look_at_return(const struct job *j)
{
    uint32_t last = j->block->end - 1;
    return insn_kind(&j->c->program->insns[last]) == KIND_CALLL && job_looks(j, last) & LOOK_AFTER;
}

bool
points_watch_frames(const struct job *j, uint32_t pc)
{
    return job_looks(j, pc) & LOOK_AFTER && j->c->looks.set->watched_regs & 1u << REG_10;
}

void
points_emit_after(struct job *j, uint32_t pc)
{
    const struct insn *insn = &j->c->program->insns[pc];
    uint16_t regs = changed_here(insn);
    uint32_t first_cold = j->n_cold;
    job_mark(j, j->x.at, NATIVE_WATCH, 1);
    for (uint32_t k = j->c->looks.first_watch; k != NO_POINT; k = j->c->looks.next[k]) {
        const struct point *p = point_of(j, k);
        if (!(regs & 1u << p->reg))
            continue;
        x64_mov_ri(&j->x, HOST_SCRATCH, (uintptr_t)p);
        x64_alu_rm(&j->x, p->mask != UINT32_MAX, ALU_CMP, host_reg[p->reg], POINT_FIELD(old));
        struct cold *cold = job_cold(j, x64_jcc(&j->x, CC_NE));
        cold->kind = is_decidable(j, k) ? COLD_CHANGED : COLD_SITE;
        cold->back = j->x.at;
        cold->site = job_site_at(j, SITE_WATCH, pc + insn_slots(insn));
        cold->site.point = k;
    }
    set_resume(j, first_cold);
}

/* The register has another value: that is noted unless C shall see it. */
static void
emit_change(struct job *j, const struct cold *cold)
{
    struct x64 *x = &j->x;
    const struct point *p = point_of(j, cold->site.point);
    uint32_t to_note = 0;
    if (p->condition)
        to_note = x64_jcc(x, emit_condition(j, cold->site.point, &cold->site) ^ 1);
    emit_hit(j, p, &cold->site);
    if (to_note)
        x64_patch(x, to_note, x->at);
    x64_mov_ri(x, HOST_SCRATCH, (uintptr_t)p);
    x64_push_m(x, POINT_FIELD(old));
    x64_pop_m(x, POINT_FIELD(before));
    x64_store(x, 64, POINT_FIELD(old), host_reg[p->reg]);
    x64_jmp_back(x, cold->back);
}

/* A condition gives up: rax says where it wanted to load. The registers come back. */
static void
emit_unwind(struct job *j, const struct cold *cold)
{
    const struct compiled *c = j->c;
    struct x64 *x = &j->x;
    x64_store(x, 64, CELL(condition_addr), RAX);
    if (cold->unwind > 1)
        x64_alu_ri(x, true, ALU_ADD, RSP, 8 * (int32_t)(cold->unwind - 1));
    x64_pop(x, RAX);
    stub_site(j->c, x, &cold->site);
}

void
points_emit_cold(struct job *j, struct cold cold)
{
    switch (cold.kind) {
    case COLD_HIT:
        emit_hit(j, point_of(j, cold.site.point), &cold.site);
        x64_jmp_back(&j->x, cold.back);
        break;
    case COLD_CHANGED:
        emit_change(j, &cold);
        break;
    default:
        emit_unwind(j, &cold);
        break;
    }
}

/* ---------------------------------------------------------------- C */

/* Remembers the bounds around the address at which a condition's load has missed its cell, when it may read there. */
static void
refill_condition(struct compiled *c, struct machine *m, const struct site *site)
{
    uint64_t addr = c->cells->condition_addr, lo, hi;
    uint32_t nth = site->check - compiled_condition_cell(c, c->looks.cell[site->point]);
    uint32_t bytes = condition_load_bytes(c->looks.set->list[site->point].condition, nth);
    if (memory_bounds(&m->mem, addr, MEM_READ, &lo, &hi) && bytes <= hi - addr)
        c->cells->bounds[site->check] = (struct bounds){ .lo = lo, .n = hi - lo - bytes + 1 };
}

bool
points_look(struct compiled *c, struct machine *m, const struct site *site)
{
    if (site->check != NO_CHECK)
        refill_condition(c, m, site);
    return site->kind == SITE_POINT ? points_reached(c->looks.set, m, site->point) : points_changed(c->looks.set, m);
}
