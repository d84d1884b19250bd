/* The view of native code: every byte belongs to exactly one piece, every instruction has its code, and all of it can be read. Over
 * random programs with and without traps; EBPFDBG_SEED starts elsewhere. */
#include "config.h"

#include "jit/compile.h"
#include "jit/diff/generate.h"
#include "jit/jit.h"
#include "jit/points.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { N_PROGRAMS = 200, MEMORY_BYTES = 256 };

static struct cost_model costs;

static uint64_t
first_seed(void)
{
    const char *text = getenv("EBPFDBG_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static struct program *
random_program(uint64_t seed)
{
    static uint8_t code[GENERATE_MAX_SLOTS * SLOT_BYTES];
    if (seed % 2)
        cost_model_table(&costs);
    else
        cost_model_unit(&costs);
    return program_from_code(code, generate_program(seed, &generate_everything, MEMORY_BYTES, code));
}

static void
assert_whole(uint64_t seed, const struct native_view *view)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < view->n_pieces; i++) {
        cr_assert_eq(view->pieces[i].offset, at, "seed %" PRIu64 ": piece %u at %x, not %x", seed, i, view->pieces[i].offset, at);
        at += view->pieces[i].n_bytes;
    }
    cr_assert_eq(at, view->n_bytes, "seed %" PRIu64, seed);
    for (uint32_t offset = 0; offset < view->n_bytes; offset++) {
        const struct native_piece *piece = native_piece_at(view, offset);
        cr_assert(piece && piece->offset <= offset && offset < piece->offset + piece->n_bytes, "seed %" PRIu64 ": %x", seed, offset);
    }
    cr_assert_null(native_piece_at(view, view->n_bytes));
}

/* Each instruction is executed by one piece, or, when `traps` hide it, by none. */
static void
assert_complete(uint64_t seed, const struct program *p, const struct native_view *view, bool has_traps)
{
    uint32_t n_executed = 0;
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc])) {
        const struct native_piece *piece = native_piece_of(view, pc);
        cr_assert(piece || has_traps, "seed %" PRIu64 ": insn %u has no code", seed, pc);
        cr_assert(!piece || (piece->is_current && piece->pc <= pc && pc < piece->pc + piece->n_slots), "seed %" PRIu64, seed);
    }
    for (uint32_t i = 0; i < view->n_pieces; i++)
        if (view->pieces[i].kind == NATIVE_INSN && view->pieces[i].is_current)
            for (uint32_t pc = view->pieces[i].pc, end = pc + view->pieces[i].n_slots; pc < end; pc += insn_slots(&p->insns[pc]))
                n_executed += native_piece_of(view, pc) == &view->pieces[i];
    for (uint32_t pc = 0; pc < p->n_slots; pc += insn_slots(&p->insns[pc]))
        n_executed -= native_piece_of(view, pc) != NULL;
    cr_assert_eq(n_executed, 0, "seed %" PRIu64 ": an instruction is executed by two pieces", seed);
}

/* Every machine instruction is read, and every cell in it has a name. */
static void
assert_readable(uint64_t seed, const struct native_ops *ops, struct code *code, const struct native_view *view)
{
    const struct native_style style = { .lead = "" };
    struct buf text = BUF_EMPTY;
    struct errinfo e;
    for (uint32_t i = 0; i < view->n_pieces; i++) {
        const struct native_piece *piece = &view->pieces[i];
        buf_clear(&text);
        cr_assert_eq(ops->disassemble(code, view, piece, &style, &text, &e), OK, "%s", e.subject);
        char *rest = (char *)buf_text(&text);
        for (char *line; (line = strsep(&rest, "\n")) != NULL && *line;) {
            bool is_read = strspn(line, "0123456789abcdefx ") < strlen(line); /* otherwise there are only bytes */
            cr_assert(is_read || !piece->is_current, "seed %" PRIu64 ": %s", seed, line);
            bool is_lea = strstr(line, "lea ") != NULL; /* of a stub */
            cr_assert(is_lea || !strstr(line, "[rip") || strchr(line, ';'), "seed %" PRIu64 ": no name: %s", seed, line);
        }
        buf_clear(&text);
        ops->describe(code, piece, &text);
        cr_assert(text.len || piece->kind == NATIVE_INSN, "seed %" PRIu64 ": nothing to say of kind %d", seed, piece->kind);
    }
    buf_free(&text);
}

static void
assert_view(uint64_t seed, const struct engine *engine, const struct program *p, struct code *code, bool has_traps, bool is_read)
{
    struct native_view view;
    struct errinfo e;
    cr_assert(engine->native->view(code, &view, &e));
    assert_whole(seed, &view);
    assert_complete(seed, p, &view, has_traps);
    if (is_read)
        assert_readable(seed, engine->native, code, &view);
    native_view_free(&view);
}

