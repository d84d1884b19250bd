/* The automatic engine: when it compiles and when it does not, that breakpoints reach both engines, and that engines may take turns at any
 * stop. That it does what every engine does is the business of the other tests, with its eager variant. */
#include "config.h"

#include "../interp/guest.h"

#include "jit/diff/generate.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* 3 instructions a turn. */
static const char counting[] = "r6 = 1000000\n"
                               "again: r0 += r6\n"
                               "r6 -= 1\n"
                               "if r6 != 0 goto again\n"
                               "exit\n";

struct fixture {
    struct guest guest; /* its code is the eager engine's; ours is the everyday one's */
    struct code *code;
};

static void
open_everyday(struct fixture *f)
{
    guest_open(&f->guest, counting);
    f->code = auto_engine.open(f->guest.program, &f->guest.costs, NULL);
    guest_start(&f->guest, NULL, 0);
}

static void
close_everyday(struct fixture *f)
{
    auto_engine.close(f->code);
    guest_close(&f->guest);
}

static struct stop
run(struct fixture *f, uint64_t budget)
{
    return auto_engine.run(f->code, f->guest.machine, budget, RUN_RESUME);
}

/* Whether the engine says this of itself. */
static bool
says(struct fixture *f, const char *words)
{
    struct buf text = BUF_EMPTY;
    auto_engine.explain(f->code, &text);
    bool found = strstr(buf_text(&text), words);
    buf_free(&text);
    return found;
}

Test(auto, single_steps_never_compile)
{
    struct fixture f;
    open_everyday(&f);
    for (int i = 0; i < 200000; i++)
        cr_assert_eq(run(&f, 1).reasons, STOP_BUDGET);
    cr_expect(says(&f, "      200000  by the interpreter: so few were asked for"));
    cr_expect(says(&f, "no native code yet"));
    close_everyday(&f);
}

/* What the interpreter has executed adds up over runs, to what compiling costs. */
Test(auto, compiles_when_it_pays)
{
    struct fixture f;
    open_everyday(&f);
    run(&f, 20000);
    cr_expect(says(&f, "no native code yet"));
    guest_start(&f.guest, NULL, 0);
    run(&f, 3000);
    cr_expect(says(&f, "no native code yet"));
    cr_expect(says(&f, "        3000  by the interpreter: too few so far for compiling to pay"), "a new run, a new account");
    run(&f, 500000);
    cr_expect(!says(&f, "no native code yet"));
    cr_expect(says(&f, "by native code"));
    cr_expect_eq(f.guest.machine->n_insns, 503000);
    guest_start(&f.guest, NULL, 0);
    cr_expect_eq(run(&f, UINT64_MAX).reasons, STOP_EXIT);
    cr_expect(!says(&f, "compiling to pay"), "once compiled, it runs at once");
    close_everyday(&f);
}

/* A breakpoint that was set before either engine existed, one set while there was only the interpreter, and one that comes and goes. */
Test(auto, breakpoints_reach_engines_that_come_later)
{
    struct fixture f;
    open_everyday(&f);
    auto_engine.set_trap(f.code, 2, true);
    cr_expect_eq(run(&f, 5000).reasons, STOP_TRAP);
    cr_expect_eq(f.guest.machine->pc, 2);
    auto_engine.set_trap(f.code, 2, false);
    run(&f, 400000);
    cr_assert(says(&f, "by native code"));
    auto_engine.set_trap(f.code, 3, true);
    cr_expect_eq(run(&f, 400000).reasons, STOP_TRAP);
    cr_expect_eq(f.guest.machine->pc, 3);
    cr_expect(says(&f, "too few so far for compiling changed breakpoints to pay"), "a stop that is near needs no compiling");
    cr_expect(!says(&f, "compiled again"));
    auto_engine.set_trap(f.code, 3, false);
    auto_engine.set_trap(f.code, 4, true);
    cr_expect_eq(run(&f, UINT64_MAX).reasons, STOP_TRAP);
    cr_expect_eq(f.guest.machine->pc, 4);
    cr_expect(says(&f, "compiled again"), "one that is far away pays");
    close_everyday(&f);
}

/* Four engines execute a program in turn, a few instructions each, on one machine. */
Test(auto, engines_take_turns)
{
    enum { MEMORY_BYTES = 256, MOST_INSNS = 20000 };
    static uint8_t code[GENERATE_MAX_SLOTS * SLOT_BYTES];
    const struct engine *const engines[] = { &interp_engine, &jit_engine, &auto_engine, &auto_eager_engine };
    uint8_t memory[MEMORY_BYTES] = { 1, 2, 3 };
    struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    struct cost_model costs;
    cost_model_table(&costs);
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct program *p = program_from_code(code, generate_program(seed, &generate_everything, MEMORY_BYTES, code));
        struct code *codes[4];
        struct machine *alone = machine_new(p, &costs, NULL), *shared = machine_new(p, &costs, NULL);
        struct stop a, b;
        for (int i = 0; i < 4; i++)
            codes[i] = engines[i]->open(p, &costs, NULL);
        cr_assert_eq(machine_start(alone, 0, prog_type_named("generic"), &input, NULL), OK);
        cr_assert_eq(machine_start(shared, 0, prog_type_named("generic"), &input, NULL), OK);
        a = interp_engine.run(codes[0], alone, MOST_INSNS, 0);
        for (uint64_t turn = 0;; turn++) {
            uint64_t left = MOST_INSNS - shared->n_insns, n = 1 + (turn * 7919 + seed) % 700;
            b = engines[turn % 4]->run(codes[turn % 4], shared, n < left ? n : left, RUN_RESUME);
            if (b.reasons != STOP_BUDGET || shared->n_insns == MOST_INSNS)
                break;
        }
        if (shared->n_insns < MOST_INSNS)
            b.reasons &= ~(uint32_t)STOP_BUDGET; /* a turn's that ended just there */
        cr_assert_eq(a.reasons, b.reasons, "seed %" PRIu64, seed);
        cr_assert_eq(a.fault.kind, b.fault.kind, "seed %" PRIu64, seed);
        cr_assert_eq(alone->n_insns, shared->n_insns, "seed %" PRIu64, seed);
        cr_assert_eq(alone->n_cycles, shared->n_cycles, "seed %" PRIu64, seed);
        cr_assert_eq(machine_digest(alone), machine_digest(shared), "seed %" PRIu64, seed);
        for (int i = 0; i < 4; i++)
            engines[i]->close(codes[i]);
        machine_free(alone);
        machine_free(shared);
        program_free(p);
    }
}
