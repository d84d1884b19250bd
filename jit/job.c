/* Ways out and branches between blocks. See job.h. */
#include "config.h"

#include "jit/job.h"

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
    j->done_insns++;
    j->done_cost += cost_of(j->c->costs, insn);
}

void
job_site(struct job *j, uint32_t field, enum site_kind kind, uint32_t pc, uint32_t check, uint32_t resume)
{
    j->cold = grow(j->cold, j->n_cold, &j->cap_cold, sizeof *j->cold);
    j->cold[j->n_cold++] = (struct cold){
        .field = field,
        .owner = j->pc,
        .site = { .pc = pc,
                  .kind = kind,
                  .undo_insns = job_counts(j) ? j->block->n_insns - j->done_insns : 0,
                  .undo_cost = job_counts(j) ? j->block->cost - j->done_cost : 0,
                  .check = check,
                  .resume = resume },
    };
}

/* ---------------------------------------------------------------- branches */

bool
job_is_trapped(const struct job *j, uint32_t pc)
{
    return j->is_again && compiled_has_trap(j->c, pc);
}

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

/* Goes to a block; a backward one exists already. */
void
job_jump(struct job *j, int64_t pc)
{
    uint32_t native = j->c->native[pc];
    if (native)
        x64_jmp_back(&j->x, native);
    else
        job_jump_later(j, x64_jmp(&j->x), (uint32_t)pc);
}

void
job_jcc(struct job *j, enum x64_cond cc, uint32_t pc, int64_t target)
{
    if (!job_is_block(j->c, target))
        job_site(j, x64_jcc(&j->x, cc), SITE_INTERP, pc, NO_CHECK, 0);
    else if (j->c->native[target])
        x64_jcc_back(&j->x, cc, j->c->native[target]);
    else
        job_jump_later(j, x64_jcc(&j->x, cc), (uint32_t)target);
}

/* Takes back the count of what a side exit skips. */
static void
emit_undo(struct job *j, uint32_t insns, uint64_t cost)
{
    if (!job_counts(j))
        return;
    x64_alu_ri(&j->x, true, ALU_ADD, HOST_LEFT, (int32_t)insns);
    if (!j->c->counts_cycles)
        return;
    x64_mov_ri(&j->x, HOST_SCRATCH, cost);
    x64_alu_rr(&j->x, true, ALU_SUB, HOST_CYCLES, HOST_SCRATCH);
}

/* A conditional branch out of the middle of a block. When only a jump follows it, the roles are swapped: the jump is taken by the
 * condition, and the exit is what is left. Returns true in that case: the block is complete. */
bool
job_side_exit(struct job *j, uint32_t pc)
{
    struct compiled *c = j->c;
    const struct insn *insn = &c->program->insns[pc], *next = insn + 1;
    enum x64_cond cc = template_compare(&j->x, insn);
    int64_t target = insn_target(insn, pc), jump = insn_target(next, pc + 1);
    if (!job_is_block(c, target)) {
        job_site(j, x64_jcc(&j->x, cc), SITE_INTERP, pc, NO_CHECK, 0);
        return false;
    }
    uint32_t skipped = j->block->n_insns - j->done_insns - 1;
    uint64_t skipped_cost = j->block->cost - j->done_cost - cost_of(c->costs, insn);
    if (insn_kind(next) == KIND_JA && job_is_block(c, jump) && !job_is_trapped(j, pc + 1)) {
        job_jcc(j, cc ^ 1, pc, jump);
        emit_undo(j, skipped, skipped_cost);
        job_jump(j, target);
        return true;
    }
    j->cold = grow(j->cold, j->n_cold, &j->cap_cold, sizeof *j->cold);
    j->cold[j->n_cold++] = (struct cold){
        .field = x64_jcc(&j->x, cc),
        .owner = j->pc,
        .is_exit = true,
        .site = { .pc = (uint32_t)target, .undo_insns = skipped, .undo_cost = skipped_cost },
    };
    return false;
}

void
job_emit_cold(struct job *j)
{
    static const uint8_t kinds[] = {
        [SITE_POLL] = NATIVE_POLL,     [SITE_TRAP] = NATIVE_STOP,    [SITE_INTERP] = NATIVE_INTERP,
        [SITE_REFILL] = NATIVE_REFILL, [SITE_CALL] = NATIVE_OUTSIDE,
    };
    for (uint32_t i = 0; i < j->n_cold; i++) {
        const struct cold *cold = &j->cold[i];
        j->pc = cold->owner;
        job_mark(j, j->x.at, cold->is_exit ? NATIVE_SIDE : kinds[cold->site.kind], 1);
        x64_patch(&j->x, cold->field, j->x.at);
        if (!cold->is_exit) {
            stub_site(j->c, &j->x, &cold->site);
            continue;
        }
        emit_undo(j, cold->site.undo_insns, cold->site.undo_cost);
        job_jump(j, cold->site.pc);
    }
    j->n_cold = 0;
}

/* Falls through to the block at pc when it is emitted next, which `is_next` tells. */
void
job_go_on(struct job *j, uint32_t pc, bool is_next)
{
    if (job_is_block(j->c, pc) && is_next)
        return;
    job_mark(j, j->x.at, NATIVE_ON, 1);
    if (!job_is_block(j->c, pc)) /* off the end */
        job_site(j, x64_jmp(&j->x), SITE_INTERP, pc, NO_CHECK, 0);
    else
        job_jump(j, pc);
}
