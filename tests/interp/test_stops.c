/* Why and where the interpreter stops, with what in registers and counters. */
#include "config.h"

#include "guest.h"

#include "sim/base/base.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static struct stop
run(struct guest *g, uint64_t budget, bool resume)
{
    return GUEST_ENGINE.run(g->code, g->machine, budget, resume);
}

#define ASSERT_STOP(call, why, where, count) \
    do { \
        struct stop got_ = (call); \
        cr_assert_eq(got_.reasons, (uint32_t)(why), "reasons %#x, pc %u, fault %d", got_.reasons, got_.pc, (int)got_.fault.kind); \
        cr_assert_eq(got_.pc, (uint32_t)(where), "pc %u", got_.pc); \
        cr_assert_eq(g.machine->pc, got_.pc); \
        cr_assert_eq(g.machine->n_insns, (uint64_t)(count), "n_insns %d", (int)g.machine->n_insns); \
    } while (0)

#define ASSERT_FAULT(call, fault_kind, where, count) \
    do { \
        struct stop at_ = (call); \
        ASSERT_STOP(at_, STOP_FAULT, where, count); \
        cr_assert_eq(at_.fault.kind, fault_kind, "fault %d", (int)at_.fault.kind); \
    } while (0)

Test(stops, exit_counts_and_stays)
{
    struct guest g;
    guest_open(&g, "r0 = 7\nexit\n");
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 1, 2);
    cr_assert(g.machine->has_exited);
    cr_assert_eq(g.machine->regs[REG_0], 7);
    cr_assert_eq(g.machine->n_cycles, g.costs.insn[OP_mov64_k] + g.costs.insn[OP_exit]);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 1, 2);
    guest_close(&g);
}

Test(stops, budget_is_exact)
{
    struct guest g;
    guest_open(&g, "r0 = 1\nr0 = 2\nr0 = 3\nexit\n");
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, 0, false), STOP_BUDGET, 0, 0);
    ASSERT_STOP(run(&g, 2, false), STOP_BUDGET, 2, 2);
    cr_assert_eq(g.machine->regs[REG_0], 2);
    ASSERT_STOP(run(&g, 1, false), STOP_BUDGET, 3, 3);
    ASSERT_STOP(run(&g, 1, false), STOP_EXIT | STOP_BUDGET, 3, 4);
    guest_close(&g);
}

Test(stops, wide_instructions_count_once)
{
    struct guest g;
    guest_open(&g, "r0 = 0x123456789abcdef0 ll\nr1 = r0\nexit\n");
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, 1, false), STOP_BUDGET, 2, 1);
    cr_assert_eq(g.machine->regs[REG_0], UINT64_C(0x123456789abcdef0));
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 3, 3);
    guest_close(&g);
}

Test(stops, trap_before_the_instruction)
{
    struct guest g;
    guest_open(&g, "r0 = 1\nr0 = 2\nr0 = 3\nexit\n");
    GUEST_ENGINE.set_trap(g.code, 1, true);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_TRAP, 1, 1);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_TRAP, 1, 1);
    ASSERT_STOP(run(&g, 0, true), STOP_BUDGET, 1, 1);
    ASSERT_STOP(run(&g, UINT64_MAX, true), STOP_EXIT, 3, 4);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, 1, false), STOP_TRAP | STOP_BUDGET, 1, 1);
    GUEST_ENGINE.set_trap(g.code, 1, false);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 3, 4);
    guest_close(&g);
}

Test(stops, trap_in_a_loop_of_itself)
{
    struct guest g;
    guest_open(&g, "r0 += 1\nif r0 != 3 goto -2\nexit\n");
    GUEST_ENGINE.set_trap(g.code, 0, true);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_TRAP, 0, 0);
    ASSERT_STOP(run(&g, UINT64_MAX, true), STOP_TRAP, 0, 2);
    ASSERT_STOP(run(&g, UINT64_MAX, true), STOP_TRAP, 0, 4);
    ASSERT_STOP(run(&g, UINT64_MAX, true), STOP_EXIT, 2, 7);
    guest_close(&g);
}

Test(stops, traps_of_no_instruction_are_nothing)
{
    struct guest g;
    guest_open(&g, "r0 = 1 ll\nexit\n");
    GUEST_ENGINE.set_trap(g.code, 1, true);
    GUEST_ENGINE.set_trap(g.code, 99, true);
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 2, 2);
    guest_close(&g);
}

