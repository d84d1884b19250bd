/* The processes that fuzz, and the directory of what they find, with engines that are wrong on purpose: also with one that kills its process
 * and one that never returns. */
#include "config.h"

#include "jit/diff/findfile.h"
#include "sim/base/base.h"
#include "tests/jit/broken.h"
#include "ui/finds.h"
#include "ui/fuzz_jobs.h"

#include <criterion/criterion.h>
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
take(void *arg, const struct news_find *found)
{
    struct haul *haul = arg;
    struct errinfo e;
    cr_assert_lt(haul->n, MAX_FOUND);
    haul->outcomes[haul->n] = finds_save(&haul->finds, &found->find, &found->cause, "", &e);
    haul->found[haul->n] = xmalloc(sizeof *found);
    *haul->found[haul->n++] = *found;
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
        struct finds again = { .directory = haul->finds.directory };
        struct errinfo e;
        finds_save(&again, &haul->found[i]->find, &haul->found[i]->cause, "", &e);
        unlink(again.path);
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
fuzz(const struct fuzz_plan *plan, struct haul *haul, struct news_stats *sum)
{
    struct errinfo e;
    struct fuzz_jobs *jobs = fuzz_jobs_start(plan, &e);
    cr_assert_not_null(jobs);
    while (fuzz_jobs_listen(jobs, LISTEN_MS, take, haul))
        ;
    fuzz_jobs_sum(jobs, sum);
    fuzz_jobs_free(jobs);
}

/* Every process takes its share, and all of them together the same programs that one alone would take. */
Test(fuzz_jobs, shares_are_the_whole)
{
    static struct news_stats sums[3];
    const uint32_t n_jobs[] = { 1, 2, 5 };
    for (uint32_t i = 0; i < ARRAY_LEN(n_jobs); i++) {
        struct haul haul = { .finds.directory = "nowhere" };
        struct fuzz_plan plan = plan_with(&interp_engine, n_jobs[i], 3000);
        fuzz(&plan, &haul, &sums[i]);
        cr_assert_eq(sums[i].stats.n_programs, 3000);
        cr_assert_eq(sums[i].stats.n_insns, sums[0].stats.n_insns);
        cr_assert_eq(sums[i].stats.n_exits, sums[0].stats.n_exits);
    }
}

/* One cause is one find per process and one file in all. */
Test(fuzz_jobs, one_file_per_cause)
{
    static struct news_stats sum;
    struct haul haul = { .finds.directory = new_directory() };
    struct fuzz_plan plan = plan_with(&broken_rsh32, 2, 4000);
    fuzz(&plan, &haul, &sum);
    cr_assert_gt(sum.stats.n_finds, haul.n, "%u", haul.n);
    cr_assert_leq(haul.n, 2, "%u", haul.n);
    cr_assert_eq(haul.finds.n_written, 1);
    cr_assert_eq(haul.outcomes[0], FINDS_WRITTEN);
    for (uint32_t i = 1; i < haul.n; i++)
        cr_assert_eq(haul.outcomes[i], FINDS_KNOWN);
    for (uint32_t i = 0; i < haul.n; i++)
        cr_assert_eq(haul.found[i]->cause.op, OP_rsh32_x);
    remove_directory(&haul);
    haul_free(&haul);
}

static void
survives(const struct engine *engine, int signal, enum op culprit)
{
    static struct news_stats sum;
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
    cr_assert_geq(sum.stats.n_finds, 1);
    remove_directory(&haul);
    haul_free(&haul);
}

Test(fuzz_jobs, survives_what_kills_a_process)
{
    survives(&broken_signal, SIGSEGV, OP_mul32_k);
}

/* A file is written once and never again; a link in its place is not followed. */
Test(finds, never_overwrites)
{
    struct haul haul = { .finds.directory = new_directory() };
    struct find *find = xcalloc(1, sizeof *find);
    struct cause cause = { .is_named = true, .kind = DIFFERENCE_STATE, .op = OP_add64_x };
    struct errinfo e;
    struct stat st;
    find->left = "interp";
    find->right = "jit";
    find->subject.type = prog_type_named("generic");
    find->subject.n_slots = 1;
    find->subject.code[0] = 0x95;
    cr_assert_eq(finds_save(&haul.finds, find, &cause, "", &e), FINDS_WRITTEN);
    cr_assert_eq(finds_save(&haul.finds, find, &cause, "", &e), FINDS_KNOWN);
    cr_assert_eq(haul.finds.n_written, 1);
    unlink(haul.finds.path);
    cr_assert_eq(symlink("/nonexistent/file", haul.finds.path), 0);
    cr_assert_eq(finds_save(&haul.finds, find, &cause, "", &e), FINDS_KNOWN);
    cr_assert_eq(stat(haul.finds.path, &st), -1, "the link was not followed");
    unlink(haul.finds.path);
    haul.finds.n_written = FINDS_MAX;
    cr_assert_eq(finds_save(&haul.finds, find, &cause, "", &e), FINDS_FULL);
    rmdir(haul.finds.directory);
    haul.finds.directory = "/nonexistent/directory";
    cr_assert_eq(finds_save(&haul.finds, find, &cause, "", &e), FINDS_ERROR);
    free(find);
}
