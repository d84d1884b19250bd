/* Lockstep for users. See lockstep.h. */
#include "config.h"

#include "ui/lockstep.h"

#include "jit/diff/lockstep.h"
#include "sim/base/base.h"
#include "sim/machine/listing.h"
#include "sim/machine/pages.h"
#include "ui/message.h"
#include "ui/signals.h"
#include "ui/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_BETWEEN_SIGNS (UINT64_C(5) * 1000 * 1000 * 1000)

/* What ran in lockstep so far. */
struct tally {
    uint64_t n_runs, n_insns, n_pieces;
    enum lockstep_granularity granularity;
    uint64_t last_sign; /* ns: when something was said last */
};

static void
put_count(uint64_t n, const char *what, struct buf *out)
{
    buf_printf(out, "%" PRIu64 " %s%s", n, what, n == 1 ? "" : "s");
}

/* How both engines ended: "XDP_PASS (2)", "fault at insn 18 <f+18>, f.c:40: read of...". */
static void
put_end(const struct machine *m, const struct stop *stop, struct buf *out)
{
    if (stop->reasons & STOP_EXIT) {
        const char *verdict = prog_type_verdict(m->type, (uint32_t)m->regs[REG_0]);
        buf_printf(out, verdict ? "%s (%" PRIu64 ")" : "%sr0 = %" PRIu64, verdict ? verdict : "", m->regs[REG_0]);
    } else if (stop->reasons & STOP_FAULT) {
        buf_puts(out, "fault at ");
        listing_place(m->program, m->pc, out);
        buf_puts(out, ": ");
        fault_text(m, &stop->fault, out);
    } else {
        buf_puts(out, stop->reasons & STOP_INTERRUPT ? "interrupted at " : "stopped at ");
        listing_place(m->program, m->pc, out);
    }
}

/* The one line of a comparison that found nothing. */
static void
put_agreement(const struct tally *t, const struct machine *m, const struct stop *stop, struct buf *out)
{
    if (t->n_runs > 1) {
        put_count(t->n_runs, "run", out);
        buf_puts(out, ", ");
    }
    put_count(t->n_insns, "instruction", out);
    if (t->granularity == LOCKSTEP_BLOCK) {
        buf_puts(out, " in ");
        put_count(t->n_pieces, "block", out);
    }
    buf_puts(out, ", interp and jit agree: ");
    put_end(m, stop, out);
    buf_putc(out, '\n');
}

static void
add_run(struct tally *t, const struct lockstep *ls, uint64_t n_insns)
{
    t->n_runs++;
    t->n_insns += n_insns;
    t->n_pieces += lockstep_pieces(ls);
}

/* ---------------------------------------------------------------- the option */

static void
print(struct buf *text)
{
    fputs(buf_text(text), stdout);
    buf_free(text);
}

static enum err
parse(const struct options *o, enum lockstep_granularity *out, struct errinfo *e)
{
    if (!o->operand)
        return err_set_detail(e, ERR_USAGE, "--lockstep runs a program", "give PROG.o");
    if (o->engine)
        return err_set_detail(e, ERR_USAGE, "--lockstep compares two engines, --engine names one", "use one of them");
    if (o->json)
        return err_set_detail(e, ERR_USAGE, "--lockstep has no --json", "its exit status tells whether engines agree");
    if (o->n_scripts)
        return err_set_detail(e, ERR_USAGE, "--lockstep runs without a debugger", "in the debugger it is the command 'lockstep'");
    *out = strcmp(o->lockstep, "block") ? LOCKSTEP_INSN : LOCKSTEP_BLOCK;
    if (*out == LOCKSTEP_INSN && *o->lockstep && strcmp(o->lockstep, "insn"))
        return err_set_detail(e, ERR_USAGE, o->lockstep, "--lockstep takes insn or block");
    return OK;
}

static void
progress(void *arg, const struct machine *left)
{
    struct tally *t = arg;
    uint64_t now = now_ns();
    if (!t->last_sign)
        t->last_sign = now;
    if (now - t->last_sign < NS_BETWEEN_SIGNS)
        return;
    t->last_sign = now;
    message_text("%" PRIu64 " instructions, equal so far; Ctrl-C ends this", t->n_insns + left->n_insns);
}

