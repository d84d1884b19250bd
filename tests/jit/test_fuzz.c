/* The fuzzer: what it makes is a function of the seed, what it says of a broken engine is true. */
#include "config.h"

#include "jit/diff/fuzz.h"
#include "jit/diff/kernel.h"
#include "jit/diff/kernel_lane.h"
#include "jit/diff/kernel_private.h"
#include "jit/diff/known.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/base/buf.h"
#include "sim/object/check.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The interpreter with one wrong instruction: a subtraction of registers that gives one too much when the result is odd. */
static struct code *
broken_open(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return interp_engine.open(program, costs, e);
}

static struct stop
broken_run(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    struct stop stop;
    do {
        struct insn insn = { .op = OP_illegal };
        if (m->pc < m->program->n_slots)
            insn = m->program->insns[m->pc];
        stop = interp_engine.run(code, m, 1, how);
        if (insn.op == OP_sub64_x && stop.reasons == STOP_BUDGET && m->regs[insn.dst] % 2)
            m->regs[insn.dst]++;
    } while (stop.reasons == STOP_BUDGET && --budget);
    return stop;
}

static void
broken_close(struct code *code)
{
    interp_engine.close(code);
}

static const struct engine broken_engine = { .name = "broken", .open = broken_open, .close = broken_close, .run = broken_run };

static struct fuzz *
new_fuzz(const struct engine *other, uint64_t seed)
{
    struct errinfo e;
    struct fuzz_options options = { .engines = { &interp_engine, other }, .n_engines = 2, .seed = seed, .lockstep = LOCKSTEP_WHOLE,
                                    .generate = generate_everything };
    struct fuzz *f = fuzz_new(&options, &e);
    cr_assert_not_null(f);
    return f;
}

Test(fuzz, same_seed_same_subject)
{
    static struct subject a, b;
    struct generator g;
    generator_init(&g, &generate_everything);
    for (uint64_t seed = 0; seed < 200; seed++) {
        memset(&a, 0, sizeof a);
        memset(&b, 0xff, sizeof b);
        generate_subject(&g, seed, &a);
        generate_subject(&g, seed, &b);
        cr_assert(a.type == b.type && a.n_slots == b.n_slots && a.n_input == b.n_input && a.n_targets == b.n_targets);
        cr_assert_arr_eq(a.code, b.code, (size_t)a.n_slots * SLOT_BYTES);
        cr_assert_arr_eq(a.input, b.input, a.n_input);
    }
}

/* Code that is opened again knows nothing of what it was: no trap, no bounds, however different the sizes. */
Test(fuzz, reopened_code_is_new)
{
    const struct engine *const engines[] = { &interp_engine, &jit_engine, &jit_step_engine };
    static struct subject subjects[40];
    struct cost_model costs[2];
    struct errinfo e;
    cost_model_unit(&costs[0]);
    cost_model_table(&costs[1]);
    for (uint32_t i = 0; i < ARRAY_LEN(subjects); i++) {
        struct generate_options options = generate_everything;
        struct generator g;
        options.n_insns = 1 + i * 20;
        generator_init(&g, &options);
        generate_subject(&g, i, &subjects[i]);
    }
    for (uint32_t k = 0; k < ARRAY_LEN(engines); k++) {
        struct code *code = NULL;
        for (uint32_t i = 0; i < ARRAY_LEN(subjects); i++) {
            const struct subject *s = &subjects[i * 7 % ARRAY_LEN(subjects)];
            struct input input = subject_input(s);
            struct machine *m[2];
            struct stop stop[2];
            struct program *p = subject_program(s);
            code = engine_reopen(engines[k], code, p, &costs[i % 2], &e);
            struct code *fresh = interp_engine.open(p, &costs[i % 2], &e);
            for (int j = 0; j < 2; j++) {
                m[j] = machine_new(p, &costs[i % 2], NULL);
                cr_assert_eq(machine_start(m[j], 0, s->type, &input, &e), OK);
            }
            stop[0] = engines[k]->run(code, m[0], 50000, 0);
            stop[1] = interp_engine.run(fresh, m[1], 50000, 0);
            cr_assert_eq(stop[0].reasons, stop[1].reasons, "%s, program %u", engines[k]->name, i);
            cr_assert_eq(machine_digest(m[0]), machine_digest(m[1]), "%s, program %u", engines[k]->name, i);
            for (uint32_t pc = 0; pc < p->n_slots; pc++)
                engines[k]->set_trap(code, pc, true);
            machine_free(m[0]);
            machine_free(m[1]);
            interp_engine.close(fresh);
            program_free(p);
        }
        engines[k]->close(code);
    }
}

