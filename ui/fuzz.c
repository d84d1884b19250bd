/* `ebpfdbg fuzz`: engines against each other on generated programs. The fuzzing itself is jit/diff/fuzz.h. */
#include "config.h"

#include "jit/diff/fuzz.h"
#include "sim/base/base.h"
#include "ui/engines.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/signals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROGRAMS_PER_LOOK = 64, SHOWN_FINDS = 10 };
#define NS_PER_S UINT64_C(1000000000)

/* ---------------------------------------------------------------- options */

/* "interp,jit,kernel". */
static enum err
parse_engines(const char *text, struct fuzz_options *out, struct errinfo *e)
{
    char *list = xstrdup(text), *rest = NULL;
    enum err err = OK;
    for (char *name = strtok_r(list, ",", &rest); name && err == OK; name = strtok_r(NULL, ",", &rest)) {
        if (!strcmp(name, "kernel")) {
            out->with_kernel = true;
        } else if (out->n_engines == FUZZ_MAX_ENGINES) {
            err = err_set_detail(e, ERR_USAGE, "--engines names too many", "name each of them once");
        } else {
            const struct engine *engine = engine_named(name, e);
            err = engine ? OK : ERR_USAGE;
            out->engines[out->n_engines++] = engine;
        }
    }
    free(list);
    if (err == OK && out->n_engines == 0)
        err = err_set_detail(e, ERR_USAGE, "the kernel can't be the reference", "name another engine in --engines");
    if (err == OK && out->n_engines + out->with_kernel < 2)
        err = err_set_detail(e, ERR_USAGE, "one engine has nobody to disagree with", "name another one in --engines");
    return err;
}

static enum err
parse_isa(const char *text, struct fuzz_options *out, struct errinfo *e)
{
    if (text[0] != 'v' || text[1] < '1' || text[1] > '4' || text[2])
        return err_set_detail(e, ERR_USAGE, text, "--isa takes v1, v2, v3 or v4");
    out->generate.cpu = (uint32_t)(text[1] - '0');
    return OK;
}

static enum err
parse_length(uint64_t length, struct fuzz_options *out, struct errinfo *e)
{
    if (length > GENERATE_MAX_INSNS)
        return err_set_detail(e, ERR_USAGE, "--length", "programs have 1 to 1000 instructions");
    if (length)
        out->generate.n_insns = (uint32_t)length;
    return OK;
}

/* text: what stands behind --lockstep=, "" when nothing does. */
static enum err
parse_lockstep(const char *text, struct fuzz_options *out, struct errinfo *e)
{
    out->lockstep = strcmp(text, "block") ? LOCKSTEP_INSN : LOCKSTEP_BLOCK;
    if (*text && strcmp(text, "insn") && strcmp(text, "block"))
        return err_set_detail(e, ERR_USAGE, text, "--lockstep compares by insn or block");
    return OK;
}

static enum err
parse(const struct options *o, struct fuzz_options *out, struct errinfo *e)
{
    *out = (struct fuzz_options){ .generate = generate_everything, .seed = o->seed ? o->seed : now_ns(), .lockstep = LOCKSTEP_WHOLE };
    enum err err = parse_engines(o->engines ? o->engines : "interp,jit", out, e);
    if (err == OK && o->isa)
        err = parse_isa(o->isa, out, e);
    if (err == OK)
        err = parse_length(o->length, out, e);
    if (err == OK && o->lockstep)
        err = parse_lockstep(o->lockstep, out, e);
    if (err == OK && o->weights)
        err = generate_parse_weights(o->weights, &out->generate, e);
    if (o->no_loops)
        out->generate.weights[CLASS_loop] = out->generate.weights[CLASS_maygoto] = 0;
    return err;
}

/* ---------------------------------------------------------------- what is shown */

static void
put_coverage(const struct fuzz *f, struct buf *out)
{
    struct coverage_sums sums = coverage_sum(fuzz_coverage(f));
    uint32_t n_outcomes, n_rows = generator_rows(fuzz_generator(f), &n_outcomes);
    buf_printf(out, "rows %u/%u, outcomes %u/%u, cells %u", sums.n_rows, n_rows, sums.n_outcomes, n_outcomes, sums.n_cells);
}

