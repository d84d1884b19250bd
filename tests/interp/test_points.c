/* Points: breakpoints with conditions and counts, watches of registers and memory. Every engine stops at the same place with the same
 * counts. */
#include "config.h"

#include "guest.h"

#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* r6 counts from 0 to 9; the body is at 2..4. */
#define LOOP "r0 = 0\nr6 = 0\nr6 += 1\nr0 += r6\nif r6 != 10 goto -3\nexit\n"

static struct points *
watch_with(struct guest *g, const struct point *list, uint32_t n)
{
    struct points *set = points_new(list, n);
    GUEST_ENGINE.set_points(g->code, set);
    return set;
}

static void
drop(struct guest *g, struct points *set)
{
    GUEST_ENGINE.set_points(g->code, NULL);
    points_free(set);
}

static struct stop
go(struct guest *g, uint32_t how)
{
    return GUEST_ENGINE.run(g->code, g->machine, UINT64_MAX, how);
}

#define ASSERT_STOP(actual, want, at, insns) do { \
        const struct stop stop_ = (actual); \
        cr_assert_eq(stop_.reasons, (want), "reasons %x at %u", stop_.reasons, stop_.pc); \
        cr_assert_eq(stop_.pc, (at), "pc %u", stop_.pc); \
        cr_assert_eq(g.machine->n_insns, (insns), "n_insns %d", (int)g.machine->n_insns); \
    } while (0)

static struct condition *
condition(const struct cond_node *nodes, uint32_t n)
{
    struct condition *c = malloc(sizeof *c + n * sizeof *nodes);
    c->n = n;
    memcpy(c->nodes, nodes, n * sizeof *nodes);
    return c;
}

/* reg OP value */
static struct condition *
compare(enum cond_op op, uint8_t reg, uint64_t value)
{
    const struct cond_node nodes[] = { { .op = COND_REG, .value = reg }, { .op = COND_CONST, .value = value }, { .op = op, .a = 0, .b = 1 } };
    return condition(nodes, 3);
}

Test(points, breakpoint_counts_and_ignores)
{
    struct guest g;
    guest_open(&g, LOOP);
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 3, .ignore = 4 } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_TRAP, 3, 2 + 4 * 3 + 1);
    cr_assert_eq(set->list[0].n_hits, 5);
    cr_assert_eq(set->list[0].ignore, 0);
    cr_assert(set->list[0].fired);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_TRAP, 3, 2 + 5 * 3 + 1);
    set->list[0].ignore = 100;
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 5, 33);
    cr_assert_eq(set->list[0].n_hits, 10);
    cr_assert_eq(set->list[0].ignore, 96);
    cr_assert(!set->list[0].fired);
    drop(&g, set);
    guest_close(&g);
}

Test(points, condition)
{
    struct guest g;
    guest_open(&g, LOOP);
    struct condition *c = compare(COND_EQ, REG_6, 7), *never = compare(COND_EQ, REG_6, 77);
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 4, .condition = never },
                                                          { .kind = POINT_PC, .pc = 4, .condition = c } }, 2);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_TRAP, 4, 2 + 6 * 3 + 2);
    cr_assert_eq(g.machine->regs[REG_6], 7);
    cr_assert(set->list[1].fired && !set->list[0].fired && !set->list[1].is_unsure);
    cr_assert_eq(set->list[0].n_hits, 0);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 5, 33);
    cr_assert_eq(set->list[1].n_hits, 1);
    drop(&g, set);
    free(c);
    free(never);
    guest_close(&g);
}