Test(fuzz, engines_agree)
{
    static struct find find;
    struct fuzz *f = new_fuzz(&jit_engine, 1);
    for (uint32_t i = 0; i < 2000; i++) {
        struct buf text = BUF_EMPTY;
        bool is_find = fuzz_step(f, &find);
        if (is_find)
            find_text(&find, &text);
        cr_assert_not(is_find, "program %u: %s", i, buf_text(&text));
    }
    cr_assert_eq(fuzz_stats(f)->n_programs, 2000);
    cr_assert_gt(fuzz_stats(f)->n_exits, 1000, "most programs reach their end");
    fuzz_free(f);
}

Test(fuzz, broken_engine_is_found)
{
    static struct find find, again;
    struct fuzz *f = new_fuzz(&broken_engine, 1);
    uint32_t n = 0;
    while (n < 1000 && !fuzz_step(f, &find))
        n++;
    cr_assert_lt(n, 1000);
    cr_assert_str_eq(find.left, "interp");
    cr_assert_str_eq(find.right, "broken");
    cr_assert_neq(find.first.left, find.first.right);

    /* the subject alone is enough to see it again, and so is its number */
    cr_assert(fuzz_try(f, &find.subject, &again));
    cr_assert_eq(again.first.kind, find.first.kind);
    cr_assert_str_eq(again.first.name, find.first.name);
    fuzz_free(f);
    f = new_fuzz(&broken_engine, 1);
    fuzz_seek(f, find.nth);
    cr_assert(fuzz_step(f, &again));
    cr_assert_eq(again.seed, find.seed);
    fuzz_free(f);
}

/* ---------------------------------------------------------------- what is made */

/* The generator's own check of itself: the verifier's first pass finds nothing in what is made for the kernel. */
Test(generate, kernel_programs_pass_our_checks)
{
    static struct subject subject;
    for (uint32_t cpu = 1; cpu <= 4; cpu++) {
        struct generate_options options = generate_everything;
        struct generator g;
        options.for_kernel = true;
        options.cpu = cpu;
        options.n_insns = 20 + 30 * cpu;
        generator_init(&g, &options);
        for (uint32_t seed = 0; seed < 1000; seed++) {
            uint32_t n;
            generate_subject(&g, seed, &subject);
            struct program *p = subject_program(&subject);
            struct finding *findings = program_check(p, &n);
            cr_assert_eq(n, 0, "cpu v%u, seed %u, pc %u: %s", cpu, seed, findings[0].pc, findings[0].text);
            cr_assert_leq(subject.longest_path, KNOWN_MAX_PATH, "cpu v%u, seed %u", cpu, seed);
            cr_assert_null(known_differences(p->insns, p->n_slots, true), "cpu v%u, seed %u", cpu, seed);
            for (uint32_t pc = 0; pc < p->n_slots; pc++)
                cr_assert_leq(insn_row(&p->insns[pc])->cpu, cpu);
            free(findings);
            program_free(p);
        }
    }
}

/* No weight but that of one class: every item is of it, and the others' rows stand only where functions begin and end. */
Test(generate, weights_steer)
{
    static struct subject subject;
    struct generate_options options = generate_everything;
    struct generator g;
    struct errinfo e;
    uint32_t n_alu = 0, n_branches = 0;
    memset(options.weights, 0, sizeof options.weights);
    cr_assert_eq(generate_parse_weights("alu=7", &options, &e), OK);
    generator_init(&g, &options);
    for (uint32_t seed = 0; seed < 100; seed++) {
        generate_subject(&g, seed, &subject);
        struct program *p = subject_program(&subject);
        for (uint32_t pc = 0; pc < p->n_slots; pc++) {
            n_alu += insn_kind(&p->insns[pc]) == KIND_ALU;
            n_branches += insn_kind(&p->insns[pc]) == KIND_JCC;
        }
        program_free(p);
    }
    cr_assert_gt(n_alu, 3000);
    cr_assert_lt(n_branches, 100);
    cr_assert_eq(generate_parse_weights("alu=1,loop=0,", &options, &e), OK);
    cr_assert_eq(options.weights[CLASS_loop], 0);
    cr_assert_eq(generate_parse_weights("alu", &options, &e), ERR_USAGE);
    cr_assert_eq(generate_parse_weights("alu=x", &options, &e), ERR_USAGE);
    cr_assert_eq(generate_parse_weights("alu=1001", &options, &e), ERR_USAGE);
    cr_assert_eq(generate_parse_weights("al=1", &options, &e), ERR_USAGE);
}

