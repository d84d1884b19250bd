/* Ways out and branches between blocks. See job.h. */
#include "config.h"

#include "jit/job.h"

#include "jit/points.h"
#include "jit/stubs.h"
#include "jit/templates.h"
#include "sim/base/base.h"

bool
job_counts(const struct job *j)
{
    return j->c->grouping != BLOCKS_UNCHECKED;
}

void
job_count(struct job *j, const struct insn *insn)
{
    j->rest.insns -= 1;
    j->rest.cost -= cost_of(j->c->costs, insn);
}

struct cold *
job_cold(struct job *j, uint32_t field)
{
    j->cold = grow(j->cold, j->n_cold, &j->cap_cold, sizeof *j->cold);
    j->cold[j->n_cold] = (struct cold){ .field = field, .owner = j->pc };
    return &j->cold[j->n_cold++];
}

struct site
job_site_at(const struct job *j, enum site_kind kind, uint32_t pc)
{
    return (struct site){ .pc = pc,
                          .kind = kind,
                          .undo_insns = job_counts(j) ? (uint32_t)j->rest.insns : 0,
                          .undo_cost = job_counts(j) ? j->rest.cost : 0,
                          .check = NO_CHECK };
}

void
job_site(struct job *j, uint32_t field, enum site_kind kind, uint32_t pc, uint32_t check, uint32_t resume)
{
    struct cold *cold = job_cold(j, field);
    cold->site = job_site_at(j, kind, pc);
    cold->site.check = check;
    cold->site.resume = resume;
}

void
job_settle(struct job *j, struct count count)
{
    if (!job_counts(j))
        return;
    if (count.insns)
        x64_alu_ri(&j->x, true, ALU_SUB, HOST_LEFT, (int32_t)count.insns);
    if (!j->c->counts_cycles || !count.cost)
        return;
    if ((int64_t)count.cost == (int32_t)count.cost) {
        x64_alu_ri(&j->x, true, ALU_ADD, HOST_CYCLES, (int32_t)count.cost);
        return;
    }
    x64_mov_ri(&j->x, HOST_SCRATCH, count.cost);
    x64_alu_rr(&j->x, true, ALU_ADD, HOST_CYCLES, HOST_SCRATCH);
}

/* ---------------------------------------------------------------- counts */

void
job_tick(struct job *j, uint64_t *counter)
{
    x64_mov_ri(&j->x, HOST_SCRATCH, (uintptr_t)counter);
    x64_alu_mi(&j->x, true, ALU_ADD, x64_at(HOST_SCRATCH, 0), 1);
}

/* The counter of a branch that is taken; NULL: nobody wants to know, or it leads to the next instruction anyway. */
static uint64_t *
left_counter(const struct job *j, uint32_t pc, int64_t target)
{
    return j->c->counts && target != (int64_t)pc + 1 ? &j->c->counts->left[pc] : NULL;
}

void
job_tick_left(struct job *j, uint32_t pc, int64_t target)
{
    uint64_t *counter = left_counter(j, pc, target);
    if (!counter)
        return;
    job_mark(j, j->x.at, NATIVE_TICK, 1);
    job_tick(j, counter);
}

/* ---------------------------------------------------------------- branches */

bool
job_is_block(const struct compiled *c, int64_t pc)
{
    return pc >= 0 && pc < c->program->n_slots && c->blocks.of_slot[pc] != NO_BLOCK;
}

void
job_jump_later(struct job *j, uint32_t field, uint32_t pc)
{
    j->fixups = grow(j->fixups, j->n_fixups, &j->cap_fixups, sizeof *j->fixups);
    j->fixups[j->n_fixups++] = (struct fixup){ .field = field, .pc = pc };
}

/* Other blocks are entered where they were compiled first: only from there does it lead to whatever they are at the time. */
uint32_t
job_entry(const struct job *j, int64_t pc)
{
    return pc == j->block->pc ? j->c->native[pc] : j->c->original[j->c->blocks.of_slot[pc]].at;
}

/* Goes to a block; a backward one exists already. */
static void
jump(struct job *j, uint32_t pc)
{
    uint32_t native = job_entry(j, pc);
    if (native)
        x64_jmp_back(&j->x, native);
    else
        job_jump_later(j, x64_jmp(&j->x), pc);
}

