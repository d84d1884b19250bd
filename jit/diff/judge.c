/* Judging changed subjects. See judge.h.
 *
 * The instruction to blame is the one after which engines that are exact at any budget differ first: the subject is run with one
 * instruction more each time, and by halves where it gets long. That takes no more than the comparison itself, so it works for every engine
 * and for what ends the process. */
#include "config.h"

#include "jit/diff/judge.h"

#include "jit/diff/draft.h"
#include "jit/jit.h"
#include "sim/base/base.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ONE_BY_ONE = 64,     /* budgets that are tried one after the other */
    GUARD_CPU_MS = 50,   /* a run of FUZZ_MAX_INSNS takes less than 1 ms */
    MAX_TRACED = 4096,
};

struct judge {
    struct fuzz *fuzz;  /* the two engines */
    struct fuzz *exact; /* the same, exact at any budget */
    uint64_t max_insns;
    bool is_guarded;
    struct find *shared; /* guarded: what the other process found */
    /* the reference, for traces */
    struct program *program;
    struct machine *machine;
    struct cost_model costs;
    struct env env;
    struct code *code;
};

static const char *const kind_names[] = {
    [DIFFERENCE_STOP] = "stop",     [DIFFERENCE_FAULT] = "fault",   [DIFFERENCE_STATE] = "state",
    [DIFFERENCE_MEMORY] = "memory", [DIFFERENCE_R0] = "r0",         [DIFFERENCE_PACKET] = "packet",
    [DIFFERENCE_CONTEXT] = "context", [DIFFERENCE_MAP] = "map",     [DIFFERENCE_SIGNAL] = "signal",
};

/* The form of an engine that executes any budget by itself, instruction by instruction. */
static const struct engine *
exact_form(const struct engine *engine)
{
    return engine == &jit_engine ? &jit_step_engine : engine;
}

/* The two engines of a find: the reference, and the one it differs from unless that is the kernel. */
static struct fuzz_options
options_for(const struct fuzz_options *options, const struct find *find, bool is_exact)
{
    struct fuzz_options two = *options;
    two.n_engines = 1;
    for (uint32_t i = 1; i < options->n_engines; i++)
        if (!strcmp(options->engines[i]->name, find->right))
            two.engines[two.n_engines++] = is_exact ? exact_form(options->engines[i]) : options->engines[i];
    two.with_kernel = two.n_engines == 1;
    return two;
}

struct judge *
judge_new(const struct fuzz_options *options, const struct find *find, bool is_guarded, struct errinfo *e)
{
    struct fuzz_options two = options_for(options, find, false), exact = options_for(options, find, true);
    struct judge *j = xcalloc(1, sizeof *j);
    j->max_insns = options->max_insns ? options->max_insns : FUZZ_MAX_INSNS;
    j->is_guarded = is_guarded;
    j->shared = mmap(NULL, sizeof *j->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    j->program = subject_program(&find->subject);
    cost_model_unit(&j->costs);
    j->machine = machine_new(j->program, &j->costs, NULL);
    j->env = j->machine->env;
    bool is_ok = j->shared != MAP_FAILED && (j->fuzz = fuzz_new(&two, e));
    if (is_ok && !two.with_kernel)
        is_ok = (j->exact = fuzz_new(&exact, e)) != NULL;
    if (j->shared == MAP_FAILED)
        err_set_detail(e, ERR_OPEN, "shared memory", "out of memory");
    if (is_ok)
        return j;
    judge_free(j);
    return NULL;
}

void
judge_free(struct judge *j)
{
    if (!j)
        return;
    fuzz_free(j->fuzz);
    fuzz_free(j->exact);
    if (j->code)
        interp_engine.close(j->code);
    machine_free(j->machine);
    program_free(j->program);
    if (j->shared != MAP_FAILED)
        munmap(j->shared, sizeof *j->shared);
    free(j);
}

/* ---------------------------------------------------------------- trying */

/* The process in which a subject runs: its status says whether it is a find. */
static void
run_guarded(struct fuzz *f, const struct subject *s, struct find *shared)
{
    static const int deadly[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGVTALRM };
    struct itimerval limit = { .it_value.tv_usec = GUARD_CPU_MS * 1000 };
    prctl(PR_SET_DUMPABLE, 0); /* hundreds of them may die while a find is shrunk: no core files */
    for (uint32_t i = 0; i < ARRAY_LEN(deadly); i++)
        signal(deadly[i], SIG_DFL);
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
    _exit(fuzz_try(f, s, shared) ? 1 : 0);
}

static bool
try_guarded(struct judge *j, struct fuzz *f, const struct subject *s, struct find *find)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        run_guarded(f, s, j->shared);
    if (child < 0)
        return false;
    while (waitpid(child, &status, 0) < 0)
        ; /* EINTR */
    if (WIFSIGNALED(status)) {
        differ(&find->first, DIFFERENCE_SIGNAL, "signal", 0, (uint64_t)WTERMSIG(status));
        find->pc = 0;
    } else if (WEXITSTATUS(status)) {
        find->first = j->shared->first;
        find->pc = j->shared->pc;
    } else {
        return false;
    }
    subject_copy(&find->subject, s);
    return true;
}

/* Runs at most n instructions under the engines of f. */
static bool
try_within(struct judge *j, struct fuzz *f, const struct subject *s, uint64_t n, struct find *find)
{
    fuzz_set_max_insns(f, n);
    return j->is_guarded ? try_guarded(j, f, s, find) : fuzz_try(f, s, find);
}

