/* `ebpfdbg PROG.o`: the command line debugger. Feeds lines to the debugger's command language, from -ex, -x, ~/.ebpfdbgrc, a terminal or
 * standard input, and prints what comes back: what a command says on standard output, error messages on standard error unless a person
 * or --echo wants one stream. Knows no command itself. */
#include "config.h"

#include "debugger/command.h"
#include "debugger/session.h"
#include "sim/base/base.h"
#include "ui/editor.h"
#include "ui/lockstep.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/perfmap.h"
#include "ui/replay.h"
#include "ui/signals.h"
#include "ui/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cli {
    struct session *session;
    struct editor *editor; /* NULL: not a terminal */
    struct perfmap *perfmap; /* NULL: not wanted */
    bool is_one_stream;    /* errors go where everything goes */
    bool has_failed;       /* some command failed */
    bool is_quitting;
};

/* ---------------------------------------------------------------- output */

/* Called by long commands with the text so far. */
static void
flush(void *arg, struct buf *out)
{
    (void)arg;
    fputs(buf_text(out), stdout);
    fflush(stdout);
    buf_clear(out);
}

/* Prints what a command said. The message of an error is the last line. */
static void
show(const struct cli *cli, struct buf *out, enum command_status status)
{
    if (status == COMMAND_ERROR && !cli->is_one_stream && out->len) {
        size_t start = out->len - 1;
        while (start && out->text[start - 1] != '\n')
            start--;
        fwrite(out->text, 1, start, stdout);
        fflush(stdout);
        fputs(out->text + start, stderr);
    } else {
        fputs(buf_text(out), stdout);
        fflush(stdout);
    }
    buf_clear(out);
}

static void
note_status(struct cli *cli, enum command_status status)
{
    cli->has_failed |= status == COMMAND_ERROR;
    cli->is_quitting |= status == COMMAND_QUIT;
}

/* True when a script is to go on: nothing ended it. A Ctrl-C that no running program took ends it, too. */
static bool
goes_on(const struct cli *cli)
{
    return !cli->is_quitting && !*signals_interrupt();
}

static void
execute(struct cli *cli, const char *line, struct buf *out)
{
    enum command_status status = command_execute(cli->session, line, cli->editor != NULL, out);
    show(cli, out, status);
    note_status(cli, status);
}

static void
source(struct cli *cli, const char *path, bool is_optional, struct buf *out)
{
    enum command_status status = command_source(cli->session, path, is_optional, out);
    show(cli, out, status);
    note_status(cli, status);
}

/* ---------------------------------------------------------------- the terminal */

/* A line as the terminal gives it between two uses of the editor. False at the end of input or on Ctrl-C. */
static bool
read_answer(char *answer, size_t bytes)
{
    size_t n = 0;
    char c;
    while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        if (n + 1 < bytes)
            answer[n++] = c;
    answer[n] = '\0';
    return n || c == '\n';
}

static bool
confirm(void *arg, const char *question)
{
    (void)arg;
    char answer[16];
    for (;;) {
        printf("%s (y or n) ", question);
        fflush(stdout);
        if (!read_answer(answer, sizeof answer)) {
            bool was_interrupted = *signals_interrupt();
            *signals_interrupt() = 0;
            puts(was_interrupted ? "Quit" : "EOF [assumed Y]");
            return !was_interrupted;
        }
        if (answer[0] == 'y' || answer[0] == 'Y')
            return true;
        if (answer[0] == 'n' || answer[0] == 'N')
            return false;
        puts("Please answer y or n.");
    }
}

static void
talk(struct cli *cli, struct buf *out)
{
    while (!cli->is_quitting) {
        const char *line = editor_read(cli->editor);
        if (!line)
            puts("quit");
        execute(cli, line ? line : "quit", out);
    }
}

/* Standard input as a script: ends at the first error. With --echo it looks like a session at a terminal and goes on. */
static void
read_script(struct cli *cli, bool echo, struct buf *out)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while (goes_on(cli) && (echo || !cli->has_failed) && (n = getline(&line, &cap, stdin)) >= 0) {
        if (n && line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (echo)
            printf("%s%s\n", session_prompt(cli->session), line);
        execute(cli, line, out);
    }
    free(line);
}

static enum err
read_packet(void *arg, const char *spec, uint8_t **bytes, uint32_t *n_bytes, struct errinfo *e)
{
    (void)arg;
    struct bytes packet;
    enum err err = input_packet(spec, &packet, e);
    if (err)
        return err;
    *bytes = packet.data;
    *n_bytes = packet.n;
    return OK;
}

static void
code_opened(void *arg, const struct program *program, const struct engine *engine, struct code *code)
{
    const struct cli *cli = arg;
    perfmap_follow(cli->perfmap, program, engine, code);
}

/* ---------------------------------------------------------------- set-up */

static char *
home_file(const char *name)
{
    const char *home = getenv("HOME");
    if (!home || !*home)
        return NULL;
    struct buf path = BUF_EMPTY;
    buf_printf(&path, "%s/%s", home, name);
    return path.text;
}

static void
run_scripts(struct cli *cli, const struct options *o, struct buf *out)
{
    for (size_t i = 0; i < o->n_scripts && goes_on(cli); i++) {
        if (o->scripts[i].is_file)
            source(cli, o->scripts[i].text, false, out);
        else
            execute(cli, o->scripts[i].text, out);
    }
}

