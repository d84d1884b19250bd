/* Known differences. See known.h. */
#include "config.h"

#include "jit/diff/known.h"

#include "sim/base/base.h"

#include <stddef.h>

enum when { ALWAYS, IMM_PAST_WIDTH, IMM_ZERO, UNBOUNDED, NOT_EXTENDED };

static const struct known {
    uint16_t first, last;
    enum when when;
    const char *reason;
} table[] = {
#define KNOWN(first, last, when, reason) { OP_##first, OP_##last, when, reason },
#include "jit/diff/known.def"
};

static bool
applies(const struct known *k, const struct insn *insn, const struct insn *next, bool is_bounded)
{
    bool has_imm = insn_row(insn)->fields & Fi;
    switch (k->when) {
    case ALWAYS:
        return true;
    case IMM_PAST_WIDTH:
        return has_imm && (uint64_t)insn->imm >= insn_row(insn)->width_bits;
    case IMM_ZERO:
        return has_imm && insn->imm == 0;
    case UNBOUNDED:
        return !is_bounded;
    case NOT_EXTENDED:
        return next && !(next->op == OP_mov32_x && next->dst == REG_0 && next->src == REG_0);
    }
    return false;
}

const char *
known_difference(const struct insn *insn, const struct insn *next, bool is_bounded)
{
    for (uint32_t i = 0; i < ARRAY_LEN(table); i++)
        if (insn->op >= table[i].first && insn->op <= table[i].last && applies(&table[i], insn, next, is_bounded))
            return table[i].reason;
    return NULL;
}

const char *
known_differences(const struct insn *insns, uint32_t n, bool is_bounded)
{
    static const struct insn nothing = { .op = OP_illegal };
    const char *reason = NULL;
    for (uint32_t pc = 0; pc < n && !reason; pc += insn_slots(&insns[pc]))
        reason = known_difference(&insns[pc], pc + 1 < n ? &insns[pc + 1] : &nothing, is_bounded);
    return reason;
}