/* What is watched against what it was: r6 - old == 5, and the same of the 8 bytes at r10 - 8, of which the second store changes nothing. */
Test(points, condition_on_the_old_value)
{
    struct guest g;
    guest_open(&g, "r6 = 1\n*(u64 *)(r10 - 8) = r6\n*(u64 *)(r10 - 8) = r6\nr6 += 4\nr6 += 5\n*(u64 *)(r10 - 8) = r6\nr6 += 5\n"
                   "*(u64 *)(r10 - 8) = r6\nr0 = 0\nexit\n");
    const struct cond_node nodes[] = { { .op = COND_REG, .value = REG_6 },      { .op = COND_OLD },
                                       { .op = COND_SUB, .a = 0, .b = 1 },      { .op = COND_CONST, .value = 5 },
                                       { .op = COND_EQ, .a = 2, .b = 3 } };
    struct condition *c = condition(nodes, 5);
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_6, .mask = UINT64_MAX, .condition = c },
                                                          { .kind = POINT_MEMORY, .addr = (uint32_t)STACK_TOP - 8, .len = 8,
                                                            .access = MEM_WRITE, .on_change = true, .condition = c } }, 2);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 5, 5);
    cr_assert(set->list[0].fired && set->list[0].before == 5 && !set->list[1].fired);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 7, 7);
    cr_assert(set->list[0].fired && set->list[0].before == 10);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 8, 8);
    cr_assert(set->list[1].fired && !set->list[0].fired);
    cr_assert(set->list[0].n_hits == 2 && set->list[1].n_hits == 1);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 9, 10);
    drop(&g, set);
    free(c);
    guest_close(&g);
}

Test(points, budget_and_point_coincide_and_count_once)
{
    struct guest g;
    guest_open(&g, LOOP);
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 2, .ignore = 3 } }, 1);
    guest_start(&g, NULL, 0);
    /* At each end of a budget the point there is looked at, once. */
    for (uint32_t k = 0; k < 3; k++) {
        uint64_t insns = 2 + 3 * k;
        ASSERT_STOP(GUEST_ENGINE.run(g.code, g.machine, k ? 3 : 2, k ? RUN_RESUME : 0), STOP_BUDGET, 2, insns);
        cr_assert_eq(set->list[0].n_hits, k + 1);
    }
    ASSERT_STOP(GUEST_ENGINE.run(g.code, g.machine, 3, RUN_RESUME), STOP_BUDGET | STOP_TRAP, 2, 11);
    cr_assert_eq(set->list[0].n_hits, 4);
    drop(&g, set);
    guest_close(&g);
}

Test(points, a_condition_that_cannot_be_evaluated_stops)
{
    struct guest g;
    guest_open(&g, LOOP);
    const struct cond_node null_load[] = { { .op = COND_REG, .value = REG_0 }, { .op = COND_LOAD, .a = 0, .value = 4 } };
    const struct cond_node by_zero[] = { { .op = COND_REG, .value = REG_6 }, { .op = COND_CONST }, { .op = COND_DIV, .a = 0, .b = 1 } };
    struct condition *c[2] = { condition(null_load, 2), condition(by_zero, 3) };
    for (int i = 0; i < 2; i++) {
        struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 3, .condition = c[i] } }, 1);
        guest_start(&g, NULL, 0);
        ASSERT_STOP(go(&g, 0), STOP_TRAP, 3, 3);
        cr_assert(set->list[0].fired && set->list[0].is_unsure);
        drop(&g, set);
        free(c[i]);
    }
    guest_close(&g);
}

/* Two accesses that may be checked together, again and again under other watches: what an engine remembers of one set is not the next one's. */
Test(points, another_watch_inside_of_the_same_accesses)
{
    struct guest g;
    uint8_t bytes[64] = { 0 };
    guest_open(&g, "r6 = 5\nr2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 12)\nr6 -= 1\nif r6 != 0 goto -4\nexit\n");
    static const struct {
        uint32_t off, n_hits;
    } rounds[] = { { 8, 0 }, { 13, 5 }, { 8, 0 }, { 3, 5 } };
    for (uint32_t i = 0; i < ARRAY_LEN(rounds); i++) {
        guest_start(&g, bytes, sizeof bytes);
        uint32_t addr = (uint32_t)g.machine->regs[REG_1] + rounds[i].off;
        struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_MEMORY, .addr = addr, .len = 1, .access = MEM_READ, .ignore = 9 } }, 1);
        cr_assert_eq(go(&g, 0).reasons, STOP_EXIT);
        cr_assert_eq(set->list[0].n_hits, rounds[i].n_hits, "+%u: %d hits", rounds[i].off, (int)set->list[0].n_hits);
        drop(&g, set);
    }
    guest_close(&g);
}