/* Every row that can be made is executed, and both outcomes of every conditional branch, within what takes below a second. */
Test(generate, everything_is_reached)
{
    static struct find find;
    struct fuzz *f = new_fuzz(&jit_engine, 1);
    uint32_t n_outcomes, n_rows = generator_rows(fuzz_generator(f), &n_outcomes);
    for (uint32_t i = 0; i < 6000; i++)
        cr_assert_not(fuzz_step(f, &find), "program %u", i);
    struct coverage_sums sums = coverage_sum(fuzz_coverage(f));
    cr_assert_eq(n_rows, N_OPS, "without the kernel nothing is left out");
    cr_assert_eq(sums.n_rows, n_rows);
    cr_assert_eq(sums.n_outcomes, n_outcomes);
    cr_assert_gt(sums.n_cells, 3000);
    fuzz_free(f);
}

/* ---------------------------------------------------------------- with the kernel */

static struct fuzz *
new_kernel_fuzz(const struct engine *reference, uint64_t seed)
{
    const char *why;
    struct errinfo e;
    if (!kernel_available(&why))
        cr_skip("the kernel can't be asked: %s", why);
    struct fuzz_options options = { .engines = { reference, &jit_engine }, .n_engines = reference == &interp_engine ? 2 : 1,
                                    .with_kernel = true, .seed = seed, .lockstep = LOCKSTEP_WHOLE,
                                    .generate = generate_everything };
    struct fuzz *f = fuzz_new(&options, &e);
    cr_assert_not_null(f);
    return f;
}

/* One reason is one line of the statistics, whatever numbers the verifier names. */
Test(kernel_log, patterns)
{
    static const char *const lines[][2] = {
        { "R3 min value is outside of the allowed memory range", "RN min value is outside of the allowed memory range" },
        { "invalid bpf_context access off=-12 size=8", "invalid bpf_context access off=N size=N" },
        { "R7 32-bit pointer arithmetic prohibited", "RN 32-bit pointer arithmetic prohibited" },
        { "misaligned access off (0x0; 0xffffffffffffff8f)+-4+7 size 8", "misaligned access off (N; N)+N+N size N" },
        { "jump out of range from insn 17 to 4711", "jump out of range from insn N to N" },
        { "helper bpf_probe_read_user_str2 of u32", "helper bpf_probe_read_user_str2 of u32" },
        { "", "" },
    };
    char out[60], log[] = "0: R1=ctx()\ninfinite loop detected at insn 5\ncur state: R1\nold state: R1\nprocessed 7 insns\n";
    for (uint32_t i = 0; i < ARRAY_LEN(lines); i++) {
        kernel_log_pattern(lines[i][0], out, sizeof out);
        cr_assert_str_eq(out, lines[i][1]);
    }
    kernel_log_pattern("R123456", out, 3);
    cr_assert_str_eq(out, "RN");
    kernel_log_pattern("u123456", out, 3);
    cr_assert_str_eq(out, "u1");
    cr_assert_str_eq(kernel_log_reason(log), "infinite loop detected at insn 5");
}

/* However many reasons there are: the first ones by name, the rest as others, and none is lost. */
Test(fuzz, reasons_are_counted)
{
    static struct fuzz_stats stats;
    uint64_t n = 0;
    fuzz_count_reason(&stats, "others", 3); /* of another process */
    for (uint32_t i = 0; i < 1000; i++) {
        char text[2 * FUZZ_REASON_BYTES];
        snprintf(text, sizeof text, "reason %u %0*u", i % 200, FUZZ_REASON_BYTES, 0);
        fuzz_count_reason(&stats, text, 2);
    }
    cr_assert_leq(stats.n_reasons, FUZZ_MAX_REASONS);
    for (uint32_t i = 0; i < stats.n_reasons; i++) {
        n += stats.reasons[i].n;
        cr_assert(!strncmp(stats.reasons[i].text, "reason ", 7) ? stats.reasons[i].n == 10 : !strcmp(stats.reasons[i].text, "others"));
    }
    cr_assert_eq(n, 2003);
}

