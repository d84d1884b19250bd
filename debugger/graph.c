/* See graph.h. */
#include "config.h"

#include "debugger/graph.h"

#include "sim/base/base.h"
#include "sim/machine/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct graph {
    const struct program *p;
    const struct summary *summary; /* NULL: no counts */
    enum syntax syntax;
    uint64_t most;    /* hits of any block shown */
    bool *is_leader;  /* per slot: a block begins there */
    struct buf *out;
};

/* The slot behind the instruction, if there is one. */
static void
mark_next(const struct graph *g, uint32_t pc)
{
    uint32_t next = pc + insn_slots(&g->p->insns[pc]);
    if (next < g->p->n_slots)
        g->is_leader[next] = true;
}

static bool
ends_block(const struct insn *insn)
{
    enum insn_kind kind = insn_kind(insn);
    return kind == KIND_JCC || kind == KIND_JA || kind == KIND_MAYGOTO || kind == KIND_EXIT;
}

static void
find_leaders(const struct graph *g)
{
    const struct program *p = g->p;
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].pc < p->n_slots)
            g->is_leader[p->functions[i].pc] = true;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        int64_t target = counts_target(p, pc);
        if (!ends_block(&p->insns[pc]))
            continue;
        mark_next(g, pc);
        if (target >= 0)
            g->is_leader[target] = true;
    }
}

static uint64_t
hits_of(const struct graph *g, uint32_t pc)
{
    return g->summary ? g->summary->hits[pc] : 0;
}

/* In a quoted string, within which \l ends a line and moves it to the left. */
static void
put_quoted(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_putc(out, '\\');
        buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
    }
}

/* Four steps of heat; what was never executed is grey. */
static const char *
colours_of(const struct graph *g, uint64_t hits)
{
    static const char *const heat[] = { "#fff5e0", "#ffe0b0", "#ffc080", "#ff9060" };
    if (!g->summary)
        return "#ffffff";
    if (!hits)
        return "#e0e0e0";
    return heat[hits > g->most / 2 ? 3 : hits > g->most / 10 ? 2 : hits > g->most / 100 ? 1 : 0];
}

/* The block at first. Returns one past its end. */
static uint32_t
put_block(const struct graph *g, uint32_t first, uint32_t end)
{
    uint32_t pc = first;
    struct buf text = BUF_EMPTY;
    buf_printf(g->out, "    n%u [fillcolor=\"%s\", label=\"", first, colours_of(g, hits_of(g, first)));
    if (g->summary)
        buf_printf(g->out, "%" PRIu64 " time%s\\l", hits_of(g, first), hits_of(g, first) == 1 ? "" : "s");
    do {
        buf_clear(&text);
        listing_insn(g->p, pc, g->syntax, &text);
        buf_printf(g->out, "%u: ", pc);
        put_quoted(g->out, buf_text(&text));
        buf_puts(g->out, "\\l");
        pc += insn_slots(&g->p->insns[pc]);
    } while (pc < end && !g->is_leader[pc]);
    buf_puts(g->out, "\"];\n");
    buf_free(&text);
    return pc;
}

static void
put_edge(const struct graph *g, uint32_t from, uint32_t to, uint64_t times, const char *way)
{
    buf_printf(g->out, "    n%u -> n%u [", from, to);
    if (g->summary)
        buf_printf(g->out, "label=\"%" PRIu64 "\", ", times);
    buf_printf(g->out, "style=%s%s];\n", !g->summary || times ? "solid" : "dashed", way);
}

/* Where control goes from the block at first, whose last instruction is at `last`. */
static void
put_edges(const struct graph *g, uint32_t first, uint32_t last, uint32_t end)
{
    const struct insn *insn = &g->p->insns[last];
    enum insn_kind kind = insn_kind(insn);
    int64_t target = ends_block(insn) ? counts_target(g->p, last) : -1;
    uint64_t hits = hits_of(g, last), taken = g->summary ? g->summary->counts->left[last] : 0;
    uint32_t next = last + insn_slots(insn);
    if (kind == KIND_JA)
        taken = hits; /* one that leads to the next instruction is not counted as leaving */
    if (target >= 0)
        put_edge(g, first, (uint32_t)target, taken, kind == KIND_JA ? "" : ", color=\"#208020\"");
    if (kind != KIND_JA && kind != KIND_EXIT && next < end)
        put_edge(g, first, next, hits - taken, "");
}

