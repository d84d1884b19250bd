/* `ebpfdbg run`: runs a program without a debugger and reports what came of it. */
#include "config.h"

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

/* Runs `repeat` times, until one does not reach its exit, and reports: JSON for each, text for the last. */
static int
run_all(const struct options *o, const struct target *t, struct run *run, struct code *code, struct errinfo *e)
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

int
run_main(const struct options *o)
{
    if (o->lockstep)
        return lockstep_program(o);
    struct target t;
    struct errinfo e;
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
        status = run_all(o, &t, &run, code, &e);
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