Test(stops, off_the_end)
{
    struct guest g;
    guest_open(&g, "r0 = 1\nr0 = 2\n");
    ASSERT_FAULT(guest_run(&g), FAULT_PC, 2, 2);
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, 2, false), STOP_BUDGET, 2, 2);
    ASSERT_FAULT(run(&g, 1, false), FAULT_PC, 2, 2);
    guest_close(&g);
}

Test(stops, branch_to_no_instruction)
{
    struct guest g;
    /* 0: not taken, so executed; 1: taken, into the tail of 3 */
    guest_open(&g, "if r10 == 0 goto +1\nif r10 != 0 goto +2\nexit\nr0 = 1 ll\nexit\n");
    struct stop stop = guest_run(&g);
    ASSERT_FAULT(stop, FAULT_PC, 1, 1);
    cr_assert_eq(stop.fault.addr, 4);
    guest_close(&g);

    guest_open(&g, "r0 = 1\ngoto -5\n");
    stop = guest_run(&g);
    ASSERT_FAULT(stop, FAULT_PC, 1, 1);
    cr_assert_eq(stop.fault.addr, (uint64_t)-3);
    guest_close(&g);

    guest_open(&g, "if r10 == 0 goto +9\nif r0 == 0 goto +9\n");
    ASSERT_FAULT(guest_run(&g), FAULT_PC, 1, 1);
    guest_close(&g);

    guest_open_insns(&g, (struct insn[]){ guest_insn(OP_gotol, 0, 0, 0, 1) }, 1);
    ASSERT_FAULT(guest_run(&g), FAULT_PC, 0, 0);
    guest_close(&g);

    guest_open_insns(&g, (struct insn[]){ guest_insn(OP_call_local, 0, 0, 0, -2) }, 1);
    ASSERT_FAULT(guest_run(&g), FAULT_PC, 0, 0);
    cr_assert_eq(g.machine->depth, 0);
    guest_close(&g);
}

Test(stops, start_at_no_instruction)
{
    struct guest g;
    guest_open(&g, "r0 = 1 ll\nexit\n");
    guest_start(&g, NULL, 0);
    g.machine->pc = 1;
    ASSERT_FAULT(run(&g, UINT64_MAX, false), FAULT_PC, 1, 0);
    g.machine->pc = 77;
    ASSERT_FAULT(run(&g, UINT64_MAX, false), FAULT_PC, 77, 0);
    guest_close(&g);
}

Test(stops, illegal_and_unresolved)
{
    struct guest g;
    guest_open_insns(&g, (struct insn[]){ guest_insn(OP_mov64_k, 0, 0, 0, 3), guest_insn(OP_exit, 0, 0, 0, 0) }, 2);
    g.program->insns[1].op = OP_illegal;
    GUEST_ENGINE.close(g.code);
    g.code = GUEST_ENGINE.open(g.program, &g.costs, NULL);
    ASSERT_FAULT(guest_run(&g), FAULT_ILLEGAL_INSN, 1, 1);
    g.program->insns[1].op = OP_exit;
    g.program->insns[0].flags = INSN_UNRESOLVED;
    GUEST_ENGINE.close(g.code);
    g.code = GUEST_ENGINE.open(g.program, &g.costs, NULL);
    ASSERT_FAULT(guest_run(&g), FAULT_UNRESOLVED, 0, 0);
    g.program->insns[0].flags = INSN_RESERVED; /* executed as if it were right */
    GUEST_ENGINE.close(g.code);
    g.code = GUEST_ENGINE.open(g.program, &g.costs, NULL);
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 1, 2);
    guest_close(&g);
}

/* Engines join instructions that often stand together; one that can't be executed is not joined, wherever it stands. */
Test(stops, unresolved_among_others)
{
    const struct insn code[] = {
        guest_insn(OP_mov64_x, 0, 1, 0, 0),    guest_insn(OP_lsh64_k, 0, 0, 0, 32),  guest_insn(OP_arsh64_k, 0, 0, 0, 32),
        guest_insn(OP_mov64_k, 3, 0, 0, 1),    guest_insn(OP_jeq64_k, 3, 0, 1, 0),   guest_insn(OP_jne64_x, 3, 3, 1, 0),
        guest_insn(OP_ja, 0, 0, 0, 0),         guest_insn(OP_may_goto, 0, 0, 0, 0),  guest_insn(OP_call, 0, 0, 0, 5),
        guest_insn(OP_stx_dw, 10, 0, -8, 0),   guest_insn(OP_ldx_w, 0, 10, -8, 0),   guest_insn(OP_fetch_add64, 10, 0, -8, 0),
        guest_insn(OP_cmpxchg64, 10, 0, -8, 0), guest_insn(OP_be16, 0, 0, 0, 0),     guest_insn(OP_exit, 0, 0, 0, 0),
    };
    struct guest g;
    guest_open_insns(&g, code, ARRAY_LEN(code));
    for (uint32_t pc = 0; pc < ARRAY_LEN(code); pc++) {
        g.program->insns[pc].flags = INSN_UNRESOLVED;
        g.code = engine_reopen(&GUEST_ENGINE, g.code, g.program, &g.costs, NULL);
        ASSERT_FAULT(guest_run(&g), FAULT_UNRESOLVED, pc, pc);
        g.program->insns[pc].flags = 0;
    }
    guest_close(&g);
}