/* What remains to be counted for a block, with `rest` counted ahead. */
static struct count
due(const struct job *j, uint32_t target, struct count rest)
{
    const struct block *block = &j->c->blocks.list[j->c->blocks.of_slot[target]];
    return (struct count){ block_prepaid_insns(block) - rest.insns, block_prepaid_cost(block) - rest.cost };
}

static bool
is_nothing(const struct job *j, struct count count)
{
    return !job_counts(j) || (!count.insns && (!count.cost || !j->c->counts_cycles));
}

/* What the branch at pc finds counted ahead when it is taken. */
static struct count
rest_after(const struct job *j, uint32_t pc)
{
    return (struct count){ j->rest.insns - 1, j->rest.cost - cost_of(j->c->costs, &j->c->program->insns[pc]) };
}

void
job_jcc(struct job *j, enum x64_cond cc, uint32_t pc, int64_t target)
{
    if (!job_is_block(j->c, target)) {
        job_site(j, x64_jcc(&j->x, cc), SITE_INTERP, pc, NO_CHECK, 0);
        return;
    }
    struct count count = due(j, (uint32_t)target, rest_after(j, pc));
    uint64_t *tick = left_counter(j, pc, target);
    if (tick && target <= (int64_t)pc) { /* a loop: in its place, for it is taken most of the time */
        uint32_t over = x64_jcc(&j->x, cc ^ 1);
        job_tick(j, tick);
        job_settle(j, count);
        jump(j, (uint32_t)target);
        x64_patch(&j->x, over, j->x.at);
    } else if (!is_nothing(j, count) || tick) {
        struct cold *cold = job_cold(j, x64_jcc(&j->x, cc));
        cold->kind = COLD_EXIT;
        cold->target = (uint32_t)target;
        cold->count = count;
        cold->tick = tick;
    } else if (job_entry(j, target)) {
        x64_jcc_back(&j->x, cc, job_entry(j, target));
    } else {
        job_jump_later(j, x64_jcc(&j->x, cc), (uint32_t)target);
    }
}

/* A conditional branch out of the middle of a block. When only a jump follows it, the roles are swapped: the jump is taken by the
 * condition, and the exit is what is left. Returns true in that case: the block is complete. */
bool
job_side_exit(struct job *j, uint32_t pc, bool is_next)
{
    const struct compiled *c = j->c;
    const struct insn *insn = &c->program->insns[pc], *next = insn + 1;
    int64_t target = insn_target(insn, pc), onward = insn_target(next, pc + 1);
    bool is_jump = insn_kind(next) == KIND_JA && !insn_is_foreign(next);
    bool is_swapped = is_jump && job_is_block(c, target) && job_is_block(c, onward) && !job_looks(j, pc + 1);
    job_mark(j, j->x.at, NATIVE_INSN, is_swapped ? 2 : 1);
    enum x64_cond cc = template_compare(&j->x, insn);
    if (!is_swapped) {
        job_jcc(j, cc, pc, target);
        return false;
    }
    struct count exit = rest_after(j, pc);
    job_count(j, insn);
    job_jcc(j, cc ^ 1, pc + 1, onward);
    job_tick_left(j, pc, target);
    j->rest = exit;
    job_go_on(j, (uint32_t)target, is_next);
    return true;
}

/* ---------------------------------------------------------------- checks */

/* Where the bounds of a check stand. Relative to a register where there is one to spare: a comparison with a cell relative to rip can't be
 * fused with the branch behind it. */
static struct x64_mem
bounds_at(const struct compiled *c, uint32_t check, size_t field)
{
    size_t at = check * sizeof(struct bounds) + field;
    if (c->counts_cycles)
        return x64_cell((uint32_t)(c->mem.cells - c->mem.code) + (uint32_t)(offsetof(struct cells, bounds) + at));
    return x64_at(HOST_BOUNDS, (int32_t)at);
}

void
job_emit_bounds(struct job *j, enum x64_reg reg, uint32_t index)
{
    x64_mov_rr(&j->x, true, HOST_SCRATCH, reg);
    x64_alu_rm(&j->x, true, ALU_SUB, HOST_SCRATCH, bounds_at(j->c, index, offsetof(struct bounds, lo)));
    x64_alu_rm(&j->x, true, ALU_CMP, HOST_SCRATCH, bounds_at(j->c, index, offsetof(struct bounds, n)));
}