/* One of each kind, with a condition that loads and divides. */
static struct points *
any_points(const struct program *p, uint32_t n)
{
    static const struct {
        uint32_t n;
        struct cond_node nodes[5];
    } condition = { 5,
                    { { .op = COND_REG, .value = REG_1 },
                      { .op = COND_LOAD, .a = 0, .value = 4 },
                      { .op = COND_REG, .value = REG_0 },
                      { .op = COND_DIV, .a = 1, .b = 2 },
                      { .op = COND_LOGNOT, .a = 3 } } };
    const struct point list[] = {
        { .kind = POINT_PC, .pc = n * 31 % p->n_slots, .condition = (const struct condition *)&condition },
        { .kind = POINT_PC, .pc = n * 31 % p->n_slots },
        { .kind = POINT_REGISTER, .reg = (uint8_t)(n % N_REGS), .mask = UINT64_MAX, .condition = (const struct condition *)&condition },
        { .kind = POINT_MEMORY, .addr = (uint32_t)STACK_TOP - n % 64 - 1, .len = 1 + n % 8, .access = MEM_READ | MEM_WRITE },
    };
    return points_new(list, n % 3 ? ARRAY_LEN(list) : 3);
}

Test(native, every_byte_and_instruction)
{
    const struct engine *const all[] = { &jit_engine, &jit_step_engine };
    for (uint64_t seed = first_seed(), end = seed + N_PROGRAMS; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct errinfo e;
        const struct engine *engine = all[seed % 4 == 3];
        struct code *code = engine->open(p, &costs, &e);
        assert_view(seed, engine, p, code, false, seed % 10 == 0);
        for (uint32_t k = 0; k < 6; k++) {
            engine->set_trap(code, (uint32_t)((seed * 7 + k * 131) % p->n_slots), k % 3 != 2);
            assert_view(seed, engine, p, code, true, seed % 40 == 0);
        }
        for (uint32_t k = 0; k < 4; k++) {
            struct points *set = any_points(p, (uint32_t)seed * 5 + k);
            engine->set_points(code, set);
            assert_view(seed, engine, p, code, true, seed % 40 == 0);
            engine->set_points(code, NULL);
            points_free(set);
            assert_view(seed, engine, p, code, true, seed % 40 == 0);
        }
        engine->close(code);
        program_free(p);
    }
}

static void
count_calls(void *arg, struct code *code)
{
    struct native_view view;
    struct errinfo e;
    cr_assert(jit_engine.native->view(code, &view, &e));
    native_view_free(&view);
    ++*(uint32_t *)arg;
}

/* Who follows the code hears of what is there, and of a block that is compiled again for a trap. */
Test(native, followers_hear_of_new_code)
{
    struct program *p = random_program(1);
    struct errinfo e;
    struct native_view view;
    uint32_t n_calls = 0;
    struct code *code = jit_engine.open(p, &costs, &e);
    jit_engine.native->follow(code, count_calls, &n_calls);
    cr_assert_eq(n_calls, 1);
    jit_engine.set_trap(code, 0, true);
    cr_assert(jit_engine.native->view(code, &view, &e));
    cr_assert_eq(n_calls, 2);
    native_view_free(&view);
    cr_assert(jit_engine.native->view(code, &view, &e));
    cr_assert_eq(n_calls, 2);
    native_view_free(&view);
    jit_engine.close(code);
    program_free(p);
}

/* The view compiles a second time and takes what it learns for true of the first: byte for byte the same, whatever traps there are. */
Test(native, compiling_again_gives_the_same_code)
{
    for (uint64_t seed = first_seed(), end = seed + N_PROGRAMS; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct compiled first = { .program = p, .costs = &costs }, second = { .program = p, .costs = &costs, .wants_marks = true };
        cr_assert(compile_program(&first) && compile_program(&second));
        cr_assert_eq(first.n_marks, 0);
        cr_assert_eq(first.used, second.used, "seed %" PRIu64, seed);
        cr_assert_eq(memcmp(first.mem.code, second.mem.code, first.used), 0, "seed %" PRIu64, seed);
        looks_init(&first.looks, p);
        for (uint32_t pc = 0; pc < p->n_slots; pc++)
            looks_set_trap(&first.looks, pc, true);
        cr_assert(compiled_restart(&first));
        cr_assert_eq(first.first_used, second.used, "seed %" PRIu64, seed);
        compiled_free(&first);
        compiled_free(&second);
        program_free(p);
    }
}

/* What each kind of instruction becomes begins where the compiler says that it does, with what belongs to it before it. */
Test(native, pieces_begin_where_the_compiler_says)
{
    for (uint64_t seed = first_seed(), end = seed + N_PROGRAMS; seed < end; seed++) {
        struct program *p = random_program(seed);
        struct compiled c = { .program = p, .costs = &costs, .wants_marks = true };
        cr_assert(compile_program(&c));
        uint32_t next = 0; /* the next mark of hot code */
        for (uint32_t pc = 0; pc < p->n_slots; pc++) {
            if (!c.native[pc])
                continue;
            while (next < c.n_marks && c.marks[next].at < c.native[pc])
                next++;
            cr_assert(next < c.n_marks && c.marks[next].at == c.native[pc], "seed %" PRIu64 ": insn %u", seed, pc);
            while (c.marks[next].kind == NATIVE_PADDING || c.marks[next].pc != pc)
                cr_assert_eq(c.marks[next++].at, c.native[pc], "seed %" PRIu64 ": insn %u", seed, pc);
        }
        compiled_free(&c);
        program_free(p);
    }
}