/* Gives the session what the options say about program and input. */
static enum err
prepare(struct cli *cli, const struct options *o, struct buf *out, struct errinfo *e)
{
    enum err err = o->engine ? session_use_engine(cli->session, o->engine, e) : OK;
    if (!err && o->replay) {
        if (o->operand || o->prog || o->type || o->packet || o->pcap || o->ctx)
            return err_set_detail(e, ERR_USAGE, "--replay brings its program and input", "give nothing else");
        return replay_open(cli->session, o->replay, out, e);
    }
    if (err || !o->operand) {
        if (!err && (o->prog || o->type || o->packet || o->pcap || o->ctx))
            return err_set_detail(e, ERR_USAGE, "there is an input but no program", "give PROG.o");
        return err;
    }
    struct load_options load = target_load_options(o);
    const struct prog_type *type;
    struct bytes packet = { 0 }, ctx = { 0 };
    uint32_t entry;
    err = session_load(cli->session, o->operand, &load, out, e);
    if (!err && (o->prog || o->type))
        err = session_select(cli->session, o->prog, o->type, e);
    const struct program *p = session_program(cli->session);
    if (!err)
        err = target_entry(p, o->prog, &entry, e);
    if (!err)
        err = target_type(p, entry, o->type, &type, e);
    if (!err)
        err = target_input(o, type, &packet, &ctx, e);
    struct input input = target_as_input(&packet, &ctx);
    if (!err)
        err = session_set_input(cli->session, &input, e);
    if (!err && cli->editor && packet.data && !o->packet && !o->pcap)
        buf_printf(out, "No packet given: \"run\" takes %d zero bytes. See --packet and --pcap.\n", DEFAULT_PACKET_BYTES);
    bytes_free(&packet);
    bytes_free(&ctx);
    return err;
}

static void
converse(struct cli *cli, const struct options *o, struct buf *out)
{
    run_scripts(cli, o, out);
    if (o->batch || cli->is_quitting)
        return;
    cli->has_failed = false; /* as in gdb, what failed in -ex was shown and is past */
    if (cli->editor)
        talk(cli, out);
    else
        read_script(cli, o->echo, out);
}

/* The command table in man(7) markup: a heading per class, a paragraph per command. */
static void
put_commands(struct buf *out)
{
    const char *group = "";
    for (uint32_t i = 0; i < n_command_infos; i++) {
        const struct command_info *c = &command_infos[i];
        if (strcmp(c->group, group)) {
            buf_puts(out, ".SS ");
            options_put_roff(c->group, out);
            buf_putc(out, '\n');
            group = c->group;
        }
        buf_puts(out, ".TP\n.B ");
        options_put_roff(c->usage, out);
        buf_putc(out, '\n');
        options_put_roff(c->help, out);
        buf_putc(out, '\n');
        if (*c->aliases) {
            buf_puts(out, "Also: ");
            options_put_roff(c->aliases, out);
            buf_puts(out, ".\n");
        }
    }
}

static int
dump_man(const char *what)
{
    struct buf text = BUF_EMPTY;
    if (!strcmp(what, "options"))
        options_man(&text);
    else
        put_commands(&text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
    return EXIT_DONE;
}

int
debug_main(const struct options *o)
{
    if (o->dump_man)
        return dump_man(o->dump_man);
    if (o->lockstep)
        return lockstep_program(o);
    struct errinfo e;
    struct cost_model costs;
    if (o->repeat || o->has_max_insns) {
        message_text("--repeat and --max-insns are for 'ebpfdbg run' and --lockstep; the debugger repeats with 'run' and stops with 'set budget'");
        return EXIT_USAGE;
    }
    if (target_costs(o->cost, &costs, &e) != OK) {
        message_error(&e, NULL);
        return EXIT_FAILED;
    }
    bool is_terminal = !o->batch && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    struct cli cli = { .is_one_stream = is_terminal || o->echo };
    struct session_config config = {
        .engines = engines,
        .costs = &costs,
        .interrupt = signals_interrupt(),
        .confirm = is_terminal ? confirm : NULL,
        .flush = flush,
        .writes_files = true,
        .read_packet = read_packet,
        .code_opened = code_opened,
        .lockstep = lockstep_session,
        .arg = &cli,
    };
    if (o->perf_map && perfmap_open(&cli.perfmap, &e) != OK) {
        message_error(&e, NULL);
        return EXIT_FAILED;
    }
    cli.session = session_new(&config);
    struct buf out = BUF_EMPTY;
    signals_catch();
    char *history = home_file(".ebpfdbg_history"), *rc = home_file(".ebpfdbgrc");
    if (is_terminal)
        cli.editor = editor_new(cli.session, history);
    if (is_terminal && !o->quiet)
        puts(PACKAGE_STRING ": simulator and debugger for eBPF. Type \"help\" for help, Tab completes, Ctrl-C stops a running program.");
    if (!o->nx && rc)
        source(&cli, rc, true, &out);

    int status;
    enum err err = prepare(&cli, o, &out, &e);
    show(&cli, &out, COMMAND_OK);
    if (err) {
        message_error(&e, NULL);
        status = err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
    } else {
        converse(&cli, o, &out);
        status = session_exit_code(cli.session);
        if (!status && !cli.editor)
            status = *signals_interrupt() ? EXIT_INTERRUPTED : cli.has_failed ? EXIT_FAILED : EXIT_DONE;
    }
    if (cli.editor)
        editor_free(cli.editor);
    session_free(cli.session);
    perfmap_close(cli.perfmap);
    free(history);
    free(rc);
    buf_free(&out);
    return status;
}