Test(points, condition_reads_memory)
{
    struct guest g;
    guest_open(&g, "r6 = 0\nr6 += 1\n*(u16 *)(r10 - 8) = r6\nif r6 != 1000 goto -3\nexit\n");
    const struct cond_node nodes[] = {
        { .op = COND_REG, .value = REG_10 },
        { .op = COND_CONST, .value = (uint64_t)-8 },
        { .op = COND_ADD, .a = 0, .b = 1 },
        { .op = COND_LOAD, .a = 2, .value = 2 },
        { .op = COND_CONST, .value = 900 },
        { .op = COND_EQ, .a = 3, .b = 4 },
    };
    struct condition *c = condition(nodes, ARRAY_LEN(nodes));
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 3, .condition = c } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_TRAP, 3, 1 + 899 * 3 + 2);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 4, 3002);
    drop(&g, set);
    free(c);
    guest_close(&g);
}

Test(points, register_watch)
{
    struct guest g;
    guest_open(&g, "r3 = 5\nr3 = 5\nr3 += 0\nr3 *= 2\nw3 = w3\nr3 ^= -1\nr0 = r3\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_3, .mask = UINT64_MAX } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 1, 1);
    cr_assert(set->list[0].fired && set->list[0].before == 0 && set->list[0].old == 5);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 4, 4);
    cr_assert(set->list[0].before == 5 && set->list[0].old == 10);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 6, 6);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 7, 8);
    cr_assert_eq(set->list[0].n_hits, 3);
    drop(&g, set);
    guest_close(&g);
}

Test(points, register_watch_of_the_low_half)
{
    struct guest g;
    guest_open(&g, "r3 = 0x500000000 ll\nr3 += 1\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_3, .mask = UINT32_MAX } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 3, 2);
    drop(&g, set);
    guest_close(&g);
}

/* The value that the user gives is not a change. */
Test(points, register_watch_begins_with_each_run)
{
    struct guest g;
    guest_open(&g, "r3 = 7\nr0 = 0\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_3, .mask = UINT64_MAX } }, 1);
    guest_start(&g, NULL, 0);
    g.machine->regs[REG_3] = 7;
    ASSERT_STOP(go(&g, 0), STOP_EXIT, 2, 3);
    drop(&g, set);
    guest_close(&g);
}

Test(points, register_watch_over_calls)
{
    struct guest g;
    guest_open(&g, "r6 = 1\nr1 = 2\ncall +2\nr0 = r6\nexit\nr6 = 9\nr0 = 0\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_6, .mask = UINT64_MAX },
                                                          { .kind = POINT_REGISTER, .reg = REG_1, .mask = UINT64_MAX },
                                                          { .kind = POINT_REGISTER, .reg = REG_10, .mask = UINT64_MAX } }, 3);
    guest_start(&g, NULL, 0);
    uint64_t fp = g.machine->regs[REG_10];
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 1, 1); /* r6 = 1; r1 = 0 at the start */
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 2, 2);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 5, 3); /* a new frame */
    cr_assert(set->list[2].fired && set->list[2].before == fp);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 6, 4);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 3, 6); /* the return: r6 is back, r1 clobbered, r10 the caller's */
    cr_assert(set->list[0].fired && set->list[1].fired && set->list[2].fired);
    cr_assert(set->list[0].before == 9 && set->list[0].old == 1 && set->list[1].old == REG_CLOBBERED);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 4, 8);
    drop(&g, set);
    guest_close(&g);
}

Test(points, register_watch_over_helpers)
{
    struct guest g;
    guest_open(&g, "r1 = 3\ncall bpf_ktime_get_ns\nr0 = 0\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_1, .mask = UINT64_MAX } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 1, 1);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 2, 2);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 3, 4);
    drop(&g, set);
    guest_close(&g);
}

Test(points, watch_and_breakpoint_coincide)
{
    struct guest g;
    guest_open(&g, LOOP);
    struct condition *c = compare(COND_EQ, REG_6, 4);
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_6, .mask = UINT64_MAX, .condition = c },
                                                          { .kind = POINT_PC, .pc = 3 } }, 2);
    set->list[1].ignore = 3;
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_WATCH | STOP_TRAP, 3, 2 + 3 * 3 + 1);
    cr_assert(set->list[0].fired && set->list[1].fired);
    cr_assert_eq(set->list[0].n_hits, 1);
    cr_assert_eq(set->list[1].n_hits, 4);
    drop(&g, set);
    free(c);
    guest_close(&g);
}