static void
put_function(const struct graph *g, uint32_t index)
{
    const struct program *p = g->p;
    const struct function *f = &p->functions[index];
    uint32_t end = f->n_slots < p->n_slots - f->pc ? f->pc + f->n_slots : p->n_slots;
    buf_printf(g->out, "  subgraph cluster_%u {\n    label=\"", index);
    put_quoted(g->out, f->name);
    if (g->summary)
        buf_printf(g->out, ", %" PRIu64 " call%s", g->summary->functions[index].calls, g->summary->functions[index].calls == 1 ? "" : "s");
    buf_puts(g->out, "\";\n");
    for (uint32_t pc = f->pc; pc < end;)
        pc = put_block(g, pc, end);
    for (uint32_t pc = f->pc, first = f->pc; pc < end; pc += insn_slots(&p->insns[pc])) {
        uint32_t next = pc + insn_slots(&p->insns[pc]);
        if (next < end && !g->is_leader[next])
            continue;
        put_edges(g, first, pc, end);
        first = next;
    }
    buf_puts(g->out, "  }\n");
}

static bool
is_shown(const struct program *p, uint32_t i, int64_t function)
{
    return (function < 0 || i == function) && p->functions[i].pc < p->n_slots && p->functions[i].n_slots;
}

static void
find_most(struct graph *g, int64_t function)
{
    for (uint32_t i = 0; i < g->p->n_functions; i++) {
        const struct function *f = &g->p->functions[i];
        for (uint32_t pc = f->pc; is_shown(g->p, i, function) && pc < f->pc + f->n_slots && pc < g->p->n_slots; pc++)
            g->most = hits_of(g, pc) > g->most ? hits_of(g, pc) : g->most;
    }
}

void
graph_text(const struct program *p, int64_t function, const struct summary *summary, enum syntax syntax, struct buf *out)
{
    struct graph g = { .p = p, .summary = summary, .syntax = syntax, .out = out };
    g.is_leader = xcalloc(p->n_slots + 1, sizeof *g.is_leader);
    find_leaders(&g);
    find_most(&g, function);
    buf_puts(out, "digraph program {\n"
                  "  node [shape=box, style=filled, fontname=monospace, fontsize=10];\n"
                  "  edge [fontname=monospace, fontsize=10];\n");
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (is_shown(p, i, function))
            put_function(&g, i);
    buf_puts(out, "}\n");
    free(g.is_leader);
}

/* ---------------------------------------------------------------- drawing */

/* Runs dot with the file as its standard input. Returns an errno, or -1 when dot itself was not content. */
static int
run_dot(int fd, const char *path)
{
    const char *const arguments[] = { "dot", "-Tsvg", "-o", path, NULL };
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status, result = posix_spawn_file_actions_init(&actions);
    if (result)
        return result;
    result = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    if (!result)
        result = posix_spawnp(&child, "dot", &actions, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (result)
        return result;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

enum err
graph_draw(const struct buf *text, const char *path, struct errinfo *e)
{
    FILE *file = tmpfile(); /* not a pipe: dot may end before it has read all */
    int result = errno;
    if (file) {
        bool is_written = fwrite(buf_text(text), 1, text->len, file) == text->len && fflush(file) == 0;
        rewind(file);
        result = is_written ? run_dot(fileno(file), path) : EIO;
        fclose(file);
    }
    if (!result)
        return OK;
    return err_set_detail(e, ERR_DRAW, path, result == ENOENT ? "dot is not installed" : result < 0 ? "dot has failed" : strerror(result));
}
