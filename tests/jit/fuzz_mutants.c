/* The fuzzer is tested by breaking what it compares. For each row of mutation.def the JIT is compiled with that corruption, and fuzzing, which
 * knows nothing of it, must find a program on which interpreter and JIT disagree and shrink it to MOST_INSNS instructions: all that are left,
 * whatever the generator put in front of them counts. For each row of interp_mutation.def the same is asked of the interpreter, with the
 * kernel as the judge; without one these are passed over.
 *
 * Each row runs in a process of its own, for LIMIT_S seconds of one core at most, all included. What a corrupted program does to that process
 * is a find, too: the program is looked at again in processes that may die. What only shows after other programs is no find; one that stays
 * longer is followed by others, as they are when somebody waits. One line per row.
 *
 *   fuzz_mutants [--seconds N] [--sample N] [--table jit|interp] [--resume FILE] [ROW...]
 *
 * ROW: only these ("jit/add64_x_narrow"), with the program that is left. --sample: every Nth. --table: of one table. --resume: rows that FILE
 * lists are done; those that are well are added to it, so that a run that was interrupted goes on. The exit status says whether all are well. */
#include "config.h"

#include "jit/diff/findfile.h"
#include "jit/diff/kernel.h"
#include "jit/diff/shrink.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "tests/jit/interp_mutant.h"
#include "tests/jit/mutant.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_S = 60, SHRINK_S = 60, HANG_S = 2, PROGRAMS_PER_LOOK = 64, MOST_INSNS = 6, SEED = 1, N_CHILDREN = 2, MAX_DONE = 1024 };

/* ---------------------------------------------------------------- the tables */

struct table {
    const char *name;
    const uint32_t *n;
    const struct mutant *(*at)(uint32_t i);
    void (*activate)(uint32_t i);
    struct fuzz_options options;
};

static const struct table tables[] = {
    { "jit", &n_mutants, mutant_at, mutant_activate,
      { .engines = { &interp_engine, &jit_engine }, .n_engines = 2, .seed = SEED, .lockstep = LOCKSTEP_WHOLE } },
    { "interp", &n_interp_mutants, interp_mutant_at, interp_mutant_activate,
      { .engines = { &interp_mutant_engine }, .n_engines = 1, .with_kernel = true, .seed = SEED, .lockstep = LOCKSTEP_WHOLE } },
};

struct row {
    const struct table *table;
    uint32_t i;
};

static const struct mutant *
row_mutant(const struct row *row)
{
    return row->table->at(row->i);
}

static void
row_name(const struct row *row, char *out, size_t room)
{
    snprintf(out, room, "%s/%s", row->table->name, row_mutant(row)->name);
}

static struct fuzz_options
row_options(const struct row *row)
{
    struct fuzz_options o = row->table->options;
    o.generate = generate_everything;
    return o;
}

/* ---------------------------------------------------------------- one row, in a process of its own */

/* What the process has come to, in memory that outlives it. */
struct report {
    uint64_t n_programs;       /* tried; the last one is under way, or the find */
    double used_s;             /* seconds of a core, before the process under way */
    double found_s, shrunk_s;
    uint32_t n_finds;          /* that show again, alone */
    uint32_t n_insns;          /* of the smallest */
    bool is_deadly;            /* the process before this one died of the last program */
    char text[8192];           /* the smallest as a file */
};

static double
cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* This process dies when it takes so long without getting here again. */
static void
watch_dog(uint32_t seconds)
{
    const struct itimerval limit = { .it_value.tv_sec = seconds };
    setitimer(ITIMER_PROF, &limit, NULL);
}

/* Shrinks a find, if it shows again, alone. */
static void
reduce(const struct row *row, struct report *r, struct find *find)
{
    const struct fuzz_options o = row_options(row);
    const struct shrink_limits limits = { .max_ns = SHRINK_S * UINT64_C(1000000000) };
    struct cause cause = { .kind = find->first.kind };
    struct errinfo e;
    struct buf text = BUF_EMPTY;
    double before = cpu_seconds();
    watch_dog(2 * SHRINK_S);
    struct judge *j = judge_new(&o, find, !o.with_kernel, &e);
    assert(j && "there is memory for code");
    bool is_there = judge_try(j, &find->subject, find);
    if (is_there)
        shrink(j, find, &limits, &cause);
    uint32_t n_insns = subject_insns(&find->subject);
    if (is_there && (!r->n_finds || n_insns < r->n_insns)) {
        r->n_insns = n_insns;
        findfile_write(find, &cause, "", &text);
        snprintf(r->text, sizeof r->text, "%s", buf_text(&text));
    }
    r->n_finds += is_there;
    r->shrunk_s += cpu_seconds() - before;
    buf_free(&text);
    judge_free(j);
    watch_dog(HANG_S);
}