/* A store of 4 bytes beside and over a watched byte of the stack, directly and through a copied pointer, and loads of it. */
#define MEMORY "r2 = r10\nr2 += -16\n*(u32 *)(r10 - 12) = 1\n*(u32 *)(r10 - 16) = 0\n*(u32 *)(r2 + 0) = 0x100\nr0 = *(u8 *)(r2 + 1)\n" \
               "r0 = *(u8 *)(r2 + 0)\n*(u8 *)(r2 + 1) = 1\nr0 = *(u64 *)(r10 - 16)\nr0 = 0\nexit\n"

static void
check_memory(uint8_t access, bool on_change, const uint32_t *stops)
{
    struct guest g;
    guest_open(&g, MEMORY);
    guest_start(&g, NULL, 0);
    uint32_t addr = (uint32_t)g.machine->regs[REG_10] - 15;
    struct point point = { .kind = POINT_MEMORY, .addr = addr, .len = 1, .access = access, .on_change = on_change };
    struct points *set = watch_with(&g, &point, 1);
    uint32_t how = 0;
    for (; *stops; stops++) {
        ASSERT_STOP(go(&g, how), STOP_WATCH, *stops, *stops);
        how = RUN_RESUME;
    }
    ASSERT_STOP(go(&g, how), STOP_EXIT, 10, 11);
    drop(&g, set);
    guest_close(&g);
}

Test(points, memory_watches)
{
    check_memory(MEM_WRITE, false, (uint32_t[]){ 4, 5, 8, 0 });
    check_memory(MEM_WRITE, true, (uint32_t[]){ 5, 0 });
    check_memory(MEM_READ, false, (uint32_t[]){ 6, 9, 0 });
    check_memory(MEM_READ | MEM_WRITE, false, (uint32_t[]){ 4, 5, 6, 8, 9, 0 });
}

Test(points, memory_watch_keeps_both_values_and_its_condition)
{
    struct guest g;
    guest_open(&g, "r6 = 0\nr6 += 1\n*(u64 *)(r10 - 8) = r6\nif r6 != 10 goto -3\nexit\n");
    guest_start(&g, NULL, 0);
    struct condition *c = compare(COND_LE, REG_6, 0);
    c->nodes[1].value = 8;
    c->nodes[2] = (struct cond_node){ .op = COND_LE, .a = 1, .b = 0 }; /* 8 <= r6 */
    struct point point = { .kind = POINT_MEMORY, .addr = (uint32_t)g.machine->regs[REG_10] - 8, .len = 8, .access = MEM_WRITE,
                           .on_change = true, .condition = c };
    struct points *set = watch_with(&g, &point, 1);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 3, 1 + 7 * 3 + 2);
    cr_assert_eq(set->list[0].before_bytes[0], 7);
    cr_assert_eq(set->list[0].old_bytes[0], 8);
    drop(&g, set);
    free(c);
    guest_close(&g);
}

Test(points, memory_watch_hears_of_helpers)
{
    struct guest g;
    guest_open(&g, "r1 = r10\nr1 += -8\nr2 = 8\ncall bpf_get_current_comm\nr0 = 0\nexit\n");
    guest_start(&g, NULL, 0);
    struct point point = { .kind = POINT_MEMORY, .addr = (uint32_t)g.machine->regs[REG_10] - 4, .len = 2, .access = MEM_WRITE };
    struct points *set = watch_with(&g, &point, 1);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 4, 4);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 5, 6);
    drop(&g, set);
    guest_close(&g);
}

/* An atomic reads and writes; a callee's stack is another range. */
Test(points, memory_watch_of_atomics_in_a_callee)
{
    struct guest g;
    guest_open(&g, "r1 = 1\n*(u64 *)(r10 - 8) = 0\ncall +2\nr0 = 0\nexit\n*(u64 *)(r10 - 8) = 0\nr2 = 0\n"
                   "lock *(u64 *)(r10 - 8) += r2\nexit\n");
    guest_start(&g, NULL, 0);
    uint32_t addr = (uint32_t)g.machine->regs[REG_10] - FRAME_STRIDE - 8;
    struct point list[] = { { .kind = POINT_MEMORY, .addr = addr, .len = 8, .access = MEM_READ },
                            { .kind = POINT_MEMORY, .addr = addr, .len = 1, .access = MEM_WRITE } };
    struct points *set = watch_with(&g, list, 2);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 6, 4);
    cr_assert(!set->list[0].fired && set->list[1].fired);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 8, 6);
    cr_assert(set->list[0].fired && set->list[1].fired);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 4, 9);
    drop(&g, set);
    guest_close(&g);
}

