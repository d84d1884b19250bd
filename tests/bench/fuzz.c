/* How many generated programs of about 50 instructions the fuzzer compares in a second on one core: interpreter and JIT, and with the kernel
 * as third. The best of many short batches, since other processes take the time of the rest. */
#include "config.h"

#include "tests/bench/figures.h"

#include "jit/diff/fuzz.h"
#include "jit/diff/kernel.h"
#include "jit/jit.h"
#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCHES = 60, PROGRAMS = 500, KERNEL_PROGRAMS = 100, FIRST_PROGRAM = 1 << 20 /* the first ones are looked at more closely */ };

/* Programs per second; negative: something differed, or could not be asked. */
static double
best_rate(bool with_kernel, uint32_t n_programs)
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
    for (uint32_t batch = 0; f && batch < BATCHES; batch++) {
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

bool
time_fuzzing(json_t *figures)
{
    const char *why;
    double rate = best_rate(false, PROGRAMS);
    if (rate < 0)
        return false;
    printf("%-24s %8.0f /s   interp and jit compared\n", "fuzz, programs", rate);
    add_figure(figures, "fuzz.programs_per_s", rate, "1/s", NULL);
    if (!kernel_available(&why)) {
        printf("%-24s          %s\n\n", "  and the kernel", why);
        return true;
    }
    rate = best_rate(true, KERNEL_PROGRAMS);
    if (rate < 0)
        return false;
    printf("%-24s %8.0f /s\n\n", "  and the kernel", rate);
    add_figure(figures, "fuzz.kernel_programs_per_s", rate, "1/s", NULL);
    return true;
}
