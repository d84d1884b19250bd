/* Groups are an optimisation that nobody may notice: random programs made of them run in one go, with every budget, step by step and with
 * traps everywhere, and must always be the same machine at the same count. Prints its seed (EBPFDBG_SEED) when it fails. */
#include "config.h"

#include "guest.h"

#include "sim/base/base.h"
#include "tests/isa/random.h"

#include <criterion/criterion.h>
#include <string.h>

struct member {
    uint16_t op;
    uint8_t dst, src; /* index of a field: 2 * member (+ 1 for src) */
};

struct group {
    struct member members[4];
    uint32_t n;
};

enum { FIELD_d0, FIELD_s0, FIELD_d1, FIELD_s1, FIELD_d2, FIELD_s2, FIELD_d3, FIELD_s3 };

static const struct group groups[] = {
#define M(op, d, s) { OP_##op, FIELD_##d, FIELD_##s }
#define FUSE2(o0, d0, s0, o1, d1, s1) { { M(o0, d0, s0), M(o1, d1, s1) }, 2 },
#define FUSE3(o0, d0, s0, o1, d1, s1, o2, d2, s2) { { M(o0, d0, s0), M(o1, d1, s1), M(o2, d2, s2) }, 3 },
#define FUSE4(o0, d0, s0, o1, d1, s1, o2, d2, s2, o3, d3, s3) { { M(o0, d0, s0), M(o1, d1, s1), M(o2, d2, s2), M(o3, d3, s3) }, 4 },
#include "sim/fuse.def"
};

enum { PROGRAM_INSNS = 40, LIMIT = 160, MEMORY_BYTES = 64 };

static int16_t
random_off(uint16_t op, uint64_t *seed)
{
    bool is_branch = insn_rows[op].kind == KIND_JCC || insn_rows[op].kind == KIND_JA;
    return is_branch ? (int16_t)(random_next(seed) % 9) - 3 : (int16_t)(random_next(seed) % 24) - 4;
}

/* Appends a group with registers as its row wants them. r1 mostly is the memory, so that loads and stores often work. */
static uint32_t
put_group(struct insn *out, const struct group *g, uint64_t *seed)
{
    uint8_t fields[8];
    for (uint32_t i = 0; i < 2 * g->n; i++)
        fields[i] = random_next(seed) % 3 ? (uint8_t)(random_next(seed) % 10) : 1;
    for (uint32_t k = 0; k < g->n; k++) {
        const struct member *member = &g->members[k];
        fields[2 * k] = fields[member->dst];
        fields[2 * k + 1] = fields[member->src];
        int64_t imm = random_next(seed) % 2 ? (int64_t)(random_next(seed) % 64) : (int32_t)random_next(seed);
        out[k] = guest_insn(member->op, fields[2 * k], fields[2 * k + 1], random_off(member->op, seed), imm);
    }
    return g->n;
}

/* A single row of any kind, branches included. */
static uint32_t
put_row(struct insn *out, uint64_t *seed)
{
    uint16_t op = (uint16_t)(random_next(seed) % N_OPS);
    if (insn_rows[op].kind == KIND_CALLL)
        *out = guest_insn(op, 0, 0, 0, (int64_t)(random_next(seed) % 12) - 4);
    else
        *out = guest_insn(op, (uint8_t)(random_next(seed) % 10), (uint8_t)(random_next(seed) % 3), random_off(op, seed),
                          (int64_t)(random_next(seed) % 40));
    return 1;
}

static uint32_t
random_program(struct insn *insns, uint64_t *seed)
{
    uint32_t n = 0;
    for (uint8_t r = 0; r < 10; r++)
        if (r != 1 && random_next(seed) % 2)
            insns[n++] = guest_insn(OP_mov64_x, r, 1, 0, 0);
    while (n < PROGRAM_INSNS)
        n += random_next(seed) % 8 ? put_group(&insns[n], &groups[random_next(seed) % ARRAY_LEN(groups)], seed) : put_row(&insns[n], seed);
    insns[n++] = guest_insn(OP_ja, 0, 0, -12, 0);
    return n;
}