/* Looked at once, though the JIT hands the instruction over after it has looked: an access that faults, and a callx. */
Test(points, counted_once_where_another_engine_takes_over)
{
    struct guest g;
    guest_open(&g, "r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 1, .ignore = 7 } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_FAULT, 1, 1);
    cr_assert_eq(set->list[0].n_hits, 1);
    cr_assert_eq(set->list[0].ignore, 6);
    drop(&g, set);
    guest_close(&g);

    guest_open(&g, "r1 = 7\ncallx r1\nr0 = 0\nexit\n"); /* bpf_get_prandom_u32 */
    set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 1, .ignore = 7 } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_EXIT, 3, 4);
    cr_assert_eq(set->list[0].n_hits, 1);
    drop(&g, set);
    guest_close(&g);
}

Test(points, past_the_end)
{
    struct guest g;
    guest_open(&g, "r0 = 0\nr1 = 0\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 2, .ignore = 1 } }, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_FAULT, 2, 2);
    cr_assert_eq(set->list[0].n_hits, 1);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_TRAP, 2, 2);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_FAULT, 2, 2);
    cr_assert_eq(set->list[0].n_hits, 2);
    drop(&g, set);
    guest_close(&g);
}

/* What is taken away has no effect any more, wherever control comes from. */
Test(points, traps_come_and_go_one_by_one)
{
    struct guest g;
    guest_open(&g, "r6 = 0\nr6 += 1\nif r6 > 100 goto +3\nif r6 == 51 goto +1\nr6 += 1\ngoto -5\nexit\n");
    for (uint32_t first = 1; first < 6; first++)
        for (uint32_t second = 1; second < 6; second++) {
            guest_start(&g, NULL, 0);
            GUEST_ENGINE.set_trap(g.code, first, true);
            cr_assert_eq(go(&g, 0).pc, first);
            GUEST_ENGINE.set_trap(g.code, second, true);
            go(&g, RUN_RESUME);
            GUEST_ENGINE.set_trap(g.code, first, false);
            GUEST_ENGINE.run(g.code, g.machine, 20, RUN_RESUME);
            GUEST_ENGINE.set_trap(g.code, second, false);
            cr_assert_eq(go(&g, 0).reasons, STOP_EXIT, "%u and %u", first, second);
        }
    guest_close(&g);
}

/* In the callee when the watch is set, and when it is gone again: the return is not where it was. */
Test(points, watches_come_and_go_during_a_call)
{
    struct guest g;
    guest_open(&g, "r6 = 1\ncall +2\nr0 = r6\nexit\nr6 = 9\nr0 = 0\nexit\n");
    for (int k = 0; k < 4; k++) {
        guest_start(&g, NULL, 0);
        ASSERT_STOP(GUEST_ENGINE.run(g.code, g.machine, 3, 0), STOP_BUDGET, 5, 3);
        struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_6, .mask = UINT64_MAX } }, 1);
        if (k % 2) {
            ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 2, 5);
            cr_assert(set->list[0].before == 9 && set->list[0].old == 1);
        } else {
            ASSERT_STOP(GUEST_ENGINE.run(g.code, g.machine, 1, RUN_RESUME), STOP_BUDGET, 6, 4);
        }
        drop(&g, set);
        ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 3, 7);
    }
    guest_close(&g);
}

/* The bytes that may be read end where the region ends, also when what comes before them has been read already. */
Test(points, condition_reads_up_to_the_end)
{
    struct guest g;
    guest_open(&g, "r6 = r10\nr6 += -64\nr6 += 1\nif r6 < r10 goto -2\nr0 = 0\nexit\n");
    for (uint64_t bytes = 1; bytes <= 8; bytes *= 2) {
        const struct cond_node nodes[] = { { .op = COND_REG, .value = REG_6 }, { .op = COND_LOAD, .a = 0, .value = bytes } };
        struct condition *c = condition(nodes, 2);
        struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_PC, .pc = 3, .condition = c } }, 1);
        guest_start(&g, NULL, 0);
        uint64_t turns = 64 - bytes + 1; /* the first that reads past the end */
        ASSERT_STOP(go(&g, 0), STOP_TRAP, 3, 2 + 2 * turns - 1);
        cr_assert(set->list[0].is_unsure);
        drop(&g, set);
        free(c);
    }
    guest_close(&g);
}

