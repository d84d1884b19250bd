/* The benchmark programs under everything that can run them, in one interleaved run: the minimum and the median of each, and how the
 * minima compare with the kernel's JIT. What is unchecked neither counts nor checks: it is here to show what that costs. */
#include "config.h"

#include "tests/bench/figures.h"

#include "jit/jit.h"
#include "sim/base/base.h"
#include "ui/contender.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A batch of the kernel takes some 20 ms of sleep besides its work: that is what bounds their number. */
enum { N_BATCHES = 48, PACKET_BYTES = 1024, FRAME_BYTES = 32, N_FRAMES = 24 };

/* Who takes part. The interpreter is the reference. */
enum runner { INTERP, JIT, UNCHECKED, KERNEL, NATIVE, N_RUNNERS };

static const char *const runner_names[N_RUNNERS] = {
    [INTERP] = "interp", [JIT] = "jit", [UNCHECKED] = "jit-unchecked", [KERNEL] = "kernel JIT", [NATIVE] = "clang -O2",
};

struct race {
    char name[64];
    struct target target;
    struct contender contenders[N_RUNNERS];
    bool takes_part[N_RUNNERS];
};

/* ---------------------------------------------------------------- the packet */

/* Noise with some text in it, and the head of an IPv4 frame at each of the places where the parser looks. */
static void
fill_packet(uint8_t *packet)
{
    static const char text[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\nAccept: text/html, 0123456789\r\n";
    uint32_t state = 12345;
    for (uint32_t i = 0; i < PACKET_BYTES; i++) {
        state = state * 1103515245 + 12345;
        packet[i] = i / 128 % 2 ? (uint8_t)text[i % (sizeof text - 1)] : (uint8_t)(state >> 16);
    }
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        static const uint8_t plain[] = { 0x08, 0x00, 0x45, 0x00, 0x01, 0x00, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06 };
        static const uint8_t tagged[] = { 0x81, 0x00, 0x00, 0x07, 0x08, 0x00, 0x46, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11 };
        uint8_t *type = packet + i * FRAME_BYTES + 12;
        if (i % 4 == 3)
            memcpy(type, tagged, sizeof tagged);
        else
            memcpy(type, plain, sizeof plain);
    }
}

/* ---------------------------------------------------------------- one program */

/* What comes before ".bpf.o", without folders. */
static void
name_of(const char *path, char *name, size_t bytes)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, bytes, "%s", slash ? slash + 1 : path);
    name[strcspn(name, ".")] = '\0';
}

static enum err
open_runner(struct race *r, enum runner runner, const char *path, struct errinfo *e)
{
    struct contender *c = &r->contenders[runner];
    char native[4096];
    switch (runner) {
    case INTERP:
        return contender_engine(&r->target, &interp_engine, c, e);
    case JIT:
        return contender_engine(&r->target, &jit_engine, c, e);
    case UNCHECKED:
        return contender_unchecked(&r->target, c, e);
    case KERNEL:
        return contender_kernel(&r->target, &r->contenders[INTERP], c, e);
    default:
        snprintf(native, sizeof native, "%.*s.so", (int)(strlen(path) - strlen(".bpf.o")), path);
        return contender_native(&r->target, native, "prog", c, e);
    }
}

/* False when somebody is missing (but for the kernel, which not everybody may ask) or comes to another result. */
static bool
open_race(const char *path, uint8_t *packet, struct race *r)
{
    struct errinfo e;
    name_of(path, r->name, sizeof r->name);
    if (program_load(path, NULL, &r->target.program, &e) != OK) {
        complain(path, &e);
        return false;
    }
    r->target.entry = (uint32_t)(program_default_entry(r->target.program) - r->target.program->functions);
    r->target.type = prog_type_named("xdp");
    r->target.packet = (struct bytes){ packet, PACKET_BYTES };
    cost_model_unit(&r->target.costs);
    for (uint32_t i = 0; i < N_RUNNERS; i++) {
        struct contender *c = &r->contenders[i];
        r->takes_part[i] = open_runner(r, i, path, &e) == OK;
        if (!r->takes_part[i]) {
            complain(path, &e);
            if (i == KERNEL)
                continue;
            return false;
        }
        if (i != INTERP && !c->difference)
            contender_compare(c, &r->contenders[INTERP]);
        if (!c->difference)
            continue;
        fprintf(stderr, "bench: %s: %s and %s differ: %s\n", path, runner_names[i], runner_names[INTERP], c->difference);
        return false;
    }
    return true;
}

static void
close_race(struct race *r)
{
    for (uint32_t i = 0; i < N_RUNNERS; i++)
        if (r->takes_part[i])
            contender_close(&r->contenders[i]);
    program_free(r->target.program);
}

/* ---------------------------------------------------------------- report */

/* Over all programs. Sums of logarithms, for geometric means. */
struct summary {
    uint32_t n, n_kernel;
    double ns_per_insn[N_RUNNERS], vs_kernel[N_RUNNERS];
    double worst;
    const char *worst_name;
};

