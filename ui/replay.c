/* A find in the debugger. See replay.h. */
#include "config.h"

#include "ui/replay.h"

#include "debugger/command.h"
#include "jit/diff/findfile.h"
#include "jit/diff/lockstep.h"
#include "sim/base/base.h"
#include "ui/engines.h"
#include "ui/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------------------------------------------------------------- do they differ? */

/* The engines that the file names; those that there are not any more (a build of one's own has found it) are left out. */
static void
named_engines(const char *names, struct fuzz_options *options)
{
    char *copy = xstrdup(names), *rest = copy;
    *options = (struct fuzz_options){ .generate = generate_everything };
    for (char *name; (name = strsep(&rest, ",")) != NULL;) {
        const struct engine *engine = engine_named(name, NULL);
        options->with_kernel |= !strcmp(name, fuzz_kernel);
        if (engine && options->n_engines < FUZZ_MAX_ENGINES)
            options->engines[options->n_engines++] = engine;
    }
    free(copy);
    if (options->n_engines == 0)
        options->engines[options->n_engines++] = &interp_engine;
    if (options->n_engines == 1 && !options->with_kernel)
        options->engines[options->n_engines++] = engine_named("jit", NULL);
}

/* Whether the engines differ on the record's subject; appends in what, and puts the place into the record when there is one. */
static bool
ask_engines(const struct fuzz_options *options, struct find_record *record, struct find *find, struct buf *out)
{
    struct errinfo e;
    struct cause cause = { .is_named = false };
    subject_copy(&find->subject, &record->subject);
    find->left = options->engines[0]->name;
    find->right = options->n_engines > 1 ? options->engines[1]->name : fuzz_kernel;
    struct judge *judge = judge_new(options, find, true, &e);
    bool is_find = judge && judge_try(judge, &record->subject, find);
    if (is_find)
        judge_cause(judge, &record->subject, find, &cause);
    judge_free(judge);
    if (is_find) {
        find_text(find, out);
        buf_putc(out, '\n');
    } else if (judge) {
        buf_printf(out, "The engines agree now: %s and %s.\n", find->left, find->right);
    } else {
        buf_printf(out, "%s and %s can't be compared: ", find->left, find->right);
        err_text(&e, out);
        buf_putc(out, '\n');
    }
    if (cause.is_named) {
        record->has_first = true;
        record->pc = cause.pc;
        record->n_before = cause.n_before;
    }
    return is_find;
}

/* ---------------------------------------------------------------- both states */

/* What the process that runs the engines side by side has to say; it writes it at once, behind its report. */
struct states {
    bool is_placed; /* the two differ at: */
    uint32_t pc;
    uint64_t n_before;
};

/* Runs the two engines in lockstep until they differ, and reports. */
static struct states
find_states(const struct fuzz_options *options, const struct find_record *record, struct buf *out)
{
    const struct engine *right = options->engines[1];
    const struct lockstep_engines own = { .left = options->engines[0], .right = { right, right, right } };
    bool is_jit = options->engines[0] == lockstep_jit.left && right == lockstep_jit.right[LOCKSTEP_WHOLE];
    struct errinfo e;
    struct states states = { .is_placed = false };
    struct cost_model costs;
    struct input input = subject_input(&record->subject);
    struct program *p = subject_program(&record->subject);
    cost_model_table(&costs);
    struct machine *m = machine_new(p, &costs, NULL);
    m->env.may_goto_limit = record->subject.may_goto_limit;
    struct lockstep *ls = lockstep_open(p, &costs, is_jit ? &lockstep_jit : &own, is_jit ? LOCKSTEP_WHOLE : LOCKSTEP_INSN, &e);
    if (ls && machine_start(m, 0, record->subject.type, &input, &e) == OK) {
        lockstep_run(ls, m, FUZZ_MAX_INSNS, &(struct lockstep_options){ .how = 0 });
        const struct lockstep_difference *d = lockstep_difference(ls);
        if (d) {
            lockstep_report(ls, out);
            states = (struct states){ .is_placed = true, .pc = d->pc, .n_before = d->n_before };
        }
    }
    lockstep_close(ls);
    machine_free(m);
    program_free(p);
    return states;
}