Test(stops, calls_save_and_clobber)
{
    struct guest g;
    guest_open(&g, "r6 = 6\nr9 = 9\nr1 = 1\nr0 = 10\n"
                   "call +3\n"
                   "r0 += r6\nr0 += r9\nexit\n"
                   /* 8 */ "*(u64 *)(r10 - 8) = r1\nr6 = 60\nr9 = 90\nr10 = 5\nr0 += 100\nexit\n");
    guest_start(&g, NULL, 0);
    ASSERT_STOP(run(&g, 5, false), STOP_BUDGET, 8, 5);
    cr_assert_eq(g.machine->depth, 1);
    cr_assert_eq(g.machine->frames[1].return_pc, 5);
    cr_assert_eq(g.machine->regs[REG_10], STACK_TOP - FRAME_STRIDE);
    cr_assert_eq(g.machine->regs[REG_1], 1);
    ASSERT_STOP(run(&g, 6, false), STOP_BUDGET, 5, 11);
    cr_assert_eq(g.machine->depth, 0);
    cr_assert_eq(g.machine->regs[REG_10], STACK_TOP);
    for (int i = REG_1; i <= REG_5; i++)
        cr_assert_eq(g.machine->regs[i], REG_CLOBBERED);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 7, 14);
    cr_assert_eq(g.machine->regs[REG_0], 125);
    guest_close(&g);
}

Test(stops, ninth_frame)
{
    struct guest g;
    guest_open(&g, "self: call self\nexit\n");
    ASSERT_FAULT(guest_run(&g), FAULT_CALL_DEPTH, 0, MAX_FRAMES - 1);
    cr_assert_eq(g.machine->depth, MAX_FRAMES - 1);
    cr_assert_eq(g.machine->regs[REG_10], STACK_TOP - (MAX_FRAMES - 1) * FRAME_STRIDE);
    guest_close(&g);
}

Test(stops, call_at_the_very_end_returns_off_the_end)
{
    struct guest g;
    guest_open(&g, "goto +1\nf: exit\ncall f\n");
    ASSERT_FAULT(guest_run(&g), FAULT_PC, 3, 3);
    guest_close(&g);
}

Test(stops, callx)
{
    struct guest g;
    struct insn code[] = {
        guest_insn(OP_lddw, 3, 0, 0, (int64_t)GUEST_CODE_OF(4)), guest_insn(OP_callx, 3, 0, 0, 0), guest_insn(OP_exit, 0, 0, 0, 0),
        guest_insn(OP_mov64_k, 0, 0, 0, 5),                      guest_insn(OP_exit, 0, 0, 0, 0),
    };
    guest_open_insns(&g, code, ARRAY_LEN(code));
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 3, 5);
    cr_assert_eq(g.machine->regs[REG_0], 5);
    cr_assert_eq(g.machine->regs[REG_3], REG_CLOBBERED);
    guest_close(&g);

    static const uint64_t wrong[] = { 0, GUEST_CODE - 8, GUEST_CODE_OF(1), GUEST_CODE_OF(4) + 1, GUEST_CODE_OF(6), UINT64_MAX };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        code[0].imm = (int64_t)wrong[i];
        guest_open_insns(&g, code, ARRAY_LEN(code));
        ASSERT_FAULT(guest_run(&g), FAULT_PC, 2, 1);
        cr_assert_eq(g.machine->depth, 0);
        guest_close(&g);
    }

    code[0].imm = 5; /* bpf_ktime_get_ns, as the public conformance vectors call a helper */
    guest_open_insns(&g, code, ARRAY_LEN(code));
    g.env.clock_ns = 123456;
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 3, 3);
    cr_assert_eq(g.machine->regs[REG_0], 123456);
    cr_assert_eq(g.machine->regs[REG_3], REG_CLOBBERED);
    guest_close(&g);
}