static double
min_ns(const struct race *r, enum runner runner)
{
    return contender_min_ns(&r->contenders[runner]);
}

static void
print_race(const struct race *r)
{
    printf("%-10s %6.0f", r->name, contender_insns(&r->contenders[INTERP]));
    for (uint32_t i = 0; i < N_RUNNERS; i++) {
        if (!r->takes_part[i]) {
            printf(" | %6s %6s %5s", "-", "-", "");
            continue;
        }
        printf(" | %6.0f %6.0f", min_ns(r, i), contender_median_ns(&r->contenders[i]));
        if (r->takes_part[KERNEL])
            printf(" %5.2f", min_ns(r, i) / min_ns(r, KERNEL));
        else
            printf(" %5s", "-");
    }
    putchar('\n');
}

static void
add_to_summary(const struct race *r, struct summary *s)
{
    double insns = contender_insns(&r->contenders[INTERP]);
    s->n++;
    for (uint32_t i = 0; i < N_RUNNERS; i++)
        if (r->takes_part[i])
            s->ns_per_insn[i] += log(min_ns(r, i) / insns);
    if (!r->takes_part[KERNEL])
        return;
    s->n_kernel++;
    for (uint32_t i = 0; i < N_RUNNERS; i++)
        s->vs_kernel[i] += log(min_ns(r, i) / min_ns(r, KERNEL));
    double ratio = min_ns(r, JIT) / min_ns(r, KERNEL);
    if (ratio > s->worst) {
        s->worst = ratio;
        s->worst_name = r->name;
    }
}

static void
print_heading(void)
{
    printf("%-10s %6s", "", "");
    for (uint32_t i = 0; i < N_RUNNERS; i++)
        printf(" | %-19s", runner_names[i]);
    printf("\n%-10s %6s", "program", "insns");
    for (uint32_t i = 0; i < N_RUNNERS; i++)
        printf(" | %6s %6s %5s", "min ns", "median", "x krn");
    putchar('\n');
}

static void
report(const struct race *races, uint32_t n, json_t *figures)
{
    struct summary s = { 0 };
    print_heading();
    for (uint32_t i = 0; i < n; i++) {
        print_race(&races[i]);
        add_to_summary(&races[i], &s);
    }
    json_t *beside = json_object();
    printf("%-10s %6s", "geomean", "");
    for (uint32_t i = 0; i < N_RUNNERS; i++) {
        bool takes_part = i != KERNEL || s.n_kernel == s.n;
        double ns = exp(s.ns_per_insn[i] / s.n);
        if (takes_part && i != INTERP)
            json_object_set_new(beside, runner_names[i], json_real(ns));
        printf(" | %6.3f/insn", takes_part ? ns : 0.0);
        if (s.n_kernel == s.n)
            printf("  %6.3f", exp(s.vs_kernel[i] / s.n));
        else
            printf("  %6s", "-");
    }
    printf("\n\n");
    add_figure(figures, "interp.ns_per_insn", exp(s.ns_per_insn[INTERP] / s.n), "ns", beside);
    if (s.n_kernel < s.n) /* without the kernel nothing can be said in relation to it */
        return;
    double jit = exp(s.vs_kernel[JIT] / s.n), unchecked = exp(s.vs_kernel[UNCHECKED] / s.n);
    add_figure(figures, "jit.vs_kernel.geomean", jit, "ratio", json_pack("{s:f}", "clang -O2", exp(s.vs_kernel[NATIVE] / s.n)));
    add_figure(figures, "jit.vs_kernel.worst", s.worst, "ratio", json_object());
    add_figure(figures, "jit.unchecked_vs_kernel.geomean", unchecked, "ratio", json_object());
    printf("%-24s %8.3f\n%-24s %8.3f     %s\n%-24s %8.3f\n", "jit / kernel, geomean", jit, "jit / kernel, worst", s.worst, s.worst_name,
           "unchecked / kernel", unchecked);
}

bool
race_programs(char **paths, uint32_t n, json_t *figures)
{
    uint8_t packet[PACKET_BYTES];
    fill_packet(packet);
    struct race *races = xcalloc(n, sizeof *races);
    struct contender **all = xcalloc(N_RUNNERS * (size_t)n, sizeof *all);
    uint32_t n_all = 0, n_open = 0;
    bool is_good = true;
    while (is_good && n_open < n) {
        struct race *r = &races[n_open];
        is_good = open_race(paths[n_open++], packet, r);
        for (uint32_t i = 0; i < N_RUNNERS; i++)
            if (r->takes_part[i])
                all[n_all++] = &r->contenders[i];
    }
    is_good = is_good && contender_race(all, n_all, N_BATCHES);
    if (is_good)
        report(races, n, figures);
    for (uint32_t i = 0; i < n_open; i++)
        close_race(&races[i]);
    free(races);
    free(all);
    return is_good;
}