/* The machine after k instructions, by single steps. */
struct step {
    uint64_t digest;
    uint32_t pc;
};

/* Runs step by step up to LIMIT and returns how many steps there are; *last is why it went no further. */
static uint32_t
record(struct guest *g, struct step *steps, struct stop *last)
{
    uint32_t n = 0;
    do {
        steps[n] = (struct step){ machine_digest(g->machine), g->machine->pc };
        uint64_t cycles = g->machine->n_cycles;
        *last = GUEST_ENGINE.run(g->code, g->machine, 1, true);
        if (last->reasons == STOP_FAULT)
            return n;
        cycles += cost_of(&g->costs, &g->program->insns[steps[n].pc]);
        cr_assert_eq(g->machine->n_cycles, cycles, "insn %u costs something else", steps[n].pc);
        n++;
    } while (last->reasons == STOP_BUDGET && n < LIMIT);
    steps[n] = (struct step){ machine_digest(g->machine), g->machine->pc };
    return n;
}

static void
compare(const struct guest *g, const struct stop *stop, const struct step *want, uint32_t k, const char *how, uint64_t seed)
{
    cr_assert_eq(g->machine->n_insns, k, "%s: %d instead of %d instructions, seed %#lx", how, (int)g->machine->n_insns, (int)k, seed);
    cr_assert_eq(stop->pc, want->pc, "%s: pc %u instead of %u after %u, seed %#lx", how, stop->pc, want->pc, k, seed);
    cr_assert_eq(machine_digest(g->machine), want->digest, "%s: other state after %u, seed %#lx", how, k, seed);
}

static void
check_program(uint64_t seed)
{
    struct guest g;
    struct insn insns[PROGRAM_INSNS + 16];
    struct step steps[LIMIT + 1];
    struct stop last, stop;
    uint8_t memory[MEMORY_BYTES];
    uint64_t state = seed;
    uint32_t n_insns = random_program(insns, &state);
    for (int i = 0; i < MEMORY_BYTES; i++)
        memory[i] = (uint8_t)random_next(&state);
    guest_open_insns(&g, insns, n_insns);

    guest_start(&g, memory, sizeof memory);
    uint32_t n = record(&g, steps, &last);

    for (uint32_t k = 0; k <= n; k++) {
        guest_start(&g, memory, sizeof memory);
        stop = GUEST_ENGINE.run(g.code, g.machine, k, false);
        compare(&g, &stop, &steps[k], k, "budget", seed);
        cr_assert(stop.reasons & STOP_BUDGET);
    }
    guest_start(&g, memory, sizeof memory);
    stop = GUEST_ENGINE.run(g.code, g.machine, LIMIT, false);
    compare(&g, &stop, &steps[n], n, "whole", seed);
    cr_assert_eq(stop.reasons & ~STOP_BUDGET, last.reasons & ~STOP_BUDGET, "%#x, %#x, seed %#lx", stop.reasons, last.reasons, seed);
    cr_assert_eq(stop.fault.kind, last.fault.kind);
    cr_assert_eq(stop.fault.addr, last.fault.addr);

    /* One trap at a time: on each slot, the first time it is reached. */
    for (uint32_t pc = 0; pc < g.program->n_slots; pc++) {
        uint32_t k = 0;
        while (k < n && steps[k].pc != pc)
            k++;
        GUEST_ENGINE.set_trap(g.code, pc, true);
        guest_start(&g, memory, sizeof memory);
        stop = GUEST_ENGINE.run(g.code, g.machine, LIMIT, false);
        bool is_hit = steps[k].pc == pc && g.program->insns[pc].op != OP_lddw_tail && !g.machine->has_exited;
        compare(&g, &stop, &steps[k], k, "trap", seed);
        cr_assert_eq(!!(stop.reasons & STOP_TRAP), is_hit, "trap at %u: %#x, seed %#lx", pc, stop.reasons, seed);
        GUEST_ENGINE.set_trap(g.code, pc, false);
    }
    guest_close(&g);
}

Test(groups, nobody_notices)
{
    uint64_t seed = random_seed();
    for (int i = 0; i < 400; i++)
        check_program(random_next(&seed));
}
