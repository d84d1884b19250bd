/* Known differences. See known.h. */
#include "config.h"

#include "jit/diff/known.h"

#include "sim/base/base.h"

#include <stddef.h>

enum when { ALWAYS, IMM_PAST_WIDTH, IMM_ZERO, UNBOUNDED, NOT_EXTENDED, ON_STACK };

static const struct known {
    uint16_t first, last;
    enum when when;
    const char *reason;
} table[] = {
#define KNOWN(first, last, when, reason) { OP_##first, OP_##last, when, reason },
#include "jit/diff/known.def"
};

static bool
is_always(const struct known *k, const struct insn *insn)
{
    bool has_imm = insn_row(insn)->fields & Fi;
    return k->when == ALWAYS || (k->when == IMM_PAST_WIDTH && has_imm && (uint64_t)insn->imm >= insn_row(insn)->width_bits) ||
           (k->when == IMM_ZERO && has_imm && insn->imm == 0);
}

/* Whether the register holds a pointer into the stack before slot pc, as far as the instructions written before it tell. */
static bool
is_stack_pointer(const struct insn *insns, uint32_t pc, uint8_t reg)
{
    while (reg != REG_10 && pc-- > 0) {
        const struct insn *insn = &insns[pc];
        if (insn->op == OP_lddw_tail || !(insn_writes(insn) & 1u << reg))
            continue;
        if (insn->op == OP_mov64_x)
            reg = insn->src;
        else if (insn->op == OP_add64_x && is_stack_pointer(insns, pc, insn->src))
            return true;
        else if (insn->op != OP_add64_x && insn->op != OP_add64_k && insn->op != OP_sub64_k)
            return false;
    }
    return reg == REG_10;
}

static bool
applies(const struct known *k, const struct insn *insns, uint32_t n, uint32_t pc, bool is_bounded)
{
    const struct insn *insn = &insns[pc], *next = pc + 1 < n ? insn + 1 : NULL;
    switch (k->when) {
    case UNBOUNDED:
        return !is_bounded;
    case NOT_EXTENDED:
        return !next || next->op != OP_mov32_x || next->dst != REG_0 || next->src != REG_0;
    case ON_STACK:
        return is_stack_pointer(insns, pc, insn->dst);
    default:
        return is_always(k, insn);
    }
}

const char *
known_difference(const struct insn *insn)
{
    for (uint32_t i = 0; i < ARRAY_LEN(table); i++)
        if (insn->op >= table[i].first && insn->op <= table[i].last && is_always(&table[i], insn))
            return table[i].reason;
    return NULL;
}

const char *
known_differences(const struct insn *insns, uint32_t n, bool is_bounded)
{
    for (uint32_t pc = 0; pc < n; pc += insn_slots(&insns[pc]))
        for (uint32_t i = 0; i < ARRAY_LEN(table); i++)
            if (insns[pc].op >= table[i].first && insns[pc].op <= table[i].last && applies(&table[i], insns, n, pc, is_bounded))
                return table[i].reason;
    return NULL;
}