Test(stops, may_goto_falls_through_so_many_times)
{
    struct guest g;
    guest_open_insns(&g,
                     (struct insn[]){ guest_insn(OP_may_goto, 0, 0, 2, 0), guest_insn(OP_add64_k, 0, 0, 0, 1), guest_insn(OP_ja, 0, 0, -3, 0),
                                      guest_insn(OP_exit, 0, 0, 0, 0) },
                     4);
    g.env.may_goto_limit = 5;
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 3, 17);
    cr_assert_eq(g.machine->regs[REG_0], 5);
    guest_close(&g);
}

Test(stops, helper_fault_is_not_counted)
{
    struct guest g;
    guest_open(&g, "r0 = 1\ncall 9999\nexit\n");
    ASSERT_FAULT(guest_run(&g), FAULT_NO_HELPER, 1, 1);
    cr_assert_eq(g.machine->regs[REG_0], 1);
    machine_script_helper(g.machine, 9999, 42);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 2, 3);
    cr_assert_eq(g.machine->regs[REG_0], 42);
    cr_assert_eq(g.machine->regs[REG_5], REG_CLOBBERED);
    guest_close(&g);
}

Test(stops, old_bounds_do_not_outlive_the_run)
{
    struct guest g;
    uint8_t memory[64] = { [32] = 5 };
    guest_open(&g, "r0 = *(u8 *)(r1 + 32)\nexit\n");
    guest_start(&g, memory, 64);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 1, 2);
    cr_assert_eq(g.machine->regs[REG_0], 5);
    guest_start(&g, memory, 32);
    ASSERT_FAULT(run(&g, UINT64_MAX, false), FAULT_UNMAPPED, 0, 0);
    machine_free(g.machine);
    g.machine = machine_new(g.program, &g.costs, NULL);
    guest_start(&g, memory, 16);
    ASSERT_FAULT(run(&g, UINT64_MAX, false), FAULT_UNMAPPED, 0, 0);
    guest_close(&g);
}

static volatile sig_atomic_t interrupt;
static uint64_t interrupted_at;

static void
on_alarm(int number)
{
    (void)number;
    interrupted_at = cpu_ns();
    interrupt = 1;
}

/* Runs until a signal comes. An engine may need longer to begin than the timer to expire: once more then, with a longer one. */
static struct stop
run_until_alarm(struct guest *g)
{
    struct stop stop;
    suseconds_t usec = 3000;
    do {
        guest_start(g, NULL, 0);
        setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_usec = usec }, NULL);
        stop = run(g, UINT64_MAX, false);
        usec *= 2;
    } while (g->machine->n_insns == 0 && usec < 1000000);
    return stop;
}

/* Every kind of endless loop: a branch, a conditional one, calls, and one that is too long for the budget's straight line. */
Test(stops, interrupt_in_any_loop)
{
    static const char *const loops[] = {
        "r0 += 1\ngoto -2\n",
        "r0 += 1\nif r0 != 0 goto -2\nexit\n",
        "r0 += 1\ncall +1\ngoto -3\nr3 = 0\nexit\n",
        "goto +2\nf: r0 += 1\nexit\ncall f\ngoto -2\n",
    };
    signal(SIGALRM, on_alarm);
    for (size_t i = 0; i < ARRAY_LEN(loops); i++) {
        struct guest g;
        guest_open(&g, loops[i]);
        g.machine->interrupt = &interrupt;
        struct stop stop = run_until_alarm(&g);
        uint64_t latency_ns = cpu_ns() - interrupted_at;
        cr_assert_eq(stop.reasons, STOP_INTERRUPT);
        cr_assert_eq(interrupt, 0);
        cr_assert_lt(latency_ns, UINT64_C(50000000));
        cr_assert_gt(g.machine->n_insns, 0);

        /* The same count by budget alone gives the same machine. */
        uint64_t n = g.machine->n_insns, digest = machine_digest(g.machine);
        guest_start(&g, NULL, 0);
        ASSERT_STOP(run(&g, n, false), STOP_BUDGET, stop.pc, n);
        cr_assert_eq(machine_digest(g.machine), digest);
        guest_close(&g);
    }
}

Test(stops, interrupt_before_anything)
{
    struct guest g;
    guest_open(&g, "exit\n");
    g.machine->interrupt = &interrupt;
    guest_start(&g, NULL, 0);
    interrupt = 1;
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_INTERRUPT, 0, 0);
    cr_assert_eq(interrupt, 0);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 0, 1);
    guest_close(&g);
}

