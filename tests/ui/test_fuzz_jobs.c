/* The processes that fuzz, and the directory of what they find, with engines that are wrong on purpose: also with one that kills its process
 * and one that never returns. */
#include "config.h"

#include "jit/diff/findfile.h"
#include "sim/base/base.h"
#include "tests/jit/broken.h"
#include "ui/finds.h"
#include "ui/fuzz_jobs.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FOUND = 32, LISTEN_MS = 100, MAX_INSNS = 6 };

/* What came. */
struct haul {
    struct finds finds;
    uint32_t n;
    struct news_find *found[MAX_FOUND];
    enum finds_outcome outcomes[MAX_FOUND];
};

static void
take_find(void *arg, const struct news_find *found)
{
    struct haul *haul = arg;
    struct errinfo e;
    cr_assert_lt(haul->n, MAX_FOUND);
    haul->outcomes[haul->n] = finds_save(&haul->finds, &found->find, &found->cause, "", &e);
    haul->found[haul->n] = xmalloc(sizeof *found);
    *haul->found[haul->n++] = *found;
}

static void
take_error(void *arg, const struct errinfo *e)
{
    (void)arg;
    cr_assert_fail("%s: %s", e->subject, e->detail);
}

static void
haul_free(struct haul *haul)
{
    for (uint32_t i = 0; i < haul->n; i++)
        free(haul->found[i]);
}

static char *
new_directory(void)
{
    static char path[] = "/tmp/ebpfdbg-finds-XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    return path;
}

static void
remove_directory(const struct haul *haul)
{
    for (uint32_t i = 0; i < haul->n; i++) {
        struct finds *again = xcalloc(1, sizeof *again);
        struct errinfo e;
        again->directory = haul->finds.directory;
        finds_save(again, &haul->found[i]->find, &haul->found[i]->cause, "", &e);
        unlink(again->path);
        free(again);
    }
    rmdir(haul->finds.directory);
}

static struct fuzz_plan
plan_with(const struct engine *engine, uint32_t n_jobs, uint64_t n)
{
    return (struct fuzz_plan){
        .options = { .engines = { &interp_engine, engine }, .n_engines = 2, .seed = 1, .generate = generate_everything },
        .n_jobs = n_jobs,
        .end = n,
        .end_ns = UINT64_MAX,
    };
}

static void
fuzz(const struct fuzz_plan *plan, struct haul *haul, struct fuzz_sum *sum)
{
    struct errinfo e;
    struct fuzz_jobs *jobs = fuzz_jobs_start(plan, &e);
    cr_assert_not_null(jobs);
    const struct fuzz_listener listener = { .take_find = take_find, .take_error = take_error, .arg = haul };
    while (fuzz_jobs_listen(jobs, LISTEN_MS, &listener))
        ;
    fuzz_jobs_sum(jobs, sum);
    const struct fuzz_stats *stats = &sum->record.stats;
    cr_assert_eq(stats->n_programs, plan->end, "%" PRIu64, stats->n_programs); /* whatever happened to the processes */
    cr_assert_eq(stats->n_programs, stats->n_exits + stats->n_faults + stats->n_endless + stats->n_finds);
    fuzz_jobs_free(jobs);
}

/* Every process takes its share, and all of them together the same programs that one alone would take. */
Test(fuzz_jobs, shares_are_the_whole)
{
    static struct fuzz_sum sums[3];
    const uint32_t n_jobs[] = { 1, 2, 5 };
    for (uint32_t i = 0; i < ARRAY_LEN(n_jobs); i++) {
        struct haul haul = { .finds.directory = "nowhere" };
        struct fuzz_plan plan = plan_with(&interp_engine, n_jobs[i], 3000);
        fuzz(&plan, &haul, &sums[i]);
        cr_assert_eq(memcmp(&sums[i].record, &sums[0].record, sizeof sums[i].record), 0, "counts and coverage of %" PRIu32, n_jobs[i]);
    }
}

/* One cause is one find per process and one file in all. */
Test(fuzz_jobs, one_file_per_cause)
{
    static struct fuzz_sum sum;
    struct haul haul = { .finds.directory = new_directory() };
    struct fuzz_plan plan = plan_with(&broken_rsh32, 2, 4000);
    fuzz(&plan, &haul, &sum);
    cr_assert_gt(sum.record.stats.n_finds, haul.n, "%u", haul.n);
    cr_assert_leq(haul.n, 2, "%u", haul.n);
    cr_assert_eq(haul.finds.n, 1);
    cr_assert_eq(haul.outcomes[0], FINDS_WRITTEN);
    for (uint32_t i = 1; i < haul.n; i++)
        cr_assert_eq(haul.outcomes[i], FINDS_AGAIN);
    for (uint32_t i = 0; i < haul.n; i++)
        cr_assert_eq(haul.found[i]->cause.op, OP_rsh32_x);
    remove_directory(&haul);
    haul_free(&haul);
}

