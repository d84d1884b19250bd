/* Every vector of tests/vectors on every engine, and in the kernel. Three folders:
 *   vectors/         plain programs on memory; the kernel takes them (as "syscall" programs) and must agree
 *   vectors/packet/  tc programs on a packet; the kernel takes them and must agree
 *   vectors/sim/     what the kernel refuses: no vector belongs here that it would load */
#include "config.h"

#include "jit/diff/kernel.h"
#include "jit/diff/lockstep.h"
#include "sim/base/base.h"
#include "jit/jit.h"
#include "sim/engine.h"
#include "tests/isa/vector.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct engine *const engines[] = { &interp_engine, &jit_engine, &jit_step_engine, &lockstep_engine, &lockstep_block_engine };

struct folder {
    const char *name;
    const char *type;        /* program type here */
    const char *kernel_type; /* and there */
    bool kernel_takes_it;
};

static const struct folder folders[] = {
    { "tests/vectors", "generic", "syscall", true },
    { "tests/vectors/packet", "tc", "tc", true },
    { "tests/vectors/sim", "generic", "syscall", false },
};

static struct vector *
read_folder(const struct folder *folder, uint32_t *n)
{
    char path[4096];
    const char *root = getenv("top_srcdir");
    struct buf errors = BUF_EMPTY;
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", folder->name);
    struct vector *list = vectors_read(path, n, &errors);
    cr_assert(errors.len == 0, "%s", buf_text(&errors));
    return list;
}

static struct input
input_of(const struct vector *v, const struct prog_type *type)
{
    if (type->family == CTX_SKB)
        return (struct input){ .packet = v->mem, .packet_bytes = v->mem_bytes };
    return (struct input){ .ctx = v->mem, .ctx_bytes = v->mem_bytes };
}

/* A program and a machine ready to run it. */
struct setup {
    struct program *program;
    struct machine *machine;
    struct cost_model costs;
};

static void
set_up(struct setup *s, const struct vector *v, const char *type_name)
{
    const struct prog_type *type = prog_type_named(type_name);
    struct errinfo e;
    struct input input = input_of(v, type);
    cost_model_unit(&s->costs);
    s->program = program_from_code(v->code, v->n_slots);
    s->machine = machine_new(s->program, &s->costs, NULL);
    cr_assert_eq(machine_start(s->machine, 0, type, &input, &e), OK, "%s: %s %s", v->name, e.subject, e.detail);
}

static void
tear_down(struct setup *s)
{
    machine_free(s->machine);
    program_free(s->program);
}

static void
check_engine(const struct engine *engine, const struct folder *folder, const struct vector *v)
{
    struct setup s;
    set_up(&s, v, folder->type);
    struct code *code = engine->open(s.program, &s.costs, NULL);
    struct stop stop = engine->run(code, s.machine, 200000000, false);
    struct buf fault = BUF_EMPTY;
    if (stop.reasons & STOP_FAULT)
        fault_text(s.machine, &stop.fault, &fault);
    if (v->wants_error)
        cr_expect(stop.reasons == STOP_FAULT, "%s on %s: ended with r0 = %" PRIx64, v->name, engine->name, s.machine->regs[0]);
    else
        cr_expect(stop.reasons == STOP_EXIT && s.machine->regs[0] == v->result,
                  "%s on %s: r0 = %" PRIx64 ", not %" PRIx64 "; stop %x at %u: %s", v->name, engine->name, s.machine->regs[0], v->result,
                  stop.reasons, stop.pc, buf_text(&fault));
    buf_free(&fault);
    engine->close(code);
    tear_down(&s);
}

Test(vectors, every_engine)
{
    for (size_t f = 0; f < ARRAY_LEN(folders); f++) {
        uint32_t n;
        struct vector *list = read_folder(&folders[f], &n);
        for (uint32_t i = 0; i < n; i++)
            for (size_t k = 0; k < ARRAY_LEN(engines); k++)
                check_engine(engines[k], &folders[f], &list[i]);
        vectors_free(list, n);
    }
}

/* Marks the rows that a vector executes, step by step. Loops of may_goto are cut short: the rows are marked by then. */
static void
mark_rows(const struct vector *v, const char *type, bool executed[N_OPS_ALL])
{
    struct setup s;
    set_up(&s, v, type);
    struct code *code = interp_engine.open(s.program, &s.costs, NULL);
    for (int i = 0; i < 10000; i++) {
        executed[s.program->insns[s.machine->pc].op] = true;
        if (interp_engine.run(code, s.machine, 1, false).reasons & (STOP_EXIT | STOP_FAULT))
            break;
    }
    interp_engine.close(code);
    tear_down(&s);
}

Test(vectors, every_row_is_executed)
{
    bool executed[N_OPS_ALL] = { false };
    for (size_t f = 0; f < ARRAY_LEN(folders); f++) {
        uint32_t n;
        struct vector *list = read_folder(&folders[f], &n);
        for (uint32_t i = 0; i < n; i++)
            mark_rows(&list[i], folders[f].type, executed);
        vectors_free(list, n);
    }
    for (uint32_t op = 0; op < N_OPS; op++)
        cr_expect(executed[op], "no vector executes %s", insn_rows[op].name);
}

/* What the kernel says about a vector: "" when it agrees. */
static void
ask_kernel(const struct folder *folder, const struct vector *v, struct buf *out)
{
    struct setup s;
    struct kernel_prog *k;
    struct kernel_result r;
    struct errinfo e;
    const struct prog_type *type = prog_type_named(folder->kernel_type);
    set_up(&s, v, folder->type);
    struct input input = input_of(v, type);
    enum err err = kernel_load(s.program, 0, type, s.machine, KERNEL_CAPTURE_R0, &k, NULL, &e);
    if (err == OK) {
        err = kernel_run(k, &input, 1, &r, &e);
        if (err == OK && r.r0 != v->result)
            buf_printf(out, "r0 = %" PRIx64 ", not %" PRIx64, r.r0, v->result);
        if (err == OK)
            kernel_result_free(&r);
        kernel_close(k);
    }
    if (err)
        err_text(&e, out);
    tear_down(&s);
}

Test(vectors, the_kernel_agrees)
{
    const char *why;
    if (!kernel_available(&why))
        cr_skip("no bpf(2): %s", why);
    for (size_t f = 0; f < ARRAY_LEN(folders); f++) {
        uint32_t n;
        struct vector *list = read_folder(&folders[f], &n);
        for (uint32_t i = 0; i < n; i++) {
            struct buf answer = BUF_EMPTY;
            ask_kernel(&folders[f], &list[i], &answer);
            if (folders[f].kernel_takes_it)
                cr_expect(answer.len == 0, "%s: %s", list[i].name, buf_text(&answer));
            else
                cr_expect(answer.len != 0, "%s: the kernel takes it, so it belongs to tests/vectors", list[i].name);
            buf_free(&answer);
        }
        vectors_free(list, n);
    }
}
