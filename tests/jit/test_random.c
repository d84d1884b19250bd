/* Random programs under the interpreter and the JIT: the same stop, registers, counters and memory, whether they run through, in
 * pieces, or from trap to trap. The seed of a difference is printed; EBPFDBG_SEED starts elsewhere. */
#include "config.h"

#include "jit/diff/generate.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

enum { N_PROGRAMS = 1500, MEMORY_BYTES = 256, MOST_INSNS = 100000 };

/* One engine at work on a program. */
struct side {
    const struct engine *engine;
    struct code *code;
    struct machine *machine;
    struct stop stop;
};

static struct cost_model costs;

static uint64_t
first_seed(void)
{
    const char *text = getenv("EBPFDBG_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static struct program *
random_program(uint64_t seed)
{
    static uint8_t code[GENERATE_MAX_SLOTS * SLOT_BYTES];
    return program_from_code(code, generate_program(seed, &generate_everything, MEMORY_BYTES, code));
}

static void
side_open(struct side *s, const struct engine *engine, const struct program *p)
{
    uint8_t memory[MEMORY_BYTES];
    for (uint32_t i = 0; i < MEMORY_BYTES; i++)
        memory[i] = (uint8_t)(i * 37);
    struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    struct errinfo e;
    *s = (struct side){ .engine = engine, .code = engine->open(p, &costs, &e), .machine = machine_new(p, &costs, NULL) };
    cr_assert_not_null(s->code);
    cr_assert_eq(machine_start(s->machine, 0, prog_type_named("generic"), &input, &e), OK);
}

static void
side_close(struct side *s)
{
    s->engine->close(s->code);
    machine_free(s->machine);
}

static void
assert_same(uint64_t seed, const struct side *a, const struct side *b)
{
    cr_assert_eq(a->stop.reasons, b->stop.reasons, "seed %" PRIu64 ": reasons %u and %u", seed, a->stop.reasons, b->stop.reasons);
    cr_assert_eq(a->machine->pc, b->machine->pc, "seed %" PRIu64 ": pc %u and %u", seed, a->machine->pc, b->machine->pc);
    if (a->stop.reasons & STOP_FAULT) {
        cr_assert_eq(a->stop.fault.kind, b->stop.fault.kind, "seed %" PRIu64, seed);
        cr_assert_eq(a->stop.fault.addr, b->stop.fault.addr, "seed %" PRIu64, seed);
    }
    cr_assert_eq(a->machine->n_insns, b->machine->n_insns, "seed %" PRIu64, seed);
    cr_assert_eq(a->machine->n_cycles, b->machine->n_cycles, "seed %" PRIu64, seed);
    for (int reg = 0; reg < N_REGS; reg++)
        cr_assert_eq(a->machine->regs[reg], b->machine->regs[reg], "seed %" PRIu64 ": r%d %" PRIx64 " and %" PRIx64, seed, reg,
                     a->machine->regs[reg], b->machine->regs[reg]);
    cr_assert_eq(machine_digest(a->machine), machine_digest(b->machine), "seed %" PRIu64 ": memory", seed);
}

static void
run(struct side *s, uint64_t budget, bool resume)
{
    s->stop = s->engine->run(s->code, s->machine, budget, resume);
}

/* Opens one program under the interpreter and `engine`; the caller runs them. Cycles that are counted, and cycles that follow from the
 * instructions, are different code: programs take turns. */
static void
pair_open(struct side pair[2], const struct engine *engine, const struct program *p)
{
    if (p->n_slots % 2)
        cost_model_table(&costs);
    else
        cost_model_unit(&costs);
    side_open(&pair[0], &interp_engine, p);
    side_open(&pair[1], engine, p);
}

Test(random, whole_runs)
{
    for (uint64_t seed = first_seed(), end = seed + N_PROGRAMS; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct side pair[2];
        pair_open(pair, &jit_engine, p);
        for (int i = 0; i < 2; i++)
            run(&pair[i], MOST_INSNS, false);
        assert_same(seed, &pair[0], &pair[1]);
        for (int i = 0; i < 2; i++)
            side_close(&pair[i]);
        program_free(p);
    }
}

Test(random, every_instruction)
{
    for (uint64_t seed = first_seed(), end = seed + N_PROGRAMS / 30; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct side pair[2];
        pair_open(pair, &jit_step_engine, p);
        do {
            for (int i = 0; i < 2; i++)
                run(&pair[i], 1, false);
            assert_same(seed, &pair[0], &pair[1]);
        } while (pair[0].stop.reasons == STOP_BUDGET && pair[0].machine->n_insns < 400);
        for (int i = 0; i < 2; i++)
            side_close(&pair[i]);
        program_free(p);
    }
}

/* Traps come and go while the program runs: blocks are compiled again, and what they were comes back. */
Test(random, from_trap_to_trap)
{
    for (uint64_t seed = first_seed(), end = seed + N_PROGRAMS / 5; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct side pair[2];
        uint32_t trap = (uint32_t)(seed * 2654435761u % p->n_slots);
        pair_open(pair, &jit_engine, p);
        for (int k = 0; k < 30; k++) {
            for (int i = 0; i < 2; i++) {
                pair[i].engine->set_trap(pair[i].code, trap, true);
                run(&pair[i], MOST_INSNS, true);
                pair[i].engine->set_trap(pair[i].code, trap, k % 3 != 0);
            }
            assert_same(seed, &pair[0], &pair[1]);
            if (pair[0].stop.reasons != STOP_TRAP)
                break;
            trap = (trap + 7) % p->n_slots;
        }
        for (int i = 0; i < 2; i++)
            side_close(&pair[i]);
        program_free(p);
    }
}

/* Rotations and what only looks like one: all counts, every way to give the registers, and a trap inside. */
Test(random, rotations)
{
    cost_model_unit(&costs);
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
        struct program *p = program_from_code(code, n);
        struct side pair[2];
        for (int i = 0; i < 2; i++) {
            side_open(&pair[i], i ? &jit_engine : &interp_engine, p);
            pair[i].engine->set_trap(pair[i].code, 4 + k % 7, k % 2);
            run(&pair[i], MOST_INSNS, false);
        }
        assert_same(k, &pair[0], &pair[1]);
        for (int i = 0; i < 2; i++)
            run(&pair[i], MOST_INSNS, true);
        assert_same(k, &pair[0], &pair[1]);
        cr_assert_eq(pair[0].stop.reasons, STOP_EXIT);
        for (int i = 0; i < 2; i++)
            side_close(&pair[i]);
        program_free(p);
    }
}

/* Registers that somebody else has changed: nothing that the compiler concluded about r10 may hold any more. */
Test(random, foreign_frame_pointer)
{
    for (uint64_t seed = first_seed(), end = seed + 50; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct side pair[2];
        pair_open(pair, &jit_engine, p);
        for (int i = 0; i < 2; i++) {
            pair[i].machine->regs[REG_10] = seed % 2 ? GUEST_HI + seed : pair[i].machine->regs[REG_1] + 16;
            run(&pair[i], MOST_INSNS, false);
        }
        assert_same(seed, &pair[0], &pair[1]);
        for (int i = 0; i < 2; i++)
            side_close(&pair[i]);
        program_free(p);
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
    struct program *p = program_from_code(code, N_CALLS + 2);
    const struct engine *const engines[] = { &jit_engine, &jit_step_engine };
    for (int k = 0; k < 2; k++) {
        struct side pair[2];
        pair_open(pair, engines[k], p);
        for (int i = 0; i < 2; i++)
            run(&pair[i], MOST_INSNS, false);
        assert_same(k, &pair[0], &pair[1]);
        for (uint32_t pc = 0; pc < p->n_slots; pc++)
            pair[1].engine->set_trap(pair[1].code, pc, true);
        struct errinfo e;
        cr_assert_eq(machine_start(pair[1].machine, 0, prog_type_named("generic"), &(struct input){ 0 }, &e), OK);
        run(&pair[1], MOST_INSNS, false);
        cr_assert_eq(pair[1].stop.reasons, STOP_TRAP);
        for (int i = 0; i < 2; i++)
            side_close(&pair[i]);
    }
    program_free(p);
}
