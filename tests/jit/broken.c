/* Engines that are wrong on purpose. See broken.h. */
#include "config.h"

#include "tests/jit/broken.h"

#include "sim/machine/memory.h"

#include <signal.h>

static struct code *
open_code(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return interp_engine.open(program, costs, e);
}

static void
close_code(struct code *code)
{
    interp_engine.close(code);
}

/* What is done after an instruction was executed; before: the registers as they were. */
typedef void (*mistake)(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before);

static struct stop
run_wrong(struct code *code, struct machine *m, uint64_t budget, uint32_t how, mistake make)
{
    struct stop stop;
    do {
        struct insn insn = { .op = OP_illegal };
        uint64_t before[N_REGS];
        uint32_t pc = m->pc;
        for (uint32_t i = 0; i < N_REGS; i++)
            before[i] = m->regs[i];
        if (pc < m->program->n_slots)
            insn = m->program->insns[pc];
        stop = interp_engine.run(code, m, 1, how);
        if (stop.reasons == STOP_BUDGET)
            make(m, &insn, pc, before);
        stop.pc = m->pc;
    } while (stop.reasons == STOP_BUDGET && --budget);
    if (budget > 1) /* what ended the run was not the end of the budget, only of the last piece */
        stop.reasons &= ~(uint32_t)STOP_BUDGET;
    return stop;
}

#define BROKEN(id)                                                                                                                        \
    static struct stop run_##id(struct code *code, struct machine *m, uint64_t budget, uint32_t how)                                      \
    {                                                                                                                                     \
        return run_wrong(code, m, budget, how, wrong_##id);                                                                               \
    }                                                                                                                                     \
    const struct engine broken_##id = { .name = "broken-" #id, .open = open_code, .close = close_code, .run = run_##id };

static void
wrong_rsh32(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)pc, (void)before;
    if (insn->op == OP_rsh32_x && m->regs[insn->dst] & 1)
        m->regs[insn->dst] |= UINT64_C(1) << 32;
}
BROKEN(rsh32)

static void
wrong_jslt(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)before;
    if (insn->op == OP_jslt64_x && m->regs[insn->dst] == m->regs[insn->src])
        m->pc = (uint32_t)insn_target(insn, pc);
}
BROKEN(jslt)

static void
wrong_stx_h(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)pc;
    if (insn->op == OP_stx_h)
        m->mem.host[before[insn->dst] + (uint64_t)(int64_t)insn->off + 2] = 0;
}
BROKEN(stx_h)

static void
wrong_xchg(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)pc, (void)before;
    if (insn->op == OP_xchg64)
        m->regs[insn->src] = (uint32_t)m->regs[insn->src];
}
BROKEN(xchg)

static void
wrong_call(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)pc, (void)before;
    if (insn->op == OP_call_local)
        m->regs[REG_9] = 0;
}
BROKEN(call)

static void
wrong_signal(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)m, (void)pc, (void)before;
    if (insn->op == OP_mul32_k && insn->imm < 0)
        raise(SIGSEGV);
}
BROKEN(signal)

static void
wrong_small(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    if (insn->op == OP_rsh32_x && m->program->n_slots < 16)
        raise(SIGSEGV);
    wrong_rsh32(m, insn, pc, before);
}
BROKEN(small)

static void
wrong_hang(struct machine *m, const struct insn *insn, uint32_t pc, const uint64_t *before)
{
    (void)m, (void)pc, (void)before;
    while (insn->op == OP_movsx8_64)
        ;
}
BROKEN(hang)
