/* The checker is tested by breaking what it checks: for each row of mutation.def the JIT is compiled with that corruption, and lockstep
 * over the suite must find it and name an instruction that it concerns. Each row runs in a process of its own, so that what a
 * corrupted program does to its host is seen and goes no further. TAP; the last lines list what survived.
 *
 * Arguments: names of rows to run only these (with what lockstep reports), or --sample N to run every Nth. */
#include "config.h"

#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "tests/jit/emitter.h"
#include "tests/jit/mutant.h"
#include "tests/jit/random_points.h"
#include "tests/jit/suite.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_RANDOM = 400, FIRST_SEED = 1, MOST_INSNS = 20000, SLICE_INSNS = 499, TIMEOUT_S = 60, N_CHILDREN = 2 };

enum { MOST_POINTS = 24, MOST_STOPS = 100 };

/* What counts cycles is other code than what need not; budgets end in the middle only where everything is one piece. */
static const struct pass {
    enum lockstep_granularity granularity;
    void (*costs)(struct cost_model *model);
    uint64_t budget;
    bool has_points; /* breakpoints and watches are set, where the suite has some for a program */
} passes[] = {
    { LOCKSTEP_INSN, cost_model_table, MOST_INSNS, false },   { LOCKSTEP_BLOCK, cost_model_table, MOST_INSNS, false },
    { LOCKSTEP_WHOLE, cost_model_table, SLICE_INSNS, false }, { LOCKSTEP_INSN, cost_model_unit, MOST_INSNS, false },
    { LOCKSTEP_BLOCK, cost_model_unit, MOST_INSNS, false },   { LOCKSTEP_INSN, cost_model_table, MOST_INSNS, true },
    { LOCKSTEP_BLOCK, cost_model_unit, MOST_INSNS, true },
};

/* What a child found, in memory shared with the parent: it survives a crash. */
struct finding {
    enum { SURVIVED, FOUND, MISNAMED, LOST } what; /* LOST: it did not come again when it was looked for */
    uint64_t n_corrupted;     /* programs whose code had the corruption */
    char program[64];         /* that is under way, or showed it */
    enum lockstep_granularity granularity; /* asked for */
    struct lockstep_difference difference; /* its pointers are void */
    uint32_t op;              /* of the instruction at difference.pc */
};

/* ---------------------------------------------------------------- one corruption */

/* False when no code of this program is corrupted: there is no need to run it. */
static bool
is_corrupted(uint32_t mutant, const struct program *p, const struct pass *pass, const struct cost_model *costs)
{
    const struct engine *engine = lockstep_jit.right[pass->granularity];
    struct errinfo e;
    uint64_t hits = mutant_hits();
    if (!mutant_concerns(mutant, p))
        return false;
    struct code *code = engine->open(p, costs, &e);
    assert(code && "there is memory for code");
    engine->close(code);
    return mutant_hits() != hits;
}

/* Whether the piece that differs has an instruction that the corruption concerns. An instruction must be the one; of a block, where only
 * the block as such differs, it must be one of those that were executed. */
static bool
is_rightly_named(uint32_t mutant, const struct program *p, const struct lockstep_difference *d)
{
    uint32_t next = d->after[0]->pc;
    if (d->granularity == LOCKSTEP_INSN)
        return mutant_is_named_by(mutant, p, d->pc, next);
    uint32_t pc = d->pc;
    for (uint64_t i = 0; i <= d->n_insns && pc < p->n_slots; i++) {
        if (mutant_is_named_by(mutant, p, pc, next))
            return true;
        pc += insn_slots(&p->insns[pc]);
    }
    return false;
}

/* Runs to the end, to a difference, or as far as it is worth while: in pieces of the budget, and on from every point that fires. */
static void
run_lockstep(struct lockstep *ls, struct machine *m, const struct pass *pass)
{
    uint32_t n_stops = 0, how = 0;
    struct stop stop;
    do {
        stop = lockstep_run(ls, m, pass->budget, &(struct lockstep_options){ .how = how });
        how = stop.reasons & STOP_TRAP ? RUN_RESUME : 0;
        n_stops += how;
    } while (!(stop.reasons & ~(uint32_t)(STOP_BUDGET | STOP_TRAP)) && m->n_insns < MOST_INSNS && n_stops < MOST_STOPS);
}

/* Most hits are ignored: native code only counts by itself what does not stop, and leaves to C what would. */
static uint32_t
random_points(const struct suite_program *p, const struct machine *m, struct point list[MOST_POINTS])
{
    uint64_t state = p->seed;
    uint32_t n = 1 + random_below(&state, MOST_POINTS);
    for (uint32_t i = 0; i < n; i++) {
        list[i] = random_point(&state, p->program, (uint32_t)m->regs[REG_1], p->input.ctx_bytes);
        list[i].ignore += random_below(&state, 4) ? MOST_INSNS : 0;
    }
    return n;
}

