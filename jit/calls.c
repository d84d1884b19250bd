/* Calls, and may_goto. See job.h. */
#include "config.h"

#include "jit/points.h"

static void
emit_clobber(struct x64 *x)
{
    x64_mov_ri(x, host_reg[REG_1], REG_CLOBBERED);
    for (uint32_t reg = REG_2; reg <= REG_5; reg++)
        x64_mov_rr(x, true, host_reg[reg], host_reg[REG_1]);
}

static void
emit_frame_pointer(struct job *j, int32_t by)
{
    struct compiled *c = j->c;
    if (!c->blocks.writes_r10) {
        x64_alu_ri(&j->x, true, ALU_ADD, host_reg[REG_10], by);
        return;
    }
    x64_alu_mi(&j->x, true, ALU_ADD, CELL(frame_pointer), by);
    x64_load(&j->x, 64, host_reg[REG_10], CELL(frame_pointer));
}

/* The call at pc enters what it calls, or comes back: struct counts' sums. Native code knows what is left of n_insns + left, which does not
 * change while it runs; the rest is run.c's. Nothing is counted ahead of a call, and nothing when it comes back. */
static void
emit_sums(struct job *j, uint32_t pc, bool is_entered)
{
    struct compiled *c = j->c;
    struct x64 *x = &j->x;
    x64_mov_ri(x, HOST_SCRATCH, (uintptr_t)&c->counts->insns[pc]);
    x64_alu_mr(x, 64, is_entered ? ALU_ADD : ALU_SUB, x64_at(HOST_SCRATCH, 0), HOST_LEFT);
    if (!c->counts_cycles)
        return;
    x64_mov_ri(x, HOST_SCRATCH, (uintptr_t)&c->counts->cycles[pc]);
    x64_alu_mr(x, 64, is_entered ? ALU_SUB : ALU_ADD, x64_at(HOST_SCRATCH, 0), HOST_CYCLES);
}

/* Fills the frame record and calls. */
static void
emit_call(struct job *j, uint32_t pc, int64_t target)
{
    struct compiled *c = j->c;
    struct x64 *x = &j->x;
    x64_load(x, 64, HOST_SCRATCH, CELL(frame));
    x64_alu_rm(x, true, ALU_CMP, HOST_SCRATCH, CELL(frame_end));
    job_site(j, x64_jcc(x, CC_AE), SITE_INTERP, pc, NO_CHECK, 0);
    for (uint32_t i = 0; i < 4; i++)
        x64_store(x, 64, x64_at(HOST_SCRATCH, (int32_t)(offsetof(struct frame, saved) + 8 * i)), host_reg[REG_6 + i]);
    x64_store_i(x, 32, x64_at(HOST_SCRATCH, offsetof(struct frame, return_pc)), (int32_t)(pc + 1));
    x64_alu_mi(x, true, ALU_ADD, CELL(frame), sizeof(struct frame));
    emit_frame_pointer(j, -FRAME_STRIDE);
    if (c->counts) {
        job_tick(j, &c->counts->left[pc]);
        emit_sums(j, pc, true);
    }
    uint32_t field = x64_call(x);
    if (job_entry(j, target))
        x64_patch(x, field, job_entry(j, target));
    else
        job_jump_later(j, field, (uint32_t)target);
}

/* Where the callee's exit comes out: undoes what the call did. */
static void
emit_return(struct job *j, uint32_t pc)
{
    struct compiled *c = j->c;
    struct x64 *x = &j->x;
    c->returns[pc + 1] = x->at;
    if (c->counts) {
        job_tick(j, &c->counts->came[pc + 1]);
        emit_sums(j, pc, false);
    }
    x64_load(x, 64, HOST_SCRATCH, CELL(frame));
    x64_alu_ri(x, true, ALU_SUB, HOST_SCRATCH, sizeof(struct frame));
    x64_store(x, 64, CELL(frame), HOST_SCRATCH);
    for (uint32_t i = 0; i < 4; i++)
        x64_load(x, 64, host_reg[REG_6 + i], x64_at(HOST_SCRATCH, (int32_t)(offsetof(struct frame, saved) + 8 * i)));
    emit_frame_pointer(j, FRAME_STRIDE);
    emit_clobber(x);
}

/* A local call, whose instruction may be left to the interpreter; what follows its return is the block at pc + 1. */
void
job_local_call(struct job *j, uint32_t pc, int64_t target)
{
    if (!job_is_block(j->c, target)) {
        job_site(j, x64_jmp(&j->x), SITE_INTERP, pc, NO_CHECK, 0);
        return;
    }
    if (points_watch_frames(j, pc))
        job_site(j, x64_jmp(&j->x), SITE_INTERP, pc, NO_CHECK, 0);
    else
        emit_call(j, pc, target);
    emit_return(j, pc);
}

/* Helpers, kfuncs and packet loads are C; the guest's registers come back from the machine. */
void
job_outside_call(struct job *j, uint32_t pc)
{
    uint32_t field = x64_jmp(&j->x);
    job_site(j, field, SITE_CALL, pc, NO_CHECK, j->x.at);
}

void
job_may_goto(struct job *j, uint32_t pc, int64_t target)
{
    struct compiled *c = j->c;
    struct x64 *x = &j->x;
    x64_push(x, RAX);
    x64_load(x, 64, HOST_SCRATCH, CELL(may_goto));
    x64_load(x, 32, RAX, x64_at(HOST_SCRATCH, 0));
    x64_alu_rm(x, true, ALU_CMP, RAX, CELL(may_goto_limit));
    x64_pop(x, RAX);
    job_jcc(j, CC_AE, pc, target);
    x64_alu_mi(x, false, ALU_ADD, x64_at(HOST_SCRATCH, 0), 1);
}
