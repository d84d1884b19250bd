/* How many generated programs of about 50 instructions the fuzzer compares in a second on one core: interpreter and JIT, and with the
 * kernel as third; beside it what the kernel alone takes to load, run and forget the same programs, one by one as others do it and several
 * at once as it is done here. The best of many short batches, since other processes take the time of the rest. */
#include "config.h"

#include "tests/bench/figures.h"

#include "jit/diff/fuzz.h"
#include "jit/diff/kernel.h"
#include "jit/diff/kernel_lane.h"
#include "jit/jit.h"
#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    BATCHES = 60,
    PROGRAMS = 512,
    KERNEL_BATCHES = 300,
    KERNEL_PROGRAMS = 2 * KERNEL_MAX_AHEAD, /* so few that a batch may pass between two turns of other processes */
    FIRST_PROGRAM = 1 << 20, /* the first ones are looked at more closely */
};

/* Programs per second; negative: something differed, or could not be asked. */
static double
best_rate(bool with_kernel, uint32_t n_batches, uint32_t n_programs)
{
    const struct fuzz_options options = { .engines = { &interp_engine, &jit_engine }, .n_engines = 2, .with_kernel = with_kernel, .seed = 1,
                                          .lockstep = LOCKSTEP_WHOLE, .generate = generate_everything };
    struct errinfo e;
    struct find *find = xmalloc(sizeof *find);
    struct fuzz *f = fuzz_new(&options, &e);
    double best = -1;
    if (!f)
        complain("fuzz", &e);
    else
        fuzz_seek(f, FIRST_PROGRAM);
    for (uint32_t batch = 0; f && batch < n_batches; batch++) {
        uint64_t before = now_ns();
        for (uint32_t i = 0; i < n_programs; i++)
            fuzz_step(f, find);
        double rate = n_programs * 1e9 / (double)(now_ns() - before);
        best = rate > best ? rate : best;
    }
    if (f && fuzz_stats(f)->n_finds) {
        struct buf text = BUF_EMPTY;
        find_text(find, &text);
        fprintf(stderr, "bench: fuzz: %s\n", buf_text(&text));
        buf_free(&text);
        best = -1;
    }
    fuzz_free(f);
    free(find);
    return best;
}

/* The kernel and what it is given. */
struct bare {
    struct kernel_lane *lane;
    struct program *program;
    struct generator generator;
    struct subject subjects[KERNEL_MAX_AHEAD];
};

/* Nanoseconds that the kernel takes for one window of programs, beginning with the n-th. */
static uint64_t
bare_ns(struct bare *b, uint64_t n, bool at_once)
{
    const struct subject *list[KERNEL_MAX_AHEAD];
    const char *reason;
    uint64_t ns;
    for (uint32_t i = 0; i < KERNEL_MAX_AHEAD; i++) {
        generate_subject(&b->generator, n + i, &b->subjects[i]);
        list[i] = &b->subjects[i];
    }
    ns = now_ns();
    kernel_lane_prepare(b->lane, list, at_once ? KERNEL_MAX_AHEAD : 0);
    ns = now_ns() - ns;
    for (uint32_t i = 0; i < KERNEL_MAX_AHEAD; i++) {
        subject_link(b->program, list[i]);
        uint64_t before = now_ns();
        kernel_lane_run(b->lane, b->program, list[i], &reason);
        ns += now_ns() - before;
    }
    return ns;
}

/* Programs per second that the kernel alone manages, in turns one by one and several at once. False when it could not be asked. */
static bool
bare_rates(double *one_by_one, double *at_once)
{
    struct generate_options options = generate_everything;
    struct cost_model costs;
    struct errinfo e;
    struct bare *b = xcalloc(1, sizeof *b);
    double best[2] = { 0, 0 };
    options.for_kernel = true;
    generator_init(&b->generator, &options);
    generate_subject(&b->generator, 0, &b->subjects[0]);
    b->program = subject_program(&b->subjects[0]);
    cost_model_unit(&costs);
    struct machine *m = machine_new(b->program, &costs, NULL);
    b->lane = kernel_lane_new(&m->env, &e);
    bool is_ok = b->lane;
    if (!is_ok)
        complain("fuzz", &e);
    for (uint32_t batch = 0; is_ok && batch < 2 * KERNEL_BATCHES; batch++) {
        uint64_t ns = 0, first = (uint64_t)(batch / 2) * KERNEL_PROGRAMS;
        for (uint32_t i = 0; i < KERNEL_PROGRAMS; i += KERNEL_MAX_AHEAD)
            ns += bare_ns(b, first + i, batch % 2);
        double rate = KERNEL_PROGRAMS * 1e9 / (double)ns;
        best[batch % 2] = rate > best[batch % 2] ? rate : best[batch % 2];
    }
    *one_by_one = best[0];
    *at_once = best[1];
    kernel_lane_free(b->lane);
    machine_free(m);
    program_free(b->program);
    free(b);
    return is_ok;
}

bool
time_fuzzing(json_t *figures)
{
    const char *why;
    double rate = best_rate(false, BATCHES, PROGRAMS);
    if (rate < 0)
        return false;
    printf("%-24s %8.0f /s   interp and jit compared\n", "fuzz, programs", rate);
    add_figure(figures, "fuzz.programs_per_s", rate, "1/s", NULL);
    if (!kernel_available(&why)) {
        printf("%-24s          %s\n\n", "  and the kernel", why);
        return true;
    }
    rate = best_rate(true, KERNEL_BATCHES, KERNEL_PROGRAMS);
    double alone, at_once;
    if (rate < 0 || !bare_rates(&alone, &at_once))
        return false;
    printf("%-24s %8.0f /s   the kernel alone: %.0f one by one, %.0f several at once\n\n", "  and the kernel", rate, alone, at_once);
    add_figure(figures, "fuzz.kernel_programs_per_s", rate, "1/s",
               json_pack("{s:f, s:f}", "kernel alone, one by one", alone, "kernel alone, several at once", at_once));
    return true;
}
