/* Lockstep as an engine: whatever runs on engines can so be run on two that watch each other. */
#include "config.h"

#include "jit/diff/lockstep.h"
#include "sim/base/base.h"

#include <stdlib.h>

struct code {
    struct lockstep *ls;
};

static struct code *
open_lockstep(const struct program *program, const struct cost_model *costs, enum lockstep_granularity granularity, struct errinfo *e)
{
    struct lockstep *ls = lockstep_open(program, costs, &lockstep_jit, granularity, e);
    if (!ls)
        return NULL;
    struct code *code = xcalloc(1, sizeof *code);
    code->ls = ls;
    return code;
}

static struct code *
open_insn(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return open_lockstep(program, costs, LOCKSTEP_INSN, e);
}

static struct code *
open_block(const struct program *program, const struct cost_model *costs, struct errinfo *e)
{
    return open_lockstep(program, costs, LOCKSTEP_BLOCK, e);
}

static void
close_code(struct code *code)
{
    lockstep_close(code->ls);
    free(code);
}

static void
set_trap(struct code *code, uint32_t pc, bool on)
{
    lockstep_set_trap(code->ls, pc, on);
}

static void
set_points(struct code *code, struct points *points)
{
    lockstep_set_points(code->ls, points);
}

static struct stop
run_code(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return lockstep_run(code->ls, m, budget, &(struct lockstep_options){ .how = how });
}

static void
difference(const struct code *code, struct buf *out)
{
    lockstep_report(code->ls, out);
}

const struct engine lockstep_engine = {
    .name = "lockstep",
    .open = open_insn,
    .close = close_code,
    .set_trap = set_trap,
    .set_points = set_points,
    .run = run_code,
    .difference = difference,
};

const struct engine lockstep_block_engine = {
    .name = "lockstep-block",
    .open = open_block,
    .close = close_code,
    .set_trap = set_trap,
    .set_points = set_points,
    .run = run_code,
    .difference = difference,
};
