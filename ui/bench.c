/* `ebpfdbg bench`: how fast each engine runs a program, and whether they agree. */
#include "config.h"

#include "jit/jit.h"
#include "sim/base/base.h"
#include "ui/contender.h"
#include "ui/message.h"
#include "ui/options.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_BATCHES = 32, MAX_CONTENDERS = 16, MAX_BATCHES = 100000 };

/* The race of one command line. The first contender is an engine; the others are compared with it. */
struct race {
    struct target target;
    struct contender contenders[MAX_CONTENDERS];
    uint32_t n;
};

/* Adds an engine, "kernel", or the JIT without checks, which is not in the list of engines: nobody can debug with it. */
static enum err
add(struct race *race, const char *name, struct errinfo *e)
{
    struct contender *c = &race->contenders[race->n];
    enum err err;
    if (race->n == MAX_CONTENDERS)
        return err_set_detail(e, ERR_USAGE, "--engines names too many", "name each of them once");
    if (strcmp(name, "kernel") == 0) {
        if (race->n == 0)
            return err_set_detail(e, ERR_USAGE, "the kernel does not count instructions", "name another engine before it in --engines");
        err = contender_kernel(&race->target, &race->contenders[0], c, e);
    } else if (strcmp(name, jit_unchecked_engine.name) == 0) {
        if (race->n == 0)
            return err_set_detail(e, ERR_USAGE, "jit-unchecked counts and checks nothing", "name another engine before it in --engines");
        err = contender_unchecked(&race->target, c, e);
    } else {
        const struct engine *named = engine_named(name, e);
        err = named ? contender_engine(&race->target, named, c, e) : ERR_USAGE;
    }
    if (err)
        return err;
    const struct engine *engine;
    struct code *code = contender_code(c, &engine);
    if (code)
        perfmap_follow(race->target.perfmap, race->target.program, engine, code);
    if (race->n && !c->difference)
        contender_compare(c, &race->contenders[0]);
    race->n++;
    return OK;
}

/* All engines there are, the interpreter first, and the kernel when it lets us. */
static enum err
add_all(struct race *race, struct errinfo *e)
{
    enum err err = add(race, interp_engine.name, e);
    for (uint32_t i = 0; !err && engines[i]; i++)
        if (engines[i] != &interp_engine && !engines[i]->difference) /* those that compare others are no match for them */
            err = add(race, engines[i]->name, e);
    if (err)
        return err;
    if (add(race, "kernel", e) != OK)
        message_error(e, "going on without the kernel");
    return OK;
}

static enum err
add_named(struct race *race, const char *list, struct errinfo *e)
{
    char *copy = xstrdup(list), *rest = copy;
    enum err err = OK;
    for (char *name; !err && (name = strsep(&rest, ",")) != NULL;)
        err = add(race, name, e);
    free(copy);
    return err;
}

/* Instructions per run: the contender's own count, or the first one's when it (the kernel) does not count. */
static double
insns_of(const struct race *race, const struct contender *c)
{
    double insns = contender_insns(c);
    return insns > 0 ? insns : contender_insns(&race->contenders[0]);
}

static void
print_text(const struct race *race)
{
    const struct contender *first = &race->contenders[0];
    bool has_unchecked = false;
    printf("%s, type %s, %.0f instructions per run; %u batches of each, in turn\n\n",
           race->target.program->functions[race->target.entry].name, race->target.type->name, contender_insns(first), first->n_samples);
    printf("%-13s %12s %12s %12s %10s %9s  %s\n", "engine", "ns/run min", "median", "insns", "ns/insn", "x first", "result");
    for (uint32_t i = 0; i < race->n; i++) {
        const struct contender *c = &race->contenders[i];
        double insns = insns_of(race, c), ns = contender_min_ns(c);
        printf("%-13s %12.1f %12.1f %12.0f %10.3f %9.3f  %s%s\n", c->name, ns, contender_median_ns(c), insns, ns / insns,
               ns / contender_min_ns(first),
               i == 0          ? ""
               : c->difference ? "DIFFERENT: "
               : c->counts     ? "equal"
                               : "equal return value",
               c->difference ? c->difference : "");
        has_unchecked |= strcmp(c->name, jit_unchecked_engine.name) == 0;
    }
    if (has_unchecked)
        printf("\n%s is not a debugging engine: no counts, no budget, no bounds checks\n", jit_unchecked_engine.name);
}

static void
print_json(const struct race *race)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < race->n; i++) {
        const struct contender *c = &race->contenders[i];
        double ns = contender_min_ns(c), insns = insns_of(race, c);
        json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:f, s:f, s:b, s:s?}", "engine", c->name, "ns_per_run", ns,
                                              "ns_per_run_median", contender_median_ns(c), "insns", insns, "ns_per_insn", ns / insns,
                                              "equal", c->difference == NULL, "difference", c->difference));
    }
    json_t *all = json_pack("{s:s, s:s, s:f, s:i, s:o}", "program", race->target.program->functions[race->target.entry].name, "type",
                            race->target.type->name, "insns", contender_insns(&race->contenders[0]), "batches",
                            (int)race->contenders[0].n_samples, "engines", list);
    json_dumpf(all, stdout, JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(all);
}

static int
race_and_report(const struct options *o, struct race *race)
{
    struct contender *all[MAX_CONTENDERS];
    bool is_equal = true;
    for (uint32_t i = 0; i < race->n; i++) {
        all[i] = &race->contenders[i];
        is_equal &= !all[i]->difference;
    }
    if (!contender_race(all, race->n, o->repeat ? (uint32_t)o->repeat : DEFAULT_BATCHES)) {
        message_text("a later run did not end as the first one did: the program depends on what earlier runs leave");
        return EXIT_FAILED;
    }
    if (o->json)
        print_json(race);
    else
        print_text(race);
    return is_equal ? EXIT_DONE : EXIT_FAILED;
}

int
bench_main(const struct options *o)
{
    struct race race = { .n = 0 };
    struct errinfo e;
    if (o->repeat > MAX_BATCHES) {
        message_text("--repeat is at most %d", MAX_BATCHES);
        return EXIT_USAGE;
    }
    enum err err = target_open(o, &race.target, &e);
    if (err) {
        message_error(&e, NULL);
        return err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
    }
    err = o->engines ? add_named(&race, o->engines, &e) : add_all(&race, &e);
    int status = EXIT_FAILED;
    if (err)
        message_error(&e, NULL);
    else
        status = race_and_report(o, &race);
    for (uint32_t i = 0; i < race.n; i++)
        contender_close(&race.contenders[i]);
    target_close(&race.target);
    return err == ERR_USAGE ? EXIT_USAGE : status;
}
