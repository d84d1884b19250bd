/* Every form that touches memory, at every offset around both ends of a region: what fits works, one byte more faults and changes
 * nothing; atomics and ordered accesses must be aligned. */
#include "config.h"

#include "guest.h"

#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <string.h>

enum { REGION_BYTES = 40 };

static bool
is_load(enum insn_kind kind)
{
    return kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
}

static bool
is_store(enum insn_kind kind)
{
    return kind == KIND_ST || kind == KIND_STX || kind == KIND_STREL;
}

static bool
is_atomic(enum insn_kind kind)
{
    return kind == KIND_ATOMIC || kind == KIND_ATOMIC_FETCH || kind == KIND_ATOMIC_CMPXCHG;
}

/* What must come of an access of `len` bytes at byte `at` of the region. */
static enum fault_kind
expected(enum insn_kind kind, int at, int len)
{
    if (at < 0 || at >= REGION_BYTES)
        return FAULT_UNMAPPED;
    if (at + len > REGION_BYTES)
        return FAULT_STRADDLE;
    if ((is_atomic(kind) || kind == KIND_LDACQ || kind == KIND_STREL) && at % len)
        return FAULT_MISALIGNED;
    return FAULT_NONE;
}

static void
check(uint16_t op)
{
    const struct insn_row *row = &insn_rows[op];
    int len = row->width_bits / 8;
    uint8_t memory[REGION_BYTES], before[REGION_BYTES];
    for (int i = 0; i < REGION_BYTES; i++)
        memory[i] = (uint8_t)(0x81 + 3 * i);
    for (int at = -9; at < REGION_BYTES + 9; at++) {
        struct guest g;
        uint8_t base = is_load(row->kind) ? 0 : 1, other = is_load(row->kind) ? 1 : 3;
        struct insn code[] = { guest_insn(OP_mov64_k, 3, 0, 0, 0x1234), guest_insn(op, base, other, (int16_t)at, -2),
                               guest_insn(OP_exit, 0, 0, 0, 0) };
        guest_open_insns(&g, code, ARRAY_LEN(code));
        guest_start(&g, memory, REGION_BYTES);
        uint64_t start = g.machine->regs[REG_1];
        uint8_t *bytes = memory_host(&g.machine->mem, start);
        memcpy(before, bytes, sizeof before);
        struct stop stop = GUEST_ENGINE.run(g.code, g.machine, UINT64_MAX, false);
        enum fault_kind want = expected(row->kind, at, len);
        if (want == FAULT_NONE) {
            cr_assert_eq(stop.reasons, STOP_EXIT, "%s at %d: fault %d", row->name, at, (int)stop.fault.kind);
            for (int i = 0; i < REGION_BYTES; i++)
                cr_assert((i >= at && i < at + len) || bytes[i] == before[i], "%s at %d touched byte %d", row->name, at, i);
            cr_assert(!is_store(row->kind) || memcmp(bytes + at, before + at, (size_t)len) != 0, "%s at %d", row->name, at);
        } else {
            cr_assert_eq(stop.reasons, STOP_FAULT, "%s at %d", row->name, at);
            cr_assert_eq(stop.fault.kind, want, "%s at %d: %d", row->name, at, (int)stop.fault.kind);
            cr_assert_eq(stop.fault.addr, start + (uint64_t)(int64_t)at);
            cr_assert_eq(stop.fault.len, (uint32_t)len);
            cr_assert_eq(stop.fault.access, is_load(row->kind) ? MEM_READ : MEM_WRITE, "%s", row->name);
            cr_assert_eq(stop.pc, 1);
            cr_assert_eq(g.machine->n_insns, 1);
            cr_assert_eq(memcmp(bytes, before, sizeof before), 0, "%s at %d", row->name, at);
            cr_assert_eq(g.machine->regs[REG_0], 0);
            cr_assert_eq(g.machine->regs[REG_3], 0x1234);
        }
        guest_close(&g);
    }
}

Test(access, every_form_at_both_ends)
{
    int n = 0;
    for (uint16_t op = 0; op < N_OPS; op++) {
        enum insn_kind kind = insn_rows[op].kind;
        if (is_load(kind) || is_store(kind) || is_atomic(kind)) {
            check(op);
            n++;
        }
    }
    cr_assert_eq(n, 4 + 3 + 4 + 4 + 4 + 4 + 20);
}

/* The same with bounds that the slot has learned from a good access: from the middle outwards until it faults. */
static void
check_learned(uint16_t op, int step)
{
    const struct insn_row *row = &insn_rows[op];
    int len = row->width_bits / 8, n_good = 0;
    uint8_t memory[REGION_BYTES] = { 0 };
    struct guest g;
    uint8_t base = is_load(row->kind) ? 0 : 5, other = is_load(row->kind) ? 5 : 3;
    struct insn code[] = { guest_insn(OP_mov64_x, 5, 1, 0, 0), guest_insn(op, base, other, 16, 0), guest_insn(OP_add64_k, 5, 0, 0, step),
                           guest_insn(OP_ja, 0, 0, -3, 0) };
    for (int at = 16; expected(row->kind, at, len) == FAULT_NONE; at += step)
        n_good++;
    guest_open_insns(&g, code, ARRAY_LEN(code));
    guest_start(&g, memory, REGION_BYTES);
    uint64_t start = g.machine->regs[REG_1];
    struct stop stop = GUEST_ENGINE.run(g.code, g.machine, 1000, false);
    cr_assert_eq(stop.reasons, STOP_FAULT, "%s", row->name);
    cr_assert_eq(stop.fault.addr, start + (uint64_t)(int64_t)(16 + n_good * step), "%s: wrong by %d", row->name,
                 (int)(stop.fault.addr - start) - (16 + n_good * step));
    cr_assert_eq(g.machine->n_insns, (uint64_t)(1 + 3 * n_good), "%s", row->name);
    guest_close(&g);
}