static bool
is_good(const struct report *r)
{
    return r->n_finds && r->n_insns <= MOST_INSNS;
}

/* The program that the process before this one died of. */
static void
make_deadly(const struct row *row, struct report *r, struct fuzz *f, struct find *find)
{
    const struct fuzz_options o = row_options(row);
    fuzz_subject(f, r->n_programs - 1, find);
    find->left = o.engines[0]->name;
    find->right = o.with_kernel ? fuzz_kernel : o.engines[1]->name;
    find->first = (struct difference){ .kind = DIFFERENCE_SIGNAL };
}

static void
hunt(const struct row *row, uint32_t limit_s, struct report *r)
{
    const struct fuzz_options o = row_options(row);
    static struct find find;
    struct errinfo e;
    struct fuzz *f = fuzz_new(&o, &e);
    assert(f && "there is memory for code, and somebody has looked for the kernel");
    row->table->activate(row->i);
    if (r->is_deadly) {
        make_deadly(row, r, f, &find);
        reduce(row, r, &find);
        r->is_deadly = is_good(r);
    }
    fuzz_seek(f, r->n_programs);
    while (!is_good(r) && r->used_s + cpu_seconds() < limit_s) {
        if (r->n_programs++ % PROGRAMS_PER_LOOK == 0)
            watch_dog(HANG_S);
        if (!fuzz_step(f, &find))
            continue;
        if (!r->n_finds)
            r->found_s = r->used_s + cpu_seconds();
        reduce(row, r, &find);
    }
    fuzz_free(f);
}

/* ---------------------------------------------------------------- all rows */

static struct {
    uint32_t limit_s, sample;
    const char *table;
    char *const *names; /* ended by NULL */
    FILE *record;
    char done[MAX_DONE][64];
    uint32_t n_done;
    uint32_t n, n_found, n_good; /* of these; found, and shrunk far enough */
} all = { .limit_s = LIMIT_S, .sample = 1 };

struct child {
    pid_t pid; /* 0: idle */
    struct row row;
    struct report *report;
};

static void
start_child(struct child *c)
{
    c->pid = fork();
    if (c->pid)
        return;
    hunt(&c->row, all.limit_s, c->report);
    _exit(0);
}

static void
note_good(const char *name)
{
    if (!all.record)
        return;
    fprintf(all.record, "%s\n", name);
    fflush(all.record);
}

static void
print_row(const struct child *c)
{
    const struct report *r = c->report;
    char name[64];
    row_name(&c->row, name, sizeof name);
    if (!r->n_finds)
        printf("missed %-32s in %" PRIu64 " programs: %s\n", name, r->n_programs, row_mutant(&c->row)->what);
    else
        printf("%s %-32s after %5.2f s%s; %" PRIu32 " instructions after %5.2f s more, by find %" PRIu32 ", program %" PRIu64 "\n",
               is_good(r) ? "ok    " : "long  ", name, r->found_s, r->is_deadly ? ", deadly" : "", r->n_insns, r->shrunk_s, r->n_finds,
               r->n_programs);
    if (*all.names || (r->n_finds && !is_good(r)))
        printf("%s\n", r->text);
    if (is_good(r))
        note_good(name);
    fflush(stdout);
}

/* The child has ended. One that died of a program is followed by another that looks at it. */
static void
finish_child(struct child *c, int status, double used_s)
{
    struct report *r = c->report;
    r->used_s += used_s;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGINT && !is_good(r) && r->used_s < all.limit_s) {
        if (!r->n_finds)
            r->found_s = r->used_s;
        r->is_deadly = !r->is_deadly; /* when it dies of looking, it goes on behind it */
        start_child(c);
        return;
    }
    all.n_found += r->n_finds > 0;
    all.n_good += is_good(r);
    print_row(c);
    c->pid = 0;
}

