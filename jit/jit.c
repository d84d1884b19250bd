/* The JIT as an engine: opening, points, telling. Running is run.c's. See jit.h. */
#include "config.h"

#include "jit/jit.h"

#include "jit/code.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

static void
close_code(struct code *code)
{
    if (code->interp)
        interp_engine.close(code->interp);
    compiled_free(&code->c);
    native_free(&code->native);
    free(code->stale);
    free(code->is_stale);
    free(code);
}

/* Compiles a program in place of what the code was, which may be nothing. */
static struct code *
reopen_code(struct code *code, const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    code->c.program = program;
    code->c.costs = costs;
    looks_free(&code->c.looks);
    looks_init(&code->c.looks, program);
    code->n_stale = code->n_again = 0;
    code->c.counts = NULL;
    code->is_full = code->is_outdated = false;
    code->generation = 0; /* of no memory */
    code->own_tally = (struct tally){ 0 };
    code->tally = &code->own_tally;
    code->made = NULL;
    native_free(&code->native);
    code->is_interp_current = false;
    if (!compile_program(&code->c)) {
        err_set_detail(e, ERR_NO_CODE_MEMORY, program->path, NULL);
        close_code(code);
        return NULL;
    }
    code->is_stale = xrealloc(code->is_stale, code->c.blocks.n * sizeof *code->is_stale);
    memset(code->is_stale, 0, code->c.blocks.n * sizeof *code->is_stale);
    return code;
}

static struct code *
open_grouped(const struct program *program, const struct cost_model *costs, enum grouping grouping, struct errinfo *e)
{
    struct code *code = xcalloc(1, sizeof *code);
    code->c.grouping = grouping;
    return reopen_code(code, program, costs, e);
}

static struct code *
open_code(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return open_grouped(program, costs, BLOCKS_BASIC, e);
}

static struct code *
open_stepwise(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return open_grouped(program, costs, BLOCKS_STEP, e);
}

static struct code *
open_unchecked(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return open_grouped(program, costs, BLOCKS_UNCHECKED, e);
}

static struct code *
open_single(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return open_grouped(program, costs, BLOCKS_SINGLE, e);
}

static void
set_trap(struct code *code, uint32_t pc, bool on)
{
    if (code->is_interp_current)
        interp_engine.set_trap(code->interp, pc, on);
    looks_set_trap(&code->c.looks, pc, on);
    if (pc < code->c.program->n_slots)
        code_make_slot_stale(code, pc);
}

static void
set_points(struct code *code, struct points *points)
{
    if (code->is_interp_current)
        interp_engine.set_points(code->interp, points);
    code_make_looking_stale(code);
    looks_set(&code->c, points);
    code_make_looking_stale(code);
    code->generation = 0; /* the cells are about something else */
}

static void
set_counts(struct code *code, struct counts *counts)
{
    if (code->is_interp_current)
        interp_engine.set_counts(code->interp, counts);
    code->is_outdated |= counts != code->c.counts;
    code->c.counts = counts;
    native_free(&code->native); /* it shows other code */
}

void
jit_count_into(struct code *code, struct tally *tally)
{
    code->tally = tally;
}

static void
explain(struct code *code, struct buf *out)
{
    tally_text(code->tally, out);
    buf_printf(out, "Native code: %u bytes for %u slots.", code->c.used, code->c.program->n_slots);
    if (code->n_again)
        buf_printf(out, " Blocks were compiled again for breakpoints %u times.", code->n_again);
    buf_putc(out, '\n');
}

static bool
view_code(struct code *code, struct native_view *out, struct errinfo *e)
{
    if (code_renew(code) && native_view_of(&code->c, &code->native, out))
        return true;
    err_set_detail(e, ERR_NO_CODE_MEMORY, code->c.program->path, NULL);
    return false;
}

static void
describe_piece(struct code *code, const struct native_piece *piece, struct buf *out)
{
    native_describe(&code->c, piece, out);
}

static enum err
disassemble_piece(struct code *code, const struct native_view *view, const struct native_piece *piece, const struct native_style *style,
                  struct buf *out, struct errinfo *e)
{
    return native_disassemble(&code->c, &code->native, view, piece, style, out, e);
}

static void
follow_code(struct code *code, void (*made)(void *arg, struct code *code), void *arg)
{
    code->made = made;
    code->made_arg = arg;
    made(arg, code);
}

static const struct native_ops native_ops = {
    .view = view_code,
    .describe = describe_piece,
    .disassemble = disassemble_piece,
    .follow = follow_code,
};

const struct engine jit_engine = {
    .name = "jit",
    .open = open_code,
    .close = close_code,
    .reopen = reopen_code,
    .set_trap = set_trap,
    .set_points = set_points,
    .set_counts = set_counts,
    .run = code_run,
    .native = &native_ops,
    .explain = explain,
};

const struct engine jit_step_engine = {
    .name = "jit-step",
    .open = open_stepwise,
    .close = close_code,
    .reopen = reopen_code,
    .set_trap = set_trap,
    .set_points = set_points,
    .set_counts = set_counts,
    .run = code_run,
    .native = &native_ops,
    .explain = explain,
};

const struct engine jit_unchecked_engine = {
    .name = "jit-unchecked",
    .open = open_unchecked,
    .close = close_code,
    .reopen = reopen_code,
    .set_trap = set_trap,
    .set_points = set_points,
    .run = code_run,
};

const struct engine jit_block_engine = {
    .name = "jit-block",
    .open = open_single,
    .close = close_code,
    .reopen = reopen_code,
    .set_trap = set_trap,
    .set_points = set_points,
    .set_counts = set_counts,
    .run = code_run,
    .native = &native_ops,
    .explain = explain,
};
