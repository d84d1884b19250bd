/* Coverage. See coverage.h. */
#include "config.h"

#include "jit/diff/coverage.h"

static enum operand_class
class_of(uint64_t value, uint32_t width)
{
    uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1, min = (mask >> 1) + 1;
    value &= mask;
    if (value <= 1)
        return value ? OPERAND_ONE : OPERAND_ZERO;
    if (value == mask)
        return OPERAND_MINUS_ONE;
    if (value == min)
        return OPERAND_MIN;
    if (value == min - 1)
        return OPERAND_MAX;
    if (value < width)
        return OPERAND_SMALL;
    return value & min ? OPERAND_NEGATIVE : OPERAND_POSITIVE;
}

static uint32_t
class_of_place(const struct machine *m, uint64_t addr)
{
    uint64_t distance;
    const struct region *r = memory_nearest(&m->mem, addr, &distance);
    return r && distance == 0 && r->kind < N_OPERAND_CLASSES - 1 ? r->kind : N_OPERAND_CLASSES - 1;
}

/* The register that an instruction's address is in, REG_10 + 1 for those that access nothing. */
static uint32_t
base_of(const struct insn *insn)
{
    switch (insn_kind(insn)) {
    case KIND_LDX:
    case KIND_LDSX:
    case KIND_LDACQ:
        return insn->src;
    case KIND_ST:
    case KIND_STX:
    case KIND_ATOMIC:
    case KIND_ATOMIC_FETCH:
    case KIND_ATOMIC_CMPXCHG:
    case KIND_STREL:
        return insn->dst;
    default:
        return N_REGS;
    }
}

/* The cell of an instruction that is about to be executed; a load's second operand is not known yet. */
static uint32_t
cell_of(const struct machine *m, const struct insn *insn)
{
    uint32_t base = base_of(insn), width = insn_row(insn)->width_bits;
    uint64_t second = insn_row(insn)->fields & Fs ? m->regs[insn->src] : (uint64_t)insn->imm;
    if (base < N_REGS)
        return 8 * class_of_place(m, m->regs[base] + (uint64_t)(int64_t)insn->off) + class_of(second, width);
    return 8 * (insn_row(insn)->fields & Fd ? class_of(m->regs[insn->dst], width) : 0) + class_of(second, width);
}

static bool
is_load(const struct insn *insn)
{
    return insn_kind(insn) == KIND_LDX || insn_kind(insn) == KIND_LDSX || insn_kind(insn) == KIND_LDACQ;
}

static bool
is_conditional(const struct insn *insn)
{
    return insn_kind(insn) == KIND_JCC || insn_kind(insn) == KIND_MAYGOTO;
}

uint64_t
coverage_run(struct coverage *c, const struct engine *engine, struct code *code, struct machine *m, uint64_t max_insns)
{
    struct stop stop = { .reasons = STOP_BUDGET };
    uint64_t n = 0;
    for (; stop.reasons == STOP_BUDGET && n < max_insns && m->pc < m->program->n_slots; n++) {
        const struct insn *insn = &m->program->insns[m->pc];
        uint32_t next = m->pc + insn_slots(insn);
        if (insn->op >= N_OPS)
            break;
        uint32_t cell = cell_of(m, insn);
        stop = engine->run(code, m, 1, 0);
        if (is_load(insn))
            cell = cell / 8 * 8 + class_of(m->regs[insn->dst], insn_row(insn)->width_bits);
        c->cells[insn->op][is_conditional(insn) && m->pc != next] |= UINT64_C(1) << cell;
    }
    return n;
}

void
coverage_add(struct coverage *to, const struct coverage *from)
{
    for (uint32_t op = 0; op < N_OPS; op++)
        for (uint32_t taken = 0; taken < 2; taken++)
            to->cells[op][taken] |= from->cells[op][taken];
}

struct coverage_sums
coverage_sum(const struct coverage *c)
{
    struct coverage_sums sums = { 0 };
    for (uint32_t op = 0; op < N_OPS; op++) {
        sums.n_rows += (c->cells[op][0] | c->cells[op][1]) != 0;
        for (uint32_t taken = 0; taken < 2; taken++) {
            sums.n_cells += (uint32_t)__builtin_popcountll(c->cells[op][taken]);
            sums.n_outcomes += insn_rows[op].kind == KIND_JCC && c->cells[op][taken];
        }
    }
    return sums;
}