static void
survives(const struct engine *engine, int signal, enum op culprit)
{
    static struct fuzz_sum sum;
    struct haul haul = { .finds.directory = new_directory() };
    struct fuzz_plan plan = plan_with(engine, 1, 600);
    fuzz(&plan, &haul, &sum);
    cr_assert_eq(haul.n, 1, "%u", haul.n);
    const struct news_find *found = haul.found[0];
    cr_assert_eq(found->find.first.kind, DIFFERENCE_SIGNAL);
    cr_assert_eq(found->find.first.right, (uint64_t)signal);
    cr_assert(found->cause.is_named);
    cr_assert_eq(found->cause.op, culprit);
    cr_assert_leq(subject_insns(&found->find.subject), MAX_INSNS);
    cr_assert_eq(haul.outcomes[0], FINDS_WRITTEN);
    cr_assert_geq(sum.record.stats.n_finds, 1);
    cr_assert_eq(sum.n_deaths, sum.record.stats.n_finds);
    remove_directory(&haul);
    haul_free(&haul);
}

Test(fuzz_jobs, survives_what_kills_a_process)
{
    survives(&broken_signal, SIGSEGV, OP_mul32_k);
}

/* What a program comes to, and so what is found, does not depend on those before it: not even where a store goes too far. */
Test(fuzz_jobs, confirms_what_it_finds)
{
    static struct fuzz_sum sum;
    struct haul haul = { .finds.directory = new_directory() };
    struct fuzz_plan plan = plan_with(&broken_stx_h, 1, 4000);
    fuzz(&plan, &haul, &sum);
    cr_assert_eq(haul.n, 1, "%u", haul.n);
    cr_assert(haul.found[0]->is_confirmed);
    cr_assert_eq(haul.found[0]->cause.op, OP_stx_h);
    cr_assert_gt(sum.record.stats.n_finds, 100);
    remove_directory(&haul);
    haul_free(&haul);
}

/* A worker that dies while it shrinks what it has found: the find is not lost, and not counted twice. */
Test(fuzz_jobs, survives_shrinking)
{
    static struct fuzz_sum sum;
    struct haul haul = { .finds.directory = new_directory() };
    struct fuzz_plan plan = plan_with(&broken_small, 1, 1000);
    fuzz(&plan, &haul, &sum);
    cr_assert_geq(sum.n_deaths, 1);
    bool is_there = false;
    for (uint32_t i = 0; i < haul.n; i++)
        is_there |= haul.found[i]->cause.is_named && haul.found[i]->cause.op == OP_rsh32_x && haul.found[i]->cause.kind == DIFFERENCE_STATE;
    cr_assert(is_there);
    remove_directory(&haul);
    haul_free(&haul);
}

/* A file is written once and never again; a link in its place is not followed. Every run begins with a list of its own. */
Test(finds, never_overwrites)
{
    static struct finds first, second, third, none;
    struct find *find = xcalloc(1, sizeof *find);
    struct cause cause = { .is_named = true, .kind = DIFFERENCE_STATE, .op = OP_add64_x };
    struct errinfo e;
    struct stat st;
    first.directory = second.directory = third.directory = new_directory();
    none.directory = "/nonexistent/directory";
    find->left = "interp";
    find->right = "jit";
    find->subject.type = prog_type_named("generic");
    find->subject.n_slots = 1;
    find->subject.code[0] = 0x95;
    cr_assert_eq(finds_check(&first, &e), OK);
    cr_assert_eq(finds_save(&first, find, &cause, "", &e), FINDS_WRITTEN);
    cr_assert_eq(finds_save(&first, find, &cause, "", &e), FINDS_AGAIN);
    cr_assert_eq(finds_save(&second, find, &cause, "", &e), FINDS_KNOWN);
    unlink(first.path);
    cr_assert_eq(symlink("/nonexistent/file", first.path), 0);
    cr_assert_eq(finds_save(&third, find, &cause, "", &e), FINDS_KNOWN);
    cr_assert_eq(stat(first.path, &st), -1, "the link was not followed");
    unlink(first.path);
    third.n = FINDS_MAX;
    cause.op = OP_add32_x;
    cr_assert_eq(finds_save(&third, find, &cause, "", &e), FINDS_FULL);
    rmdir(first.directory);
    cr_assert_eq(finds_check(&none, &e), ERR_OPEN);
    cr_assert_eq(finds_save(&none, find, &cause, "", &e), FINDS_ERROR);
    free(find);
}