static void
print_progress(const struct fuzz *f, uint64_t ns, uint64_t n_new, uint64_t new_ns, bool with_kernel)
{
    const struct fuzz_stats *stats = fuzz_stats(f);
    struct buf line = BUF_EMPTY;
    buf_printf(&line, "%" PRIu64 " s: %" PRIu64 " programs, %" PRIu64 "/s, %" PRIu64 " instructions, ", ns / NS_PER_S, stats->n_programs,
               n_new * NS_PER_S / (new_ns ? new_ns : 1), stats->n_insns);
    put_coverage(f, &line);
    if (with_kernel)
        buf_printf(&line, ", kernel: %" PRIu64 " accepted, %" PRIu64 " refused", stats->n_accepted, stats->n_refused);
    buf_printf(&line, ", %" PRIu64 " finds", stats->n_finds);
    puts(buf_text(&line));
    fflush(stdout);
    buf_free(&line);
}

static void
print_find(const struct find *find, const struct fuzz_options *options)
{
    struct buf text = BUF_EMPTY;
    find_text(find, &text);
    printf("find: %s; program %" PRIu64 ", %u slots: --seed %" PRIu64 " --first %" PRIu64 " --count 1\n", buf_text(&text), find->nth,
           find->subject.n_slots, options->seed, find->nth);
    buf_free(&text);
}

static void
print_summary(const struct fuzz *f, const struct fuzz_options *options, uint64_t ns)
{
    const struct fuzz_stats *stats = fuzz_stats(f);
    struct buf text = BUF_EMPTY;
    buf_printf(&text, "seed      %" PRIu64 "\nprograms  %" PRIu64 " in %.1f s, %" PRIu64 " per second\n", options->seed, stats->n_programs,
               (double)ns / NS_PER_S, stats->n_programs * NS_PER_S / (ns ? ns : 1));
    buf_printf(&text, "ended     %" PRIu64 " by exit, %" PRIu64 " by a fault, %" PRIu64 " by the budget; %" PRIu64 " instructions\n",
               stats->n_exits, stats->n_faults, stats->n_endless, stats->n_insns);
    buf_puts(&text, "coverage  ");
    put_coverage(f, &text);
    if (options->with_kernel)
        buf_printf(&text, "\nkernel    %" PRIu64 " accepted, %" PRIu64 " refused, %" PRIu64 " withheld", stats->n_accepted,
                   stats->n_refused, stats->n_withheld);
    for (uint32_t i = 0; i < stats->n_reasons; i++)
        buf_printf(&text, "\n          %8" PRIu64 " %s", stats->reasons[i].n, stats->reasons[i].text);
    buf_printf(&text, "\nfinds     %" PRIu64, stats->n_finds);
    puts(buf_text(&text));
    buf_free(&text);
}

/* ---------------------------------------------------------------- running */

/* Programs until the count, the time or Ctrl-C ends it. Returns how long that took, in ns. */
static uint64_t
run(struct fuzz *f, const struct options *o, const struct fuzz_options *options)
{
    struct find *find = xmalloc(sizeof *find);
    uint64_t start = now_ns(), last = start, last_programs = 0, now = start;
    while (!*signals_interrupt() && (!o->count || fuzz_stats(f)->n_programs < o->count) && (!o->seconds || now - start < o->seconds * NS_PER_S)) {
        for (uint32_t i = 0; i < PROGRAMS_PER_LOOK && (!o->count || fuzz_stats(f)->n_programs < o->count); i++)
            if (fuzz_step(f, find) && fuzz_stats(f)->n_finds <= SHOWN_FINDS)
                print_find(find, options);
        now = now_ns();
        if (now - last >= NS_PER_S) {
            uint64_t n = fuzz_stats(f)->n_programs;
            print_progress(f, now - start, n - last_programs, now - last, options->with_kernel);
            last = now;
            last_programs = n;
        }
    }
    free(find);
    return now - start;
}

int
fuzz_main(const struct options *o)
{
    struct fuzz_options options;
    struct errinfo e;
    if (parse(o, &options, &e) != OK) {
        message_error(&e, NULL);
        return EXIT_USAGE;
    }
    struct fuzz *f = fuzz_new(&options, &e);
    if (!f) {
        message_error(&e, NULL);
        return EXIT_FAILED;
    }
    fuzz_seek(f, o->first);
    signals_catch();
    uint64_t ns = run(f, o, &options);
    *signals_interrupt() = 0;
    print_summary(f, &options, ns);
    bool has_finds = fuzz_stats(f)->n_finds > 0;
    fuzz_free(f);
    return has_finds ? EXIT_FIND : EXIT_DONE;
}
