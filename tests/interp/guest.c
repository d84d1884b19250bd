/* See guest.h. */
#include "config.h"

#include "guest.h"

#include "sim/machine/helper.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void
finish_open(struct guest *g)
{
    struct errinfo e;
    for (uint32_t op = 0; op < N_OPS; op++)
        g->costs.insn[op] = 1000 + 7 * op;
    g->machine = machine_new(g->program, &g->costs, NULL);
    g->code = GUEST_ENGINE.open(g->program, &g->costs, &e);
    g->env = g->machine->env;
}

void
guest_open(struct guest *g, const char *text)
{
    struct errinfo e;
    struct load_options options = { .format = FORMAT_ASM, .helper_id = helper_id };
    *g = (struct guest){ 0 };
    enum err err = program_load_bytes("test", (const uint8_t *)text, strlen(text), &options, &g->program, &e);
    cr_assert_eq(err, OK, "line %d: %s", (int)e.off, e.subject);
    finish_open(g);
}

void
guest_open_insns(struct guest *g, const struct insn *insns, uint32_t n)
{
    uint8_t *code = calloc(n + 1, 16);
    uint32_t n_slots = 0;
    *g = (struct guest){ 0 };
    for (uint32_t i = 0; i < n; i++)
        n_slots += insn_encode(&insns[i], code + n_slots * SLOT_BYTES);
    g->program = program_from_code(code, n_slots);
    free(code);
    finish_open(g);
}

void
guest_close(struct guest *g)
{
    GUEST_ENGINE.close(g->code);
    machine_free(g->machine);
    program_free(g->program);
}

void
guest_start(struct guest *g, const void *memory, uint32_t n_bytes)
{
    struct errinfo e;
    g->machine->env = g->env;
    struct input input = { .ctx = memory, .ctx_bytes = n_bytes };
    enum err err = machine_start(g->machine, 0, prog_type_named("generic"), &input, &e);
    cr_assert_eq(err, OK, "%s: %s", e.subject, e.detail);
}

struct stop
guest_run(struct guest *g)
{
    guest_start(g, NULL, 0);
    return GUEST_ENGINE.run(g->code, g->machine, UINT64_MAX, false);
}

struct insn
guest_insn(uint16_t op, uint8_t dst, uint8_t src, int16_t off, int64_t imm)
{
    const struct insn_row *row = &insn_rows[op];
    return (struct insn){
        .op = op,
        .dst = row->fields & Fd ? dst : 0,
        .src = row->fields & Fs ? src : row->src,
        .off = row->fields & Fo ? off : row->off,
        .imm = row->fields & Fi ? imm : row->imm,
    };
}
