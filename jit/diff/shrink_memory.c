/* Shrinking where values come from and where they go: results that are stored, pointers to packets and to parts of stacks, registers that
 * are set for the end only, operands. See shrink.h. */
#include "config.h"

#include "jit/diff/shrink_private.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <string.h>

enum { SLOT_OFF = -8 }; /* what is loaded is put there first */

/* r0 = 1, and nothing else that is given to r0 behind it. */
static bool
return_one(struct shrink *sh, uint32_t i)
{
    struct draft *d = shrink_begin(sh);
    d->insns[i] = (struct draft_insn){ .insn = { .op = OP_mov64_k, .imm = 1 }, .target = DRAFT_NOWHERE };
    if (i + 1 < d->n && !d->insns[i + 1].is_raw && d->insns[i + 1].insn.op == OP_mov64_k && d->insns[i + 1].insn.dst == REG_0)
        d->insns[i + 1].is_gone = true;
    return shrink_accept(sh);
}

/* A result in r0 instead of one in memory: what was stored, or that something was. */
bool
shrink_return_stores(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        enum insn_kind kind = insn_kind(&at->insn);
        if (at->is_raw || (kind != KIND_STX && kind != KIND_ST && kind != KIND_ATOMIC))
            continue;
        const struct insn value = { .op = OP_mov64_x, .src = at->insn.src };
        shrink_begin(sh)->insns[i] = (struct draft_insn){ .insn = value, .target = DRAFT_NOWHERE };
        any |= (kind == KIND_STX && shrink_accept(sh)) || return_one(sh, i);
    }
    return any;
}

/* The state map's address instead of another pointer: it takes one instruction, wherever it is needed. */
bool
shrink_simplify_pointers(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        uint8_t reg = at->insn.dst;
        enum insn_kind kind = insn_kind(&at->insn);
        bool is_one = at->insn.op == OP_mov64_x || at->insn.op == OP_add64_k || at->insn.op == OP_sub64_k || at->insn.op == OP_add64_x || kind == KIND_LDX;
        if (at->is_raw || !is_one)
            continue;
        shrink_begin(sh)->insns[i] = (struct draft_insn){ .insn = { .op = OP_ld_map_val, .dst = reg, .imm = SUBJECT_STATE }, .target = DRAFT_NOWHERE };
        any |= shrink_accept(sh);
    }
    return any;
}

/* The end of the state map instead of that of a callee's frame: there is no need to call then. */
bool
shrink_leave_frame(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        bool has_call = false;
        if (at->is_raw || at->insn.op != OP_add64_k || at->insn.imm > 0 || at->insn.imm < -STACK_BYTES)
            continue;
        struct draft *d = shrink_begin(sh);
        for (uint32_t k = 0; k < i; k++) {
            enum insn_kind kind = insn_kind(&d->insns[k].insn);
            d->insns[k].is_gone = kind == KIND_CALLX || kind == KIND_CALLL || d->insns[k].insn.op == OP_ld_func;
            has_call |= d->insns[k].is_gone;
        }
        d->insns[i].insn.imm += (int64_t)(GUEST_DATA + SUBJECT_STATE_BYTES - STACK_TOP);
        any |= has_call && shrink_accept(sh);
    }
    return any;
}

/* The last instruction before i that makes what is in a register; n: there is none. */
static uint32_t
maker_of(const struct draft *d, uint32_t i, uint8_t reg)
{
    for (uint32_t k = i; k-- > 0;)
        if (!d->insns[k].is_raw && insn_writes(&d->insns[k].insn) >> reg & 1)
            return k;
    return d->n;
}