static uint64_t
seed_of_environment(void)
{
    const char *text = getenv("EBPFDBG_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

Test(fuzz_kernel, kernel_agrees)
{
    static struct find find;
    uint64_t seed = seed_of_environment();
    struct fuzz *f = new_kernel_fuzz(&interp_engine, seed);
    for (uint32_t i = 0; i < 2000; i++) {
        struct buf text = BUF_EMPTY;
        bool is_find = fuzz_step(f, &find);
        if (is_find)
            find_text(&find, &text);
        cr_assert_not(is_find, "EBPFDBG_SEED=%llu, program %u: %s", (unsigned long long)seed, i, buf_text(&text));
    }
    const struct fuzz_stats *stats = fuzz_stats(f);
    for (uint32_t i = 0; i < stats->n_reasons; i++)
        cr_log_info("%llu refused: %s", (unsigned long long)stats->reasons[i].n, stats->reasons[i].text);
    cr_assert_eq(stats->n_accepted + stats->n_refused + stats->n_withheld, 2000);
    cr_assert_geq(stats->n_accepted, 1950, "the verifier takes nearly all of them");
    fuzz_free(f);
}

/* Several subjects in one program of the kernel: nearly all of them can be, and each leaves what it leaves alone. */
Test(fuzz_kernel, several_at_once)
{
    static struct subject subjects[KERNEL_MAX_AHEAD];
    const struct subject *list[KERNEL_MAX_AHEAD];
    uint32_t n_prepared = 0, n_ran = 0;
    const char *why;
    struct errinfo e;
    if (!kernel_available(&why))
        cr_skip("the kernel can't be asked: %s", why);
    struct generate_options options = generate_everything;
    struct generator g;
    struct cost_model costs;
    options.for_kernel = true;
    generator_init(&g, &options);
    cost_model_unit(&costs);
    generate_subject(&g, 0, &subjects[0]);
    struct program *p = subject_program(&subjects[0]);
    struct machine *m = machine_new(p, &costs, NULL);
    const struct env env = m->env;
    struct kernel_lane *lane = kernel_lane_new(&env, &e);
    cr_assert_not_null(lane);
    for (uint32_t round = 0; round < 10; round++) {
        for (uint32_t i = 0; i < KERNEL_MAX_AHEAD; i++) {
            generate_subject(&g, round * KERNEL_MAX_AHEAD + i, &subjects[i]);
            list[i] = &subjects[i];
        }
        n_prepared += kernel_lane_prepare(lane, list, KERNEL_MAX_AHEAD);
        for (uint32_t i = 0; i < 2 * KERNEL_MAX_AHEAD; i++) { /* first all of them in company, then all alone */
            const struct subject *s = &subjects[i % KERNEL_MAX_AHEAD];
            struct input input = subject_input(s);
            struct difference d;
            const char *reason;
            if (i == KERNEL_MAX_AHEAD)
                kernel_lane_prepare(lane, NULL, 0);
            subject_link(p, s);
            m->env = env;
            m->env.may_goto_limit = s->may_goto_limit;
            machine_reset_maps(m);
            cr_assert_eq(machine_start(m, 0, s->type, &input, &e), OK);
            struct code *code = interp_engine.open(p, &costs, &e);
            cr_assert(interp_engine.run(code, m, FUZZ_MAX_INSNS, 0).reasons & STOP_EXIT);
            interp_engine.close(code);
            if (kernel_lane_run(lane, p, s, &reason) != KERNEL_RAN)
                continue;
            n_ran++;
            cr_assert_not(kernel_lane_differs(lane, m, &d), "round %u, run %u: %s", round, i, d.name);
        }
    }
    cr_assert_geq(n_prepared, 290, "of 320: %u", n_prepared);
    cr_assert_geq(n_ran, 620, "of 640: %u", n_ran);
    kernel_lane_free(lane);
    machine_free(m);
    program_free(p);
}

/* What the kernel computes is looked at, not only whether it runs. */
Test(fuzz_kernel, broken_reference_is_found)
{
    static struct find find;
    struct fuzz *f = new_kernel_fuzz(&broken_engine, 1);
    uint32_t n = 0;
    while (n < 1000 && !fuzz_step(f, &find))
        n++;
    cr_assert_lt(n, 1000);
    cr_assert_str_eq(find.right, "kernel");
    fuzz_free(f);
}

/* What fuzzing against the kernel has found, all of it in the kernel: here it comes to what RFC 9669 says, and the kernel is not asked. */
static void
assert_withheld(const struct insn *code, uint32_t n, uint64_t r0)
{
    static struct subject subject;
    static struct find find;
    struct fuzz *f = new_kernel_fuzz(&interp_engine, 1);
    subject = (struct subject){ .type = prog_type_named("xdp"), .n_input = 64, .longest_path = n };
    for (uint32_t i = 0; i < n; i++)
        subject.n_slots += insn_encode(&code[i], &subject.code[subject.n_slots * SLOT_BYTES]);
    cr_assert_not(fuzz_try(f, &subject, &find));
    cr_assert_eq(fuzz_stats(f)->n_withheld, 1);
    fuzz_free(f);

    struct program *p = subject_program(&subject);
    struct cost_model costs;
    struct input input = subject_input(&subject);
    cost_model_unit(&costs);
    struct machine *m = machine_new(p, &costs, NULL);
    struct code *interp = interp_engine.open(p, &costs, NULL);
    cr_assert_eq(machine_start(m, 0, subject.type, &input, NULL), OK);
    cr_assert_eq(interp_engine.run(interp, m, 100, 0).reasons, STOP_EXIT);
    cr_assert_eq(m->regs[REG_0], r0, "%llx", (unsigned long long)m->regs[REG_0]);
    interp_engine.close(interp);
    machine_free(m);
    program_free(p);
}

/* Two ways meet behind a 32-bit cmpxchg that succeeds, the verifier takes them for equal, and the kernel's r0 keeps its high half. */
Test(fuzz_kernel, exchange_before_a_pruned_way)
{
    static const struct insn code[] = {
        { .op = OP_ld_map_val, .dst = REG_9, .imm = SUBJECT_STATE },
        { .op = OP_ldx_dw, .dst = REG_3, .src = REG_9, .off = 8 },
        { .op = OP_mov64_k, .dst = REG_0, .imm = -1 },
        { .op = OP_stx_dw, .dst = REG_9, .src = REG_0, .off = 16 },
        { .op = OP_mov64_k, .dst = REG_2, .imm = 5 },
        { .op = OP_jeq64_k, .dst = REG_3, .imm = 0, .off = 2 },
        { .op = OP_mov64_k, .dst = REG_0, .imm = 7 },
        { .op = OP_ja, .off = 1 },
        { .op = OP_cmpxchg32, .dst = REG_9, .src = REG_2, .off = 16 },
        { .op = OP_rsh64_k, .dst = REG_0, .imm = 4 },
        { .op = OP_exit },
    };
    assert_withheld(code, ARRAY_LEN(code), 0x0fffffff);
}

/* A number that is fetched from the stack decides a branch; the verifier forgets that the number that was stored there must be as exact,
 * prunes the other way, and removes code that is executed. */
Test(fuzz_kernel, fetch_from_the_stack_decides)
{
    static const struct insn code[] = {
        { .op = OP_ld_map_val, .dst = REG_9, .imm = SUBJECT_STATE },
        { .op = OP_ldx_dw, .dst = REG_3, .src = REG_9, .off = 8 },
        { .op = OP_mov64_k, .dst = REG_8, .imm = 0 },
        { .op = OP_mov64_k, .dst = REG_0, .imm = 1 },
        { .op = OP_jeq64_k, .dst = REG_3, .imm = 0, .off = 1 },
        { .op = OP_mov64_k, .dst = REG_3, .imm = 5 },
        { .op = OP_stx_dw, .dst = REG_10, .src = REG_3, .off = -8 },
        { .op = OP_fetch_or64, .dst = REG_10, .src = REG_8, .off = -8 },
        { .op = OP_jgt64_k, .dst = REG_8, .imm = 3, .off = 1 },
        { .op = OP_mov64_k, .dst = REG_0, .imm = 2 },
        { .op = OP_exit },
    };
    assert_withheld(code, ARRAY_LEN(code), 2);
}

/* A way that may be long is never given to the verifier, whatever made it. */
Test(fuzz_kernel, long_ways_are_withheld)
{
    static struct subject subject;
    static struct find find;
    struct fuzz *f = new_kernel_fuzz(&interp_engine, 1);
    subject = (struct subject){ .type = prog_type_named("xdp"), .n_slots = 3, .n_input = 64, .longest_path = UINT32_MAX };
    insn_encode(&(struct insn){ .op = OP_mov64_k }, &subject.code[0]);
    insn_encode(&(struct insn){ .op = OP_and64_k, .imm = 1 }, &subject.code[8]);
    insn_encode(&(struct insn){ .op = OP_exit }, &subject.code[16]);
    cr_assert_not(fuzz_try(f, &subject, &find));
    cr_assert_eq(fuzz_stats(f)->n_withheld, 1);
    subject.longest_path = 3;
    cr_assert_not(fuzz_try(f, &subject, &find));
    cr_assert_eq(fuzz_stats(f)->n_accepted, 1);
    fuzz_free(f);
}