/* More of them, and longer conditions, than code usually has room for. None ever holds. */
Test(points, a_thousand_long_conditions)
{
    enum { N_POINTS = 1000, N_NODES = 3 * 60 };
    struct cond_node nodes[N_NODES];
    static struct point list[N_POINTS];
    for (uint16_t i = 0; i < N_NODES; i += 3) { /* (u32)(0 & r6) & r6 ... */
        nodes[i] = i ? (struct cond_node){ .op = COND_EXTEND, .a = (uint16_t)(i - 1), .value = 32 } : (struct cond_node){ .op = COND_CONST };
        nodes[i + 1] = (struct cond_node){ .op = COND_REG, .value = REG_6 };
        nodes[i + 2] = (struct cond_node){ .op = COND_AND, .a = i, .b = (uint16_t)(i + 1) };
    }
    struct condition *c = condition(nodes, N_NODES);
    for (uint32_t i = 0; i < N_POINTS; i++)
        list[i] = (struct point){ .kind = POINT_PC, .pc = 2 + i % 3, .condition = c };
    struct guest g;
    guest_open(&g, LOOP);
    struct points *set = watch_with(&g, list, N_POINTS);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_EXIT, 5, 33);
    cr_assert_eq(set->list[N_POINTS - 1].n_hits, 0);
    drop(&g, set);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_EXIT, 5, 33);
    free(c);
    guest_close(&g);
}

/* Through a pointer into the frame whose origin an engine may only guess. */
Test(points, memory_watch_through_a_pointer_from_elsewhere)
{
    struct guest g;
    guest_open(&g, "r2 = r10\nr2 += -16\nr6 = 0\nr6 += 1\n*(u8 *)(r2 + 0) = r6\nif r6 != 10 goto -3\nr0 = 0\nexit\n");
    guest_start(&g, NULL, 0);
    struct point point = { .kind = POINT_MEMORY, .addr = (uint32_t)g.machine->regs[REG_10] - 16, .len = 1, .access = MEM_WRITE };
    point.ignore = 6;
    struct points *set = watch_with(&g, &point, 1);
    ASSERT_STOP(go(&g, 0), STOP_WATCH, 5, 3 + 6 * 3 + 2);
    cr_assert_eq(set->list[0].old_bytes[0], 7);
    drop(&g, set);
    guest_close(&g);
}

/* Bytes that were not watched before, by a set that stands where another one stood. */
Test(points, another_set_in_the_same_place)
{
    struct guest g;
    guest_open(&g, "r2 = r1\nr6 = 0\nr6 += 1\n*(u8 *)(r2 + 0) = r6\n*(u8 *)(r2 + 8) = r6\nif r6 != 200 goto -4\nr0 = 0\nexit\n");
    guest_start(&g, "0123456789abcdef", 16);
    struct point point = { .kind = POINT_MEMORY, .addr = (uint32_t)g.machine->regs[REG_1] + 12, .len = 1, .access = MEM_WRITE };
    struct points *set = watch_with(&g, &point, 1);
    ASSERT_STOP(GUEST_ENGINE.run(g.code, g.machine, 401, 0), STOP_BUDGET, 5, 401);
    set->list[0].addr = set->watched[0].addr = point.addr - 4;
    GUEST_ENGINE.set_points(g.code, set);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 5, 405);
    drop(&g, set);
    guest_close(&g);
}

/* A trap before the call, and a watch after the return: the code in between may be missing. */
Test(points, register_watch_behind_a_trap)
{
    struct guest g;
    guest_open(&g, "r6 = 1\nr7 = 0\ncall +2\nr0 = r6\nexit\nr6 = 9\nif r1 > 5 goto +1\nr0 = 0\nr0 = 1\nexit\n");
    struct points *set = watch_with(&g, (struct point[]){ { .kind = POINT_REGISTER, .reg = REG_6, .mask = UINT64_MAX } }, 1);
    GUEST_ENGINE.set_trap(g.code, 1, true);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(go(&g, 0), STOP_WATCH | STOP_TRAP, 1, 1);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 6, 4);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_WATCH, 3, 8);
    ASSERT_STOP(go(&g, RUN_RESUME), STOP_EXIT, 4, 10);
    drop(&g, set);
    guest_close(&g);
}
