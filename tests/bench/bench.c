/* `make bench`: the project's figures. Times the benchmark programs under each engine, the kernel's JIT and as native code, the JIT's
 * compiler, the fuzzer, the start of ebpfdbg, and its disassembler beside llvm-objdump; checks on the way that all agree on every result.
 *
 *     bench EBPFDBG LARGE.o PROG.bpf.o...       PROG.so beside each PROG.bpf.o
 *
 * With BENCH_JSON=FILE the figures also go there, as an array (figures.h). */
#include "config.h"

#include "tests/bench/figures.h"

#include "sim/base/base.h"

#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_STARTS = 20, N_DISASSEMBLIES = 10 };

void
complain(const char *what, const struct errinfo *e)
{
    struct buf text = BUF_EMPTY;
    err_text(e, &text);
    fprintf(stderr, "bench: %s: %s\n", what, buf_text(&text));
    buf_free(&text);
}

void
add_figure(json_t *figures, const char *name, double value, const char *unit, json_t *beside)
{
    json_array_append_new(figures, json_pack("{s:s, s:f, s:s, s:o}", "figure", name, "value", value, "unit", unit, "beside",
                                             beside ? beside : json_object()));
}

/* ---------------------------------------------------------------- commands */

extern char **environ;

/* Wall time of a command whose output nobody reads, in ms; negative when it fails. */
static double
time_command(const char *const argv[])
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    uint64_t before = now_ns();
    int error = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return -1;
    return (double)(now_ns() - before) / 1e6;
}

/* A command and how long it took, the least of so many times; negative: it failed, and was not tried again. */
struct command {
    const char *name;
    const char *const *argv;
    double least_ms;
};

static void
time_commands(struct command *commands, uint32_t n, uint32_t times)
{
    for (uint32_t i = 0; i < n; i++)
        commands[i].least_ms = HUGE_VAL;
    for (uint32_t k = 0; k < times; k++) {
        for (uint32_t i = 0; i < n; i++) {
            if (commands[i].least_ms < 0)
                continue;
            double ms = time_command(commands[i].argv);
            if (ms < commands[i].least_ms)
                commands[i].least_ms = ms;
        }
    }
}

/* The first command is ours, the others stand beside it. */
static bool
report_commands(const char *figure, struct command *commands, uint32_t n, uint32_t times, json_t *figures)
{
    json_t *beside = json_object();
    time_commands(commands, n, times);
    if (commands[0].least_ms < 0) {
        fprintf(stderr, "bench: %s failed\n", commands[0].name);
        json_decref(beside);
        return false;
    }
    printf("%-20s %8.2f ms  %s\n", figure, commands[0].least_ms, commands[0].name);
    for (uint32_t i = 1; i < n; i++) {
        if (commands[i].least_ms < 0)
            continue;
        printf("%-20s %8.2f ms  %s\n", "  beside", commands[i].least_ms, commands[i].name);
        json_object_set_new(beside, commands[i].name, json_real(commands[i].least_ms));
    }
    add_figure(figures, figure, commands[0].least_ms, "ms", beside);
    return true;
}

static bool
time_start(const char *ebpfdbg, json_t *figures)
{
    const char *const start[] = { ebpfdbg, "--batch", "-ex", "quit", NULL };
    const char *const nothing[] = { "true", NULL };
    struct command commands[] = { { .name = "ebpfdbg --batch -ex quit", .argv = start }, { .name = "true", .argv = nothing } };
    return report_commands("startup.ms", commands, ARRAY_LEN(commands), N_STARTS, figures);
}

static bool
time_disasm(const char *ebpfdbg, const char *object, json_t *figures)
{
    const char *objdump = getenv("LLVM_OBJDUMP");
    const char *const ours[] = { ebpfdbg, "disasm", object, NULL };
    const char *const theirs[] = { objdump && *objdump ? objdump : "llvm-objdump", "-d", object, NULL };
    struct command commands[] = { { .name = "ebpfdbg disasm", .argv = ours }, { .name = "llvm-objdump -d", .argv = theirs } };
    return report_commands("disasm.ms_per_50k", commands, ARRAY_LEN(commands), N_DISASSEMBLIES, figures);
}

static bool
write_figures(json_t *figures)
{
    const char *path = getenv("BENCH_JSON");
    if (!path || !*path || json_dump_file(figures, path, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0)
        return true;
    fprintf(stderr, "bench: %s can't be written\n", path);
    return false;
}

int
main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s EBPFDBG LARGE.o PROG.bpf.o...\n", argv[0]);
        return 2;
    }
    json_t *figures = json_array();
    bool is_good = race_programs(argv + 3, (uint32_t)argc - 3, figures);
    is_good &= time_compilation(figures);
    is_good &= time_points(figures);
    is_good &= time_idle_debugger(figures);
    is_good &= time_travel(figures);
    is_good &= time_fuzzing(figures);
    is_good &= count_mutants(figures);
    fflush(stdout);
    is_good &= time_start(argv[1], figures);
    is_good &= time_disasm(argv[1], argv[2], figures);
    is_good &= write_figures(figures);
    json_decref(figures);
    return is_good ? 0 : 1;
}