/* Breakpoints everywhere that look at what the program is about to load. */
static uint32_t
points_at_edge(const struct suite_program *p, struct point list[MOST_POINTS])
{
    uint32_t n = p->program->n_slots < MOST_POINTS ? p->program->n_slots : MOST_POINTS;
    for (uint32_t pc = 0; pc < n; pc++) {
        struct condition *c = xcalloc(1, sizeof *c + 2 * sizeof *c->nodes);
        c->nodes[c->n++] = (struct cond_node){ .op = COND_REG, .value = REG_6 };
        c->nodes[c->n++] = (struct cond_node){ .op = COND_LOAD, .a = 0, .value = p->edge_bytes };
        list[pc] = (struct point){ .kind = POINT_PC, .pc = pc, .condition = c, .ignore = MOST_INSNS };
    }
    return n;
}

/* The same points for the same program, always. */
static struct points *
make_points(const struct suite_program *p, const struct machine *m, struct point list[MOST_POINTS])
{
    return points_new(list, p->seed ? random_points(p, m, list) : points_at_edge(p, list));
}

/* True when the program has shown the corruption. */
static bool
run_program(uint32_t mutant, const struct suite_program *p, const struct pass *pass, const struct cost_model *costs, struct finding *f,
            struct buf *report)
{
    struct errinfo e;
    struct lockstep *ls = lockstep_open(p->program, costs, &lockstep_jit, pass->granularity, &e);
    struct machine *m = machine_new(p->program, costs, NULL);
    struct point list[MOST_POINTS] = { 0 };
    struct points *points = NULL;
    assert(ls && "there is memory for code");
    suite_start(p, m);
    if (pass->has_points)
        lockstep_set_points(ls, points = make_points(p, m, list));
    run_lockstep(ls, m, pass);
    const struct lockstep_difference *d = lockstep_difference(ls);
    bool is_found = d;
    if (d) {
        f->difference = *d;
        f->op = d->pc < p->program->n_slots ? p->program->insns[d->pc].op : OP_illegal;
        f->what = !d->is_reproduced ? LOST : mutant != NO_MUTANT && is_rightly_named(mutant, p->program, d) ? FOUND : MISNAMED;
        if (report)
            lockstep_report(ls, report);
    }
    lockstep_close(ls);
    machine_free(m);
    points_free(points);
    for (uint32_t i = 0; i < MOST_POINTS; i++)
        free((void *)list[i].condition);
    return is_found;
}

/* Points are compiled when the program runs, the rest when it is opened. */
static bool
is_worth_while(uint32_t mutant, const struct suite_program *p, const struct pass *pass, const struct cost_model *costs)
{
    return pass->has_points ? p->seed || p->edge_bytes : mutant == NO_MUTANT || is_corrupted(mutant, p->program, pass, costs);
}

static void
run_suite(uint32_t mutant, const struct suite *s, struct finding *f, struct buf *report)
{
    mutant_activate(mutant);
    for (const struct pass *pass = passes; pass < passes + ARRAY_LEN(passes); pass++) {
        struct cost_model costs;
        pass->costs(&costs);
        for (uint32_t i = 0; i < s->n; i++) {
            uint64_t hits = mutant_hits();
            if (!is_worth_while(mutant, &s->list[i], pass, &costs))
                continue;
            f->granularity = pass->granularity;
            snprintf(f->program, sizeof f->program, "%s", s->list[i].name);
            bool is_found = run_program(mutant, &s->list[i], pass, &costs, f, report);
            f->n_corrupted += mutant_hits() != hits;
            if (is_found)
                return;
        }
    }
    f->program[0] = 0;
}

/* ---------------------------------------------------------------- processes */

struct child {
    pid_t pid; /* 0: none */
    uint32_t mutant;
    struct finding *finding;
};

static void
start_child(struct child *c, uint32_t mutant, const struct suite *s, bool is_verbose)
{
    c->mutant = mutant;
    *c->finding = (struct finding){ .what = SURVIVED };
    c->pid = fork();
    assert(c->pid >= 0 && "a process can be had");
    if (c->pid)
        return;
    struct buf report = BUF_EMPTY;
    alarm(TIMEOUT_S);
    run_suite(mutant, s, c->finding, is_verbose ? &report : NULL);
    fputs(buf_text(&report), stdout);
    fflush(stdout);
    _exit(0);
}

static const char *
granularity_name(enum lockstep_granularity granularity)
{
    return granularity == LOCKSTEP_INSN ? "insn" : granularity == LOCKSTEP_BLOCK ? "block" : "whole";
}

