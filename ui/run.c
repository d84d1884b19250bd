/* `ebpfdbg run`: runs a program without a debugger and reports what came of it. */
#include "config.h"

#include "sim/base/base.h"
#include "ui/signals.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_MAX_INSNS UINT64_C(1000000000) /* a second or so: far more than the kernel allows, and an end to endless loops */

static void
print(struct buf *text)
{
    fputs(buf_text(text), stdout);
    buf_clear(text);
}

static int
status_of(uint32_t reasons)
{
    return reasons & STOP_EXIT        ? EXIT_DONE
           : reasons & STOP_FAULT     ? EXIT_FAULT
           : reasons & STOP_INTERRUPT ? EXIT_INTERRUPTED
                                      : EXIT_BUDGET;
}

/* Runs `repeat` times, until one does not reach its exit, and reports: JSON for each, text for the last. */
static int
run_all(const struct options *o, const struct target *t, struct run *run, struct code *code, struct errinfo *e)
{
    struct input input = target_as_input(&t->packet, &t->ctx);
    uint64_t budget = !o->has_max_insns ? DEFAULT_MAX_INSNS : o->max_insns ? o->max_insns : UINT64_MAX;
    uint64_t n = o->repeat ? o->repeat : 1, done = 0;
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
    print(&text);
    buf_free(&text);
    return status_of(run->stop.reasons);
}

/* The line that helps to go on after a fault: the same command line without "run". */
static void
print_hint(const struct options *o)
{
    printf("debug    ebpfdbg %s", o->operand);
    if (o->prog)
        printf(" --prog %s", o->prog);
    if (o->type)
        printf(" --type %s", o->type);
    if (o->packet && strlen(o->packet) <= 80)
        printf(" --packet %s%s%s", strchr(o->packet, ' ') ? "'" : "", o->packet, strchr(o->packet, ' ') ? "'" : "");
    if (o->pcap)
        printf(" --pcap %s", o->pcap);
    if (o->ctx)
        printf(" --ctx %s", o->ctx);
    puts(" -ex run");
}

int
run_main(const struct options *o)
{
    struct target t;
    struct errinfo e;
    enum err err = target_open(o, &t, &e);
    if (err) {
        message_error(&e, NULL);
        return err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
    }
    signals_catch();
    struct buf notes = BUF_EMPTY;
    struct run run = { .target = &t, .machine = machine_new(t.program, &t.costs, &notes), .pristine = machine_new(t.program, &t.costs, NULL) };
    run.machine->interrupt = signals_interrupt();
    for (char *line = notes.text, *end; line && (end = strchr(line, '\n')); line = end + 1)
        message_text("%s: %.*s", t.program->path, (int)(end - line), line);
    buf_free(&notes);

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