static double
used_by_children(void)
{
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
wait_for_child(struct child *children)
{
    int status;
    double before = used_by_children();
    pid_t pid = wait(&status);
    for (uint32_t i = 0; i < N_CHILDREN; i++)
        if (children[i].pid == pid)
            finish_child(&children[i], status, used_by_children() - before);
}

/* An idle one, waiting for it. */
static struct child *
take_child(struct child *children)
{
    for (;;) {
        for (uint32_t i = 0; i < N_CHILDREN; i++)
            if (!children[i].pid)
                return &children[i];
        wait_for_child(children);
    }
}

static bool
is_any_busy(const struct child *children)
{
    for (uint32_t i = 0; i < N_CHILDREN; i++)
        if (children[i].pid)
            return true;
    return false;
}

static bool
is_done(const char *name)
{
    for (uint32_t i = 0; i < all.n_done; i++)
        if (!strcmp(all.done[i], name))
            return true;
    return false;
}

static bool
is_chosen(const struct row *row)
{
    char name[64];
    row_name(row, name, sizeof name);
    for (char *const *wanted = all.names; *wanted; wanted++)
        if (!strcmp(*wanted, name))
            return true;
    return !*all.names && row->i % all.sample == 0 && (!all.table || !strcmp(all.table, row->table->name));
}

static void
run_table(const struct table *table, struct child *children)
{
    const char *why;
    if (table->options.with_kernel && !kernel_available(&why)) {
        printf("# SKIPPED: the table %s, the kernel can't be asked: %s\n", table->name, why);
        return;
    }
    for (struct row row = { table, 0 }; row.i < *table->n; row.i++) {
        char name[64];
        row_name(&row, name, sizeof name);
        if (!is_chosen(&row))
            continue;
        all.n++;
        if (is_done(name)) {
            all.n_found++;
            all.n_good++;
            continue;
        }
        struct child *c = take_child(children);
        memset(c->report, 0, sizeof *c->report);
        c->row = row;
        start_child(c);
    }
}

static bool
open_record(const char *path)
{
    all.record = fopen(path, "a+");
    if (!all.record)
        return false;
    rewind(all.record);
    while (all.n_done < MAX_DONE && fscanf(all.record, "%63s", all.done[all.n_done]) == 1)
        all.n_done++;
    return true;
}

static bool
parse(char **argv)
{
    for (argv++; *argv && argv[0][0] == '-'; argv += 2) {
        const char *value = argv[1];
        bool is_ok = value != NULL;
        if (is_ok && !strcmp(*argv, "--seconds"))
            is_ok = (all.limit_s = (uint32_t)atoi(value)) > 0;
        else if (is_ok && !strcmp(*argv, "--sample"))
            is_ok = (all.sample = (uint32_t)atoi(value)) > 0;
        else if (is_ok && !strcmp(*argv, "--table"))
            all.table = value;
        else if (is_ok && !strcmp(*argv, "--resume"))
            is_ok = open_record(value);
        else
            is_ok = false;
        if (!is_ok) {
            fprintf(stderr, "fuzz_mutants: %s: [--seconds N] [--sample N] [--table jit|interp] [--resume FILE] [ROW...]\n", *argv);
            return false;
        }
    }
    all.names = argv;
    return true;
}

int
main(int argc, char **argv)
{
    struct child children[N_CHILDREN] = { 0 };
    (void)argc;
    if (!parse(argv))
        return 2;
    for (uint32_t i = 0; i < N_CHILDREN; i++) {
        children[i].report = mmap(NULL, sizeof(struct report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert(children[i].report != MAP_FAILED);
    }
    for (uint32_t i = 0; i < ARRAY_LEN(tables); i++)
        run_table(&tables[i], children);
    while (is_any_busy(children))
        wait_for_child(children);
    printf("found %" PRIu32 " of %" PRIu32 ", %" PRIu32 " of them as at most %d instructions\n", all.n_found, all.n, all.n_good, MOST_INSNS);
    return all.n_good == all.n ? 0 : 1;
}