/* What became of a row, as a line. True when it was found. */
static bool
verdict(const struct finding *f, int status, struct buf *out)
{
    const struct lockstep_difference *d = &f->difference;
    if (WIFSIGNALED(status)) {
        buf_printf(out, "%s in %s by %s", WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status)), f->program,
                   granularity_name(f->granularity));
        return false;
    }
    if (f->what == SURVIVED) {
        buf_printf(out, f->n_corrupted ? "survives %" PRIu64 " programs" : "is in no program", f->n_corrupted);
        return false;
    }
    buf_printf(out, "%s: %s at %" PRIu32 " of %s, by %s", f->what == FOUND ? "found" : f->what == LOST ? "lost" : "misnamed",
               insn_rows[f->op].name, d->pc, f->program, granularity_name(d->granularity));
    if (d->items.n)
        buf_printf(out, ", %s", d->items.list[0].kind == LOCKSTEP_MEMORY ? "memory" : d->items.list[0].name);
    return f->what == FOUND;
}

/* Waits for one of the children and reports its row. */
static void
finish_child(struct child *children, struct buf *survivors)
{
    int status;
    pid_t pid = wait(&status);
    struct buf line = BUF_EMPTY;
    for (int i = 0; i < N_CHILDREN; i++) {
        struct child *c = &children[i];
        if (c->pid != pid)
            continue;
        bool is_found = verdict(c->finding, status, &line);
        const struct mutant *m = mutant_at(c->mutant);
        printf("%sok - %s: %s\n", is_found ? "" : "not ", m->name, buf_text(&line));
        fflush(stdout);
        if (!is_found)
            buf_printf(survivors, "# %-24s %s: %s\n", m->name, m->what, buf_text(&line));
        c->pid = 0;
    }
    buf_free(&line);
}

static struct child *
idle_child(struct child *children)
{
    for (int i = 0; i < N_CHILDREN; i++)
        if (!children[i].pid)
            return &children[i];
    return NULL;
}

static bool
is_any_busy(const struct child *children)
{
    for (int i = 0; i < N_CHILDREN; i++)
        if (children[i].pid)
            return true;
    return false;
}

static bool
is_chosen(uint32_t mutant, int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "--sample"))
        return mutant % (uint32_t)atoi(argv[2]) == 0;
    bool is_any = false;
    for (int i = 1; i < argc; i++) {
        is_any = is_any || argv[i][0] != '-';
        if (!strcmp(argv[i], mutant_at(mutant)->name))
            return true;
    }
    return !is_any;
}

/* Without a corruption nothing may differ, and every byte must have come through the place where corruptions are made. */
static bool
check_sound(const struct suite *s)
{
    struct finding f = { .what = SURVIVED };
    struct buf report = BUF_EMPTY;
    run_suite(NO_MUTANT, s, &f, &report);
    bool is_sound = f.what == SURVIVED && emitter_unseen_bytes() == 0;
    printf("%sok - without a corruption nothing differs\n", is_sound ? "" : "not ");
    if (f.what != SURVIVED)
        printf("# %s differs:\n%s\n", f.program, buf_text(&report));
    if (emitter_unseen_bytes())
        printf("# %" PRIu64 " bytes of code are put by functions that emitter.def and emitter.wrap lack\n", emitter_unseen_bytes());
    fflush(stdout);
    buf_free(&report);
    return is_sound;
}

int
main(int argc, char **argv)
{
    struct suite suite;
    struct buf errors = BUF_EMPTY, survivors = BUF_EMPTY;
    struct child children[N_CHILDREN] = { 0 };
    const char *root = getenv("top_srcdir");
    bool is_verbose = argc > 1 && argv[1][0] != '-';
    uint32_t n = 0;

    suite_open(&suite, root ? root : ".", FIRST_SEED, N_RANDOM, &errors);
    if (errors.len) {
        printf("Bail out! %s\n", buf_text(&errors));
        return 1;
    }
    for (uint32_t i = 0; i < n_mutants; i++)
        n += is_chosen(i, argc, argv);
    printf("1..%" PRIu32 "\n", n + 1);
    bool is_sound = check_sound(&suite);
    for (int i = 0; i < N_CHILDREN; i++)
        children[i].finding = mmap(NULL, sizeof(struct finding), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (uint32_t i = 0; i < n_mutants; i++) {
        if (!is_chosen(i, argc, argv))
            continue;
        while (!idle_child(children))
            finish_child(children, &survivors);
        start_child(idle_child(children), i, &suite, is_verbose);
    }
    while (is_any_busy(children))
        finish_child(children, &survivors);
    printf("# %" PRIu32 " corruptions; not found:\n%s", n, survivors.len ? buf_text(&survivors) : "# none\n");
    bool is_good = is_sound && !survivors.len;
    suite_close(&suite);
    buf_free(&survivors);
    buf_free(&errors);
    return is_good ? 0 : 1;
}