/* A program that tail-calls itself until the limit of 33 lets it fall through. */
static void
open_tail_calls(struct guest *g)
{
    struct insn code[] = {
        guest_insn(OP_lddw, 2, 0, 0, (int64_t)GUEST_MAP), guest_insn(OP_mov64_k, 3, 0, 0, 1), guest_insn(OP_call, 0, 0, 0, 12),
        guest_insn(OP_mov64_k, 0, 0, 0, 77),              guest_insn(OP_exit, 0, 0, 0, 0),
    };
    guest_open_insns(g, code, ARRAY_LEN(code));
    struct map_preset *preset = calloc(1, sizeof *preset);
    *preset = (struct map_preset){ .key = 1, .index = 0 };
    struct map_def *map = calloc(1, sizeof *map);
    *map = (struct map_def){ .name = strdup("jumps"), .type = 3, .key_bytes = 4, .value_bytes = 4, .max_entries = 2, .inner = -1,
                             .presets = preset, .n_presets = 1 };
    g->program->maps = map;
    g->program->n_maps = 1;
    machine_free(g->machine);
    g->machine = machine_new(g->program, &g->costs, NULL);
}

Test(stops, tail_calls)
{
    enum { INSNS = MAX_TAIL_CALLS * 3 + 5 };
    struct guest g;
    uint64_t digests[INSNS + 1];
    open_tail_calls(&g);
    ASSERT_STOP(guest_run(&g), STOP_EXIT, 5, INSNS);
    cr_assert_eq(g.machine->regs[REG_0], 77);
    cr_assert_eq(g.machine->n_tail_calls, MAX_TAIL_CALLS);

    guest_start(&g, NULL, 0);
    for (uint64_t k = 0; k < INSNS; k++) {
        digests[k] = machine_digest(g.machine);
        run(&g, 1, false);
    }
    digests[INSNS] = machine_digest(g.machine);
    for (uint64_t k = 0; k <= INSNS; k++) {
        guest_start(&g, NULL, 0);
        cr_assert(run(&g, k, false).reasons & STOP_BUDGET);
        cr_assert_eq(machine_digest(g.machine), digests[k], "after %d", (int)k);
    }

    GUEST_ENGINE.set_trap(g.code, 0, true);
    guest_start(&g, NULL, 0);
    for (uint64_t k = 0; k <= MAX_TAIL_CALLS; k++)
        ASSERT_STOP(run(&g, UINT64_MAX, k > 0), STOP_TRAP, 0, 3 * k);
    ASSERT_STOP(run(&g, UINT64_MAX, true), STOP_EXIT, 5, INSNS);
    guest_close(&g);
}

/* LDABS and LDIND: an access beyond the packet ends the program there with r0 = 0, and counts. */
Test(stops, packet_loads)
{
    static const uint8_t packet[64] = { [12] = 0x08, [14] = 0x45, [20] = 0x12, [21] = 0x34 };
    struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    struct errinfo e;
    struct guest g;
    struct insn code[] = {
        guest_insn(OP_mov64_x, 6, 1, 0, 0),    guest_insn(OP_mov64_k, 7, 0, 0, 2),    guest_insn(OP_ld_abs_h, 0, 0, 0, 20),
        guest_insn(OP_mov64_x, 8, 0, 0, 0),    guest_insn(OP_ld_ind_b, 0, 7, 0, 12), guest_insn(OP_ld_abs_w, 0, 0, 0, 61),
        guest_insn(OP_mov64_k, 0, 0, 0, 1),    guest_insn(OP_exit, 0, 0, 0, 0),
    };
    guest_open_insns(&g, code, ARRAY_LEN(code));
    cr_assert_eq(machine_start(g.machine, 0, prog_type_named("tc"), &input, &e), OK, "%s: %s", e.subject, e.detail);
    ASSERT_STOP(run(&g, 5, false), STOP_BUDGET, 5, 5);
    cr_assert_eq(g.machine->regs[REG_8], 0x1234);
    cr_assert_eq(g.machine->regs[REG_0], 0x45);
    cr_assert_eq(g.machine->regs[REG_1], REG_CLOBBERED);
    ASSERT_STOP(run(&g, UINT64_MAX, false), STOP_EXIT, 5, 6);
    cr_assert_eq(g.machine->regs[REG_0], 0);
    cr_assert(g.machine->has_exited);
    cr_assert_eq(machine_start(g.machine, 0, prog_type_named("tc"), &input, &e), OK, "%s: %s", e.subject, e.detail);
    ASSERT_STOP(run(&g, 6, false), STOP_EXIT | STOP_BUDGET, 5, 6);
    guest_close(&g);
}
