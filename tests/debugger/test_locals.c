/* Variables of the source against the truth: tests/debugger/locals_guest.c stores each value that a local gets in a map as well. The program is
 * executed instruction by instruction; whatever the debugger says that a local is must be what was stored last, or what is stored next
 * (compilers move the two a little). Before the first store only what has one place all the time may hold anything. */
#include "config.h"

#include "fixture.h"

#include "debugger/data.h"
#include "debugger/expr.h"
#include "debugger/local.h"
#include "debugger/state.h"
#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_MAX = 64, N_CELLS = 8 };
#define NO_STORE UINT64_C(0xdeadbeefdeadbeef)

/* `name` in `function` is truth[f][i]. */
static const struct row {
    const char *function, *name;
    uint32_t f, i;
} rows[] = {
    { "arithmetic", "sum", 0, 0 },    { "arithmetic", "product", 0, 1 }, { "arithmetic", "shifted", 0, 2 }, { "arithmetic", "wide", 0, 3 },
    { "loop", "total", 1, 0 },        { "loop", "i", 1, 1 },             { "loop", "square", 1, 2 },        { "aggregate", "p.a", 2, 0 },
    { "aggregate", "p.b", 2, 1 },     { "aggregate", "p.c", 2, 2 },      { "stack", "w.first", 3, 0 },      { "stack", "w.second", 3, 1 },
    { "stack", "w.third", 3, 2 },     { "stack", "array[0]", 3, 3 },     { "stack", "array[3]", 3, 4 },     { "inlines", "turned", 4, 0 },
    { "inlines", "mixed", 4, 1 },     { "inlines", "once", 5, 0 },       { "inlines", "twice", 5, 1 },      { "pointers", "end", 6, 0 },
    { "pointers", "sum", 6, 1 },      { "pointers", "q", 6, 2 },         { "branches", "big", 7, 0 },       { "branches", "small", 7, 1 },
    { "branches", "y", 7, 2 },        { "branches", "narrow", 7, 3 },    { "enums", "c", 8, 0 },            { "enums", "flag", 8, 1 },
    { "enums", "b.lo", 8, 2 },        { "enums", "b.mid", 8, 3 },        { "enums", "b.hi", 8, 4 },         { "calls", "before", 9, 0 },
    { "calls", "got", 9, 1 },         { "calls", "after", 9, 2 },        { "constants", "fixed", 10, 0 },   { "constants", "derived", 10, 1 },
    { "polynomial", "square", 11, 0 }, { "polynomial", "cube", 11, 1 },   { "polynomial", "value", 11, 2 },  { "checksum", "sum", 12, 0 },
    { "checksum", "word", 12, 1 },    { "checksum", "folded", 12, 2 },
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

/* What was seen of a row after one instruction. */
struct sample {
    uint32_t row, pc, line;
    uint32_t call; /* which one of its function */
    bool is_shown, is_always; /* always: it has one place in all of its scope */
    uint64_t shown, stored;
};

struct recording {
    struct sample *list;
    uint32_t n;
    size_t cap;
};

static uint64_t
number(struct session *s, const char *text)
{
    uint64_t n = 0;
    struct errinfo e;
    struct buf why = BUF_EMPTY;
    enum err err = expr_number(s, text, &n, &e);
    if (err)
        err_text(&e, &why);
    cr_assert_eq(err, OK, "%s: %s", text, buf_text(&why));
    return n;
}

static bool
is_in(const struct function *f, const struct row *row)
{
    size_t n = strlen(row->function);
    return f && !strncmp(f->name, row->function, n) && (!f->name[n] || f->name[n] == '.'); /* gcc: pointers.constprop.0 */
}

static void
take(struct session *s, uint32_t row, uint32_t call, uint64_t truth, struct recording *to)
{
    struct sample sample = { .row = row, .call = call, .pc = s->machine->pc };
    struct expr *x;
    struct value v;
    struct errinfo e;
    const struct line *line = program_line_at(s->program, sample.pc);
    sample.line = line ? line->line : 0;
    cr_assert_eq(data_read(s, truth + (rows[row].f * N_CELLS + rows[row].i) * 8, &sample.stored, 8, &e), OK);
    if (expr_parse(s, rows[row].name, &x, &e) == OK) { /* else it is in no scope here */
        const struct variable_info *info = &s->program->variables->list[x->nodes[0].id];
        cr_assert_eq(x->nodes[0].op, EXPR_LOCAL);
        sample.is_always = info->n_places == 1 && s->program->variables->places[info->first_place].from == 0;
        struct buf text = BUF_EMPTY;
        enum err err = expr_eval(s, x, &v, NULL, &e);
        if (err)
            err_text(&e, &text);
        cr_assert(!err || err == ERR_OPTIMIZED_OUT, "%s at insn %u: %s", rows[row].name, sample.pc, buf_text(&text));
        sample.is_shown = !err && !v.is_optimized_out;
        sample.shown = sample.is_shown ? v.bits : 0;
        buf_free(&text);
        expr_free(x);
    }
    session_scratch_free(s);
    to->list = grow(to->list, to->n, &to->cap, sizeof *to->list);
    to->list[to->n++] = sample;
}

/* At the first instruction of a function its cells are emptied, those of what is inlined into it as well. */
static void
begin_call(struct session *s, const struct function *f, uint64_t truth, uint32_t *calls)
{
    struct errinfo e;
    uint64_t none = NO_STORE;
    for (uint32_t i = 0; i < N_ROWS; i++) {
        if (!is_in(f, &rows[i]))
            continue;
        cr_assert_eq(data_write(s, truth + (rows[i].f * N_CELLS + rows[i].i) * 8, &none, 8, &e), OK);
        calls[i]++;
    }
}

static void
record(struct session *s, struct recording *to)
{
    uint32_t calls[N_ROWS] = { 0 }, depth = 0;
    fixture_say(s, "break entry");
    fixture_say(s, "run");
    cr_assert(session_is_running(s));
    static const char *const inputs[] = { "17", "-5", "100", "0x123456789", "0x89abcdef", "25", "0x12345677", "6" };
    for (unsigned i = 0; i < 8; i++) {
        char line[64];
        snprintf(line, sizeof line, "set var input[%u] = %s", i, inputs[i]);
        fixture_expect(s, line, "");
    }
    uint64_t truth = number(s, "&truth");
    for (uint32_t n = 0; session_is_running(s); n++) {
        const struct machine *m = s->machine;
        const struct function *f = program_function_at(s->program, m->pc);
        cr_assert_lt(n, 100000);
        if (m->depth > depth && m->pc == f->pc)
            begin_call(s, f, truth, calls);
        depth = m->depth;
        for (uint32_t i = 0; i < N_ROWS; i++) {
            if (is_in(f, &rows[i]))
                take(s, i, calls[i], truth, to);
        }
        fixture_say(s, "stepi");
    }
}

/* The next value that is stored in the same call, the present one when there is none. */
static uint64_t
next_stored(const struct recording *r, uint32_t at)
{
    const struct sample *now = &r->list[at];
    for (uint32_t i = at + 1; i < r->n; i++) {
        const struct sample *later = &r->list[i];
        if (later->row == now->row && later->call == now->call && later->stored != now->stored)
            return later->stored;
    }
    return now->stored;
}

static void
judge(const struct recording *r, const char *object)
{
    uint32_t n_shown[N_ROWS] = { 0 }, n_seen[N_ROWS] = { 0 }, n_wrong = 0, n_functions = 0, n_all = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        const struct sample *x = &r->list[i];
        n_seen[x->row]++;
        if (!x->is_shown || (x->is_always && x->stored == NO_STORE))
            continue;
        n_shown[x->row]++;
        n_all++;
        if (x->shown == x->stored || x->shown == next_stored(r, i))
            continue;
        n_wrong++;
        fprintf(stderr, "%s: %s in %s at insn %u (line %u): shows 0x%" PRIx64 ", stored is 0x%" PRIx64 ", next 0x%" PRIx64 "\n", object,
                rows[x->row].name, rows[x->row].function, x->pc, x->line, x->shown, x->stored, next_stored(r, i));
    }
    for (uint32_t i = 0; i < N_ROWS; i++) {
        bool is_first = !i || strcmp(rows[i - 1].function, rows[i].function);
        uint32_t n = 0;
        for (uint32_t k = i; is_first && k < N_ROWS && !strcmp(rows[k].function, rows[i].function); k++)
            n += n_shown[k];
        n_functions += n != 0;
        cr_assert(n_seen[i], "%s: %s is never executed", object, rows[i].function);
        fprintf(stderr, "# %s: %s %s: %u of %u\n", object, rows[i].function, rows[i].name, n_shown[i], n_seen[i]);
    }
    cr_assert_eq(n_wrong, 0, "%s: %u of %u values are wrong", object, n_wrong, n_all);
    cr_assert_geq(n_functions, 10, "%s: locals of only %u functions are ever known", object, n_functions);
}

static void
compare(const char *object)
{
    char path[512];
    struct errinfo e;
    struct buf notes = BUF_EMPTY;
    const char *dir = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/debugger/%s", dir ? dir : ".", object);
    if (access(path, R_OK) != 0)
        cr_skip("%s is missing: its compiler is not installed", path);
    struct session *s = fixture_session();
    cr_assert_eq(session_load(s, path, NULL, &notes, &e), OK);
    static uint8_t packet[64];
    cr_assert_eq(session_set_input(s, &(struct input){ .packet = packet, .packet_bytes = sizeof packet }, &e), OK);
    struct recording r = { 0 };
    record(s, &r);
    judge(&r, object);
    free(r.list);
    buf_free(&notes);
    session_free(s);
}

Test(locals, clang_v1)
{
    compare("locals-v1.o");
}

Test(locals, clang_v3)
{
    compare("locals-v3.o");
}

Test(locals, gcc)
{
    compare("locals-gcc.o");
}