/* A process like the one of a judge (jit/diff/judge.h), that tells more: the report and then struct states go to fd. */
static _Noreturn void
tell_states(const struct fuzz_options *options, const struct find_record *record, int fd)
{
    enum { CPU_SECONDS = 2 };
    const struct itimerval limit = { .it_value.tv_sec = CPU_SECONDS };
    struct buf report = BUF_EMPTY;
    prctl(PR_SET_DUMPABLE, 0);
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
    struct states states = find_states(options, record, &report);
    buf_write(&report, &states, sizeof states);
    for (size_t at = 0; at < report.len;) {
        ssize_t n = write(fd, report.text + at, report.len - at);
        if (n < 0 && errno != EINTR)
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    _exit(EXIT_SUCCESS);
}

static void
read_all(int fd, struct buf *out)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            buf_write(out, bytes, (size_t)n);
}

/* Appends both states at the difference, as a process of its own tells them; nothing when it dies of it. */
static void
put_states(const struct fuzz_options *options, struct find_record *record, struct buf *out)
{
    int ends[2];
    struct buf told = BUF_EMPTY;
    struct states states = { .is_placed = false };
    if (pipe(ends))
        return;
    fflush(NULL); /* what is buffered is not the child's to print */
    pid_t child = fork();
    if (child == 0)
        tell_states(options, record, ends[1]);
    close(ends[1]);
    if (child > 0) {
        read_all(ends[0], &told);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    if (told.len >= sizeof states) {
        size_t n = told.len - sizeof states;
        memcpy(&states, told.text + n, sizeof states);
        buf_write(out, told.text, n);
    }
    buf_free(&told);
    if (!states.is_placed || record->has_first)
        return;
    record->has_first = true;
    record->pc = states.pc;
    record->n_before = states.n_before;
}

/* ---------------------------------------------------------------- the session */

static void __attribute__((format(printf, 3, 4)))
command(struct session *session, struct buf *out, const char *format, ...)
{
    struct buf line = BUF_EMPTY;
    va_list args;
    va_start(args, format);
    buf_vprintf(&line, format, args);
    va_end(args);
    command_execute(session, buf_text(&line), false, out);
    buf_free(&line);
}

/* Runs to the instruction of the record. */
static void
go_there(struct session *session, const struct find_record *record, struct buf *out)
{
    struct buf silent = BUF_EMPTY;
    const struct machine *m;
    command(session, &silent, "set env may-goto-limit %" PRIu32, record->subject.may_goto_limit);
    bool is_first = !record->has_first || record->n_before == 0;
    command(session, is_first ? out : &silent, "start");
    if (!is_first)
        command(session, out, "stepi %" PRIu64, record->n_before);
    m = session_machine(session);
    if (record->has_first && !(session_is_running(session) && m->pc == record->pc))
        buf_printf(out, "The program does not come to instruction %" PRIu32 " after %" PRIu64 " instructions, as the file says.\n", record->pc,
                   record->n_before);
    buf_free(&silent);
}

static enum err
adopt(struct session *session, const char *path, const struct find_record *record, struct buf *out, struct errinfo *e)
{
    struct input input = subject_input(&record->subject);
    struct program *p = subject_program(&record->subject);
    free(p->path);
    p->path = xstrdup(path);
    session_adopt(session, p, out);
    enum err err = session_select(session, NULL, record->subject.type->name, e);
    return err ? err : session_set_input(session, &input, e);
}

enum err
replay_open(struct session *session, const char *path, struct buf *out, struct errinfo *e)
{
    struct bytes file;
    enum err err = input_read_file(path, &file, e);
    if (err)
        return err;
    struct find_record *record = xcalloc(1, sizeof *record);
    struct find *find = xcalloc(1, sizeof *find);
    struct fuzz_options options;
    err = findfile_read(path, (const char *)file.data, file.n, record, e);
    if (!err)
        err = adopt(session, path, record, out, e);
    named_engines(record->engines, &options);
    if (!err && ask_engines(&options, record, find, out) && find->first.kind != DIFFERENCE_SIGNAL && options.n_engines > 1)
        put_states(&options, record, out);
    if (!err)
        go_there(session, record, out);
    bytes_free(&file);
    free(record);
    free(find);
    return err;
}