/* The command lines that lead there again: the comparison, and the debugger right before the instruction. */
static void
put_again(const struct options *o, const struct tally *t, const struct lockstep_difference *d, struct buf *out)
{
    buf_printf(out, "again    ebpfdbg --lockstep=%s", t->granularity == LOCKSTEP_BLOCK ? "block" : "insn");
    target_put_options(o, out);
    if (t->n_runs)
        buf_printf(out, " --repeat %" PRIu64, t->n_runs + 1);
    buf_puts(out, "\ndebug    ebpfdbg");
    target_put_options(o, out);
    for (uint64_t i = 0; i < t->n_runs; i++) /* maps keep what earlier runs have left in them */
        buf_puts(out, " -ex run");
    buf_puts(out, " -ex start");
    if (d->n_before)
        buf_printf(out, " -ex 'stepi %" PRIu64 "'", d->n_before);
    buf_putc(out, '\n');
}

/* Runs until the engines disagree, the program does not reach its exit, or all runs are done. */
static int
run_all(const struct options *o, const struct target *t, struct lockstep *ls, struct machine *m, struct tally *tally)
{
    const struct input input = target_as_input(&t->packet, &t->ctx);
    const struct lockstep_options options = { .progress = progress, .arg = tally };
    struct buf text = BUF_EMPTY;
    struct stop stop;
    struct errinfo e;
    do {
        if (machine_start(m, t->entry, t->type, &input, &e) != OK) {
            message_error(&e, NULL);
            return EXIT_FAILED;
        }
        stop = lockstep_run(ls, m, target_max_insns(o), &options);
        if (stop.reasons & STOP_DIFFERENCE) {
            lockstep_report(ls, &text);
            put_again(o, tally, lockstep_difference(ls), &text);
            print(&text);
            return EXIT_FIND;
        }
        add_run(tally, ls, m->n_insns);
    } while (tally->n_runs < o->repeat && stop.reasons & STOP_EXIT);
    put_agreement(tally, m, &stop, &text);
    print(&text);
    return stop.reasons & STOP_INTERRUPT ? EXIT_INTERRUPTED : EXIT_DONE;
}

int
lockstep_program(const struct options *o)
{
    struct target t;
    struct errinfo e;
    struct tally tally = { 0 };
    enum err err = parse(o, &tally.granularity, &e);
    if (!err)
        err = target_open(o, &t, &e);
    if (err) {
        message_error(&e, NULL);
        return err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
    }
    signals_catch();
    int status = EXIT_FAILED;
    struct machine *m = target_machine(&t);
    struct lockstep *ls = lockstep_open(t.program, &t.costs, &lockstep_jit, tally.granularity, &e);
    if (ls)
        status = run_all(o, &t, ls, m, &tally);
    else
        message_error(&e, NULL);
    lockstep_close(ls);
    machine_free(m);
    target_close(&t);
    return status;
}

/* ---------------------------------------------------------------- the command */

enum err
lockstep_session(void *arg, const struct machine *m, const struct session_lockstep *how, struct buf *out, struct errinfo *e)
{
    struct tally tally = { .granularity = how->by_block ? LOCKSTEP_BLOCK : LOCKSTEP_INSN };
    struct lockstep *ls = lockstep_open(m->program, m->costs, &lockstep_jit, tally.granularity, e);
    if (!ls)
        return e->code;
    struct machine *copy = machine_new(m->program, m->costs, NULL);
    struct pages pages;
    pages_open(&pages);
    pages_note(&pages, &copy->mem);
    pages_note(&pages, &m->mem);
    machine_copy(copy, m, &pages);
    pages_close(&pages);
    copy->interrupt = how->interrupt;
    struct stop stop = lockstep_run(ls, copy, how->budget, &(struct lockstep_options){ 0 });
    if (stop.reasons & STOP_DIFFERENCE) {
        lockstep_report(ls, out);
        if (lockstep_difference(ls)->n_before)
            buf_printf(out, "\"stepi %" PRIu64 "\" leads to the instruction from here.\n", lockstep_difference(ls)->n_before);
    } else {
        add_run(&tally, ls, copy->n_insns - m->n_insns);
        put_agreement(&tally, copy, &stop, out);
    }
    machine_free(copy);
    lockstep_close(ls);
    return OK;
}
