/* `make bench`: the project's figures. Times the benchmark programs under the interpreter, the kernel's JIT and as native code, the start of
 * ebpfdbg, and its disassembler beside llvm-objdump; checks on the way that all agree on every result.
 *
 *     bench EBPFDBG LARGE.o PROG.bpf.o...       PROG.so beside each PROG.bpf.o
 *
 * With BENCH_JSON=FILE the figures also go there, as an array of {"figure", "value", "unit", "beside": {name: value}}. */
#include "config.h"

#include "sim/base/base.h"
#include "ui/contender.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_BATCHES = 32, N_STARTS = 20, N_DISASSEMBLIES = 10, PACKET_BYTES = 1024, FRAME_BYTES = 32, N_FRAMES = 24 };

struct program_race {
    char name[64];
    struct target target;
    struct contender interp, kernel, native;
    bool has_kernel;
};

/* ---------------------------------------------------------------- the packet */

/* Noise with some text in it, and the head of an IPv4 frame at each of the places where the parser looks. */
static void
fill_packet(uint8_t *packet)
{
    static const char text[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\nAccept: text/html, 0123456789\r\n";
    uint32_t state = 12345;
    for (uint32_t i = 0; i < PACKET_BYTES; i++) {
        state = state * 1103515245 + 12345;
        packet[i] = i / 128 % 2 ? (uint8_t)text[i % (sizeof text - 1)] : (uint8_t)(state >> 16);
    }
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        static const uint8_t plain[] = { 0x08, 0x00, 0x45, 0x00, 0x01, 0x00, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06 };
        static const uint8_t tagged[] = { 0x81, 0x00, 0x00, 0x07, 0x08, 0x00, 0x46, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11 };
        uint8_t *type = packet + i * FRAME_BYTES + 12;
        if (i % 4 == 3)
            memcpy(type, tagged, sizeof tagged);
        else
            memcpy(type, plain, sizeof plain);
    }
}

/* ---------------------------------------------------------------- programs */

static void
complain(const char *what, const struct errinfo *e)
{
    struct buf text = BUF_EMPTY;
    err_text(e, &text);
    fprintf(stderr, "bench: %s: %s\n", what, buf_text(&text));
    buf_free(&text);
}

/* What comes before ".bpf.o", without folders. */
static void
name_of(const char *path, char *name, size_t bytes)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, bytes, "%s", slash ? slash + 1 : path);
    name[strcspn(name, ".")] = '\0';
}

static bool
open_race(const char *path, uint8_t *packet, struct program_race *r)
{
    struct errinfo e;
    char native[4096];
    name_of(path, r->name, sizeof r->name);
    if (program_load(path, NULL, &r->target.program, &e) != OK) {
        complain(path, &e);
        return false;
    }
    r->target.entry = (uint32_t)(program_default_entry(r->target.program) - r->target.program->functions);
    r->target.type = prog_type_named("xdp");
    r->target.packet = (struct bytes){ packet, PACKET_BYTES };
    cost_model_unit(&r->target.costs);
    snprintf(native, sizeof native, "%.*s.so", (int)(strlen(path) - strlen(".bpf.o")), path);
    if (contender_engine(&r->target, &interp_engine, &r->interp, &e) != OK ||
        contender_native(&r->target, native, "prog", &r->native, &e) != OK) {
        complain(path, &e);
        return false;
    }
    contender_compare(&r->native, &r->interp);
    r->has_kernel = contender_kernel(&r->target, &r->interp, &r->kernel, &e) == OK;
    if (!r->has_kernel)
        complain(path, &e);
    return true;
}

static void
close_race(struct program_race *r)
{
    contender_close(&r->interp);
    contender_close(&r->native);
    if (r->has_kernel)
        contender_close(&r->kernel);
    program_free(r->target.program);
}

static bool
is_equal(const struct program_race *r)
{
    if (!r->native.difference && !(r->has_kernel && r->kernel.difference))
        return true;
    fprintf(stderr, "bench: %s: results differ: interp %#x, native %#x, kernel %#x\n", r->name, r->interp.retval, r->native.retval,
            r->has_kernel ? r->kernel.retval : 0);
    return false;
}