bool
judge_try(struct judge *j, const struct subject *s, struct find *find)
{
    return try_within(j, j->fuzz, s, j->max_insns, find);
}

/* ---------------------------------------------------------------- the reference */

static bool
is_address(const struct machine *m, uint64_t value)
{
    for (uint32_t i = 0; i < m->mem.n_regions; i++) {
        const struct region *r = &m->mem.regions[i];
        if (value >= r->base && value <= r->base + (uint64_t)(r->n - 1) * r->stride + r->elem_bytes)
            return true;
    }
    return value >= GUEST_MAP && value < GUEST_MAP + N_SUBJECT_MAPS * MAP_STRIDE;
}

static void
note_registers(struct trace_slot *slot, const struct machine *m)
{
    slot->pointers = 0;
    for (uint32_t reg = 0; reg < N_REGS; reg++) {
        slot->regs[reg] = m->regs[reg];
        slot->pointers |= (uint16_t)(is_address(m, m->regs[reg]) << reg);
    }
}

void
judge_trace(struct judge *j, const struct subject *s, uint64_t n, struct trace *out)
{
    struct errinfo e;
    struct machine *m = j->machine;
    struct input input = subject_input(s);
    struct stop stop = { .reasons = STOP_BUDGET };
    memset(out, 0, sizeof *out);
    subject_link(j->program, s);
    j->code = engine_reopen(&interp_engine, j->code, j->program, &j->costs, &e);
    m->env = j->env;
    m->env.may_goto_limit = s->may_goto_limit;
    machine_reset_maps(m);
    if (machine_start(m, 0, s->type, &input, &e) != OK)
        return;
    while (m->n_insns < n && m->n_insns < MAX_TRACED && stop.reasons == STOP_BUDGET && m->pc < s->n_slots) {
        struct trace_slot *slot = &out->slots[m->pc];
        uint32_t depth = m->depth;
        slot->is_reached = true;
        stop = interp_engine.run(j->code, m, 1, RUN_RESUME);
        note_registers(slot, m);
        if (m->depth < depth && m->pc > 0)
            note_registers(&out->slots[m->pc - 1], m);
    }
    out->pc = m->pc;
    out->n_insns = m->n_insns;
}

/* ---------------------------------------------------------------- the cause */

/* The smallest number of instructions, at most `max`, after which the engines of f differ; *find says in what. 0: they never do. */
static uint64_t
first_difference(struct judge *j, struct fuzz *f, const struct subject *s, uint64_t max, struct find *find)
{
    uint64_t good = 0, bad = 1;
    while (bad <= ONE_BY_ONE && bad <= max) {
        if (try_within(j, f, s, bad, find))
            return bad;
        good = bad++;
    }
    if (bad > max || !try_within(j, f, s, max, find))
        return 0;
    bad = max;
    while (bad - good > 1) {
        uint64_t middle = good + (bad - good) / 2;
        if (try_within(j, f, s, middle, find))
            bad = middle;
        else
            good = middle;
    }
    return try_within(j, f, s, bad, find) ? bad : 0;
}

/* Tells apart what engines do in different ways for one row. */
static uint8_t
operands_of(const struct insn *insn)
{
    uint8_t fields = insn_rows[insn->op].fields;
    uint8_t class = 0;
    if ((fields & Fd && insn->dst == REG_10) || (fields & Fs && insn->src == REG_10))
        class |= OPERANDS_STACK;
    if (fields & Fi && !draft_has_target(insn) && insn->imm <= 0)
        class |= insn->imm ? OPERANDS_NEGATIVE : OPERANDS_ZERO;
    return class;
}

void
judge_cause(struct judge *j, const struct subject *s, const struct find *find, struct cause *out)
{
    struct find *first = xmalloc(sizeof *first);
    struct trace *trace = xmalloc(sizeof *trace);
    *out = (struct cause){ .kind = find->first.kind, .op = OP_illegal };
    uint64_t n = j->exact ? first_difference(j, j->exact, s, j->max_insns, first) : 0;
    if (n)
        judge_trace(j, s, n - 1, trace);
    if (n && trace->n_insns == n - 1 && trace->pc < s->n_slots) {
        const struct insn *insn = &j->program->insns[trace->pc];
        *out = (struct cause){ .is_named = true, .kind = first->first.kind, .op = insn->op, .pc = trace->pc, .n_before = n - 1 };
        out->operands = operands_of(insn);
    }
    free(first);
    free(trace);
}

bool
cause_is_like(const struct cause *a, const struct cause *b)
{
    return a->is_named == b->is_named && a->kind == b->kind && a->op == b->op;
}

/* FNV-1a over the ops. */
static uint32_t
hash_ops(const struct subject *s)
{
    uint32_t hash = 2166136261u;
    for (uint32_t pc = 0; pc < s->n_slots; pc++) {
        struct insn insn;
        insn_decode(s->code, s->n_slots, pc, &insn, NULL);
        hash = (hash ^ insn.op) * 16777619u;
        pc += insn_slots(&insn) - 1;
    }
    return hash;
}

void
cause_signature(const struct cause *c, const struct subject *s, struct buf *out)
{
    if (c->is_named && c->op < N_OPS)
        buf_puts(out, insn_rows[c->op].name);
    else
        buf_printf(out, "%08" PRIx32, hash_ops(s));
    if (c->operands)
        buf_printf(out, ".%x", c->operands);
    buf_printf(out, "-%s", kind_names[c->kind]);
}
