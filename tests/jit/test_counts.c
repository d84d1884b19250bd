/* Counts of every engine against the truth: a run that is stepped, and written down. The programs are the vectors, accesses at the edges of
 * memory, generated ones with maps, tail calls and callbacks, and the examples; engines stop wherever a random budget ends, and at traps.
 * EBPFDBG_SEED=N begins elsewhere. */
#include "config.h"

#include "jit/auto.h"
#include "jit/diff/generate.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "tests/jit/suite.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_RANDOM = 300, N_SUBJECTS = 600, MOST_INSNS = 4000, N_TRAPS = 3 };

static const struct engine *const engines[] = { &interp_engine, &jit_engine, &jit_step_engine, &jit_block_engine, &auto_eager_engine };

/* A program that is run again and again from its start, with one set of counts. */
struct rig {
    const char *name;
    uint64_t seed;
    struct program *program;
    struct cost_model costs;
    struct machine *machine;
    struct env env; /* as it was at first: random numbers go on from run to run */
    void (*start)(const struct rig *rig);
    const void *arg; /* of start */
    uint64_t *hits;  /* the truth */
    struct counts *truth;
    uint64_t n_insns;
};

static uint64_t
first_seed(void)
{
    const char *text = getenv("EBPFDBG_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void
start(const struct rig *rig)
{
    rig->machine->env = rig->env;
    rig->start(rig);
}

/* ---------------------------------------------------------------- the truth */

/* One instruction, by the interpreter, which nobody has told to count. False when it was not executed. */
static bool
step(struct rig *rig, struct code *code)
{
    struct machine *m = rig->machine;
    uint32_t pc = m->pc, depth = m->depth;
    uint64_t n = m->n_insns;
    interp_engine.run(code, m, 1, RUN_RESUME);
    if (m->n_insns == n)
        return false;
    const struct insn *insn = &rig->program->insns[pc];
    rig->hits[pc]++;
    bool is_elsewhere = m->has_exited || m->depth != depth || m->pc != pc + insn_slots(insn);
    enum insn_kind kind = insn_kind(insn);
    if (is_elsewhere || kind == KIND_EXIT)
        rig->truth->left[pc]++;
    if (m->depth > depth)
        rig->truth->insns[pc] -= m->n_insns, rig->truth->cycles[pc] -= m->n_cycles;
    if (m->depth < depth)
        counts_leave(rig->truth, m, depth, m->n_insns, m->n_cycles);
    return true;
}

/* Steps through the whole run. */
static void
find_truth(struct rig *rig)
{
    struct errinfo e;
    struct code *code = interp_engine.open(rig->program, &rig->costs, &e);
    rig->truth = counts_new(rig->program, &rig->costs);
    rig->hits = xcalloc(rig->program->n_slots, sizeof *rig->hits);
    start(rig);
    while (!rig->machine->has_exited && rig->machine->n_insns < MOST_INSNS && step(rig, code))
        ;
    rig->n_insns = rig->machine->n_insns;
    counts_end(rig->truth, rig->machine);
    interp_engine.close(code);
}

/* ---------------------------------------------------------------- engines */

static void
compare(const struct rig *rig, const struct counts *counts, const char *engine, const char *what)
{
    const struct program *p = rig->program;
    uint64_t *hits = xmalloc(p->n_slots * sizeof *hits), sum = 0;
    counts_hits(counts, hits);
    for (uint32_t pc = 0; pc < p->n_slots; pc++) {
        sum += hits[pc];
        cr_assert_eq(hits[pc], rig->hits[pc], "%s (seed %" PRIu64 "), %s %s: insn %u: %" PRId64 " hits, not %" PRIu64, rig->name, rig->seed,
                     engine, what, pc, (int64_t)hits[pc], rig->hits[pc]);
        cr_assert_eq(counts->left[pc], rig->truth->left[pc], "%s (seed %" PRIu64 "), %s %s: insn %u: left %" PRId64 " times, not %" PRIu64,
                     rig->name, rig->seed, engine, what, pc, (int64_t)counts->left[pc], rig->truth->left[pc]);
        cr_assert_eq(counts->insns[pc], rig->truth->insns[pc], "%s (seed %" PRIu64 "), %s %s: insn %u: called %" PRId64 ", not %" PRIu64,
                     rig->name, rig->seed, engine, what, pc, (int64_t)counts->insns[pc], rig->truth->insns[pc]);
        if (!counts->is_uniform)
            cr_assert_eq(counts->cycles[pc], rig->truth->cycles[pc], "%s (seed %" PRIu64 "), %s %s: insn %u: cycles of the called",
                         rig->name, rig->seed, engine, what, pc);
    }
    cr_assert_eq(sum, rig->n_insns, "%s, %s %s: hits add up to %" PRIu64 ", not to the %" PRIu64 " executed", rig->name, engine, what, sum,
                 rig->n_insns);
    free(hits);
}

/* Runs to the same place, in pieces of random lengths up to `most`. */
static void
run(struct rig *rig, const struct engine *engine, struct code *code, uint64_t most, uint64_t *random)
{
    struct machine *m = rig->machine;
    start(rig);
    for (uint32_t how = 0; m->n_insns < rig->n_insns && !m->has_exited; how = RUN_RESUME) {
        uint64_t budget = 1 + next_random(random) % most, left = rig->n_insns - m->n_insns;
        struct stop stop = engine->run(code, m, budget < left ? budget : left, how);
        cr_assert(!(stop.reasons & STOP_FAULT), "%s, %s: a fault, but only at the same place", rig->name, engine->name);
    }
    if (!m->has_exited) /* what comes next may fault, which counts nothing */
        engine->run(code, m, 0, RUN_RESUME);
}

static void
check_engine(struct rig *rig, const struct engine *engine, uint64_t *random)
{
    static const uint64_t most[] = { 1, 7, 90, MOST_INSNS };
    struct errinfo e;
    struct code *code = engine->open(rig->program, &rig->costs, &e);
    struct counts *counts = counts_new(rig->program, &rig->costs);
    cr_assert_not_null(code);
    run(rig, engine, code, MOST_INSNS, random); /* not counted */
    engine->set_counts(code, counts);
    for (size_t i = 0; i < ARRAY_LEN(most); i++) {
        char what[32];
        snprintf(what, sizeof what, "by %" PRIu64, most[i]);
        counts_reset(counts);
        run(rig, engine, code, most[i], random);
        counts_end(counts, rig->machine);
        compare(rig, counts, engine->name, what);
        for (uint32_t k = 0; k < N_TRAPS; k++) /* more of them each time */
            engine->set_trap(code, (uint32_t)next_random(random) % rig->program->n_slots, true);
    }
    engine->set_counts(code, NULL);
    run(rig, engine, code, MOST_INSNS, random);
    compare(rig, counts, engine->name, "switched off");
    engine->close(code);
    counts_free(counts);
}

/* The program and `machine` stay the caller's. */
static void
check(struct rig *rig, uint64_t *random)
{
    void (*const models[])(struct cost_model *) = { cost_model_table, cost_model_unit };
    for (size_t i = 0; i < ARRAY_LEN(models); i++) {
        models[i](&rig->costs);
        rig->machine = machine_new(rig->program, &rig->costs, NULL);
        rig->env = rig->machine->env;
        find_truth(rig);
        for (size_t k = 0; k < ARRAY_LEN(engines); k++)
            check_engine(rig, engines[k], random);
        machine_free(rig->machine);
        counts_free(rig->truth);
        free(rig->hits);
    }
}

/* ---------------------------------------------------------------- programs */

static void
start_of_suite(const struct rig *rig)
{
    suite_start(rig->arg, rig->machine);
}

Test(counts, of_vectors_edges_and_bare_programs)
{
    struct suite suite;
    struct buf errors = BUF_EMPTY;
    uint64_t random = first_seed();
    const char *root = getenv("top_srcdir");
    suite_open(&suite, root ? root : ".", first_seed(), N_RANDOM, &errors);
    cr_assert_eq(errors.len, 0, "%s", buf_text(&errors));
    for (uint32_t i = 0; i < suite.n; i += suite.list[i].edge_bytes ? 7 : 1) {
        struct rig rig = { .name = suite.list[i].name, .program = suite.list[i].program, .start = start_of_suite, .arg = &suite.list[i] };
        check(&rig, &random);
    }
    suite_close(&suite);
}

static void
start_of_subject(const struct rig *rig)
{
    const struct subject *s = rig->arg;
    struct input input = subject_input(s);
    struct errinfo e;
    machine_reset_maps(rig->machine);
    rig->machine->env.may_goto_limit = s->may_goto_limit;
    cr_assert_eq(machine_start(rig->machine, 0, s->type, &input, &e), OK);
}

Test(counts, of_programs_with_maps_tail_calls_and_callbacks)
{
    static struct subject subject;
    struct generator g;
    uint64_t random = first_seed();
    generator_init(&g, &generate_everything);
    for (uint64_t seed = first_seed(); seed < first_seed() + N_SUBJECTS; seed++) {
        generate_subject(&g, seed, &subject);
        struct rig rig = { .name = "generated", .seed = seed, .start = start_of_subject, .arg = &subject };
        rig.program = subject_program(&subject);
        check(&rig, &random);
        program_free(rig.program);
    }
}

static void
start_of_example(const struct rig *rig)
{
    static const uint8_t packet[64] = { [12] = 8, [14] = 0x45, [22] = 64, [23] = 6 };
    const struct function *entry = program_default_entry(rig->program);
    const struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    struct errinfo e;
    machine_reset_maps(rig->machine);
    const uint32_t index = (uint32_t)(entry - rig->program->functions);
    cr_assert_eq(machine_start(rig->machine, index, prog_type_of_section(entry->section), &input, &e), OK);
}

Test(counts, of_the_examples)
{
    static const char *const names[] = { "filter", "oob", "calls", "tailcall", "loop", "ringbuf", "ttl", "verdict" };
    const char *root = getenv("top_builddir"), *clang = getenv("BPF_CLANG");
    uint64_t random = first_seed();
    if (!clang || !*clang)
        cr_skip_test("there is no clang with the BPF target");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[4096];
        struct errinfo e;
        struct rig rig = { .name = names[i], .start = start_of_example };
        snprintf(path, sizeof path, "%s/examples/%s.o", root ? root : ".", names[i]);
        cr_assert_eq(program_load(path, &(struct load_options){ .helper_id = helper_id }, &rig.program, &e), OK, "%s", path);
        check(&rig, &random);
        program_free(rig.program);
    }
}

/* What is counted of calls begins and ends where counting does. */
Test(counts, begin_and_end_in_the_middle)
{
    static const char text[] = "call sub\nexit\nsub:\nr0 = 1\nr0 = 2\nexit\n";
    struct errinfo e;
    struct program *p;
    struct cost_model costs;
    const struct load_options options = { .format = FORMAT_ASM };
    cr_assert_eq(program_load_bytes("middle", (const uint8_t *)text, strlen(text), &options, &p, &e), OK);
    cost_model_unit(&costs);
    struct machine *m = machine_new(p, &costs, NULL);
    struct counts *counts = counts_new(p, &costs);
    for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
        struct code *code = engines[i]->open(p, &costs, &e);
        counts_reset(counts);
        engines[i]->set_counts(code, counts);
        cr_assert_eq(machine_start(m, 0, prog_type_named("generic"), &(struct input){ 0 }, &e), OK);
        counts_begin(counts, m);
        for (uint32_t how = 0; m->n_insns < 3; how = RUN_RESUME)
            engines[i]->run(code, m, 3 - m->n_insns, how);
        counts_end(counts, m);
        cr_assert_eq(m->n_insns, 3);
        cr_assert_eq(counts->insns[0], 2);
        counts_begin(counts, m);
        while (!m->has_exited)
            engines[i]->run(code, m, UINT64_MAX, RUN_RESUME);
        cr_assert_eq(counts->insns[0], 3);
        engines[i]->close(code);
    }
    counts_free(counts);
    machine_free(m);
    program_free(p);
}