Test(access, learned_bounds_are_exact)
{
    for (uint16_t op = 0; op < N_OPS; op++) {
        enum insn_kind kind = insn_rows[op].kind;
        if (!is_load(kind) && !is_store(kind) && !is_atomic(kind))
            continue;
        bool is_aligned = is_atomic(kind) || kind == KIND_LDACQ || kind == KIND_STREL;
        int step = is_aligned ? insn_rows[op].width_bits / 8 : 1;
        check_learned(op, step);
        check_learned(op, -step);
    }
}

/* Bounds that a slot has learned hold for that region only. */
Test(access, same_slot_on_different_regions)
{
    struct guest g;
    uint8_t memory[16] = { 1, 2, 3, 4 };
    guest_open(&g, "r6 = r1\nr7 = 4\n"
                   "r0 = *(u8 *)(r6 + 0)\n" /* 2: memory, stack, memory, null */
                   "r7 -= 1\n"
                   "if r7 == 1 goto +4\n"
                   "if r7 == 0 goto +5\n"
                   "r6 = r10\nr6 += -1\ngoto -7\n"
                   "r6 = r1\ngoto -9\n"
                   "r6 = 0\ngoto -11\n");
    guest_start(&g, memory, sizeof memory);
    /* 4 -> 3: to the stack; 3 -> 2: to the stack; 2 -> 1: to memory; 1 -> 0: to null */
    struct stop stop = GUEST_ENGINE.run(g.code, g.machine, UINT64_MAX, false);
    cr_assert_eq(stop.reasons, STOP_FAULT);
    cr_assert_eq(stop.fault.kind, FAULT_NULL);
    cr_assert_eq(stop.pc, 2);
    cr_assert_eq(g.machine->regs[REG_0], 1);
    guest_close(&g);
}

/* What looks like an address in the frame, going by the order of slots, but comes from elsewhere; and the frame's exact ends: r6 is
 * r10 + r2, or r1 when r2 is 0. */
static struct stop
run_guessed(struct guest *g, int32_t off)
{
    uint8_t memory[8] = { 5, 6, 7, 8, 9, 10, 11, 12 };
    guest_start(g, memory, sizeof memory);
    g->machine->regs[REG_2] = (uint64_t)(int64_t)off;
    return GUEST_ENGINE.run(g->code, g->machine, UINT64_MAX, 0);
}

Test(access, in_the_frame_or_not)
{
    struct guest g;
    guest_open(&g, "r6 = r1\n"
                   "if r2 == 0 goto +2\n"
                   "r6 = r10\n"
                   "r6 += r2\n"
                   "r7 = 1\n"
                   "if r7 s< 0 goto -2\n" /* a block begins at 4: what was known of r6 is forgotten, but the guess */
                   "r0 = *(u32 *)(r6 + 4)\n"
                   "exit\n");
    static const struct {
        int32_t off;
        bool is_good;
    } cases[] = { { 0, true }, { -516, true }, { -517, false }, { -8, true }, { -7, false }, { 1 << 20, false }, { 0, true }, { -100, true } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct stop stop = run_guessed(&g, cases[i].off);
        cr_assert_eq(stop.reasons, cases[i].is_good ? STOP_EXIT : STOP_FAULT, "r10%+d: %u", cases[i].off, stop.reasons);
        cr_assert_eq(stop.pc, cases[i].is_good ? 7 : 6);
        if (!cases[i].off)
            cr_assert_eq(g.machine->regs[REG_0], 0x0c0b0a09);
    }
    guest_close(&g);
}

Test(access, wild_addresses)
{
    static const uint64_t wild[] = { 0, 1, GUEST_LO - 1, GUEST_HI, UINT32_MAX, UINT64_C(0x100000000) + GUEST_CTX, INT64_MAX, UINT64_MAX };
    for (size_t i = 0; i < ARRAY_LEN(wild); i++) {
        struct guest g;
        uint8_t memory[16] = { 0 };
        /* first a good access in the same slot, so that bounds are known */
        struct insn code[] = { guest_insn(OP_ldx_b, 0, 1, 0, 0), guest_insn(OP_lddw, 1, 0, 0, (int64_t)wild[i]), guest_insn(OP_ja, 0, 0, -4, 0) };
        guest_open_insns(&g, code, ARRAY_LEN(code));
        guest_start(&g, memory, sizeof memory);
        struct stop stop = GUEST_ENGINE.run(g.code, g.machine, 100, false);
        cr_assert_eq(stop.reasons, STOP_FAULT);
        cr_assert_eq(stop.fault.kind, wild[i] < GUEST_LO ? FAULT_NULL : FAULT_UNMAPPED);
        cr_assert_eq(stop.fault.addr, wild[i]);
        cr_assert_eq(g.machine->n_insns, 3);
        guest_close(&g);
    }
}

Test(access, frames_keep_what_was_in_them)
{
    struct guest g;
    guest_open(&g, "call +4\ncall +5\nr6 = r0\nr0 = r6\nexit\n"
                   "*(u64 *)(r10 - 8) = 77\nexit\n"
                   "r0 = *(u64 *)(r10 - 8)\nexit\n");
    struct stop stop = guest_run(&g);
    cr_assert_eq(stop.reasons, STOP_EXIT);
    cr_assert_eq(g.machine->regs[REG_0], 77);
    stop = guest_run(&g);
    cr_assert_eq(g.machine->regs[REG_0], 77);
    guest_close(&g);
}
