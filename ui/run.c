/* `ebpfdbg run`: runs a program without a debugger and reports what came of it. */
#include "config.h"

#include "debugger/export.h"
#include "sim/base/base.h"
#include "ui/lockstep.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/signals.h"
#include "ui/target.h"

#include <inttypes.h>
#include <stdio.h>

static void
print(struct buf *text)
{
    fputs(buf_text(text), stdout);
    buf_clear(text);
}

static int
status_of(uint32_t reasons)
{
    return reasons & STOP_EXIT         ? EXIT_DONE
           : reasons & STOP_FAULT      ? EXIT_FAULT
           : reasons & STOP_DIFFERENCE ? EXIT_FIND
           : reasons & STOP_INTERRUPT  ? EXIT_INTERRUPTED
                                       : EXIT_BUDGET;
}

/* ---------------------------------------------------------------- what was executed */

/* Begins to count when a file is wanted. NULL when none is, or with *e filled: the engine can't count. */
static struct counts *
open_counts(const struct options *o, const struct target *t, struct code *code, struct errinfo *e)
{
    *e = (struct errinfo){ .code = OK };
    if (!o->coverage && !o->profile)
        return NULL;
    if (!t->engine->set_counts) {
        err_set_detail(e, ERR_USAGE, t->engine->name, "it can't count what it executes, as --coverage and --profile want");
        return NULL;
    }
    struct counts *counts = counts_new(t->program, &t->costs);
    t->engine->set_counts(code, counts);
    return counts;
}

static enum err
write_counts(const struct options *o, const struct counts *counts, struct errinfo *e)
{
    const struct {
        const char *path;
        enum export_format format;
    } files[] = { { o->coverage, EXPORT_LCOV }, { o->profile, o->profile ? export_format_of(o->profile) : EXPORT_CALLGRIND } };
    struct summary summary;
    struct buf text = BUF_EMPTY;
    enum err err = OK;
    summary_make(counts, &summary);
    for (size_t i = 0; i < ARRAY_LEN(files) && !err; i++) {
        if (!files[i].path)
            continue;
        buf_clear(&text);
        export_text(files[i].format, &summary, &text);
        err = export_write(files[i].path, &text, e);
    }
    buf_free(&text);
    summary_free(&summary);
    return err;
}

/* ---------------------------------------------------------------- running */

/* Runs `repeat` times, until one does not reach its exit, and reports: JSON for each, text for the last. */
static int
run_all(const struct options *o, const struct target *t, struct run *run, struct code *code, struct counts *counts, struct errinfo *e)
{
    struct input input = target_as_input(&t->packet, &t->ctx);
    uint64_t budget = target_max_insns(o), n = o->repeat ? o->repeat : 1, done = 0;
    struct buf text = BUF_EMPTY;
    do {
        if (machine_start(run->machine, t->entry, t->type, &input, e) != OK) {
            message_error(e, NULL);
            return EXIT_FAILED;
        }
        run->stop = t->engine->run(code, run->machine, budget, 0);
        if (counts)
            counts_end(counts, run->machine);
        if (o->json)
            report_json(run, &text);
        print(&text);
    } while (++done < n && run->stop.reasons & STOP_EXIT);
    if (!o->json)
        report_text(run, &text);
    if (!o->json && n > 1)
        buf_printf(&text, "runs     %" PRIu64 "; the report is about the last one\n", done);
    if (!o->json && run->stop.reasons & STOP_DIFFERENCE)
        t->engine->difference(code, &text);
    print(&text);
    buf_free(&text);
    return status_of(run->stop.reasons);
}

/* The line that helps to go on after a fault: the same command line without "run". */
static void
print_hint(const struct options *o)
{
    struct buf text = BUF_EMPTY;
    buf_puts(&text, "debug    ebpfdbg");
    target_put_options(o, &text);
    buf_puts(&text, " -ex run\n");
    print(&text);
    buf_free(&text);
}

/* Runs the code, counted where that is wanted. Returns the exit status. */
static int
run_counted(const struct options *o, const struct target *t, struct run *run, struct code *code)
{
    struct errinfo e;
    struct counts *counts = open_counts(o, t, code, &e);
    if (e.code) {
        message_error(&e, NULL);
        return EXIT_USAGE;
    }
    int status = run_all(o, t, run, code, counts, &e);
    if (counts && status != EXIT_FAILED && write_counts(o, counts, &e)) {
        message_error(&e, NULL);
        status = EXIT_FAILED;
    }
    if (counts)
        t->engine->set_counts(code, NULL);
    counts_free(counts);
    return status;
}

int
run_main(const struct options *o)
{
    struct target t;
    struct errinfo e;
    if (o->lockstep && (o->coverage || o->profile)) {
        err_set_detail(&e, ERR_USAGE, "--lockstep", "it can't count what it executes, as --coverage and --profile want");
        message_error(&e, NULL);
        return EXIT_USAGE;
    }
    if (o->lockstep)
        return lockstep_program(o);
    enum err err = target_open(o, &t, &e);
    if (err) {
        message_error(&e, NULL);
        return err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
    }
    signals_catch();
    struct run run = { .target = &t, .machine = target_machine(&t), .pristine = machine_new(t.program, &t.costs, NULL) };
    int status = EXIT_FAILED;
    struct code *code = t.engine->open(t.program, &t.costs, &e);
    if (code) {
        perfmap_follow(t.perfmap, t.program, t.engine, code);
        status = run_counted(o, &t, &run, code);
        t.engine->close(code);
    } else {
        message_error(&e, NULL);
    }
    if (status == EXIT_FAULT && !o->json)
        print_hint(o);
    machine_free(run.machine);
    machine_free(run.pristine);
    target_close(&t);
    return status;
}
