/* Random programs under the interpreter and the JIT in lockstep: whole, by block, by instruction, from trap to trap. The report of a
 * difference is printed with its seed; EBPFDBG_SEED starts elsewhere. */
#include "config.h"

#include "jit/diff/generate.h"
#include "jit/diff/lockstep.h"
#include "sim/base/base.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

enum { MEMORY_BYTES = 256, MOST_INSNS = 100000 };

/* One program with what it runs on. */
struct rig {
    uint64_t seed; /* of the program, for messages */
    struct program *program;
    struct cost_model costs;
    struct machine *machine;
    struct lockstep *ls;
};

static uint64_t
first_seed(void)
{
    const char *text = getenv("EBPFDBG_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static void
start(struct rig *rig)
{
    uint8_t memory[MEMORY_BYTES];
    for (uint32_t i = 0; i < MEMORY_BYTES; i++)
        memory[i] = (uint8_t)(i * 37);
    struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    struct errinfo e;
    cr_assert_eq(machine_start(rig->machine, 0, prog_type_named("generic"), &input, &e), OK);
}

/* Owns the program from now on. model: cost_model_table or cost_model_unit, with which cycles are counted in another way. */
static void
rig_open_with(struct rig *rig, uint64_t seed, struct program *p, enum lockstep_granularity granularity, void (*model)(struct cost_model *))
{
    struct errinfo e;
    *rig = (struct rig){ .seed = seed, .program = p };
    model(&rig->costs);
    rig->machine = machine_new(p, &rig->costs, NULL);
    rig->ls = lockstep_open(p, &rig->costs, &lockstep_jit, granularity, &e);
    cr_assert_not_null(rig->ls);
    start(rig);
}

static void
rig_open(struct rig *rig, uint64_t seed, struct program *p, enum lockstep_granularity granularity)
{
    rig_open_with(rig, seed, p, granularity, cost_model_table);
}

static void
rig_close(struct rig *rig)
{
    lockstep_close(rig->ls);
    machine_free(rig->machine);
    program_free(rig->program);
}

static struct program *
random_program(uint64_t seed)
{
    static uint8_t code[GENERATE_MAX_SLOTS * SLOT_BYTES];
    return program_from_code(code, generate_program(seed, &generate_everything, MEMORY_BYTES, code));
}

static struct stop
run(struct rig *rig, const struct lockstep_options *options)
{
    struct stop stop = lockstep_run(rig->ls, rig->machine, MOST_INSNS, options);
    if (stop.reasons & STOP_DIFFERENCE) {
        struct buf text = BUF_EMPTY;
        lockstep_report(rig->ls, &text);
        cr_assert_fail("seed %" PRIu64 ":\n%s", rig->seed, buf_text(&text));
    }
    return stop;
}

static void
check_programs(enum lockstep_granularity granularity, uint64_t n)
{
    for (uint64_t seed = first_seed(), end = seed + n; seed < end; seed++) {
        struct rig rig;
        rig_open(&rig, seed, random_program(seed), granularity);
        run(&rig, &(struct lockstep_options){ 0 });
        rig_close(&rig);
    }
}

Test(random, whole_runs)
{
    check_programs(LOCKSTEP_WHOLE, 1500);
}

Test(random, every_block)
{
    check_programs(LOCKSTEP_BLOCK, 600);
}

Test(random, every_instruction)
{
    check_programs(LOCKSTEP_INSN, 200);
}

/* Traps come and go while the program runs: blocks are compiled again, and what they were comes back. */
static void
check_traps(enum lockstep_granularity granularity, uint64_t n)
{
    for (uint64_t seed = first_seed(), end = seed + n; seed < end; seed++) {
        struct rig rig;
        rig_open(&rig, seed, random_program(seed), granularity);
        uint32_t trap = (uint32_t)(seed * 2654435761u % rig.program->n_slots);
        for (int k = 0; k < 30; k++) {
            lockstep_set_trap(rig.ls, trap, true);
            struct stop stop = run(&rig, &(struct lockstep_options){ .how = RUN_RESUME });
            lockstep_set_trap(rig.ls, trap, k % 3 != 0);
            if (stop.reasons != STOP_TRAP)
                break;
            trap = (trap + 7) % rig.program->n_slots;
        }
        rig_close(&rig);
    }
}

Test(random, from_trap_to_trap)
{
    check_traps(LOCKSTEP_WHOLE, 300);
}

Test(random, from_trap_to_trap_by_block)
{
    check_traps(LOCKSTEP_BLOCK, 100);
}

/* The same machines again and again, as a fuzzer uses them. */
Test(random, machines_stay)
{
    for (uint64_t seed = first_seed(), end = seed + 100; seed < end; seed++) {
        struct rig rig;
        struct errinfo e;
        rig_open(&rig, seed, random_program(seed), LOCKSTEP_WHOLE);
        for (int i = 0; i < 5; i++) {
            start(&rig);
            cr_assert_eq(machine_start(lockstep_twin(rig.ls), 0, rig.machine->type, &rig.machine->input, &e), OK);
            run(&rig, &(struct lockstep_options){ .is_quick = true, .is_equal = true });
        }
        rig_close(&rig);
    }
}

/* Rotations and what only looks like one: all counts, every way to give the registers, and a trap inside. */
Test(random, rotations)
{
    for (uint32_t k = 0; k < 64 * 64; k++) {
        uint8_t code[16 * SLOT_BYTES] = { 0 };
        uint32_t n = 0, count = k % 64, other = k % 7 ? 64 - count : (k + 1) % 64;
        uint8_t part = (uint8_t)(k / 64 % 3), src = (uint8_t)(k / 192 % 3), dst = (uint8_t)(k / 576 % 3);
        bool is_left = k / 1728 % 2;
        const struct insn insns[] = {
            { .op = OP_lddw, .dst = 0, .imm = INT64_C(0x0123456789abcdef) },
            { .op = OP_lddw, .dst = 1, .imm = INT64_C(-0x0fedcba987654321) },
            { .op = OP_mov64_k, .dst = 2, .imm = -77 },
            { .op = OP_mov64_x, .dst = part, .src = src },
            { .op = is_left ? OP_lsh64_k : OP_rsh64_k, .dst = part, .imm = count },
            { .op = OP_mov64_x, .dst = dst, .src = src },
            { .op = is_left ? OP_rsh64_k : OP_lsh64_k, .dst = dst, .imm = other % 64 },
            { .op = OP_or64_x, .dst = dst, .src = part },
            { .op = OP_exit },
        };
        for (uint32_t i = 0; i < ARRAY_LEN(insns); i++)
            if (i != 5 || dst != src) /* the move of a register to itself is left out */
                n += insn_encode(&insns[i], &code[n * SLOT_BYTES]);
        struct rig rig;
        rig_open_with(&rig, k, program_from_code(code, n), LOCKSTEP_WHOLE, cost_model_unit);
        lockstep_set_trap(rig.ls, 4 + k % 7, k % 2);
        struct stop stop = run(&rig, &(struct lockstep_options){ 0 });
        if (stop.reasons == STOP_TRAP)
            stop = run(&rig, &(struct lockstep_options){ .how = RUN_RESUME });
        cr_assert_eq(stop.reasons, STOP_EXIT);
        rig_close(&rig);
    }
}

/* Registers that somebody else has changed: nothing that the compiler concluded about r10 may hold any more. */
Test(random, foreign_frame_pointer)
{
    for (uint64_t seed = first_seed(), end = seed + 50; seed < end; seed++) {
        struct rig rig;
        rig_open(&rig, seed, random_program(seed), LOCKSTEP_WHOLE);
        rig.machine->regs[REG_10] = seed % 2 ? GUEST_HI + seed : rig.machine->regs[REG_1] + 16;
        run(&rig, &(struct lockstep_options){ 0 });
        rig_close(&rig);
    }
}

/* The longest code there is, many times over: local calls with cycles counted and r10 written. And again with a trap on each. */
Test(random, room_for_the_longest_code)
{
    enum { N_CALLS = 20000 };
    static uint8_t code[(N_CALLS + 4) * SLOT_BYTES]; /* insn_encode may write two slots */
    for (uint32_t i = 0; i < N_CALLS; i++)
        insn_encode(&(struct insn){ .op = OP_call_local, .imm = N_CALLS - (int32_t)i - 1 }, &code[i * SLOT_BYTES]);
    insn_encode(&(struct insn){ .op = OP_mov64_k, .dst = REG_10, .imm = 7 }, &code[N_CALLS * SLOT_BYTES]);
    insn_encode(&(struct insn){ .op = OP_exit }, &code[(N_CALLS + 1) * SLOT_BYTES]);
    for (enum lockstep_granularity g = LOCKSTEP_INSN; g < N_LOCKSTEP_GRANULARITIES; g++) {
        struct rig rig;
        rig_open(&rig, g, program_from_code(code, N_CALLS + 2), g);
        cr_assert_eq(run(&rig, &(struct lockstep_options){ 0 }).reasons, STOP_EXIT);
        for (uint32_t pc = 0; pc < rig.program->n_slots; pc++)
            lockstep_set_trap(rig.ls, pc, true);
        start(&rig);
        cr_assert_eq(run(&rig, &(struct lockstep_options){ 0 }).reasons, STOP_TRAP);
        rig_close(&rig);
    }
}