/* The base value must be one of the n from lo on; otherwise C looks the region up. */
static void
check_bounds(struct job *j, uint32_t pc, uint32_t check)
{
    struct compiled *c = j->c;
    struct x64 *x = &j->x;
    uint32_t again = x->at;
    job_emit_bounds(j, host_reg[c->blocks.checks[check].base], check);
    job_site(j, x64_jcc(x, CC_AE), SITE_REFILL, pc, check, again);
}

/* The bytes must lie in the entry program's frame, which is always there and always in the same place; otherwise they are checked as
 * any others are. */
static void
check_frame(struct job *j, uint32_t pc, uint32_t number)
{
    struct x64 *x = &j->x;
    const struct check *check = &j->c->blocks.checks[number];
    x64_lea(x, true, HOST_SCRATCH, x64_at(host_reg[check->base], (int32_t)(check->start - (STACK_TOP - STACK_BYTES))));
    x64_alu_ri(x, true, ALU_CMP, HOST_SCRATCH, STACK_BYTES - (int32_t)check->span);
    struct cold *cold = job_cold(j, x64_jcc(x, CC_A));
    cold->kind = COLD_CHECK;
    cold->site = (struct site){ .pc = pc, .check = number, .resume = x->at };
    cold->count = j->rest;
}

void
job_check(struct job *j, uint32_t pc, uint32_t number)
{
    enum { FAR = 1 << 20 };
    const struct check *check = &j->c->blocks.checks[number];
    job_mark(j, j->x.at, NATIVE_CHECK, 1);
    if (check->expects_frame && check->span <= STACK_BYTES && check->start > -FAR && check->start < FAR)
        check_frame(j, pc, number);
    else
        check_bounds(j, pc, number);
}

/* ---------------------------------------------------------------- what is rare */

static enum native_kind
kind_of_cold(const struct cold *cold)
{
    static const uint8_t kinds[] = {
        [SITE_POLL] = NATIVE_POLL,     [SITE_TRAP] = NATIVE_STOP,    [SITE_INTERP] = NATIVE_INTERP,
        [SITE_REFILL] = NATIVE_REFILL, [SITE_CALL] = NATIVE_OUTSIDE, [SITE_POINT] = NATIVE_LEAVE,
        [SITE_WATCH] = NATIVE_LEAVE,
    };
    switch (cold->kind) {
    case COLD_SITE:
        return kinds[cold->site.kind];
    case COLD_EXIT:
        return NATIVE_SIDE;
    case COLD_CHECK:
        return NATIVE_RECHECK;
    default:
        return NATIVE_LOOK;
    }
}

void
job_emit_cold(struct job *j)
{
    for (uint32_t i = 0; i < j->n_cold; i++) { /* some add more at the end */
        const struct cold cold = j->cold[i];
        j->pc = cold.owner;
        job_mark(j, j->x.at, kind_of_cold(&cold), 1);
        x64_patch(&j->x, cold.field, j->x.at);
        switch (cold.kind) {
        case COLD_SITE:
            stub_site(j->c, &j->x, &cold.site);
            break;
        case COLD_EXIT:
            if (cold.tick)
                job_tick(j, cold.tick);
            job_settle(j, cold.count);
            jump(j, cold.target);
            break;
        case COLD_CHECK:
            j->rest = cold.count;
            check_bounds(j, cold.site.pc, cold.site.check);
            x64_jmp_back(&j->x, cold.site.resume);
            break;
        default:
            points_emit_cold(j, cold);
            break;
        }
    }
    j->n_cold = 0;
}

void
job_go_on(struct job *j, uint32_t pc, bool is_next)
{
    if (!job_is_block(j->c, pc)) { /* off the end */
        job_mark(j, j->x.at, NATIVE_ON, 1);
        job_site(j, x64_jmp(&j->x), SITE_POLL, pc, NO_CHECK, 0);
        return;
    }
    struct count count = due(j, pc, j->rest);
    if (!is_nothing(j, count))
        job_mark(j, j->x.at, NATIVE_SETTLE, 1);
    job_settle(j, count);
    if (is_next && pc == j->block->end)
        return;
    job_mark(j, j->x.at, NATIVE_ON, 1);
    jump(j, pc);
}