/* Loads read the stack instead of what a pointer leads to: what made the pointer stores there what shall be read. */
bool
shrink_load_from_stack(struct shrink *sh)
{
    static const int32_t values[] = { -1, INT32_MIN, 0x7fffffff, 1 };
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        enum insn_kind kind = insn_kind(&at->insn);
        if (at->is_raw || (kind != KIND_LDX && kind != KIND_LDSX && kind != KIND_LDACQ) || at->insn.src == REG_10)
            continue;
        uint32_t maker = maker_of(&sh->draft, i, at->insn.src);
        bool is_done = maker == sh->draft.n;
        for (uint32_t k = 0; !is_done && k < ARRAY_LEN(values); k++) {
            struct draft *d = shrink_begin(sh);
            d->insns[maker] = (struct draft_insn){ .insn = { .op = OP_st_dw, .dst = REG_10, .off = SLOT_OFF, .imm = values[k] }, .target = DRAFT_NOWHERE };
            d->insns[i].insn.src = REG_10;
            d->insns[i].insn.off = SLOT_OFF;
            is_done = shrink_accept(sh);
            any |= is_done;
        }
    }
    return any;
}

/* r0 is given a constant for the exit only: another register is r0 instead. */
bool
shrink_use_r0(struct shrink *sh)
{
    bool any = false;
    for (uint32_t i = 0; i < sh->draft.n; i++)
        for (uint8_t reg = REG_1; reg < REG_10; reg++) {
            const struct draft_insn *at = &sh->draft.insns[i];
            if (at->is_raw || at->insn.op != OP_mov64_k || at->insn.dst != REG_0)
                break;
            struct draft *d = shrink_begin(sh);
            d->insns[i].is_gone = true;
            rename_register(d, reg, REG_0);
            if (shrink_accept(sh)) {
                any = true;
                break;
            }
        }
    return any;
}

/* The row that takes a constant for the register; the row itself when there is none. */
static uint16_t
with_constant(uint16_t op)
{
    const struct insn_row *row = &insn_rows[op];
    size_t n = strlen(row->name);
    for (uint16_t other = 0; other < N_OPS && row->kind == KIND_STX; other++)
        if (insn_rows[other].kind == KIND_ST && insn_rows[other].width_bits == row->width_bits)
            return other;
    for (uint16_t other = 0; other < N_OPS && n > 2 && !strcmp(row->name + n - 2, "_x"); other++)
        if (insn_rows[other].kind == row->kind && strlen(insn_rows[other].name) == n && !strncmp(insn_rows[other].name, row->name, n - 1) &&
            insn_rows[other].name[n - 1] == 'k')
            return other;
    return op;
}

/* A constant for the second operand; r0 = 1 for what the reference passes by. */
bool
shrink_operands(struct shrink *sh)
{
    bool any = false;
    judge_trace(sh->judge, &sh->best->subject, UINT64_MAX, &sh->trace);
    for (uint32_t i = 0, pc = 0; i < sh->draft.n; i++) {
        const struct draft_insn *at = &sh->draft.insns[i];
        const struct trace_slot *slot = &sh->trace.slots[pc];
        int64_t value = (int64_t)slot->regs[at->insn.src];
        uint16_t op = at->is_raw ? at->insn.op : with_constant(at->insn.op);
        bool is_changed = false;
        if (op != at->insn.op && at->insn.dst != at->insn.src && slot->is_reached && !(slot->pointers >> at->insn.src & 1) && value == (int32_t)value) {
            struct draft_insn *changed = &shrink_begin(sh)->insns[i];
            changed->insn = (struct insn){ .op = op, .dst = at->insn.dst, .off = at->insn.off, .imm = value };
            is_changed = shrink_accept(sh);
        } else if (!slot->is_reached && !at->is_raw && at->insn.op != OP_mov64_k && at->insn.op != OP_exit) {
            shrink_begin(sh)->insns[i] = (struct draft_insn){ .insn = { .op = OP_mov64_k, .imm = 1 }, .target = DRAFT_NOWHERE };
            is_changed = shrink_accept(sh);
        }
        if (is_changed) /* slots have moved */
            judge_trace(sh->judge, &sh->best->subject, UINT64_MAX, &sh->trace);
        any |= is_changed;
        pc += sh->draft.insns[i].is_raw ? 1 : insn_slots(&sh->draft.insns[i].insn);
    }
    return any;
}