/* Adds a figure; beside is stolen. */
static void
add_figure(json_t *figures, const char *name, double value, const char *unit, json_t *beside)
{
    json_array_append_new(figures, json_pack("{s:s, s:f, s:s, s:o}", "figure", name, "value", value, "unit", unit, "beside", beside));
}

/* Sums of logarithms, for geometric means. */
struct means {
    double interp, native, kernel;
    uint32_t n, n_kernel;
};

static void
print_race(const struct program_race *r, struct means *means)
{
    double insns = contender_insns(&r->interp), interp = contender_min_ns(&r->interp), native = contender_min_ns(&r->native);
    printf("%-10s %8.0f %10.0f %7.3f %6.1f%%", r->name, insns, interp, interp / insns,
           100 * (contender_median_ns(&r->interp) / interp - 1));
    means->interp += log(interp / insns);
    means->native += log(native / insns);
    means->n++;
    if (r->has_kernel) {
        double kernel = contender_min_ns(&r->kernel);
        means->kernel += log(kernel / insns);
        means->n_kernel++;
        printf(" %9.0f %7.3f %7.1f", kernel, kernel / insns, interp / kernel);
    } else {
        printf(" %9s %7s %7s", "-", "-", "-");
    }
    printf(" %9.0f %7.3f\n", native, native / insns);
}

static void
report_races(const struct program_race *races, uint32_t n, json_t *figures)
{
    struct means means = { 0 };
    printf("%-10s %8s %10s %7s %7s %9s %7s %7s %9s %7s\n", "program", "insns", "interp ns", "ns/insn", "spread", "kernel ns", "ns/insn",
           "ratio", "native ns", "ns/insn");
    for (uint32_t i = 0; i < n; i++)
        print_race(&races[i], &means);
    double interp = exp(means.interp / means.n), native = exp(means.native / means.n);
    json_t *beside = json_pack("{s:f}", "native clang -O2", native);
    printf("%-10s %8s %10s %7.3f %7s", "geomean", "", "", interp, "");
    if (means.n_kernel == means.n) {
        double kernel = exp(means.kernel / means.n);
        json_object_set_new(beside, "kernel JIT", json_real(kernel));
        printf(" %9s %7.3f %7.1f", "", kernel, interp / kernel);
    } else {
        printf(" %9s %7s %7s", "", "-", "-");
    }
    printf(" %9s %7.3f\n\n", "", native);
    add_figure(figures, "interp.ns_per_insn", interp, "ns", beside);
}

/* False when a program can't be raced or results differ. */
static bool
race_programs(char **paths, uint32_t n, json_t *figures)
{
    uint8_t packet[PACKET_BYTES];
    fill_packet(packet);
    struct program_race *races = xcalloc(n, sizeof *races);
    struct contender **all = xcalloc(3 * (size_t)n, sizeof *all);
    uint32_t n_all = 0, n_open = 0;
    bool is_good = true;
    while (is_good && n_open < n) {
        struct program_race *r = &races[n_open];
        is_good = open_race(paths[n_open], packet, r);
        if (!is_good)
            break;
        n_open++;
        is_good = is_equal(r);
        all[n_all++] = &r->interp;
        all[n_all++] = &r->native;
        if (r->has_kernel)
            all[n_all++] = &r->kernel;
    }
    is_good = is_good && contender_race(all, n_all, N_BATCHES);
    if (is_good)
        report_races(races, n, figures);
    for (uint32_t i = 0; i < n_open; i++)
        close_race(&races[i]);
    free(races);
    free(all);
    return is_good;
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
    fflush(stdout);
    is_good &= time_start(argv[1], figures);
    is_good &= time_disasm(argv[1], argv[2], figures);
    is_good &= write_figures(figures);
    json_decref(figures);
    return is_good ? 0 : 1;
}
