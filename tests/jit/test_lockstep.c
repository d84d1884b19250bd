/* Lockstep finds what is wrong with an engine, whatever it is, and says where: engines that do one thing wrong at one instruction. That it
 * finds nothing where nothing is wrong, test_random.c tells. */
#include "config.h"

#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/machine/map.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <string.h>

/* ---------------------------------------------------------------- broken engines */

/* What is done to the machine or the stop after the instruction number `at` of a run (counted from 0), or, with is_stop, to the stop there. */
static struct {
    uint64_t at;
    void (*damage)(struct machine *m, struct stop *stop);
    bool is_stop;
    uint32_t times; /* how often it is still done; UINT32_MAX: always */
} sabotage;

static struct stop
run_broken(const struct engine *engine, struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    uint64_t before = m->n_insns;
    struct stop stop = engine->run(code, m, budget, how);
    bool is_here = sabotage.is_stop ? stop.reasons & ~(uint32_t)STOP_BUDGET : before <= sabotage.at && sabotage.at < m->n_insns;
    if (sabotage.damage && is_here && sabotage.times) {
        sabotage.times -= sabotage.times != UINT32_MAX;
        sabotage.damage(m, &stop);
    }
    return stop;
}

static struct stop
run_broken_step(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return run_broken(&jit_step_engine, code, m, budget, how);
}

static struct stop
run_broken_block(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return run_broken(&jit_block_engine, code, m, budget, how);
}

static struct stop
run_broken_whole(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return run_broken(&jit_engine, code, m, budget, how);
}

static struct engine broken_step, broken_block, broken_whole;

static struct lockstep_engines
broken_engines(bool steps_are_broken)
{
    broken_step = jit_step_engine;
    broken_block = jit_block_engine;
    broken_whole = jit_engine;
    broken_step.run = run_broken_step;
    broken_block.run = run_broken_block;
    broken_whole.run = run_broken_whole;
    return (struct lockstep_engines){ &interp_engine, { steps_are_broken ? &broken_step : &jit_step_engine, &broken_block, &broken_whole } };
}

static void
damage_register(struct machine *m, struct stop *stop)
{
    m->regs[REG_8] ^= UINT64_C(1) << 63;
}

static void
damage_pc(struct machine *m, struct stop *stop)
{
    stop->pc = ++m->pc;
}

static void
damage_count(struct machine *m, struct stop *stop)
{
    m->n_insns++;
}

static void
damage_cycles(struct machine *m, struct stop *stop)
{
    m->n_cycles += 7;
}

static void
damage_stack(struct machine *m, struct stop *stop)
{
    *(uint8_t *)memory_host(&m->mem, STACK_TOP - 100) ^= 1;
}

static void
damage_gap(struct machine *m, struct stop *stop) /* no region is there */
{
    *(uint8_t *)memory_host(&m->mem, STACK_TOP - STACK_BYTES - 9) ^= 1;
}

static void
damage_map(struct machine *m, struct stop *stop)
{
    *(uint8_t *)memory_host(&m->mem, m->maps[0].state) ^= 1;
}

static void
damage_clock(struct machine *m, struct stop *stop)
{
    m->env.clock_ns++;
}

static void
damage_random(struct machine *m, struct stop *stop)
{
    m->env.random++;
}

static void
damage_may_goto(struct machine *m, struct stop *stop)
{
    m->n_may_goto++;
}

static void
damage_tail_calls(struct machine *m, struct stop *stop)
{
    m->n_tail_calls++;
}

static void
damage_depth(struct machine *m, struct stop *stop)
{
    m->depth++;
}

static void
damage_frame(struct machine *m, struct stop *stop)
{
    if (m->depth)
        m->frames[1].saved[2]++;
}

static void
damage_region(struct machine *m, struct stop *stop)
{
    struct region r = { .base = 0x7ff0000, .elem_bytes = 8, .n = 1, .access = MEM_READ, .kind = REGION_USER };
    memory_add(&m->mem, &r);
}

static void
damage_output(struct machine *m, struct stop *stop)
{
    if (m->n_outputs)
        m->outputs[0].bytes[0] ^= 1;
    else
        m->regs[REG_8]++; /* not what the test wants: it would say so */
}

static void
damage_reasons(struct machine *m, struct stop *stop)
{
    stop->reasons ^= STOP_TRAP;
}

static void
damage_fault(struct machine *m, struct stop *stop)
{
    stop->fault.addr++;
}

/* ---------------------------------------------------------------- a program that uses everything */

/* Three turns with a helper and a local call, then a record, then the end: N_INSNS instructions. */
static const char loop_text[] = "mov r6, r1\n"          /*  0 */
                                "mov r8, 8\n"           /*  1 */
                                "mov r9, 3\n"           /*  2 */
                                "stxdw [r10-8], r8\n"   /*  3: the loop */
                                "call 5\n"              /*  4: the clock */
                                "stxdw [r10-16], r0\n"  /*  5 */
                                "call +8\n"             /*  6 */
                                "add r9, -1\n"          /*  7 */
                                "jne r9, 0, -6\n"       /*  8 */
                                "stdw [r10-24], 0x21\n" /*  9: "!" */
                                "mov r1, r10\n"         /* 10 */
                                "add r1, -24\n"         /* 11 */
                                "mov r2, 2\n"           /* 12 */
                                "call 6\n"              /* 13: puts it out */
                                "%s\n"                  /* 14 */
                                "mov r8, 1\n"           /* 15: the function */
                                "exit\n";
enum { N_INSNS = 33, CALLED = 6, PUT_OUT = 31, LAST = 32 };

struct rig {
    struct program *program;
    struct map_def map;
    struct cost_model costs;
    struct machine *machine;
    struct lockstep *ls;
    struct lockstep_engines engines;
};

static void
rig_open(struct rig *rig, const char *last, enum lockstep_granularity granularity, bool steps_are_broken)
{
    struct errinfo e;
    struct buf text = BUF_EMPTY;
    struct load_options options = { .format = FORMAT_ASM, .helper_id = helper_id };
    *rig = (struct rig){ .map = { .name = (char[]){ "map" }, .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 8, .max_entries = 4 } };
    buf_printf(&text, loop_text, last);
    enum err err = program_load_bytes("test", (const uint8_t *)text.text, text.len, &options, &rig->program, &e);
    cr_assert_eq(err, OK, "line %d: %s", (int)e.off, e.subject);
    buf_free(&text);
    rig->program->maps = &rig->map;
    rig->program->n_maps = 1;
    cost_model_table(&rig->costs);
    rig->machine = machine_new(rig->program, &rig->costs, NULL);
    cr_assert_eq(machine_start(rig->machine, 0, prog_type_named("generic"), &(struct input){ 0 }, &e), OK);
    rig->engines = broken_engines(steps_are_broken);
    rig->ls = lockstep_open(rig->program, &rig->costs, &rig->engines, granularity, &e);
    cr_assert_not_null(rig->ls);
}

static void
rig_close(struct rig *rig)
{
    lockstep_close(rig->ls);
    machine_free(rig->machine);
    rig->program->maps = NULL;
    rig->program->n_maps = 0;
    program_free(rig->program);
}

/* Slots of the instructions in the order in which they are executed. */
static void
trace(uint32_t pcs[N_INSNS])
{
    struct rig rig;
    struct errinfo e;
    rig_open(&rig, "exit", LOCKSTEP_INSN, false);
    struct code *code = interp_engine.open(rig.program, &rig.costs, &e);
    for (uint32_t i = 0; i < N_INSNS; i++) {
        pcs[i] = rig.machine->pc;
        interp_engine.run(code, rig.machine, 1, 0);
    }
    cr_assert(rig.machine->has_exited);
    interp_engine.close(code);
    rig_close(&rig);
}

static bool
has_item(const struct lockstep_difference *d, const char *name, uint64_t addr)
{
    for (uint32_t i = 0; i < d->items.n; i++)
        if (!strcmp(d->items.list[i].name, name) && d->items.list[i].addr == addr)
            return true;
    return false;
}

/* Runs with what sabotage says and returns the difference. */
static const struct lockstep_difference *
find(struct rig *rig)
{
    struct stop stop = lockstep_run(rig->ls, rig->machine, UINT64_MAX, &(struct lockstep_options){ 0 });
    const struct lockstep_difference *d = lockstep_difference(rig->ls);
    cr_assert_eq(stop.reasons, STOP_DIFFERENCE, "after %d: %#x", (int)sabotage.at, stop.reasons);
    cr_assert_not_null(d);
    cr_assert(d->items.n);
    return d;
}

/* ---------------------------------------------------------------- every kind of difference */

enum { IN_MAP = 1 }; /* instead of an address: where the map keeps its books */

static const struct wrong {
    const char *name;
    uint64_t addr;
    void (*damage)(struct machine *m, struct stop *stop);
    uint32_t first, last; /* instructions after which it can be done */
} wrongs[] = {
    { "r8", 0, damage_register, 0, LAST - 1 },
    { "pc", 0, damage_pc, 0, LAST - 1 },
    { "insns", 0, damage_count, 0, LAST - 1 },
    { "cycles", 0, damage_cycles, 0, LAST - 1 },
    { "", STACK_TOP - 100, damage_stack, 0, LAST },
    { "", STACK_TOP - STACK_BYTES - 9, damage_gap, 0, LAST },
    { "", IN_MAP, damage_map, 0, LAST },
    { "clock", 0, damage_clock, 0, LAST },
    { "random", 0, damage_random, 0, LAST },
    { "may_goto", 0, damage_may_goto, 0, LAST },
    { "tail calls", 0, damage_tail_calls, 0, LAST },
    { "depth", 0, damage_depth, 0, 5 },
    { "frame 1 saved r8", 0, damage_frame, CALLED, CALLED }, /* where a block ends; by the end of the run the frame is gone */
    { "regions", 0, damage_region, 0, LAST },
    { "record 0", 0, damage_output, PUT_OUT, PUT_OUT },
};

static void
check_wrong(const struct wrong *w, uint64_t at, enum lockstep_granularity granularity, bool steps_are_broken, const uint32_t *pcs)
{
    struct rig rig;
    sabotage.at = at;
    sabotage.damage = w->damage;
    sabotage.times = UINT32_MAX;
    sabotage.is_stop = false;
    rig_open(&rig, "exit", granularity, steps_are_broken);
    const struct lockstep_difference *d = find(&rig);
    cr_assert(d->is_reproduced, "%s after %d", w->name, (int)at);
    struct buf text = BUF_EMPTY;
    lockstep_report(rig.ls, &text);
    uint64_t addr = w->addr == IN_MAP ? rig.machine->maps[0].state : w->addr;
    cr_assert(has_item(d, w->name, addr), "%s after %d: not named\n%s", w->name, (int)at, buf_text(&text));
    cr_assert_eq(d->found_by, granularity);
    if (steps_are_broken) {
        cr_assert_eq(d->granularity, LOCKSTEP_INSN, "%s after %d, by %d", w->name, (int)at, granularity);
        cr_assert_eq(d->n_before, at, "%s after %d: %d", w->name, (int)at, (int)d->n_before);
        cr_assert_eq(d->pc, pcs[at]);
    } else {
        cr_assert_eq(d->granularity, LOCKSTEP_BLOCK);
        cr_assert(d->n_before <= at && at < d->n_before + d->n_insns, "%s after %d: %d+%d", w->name, (int)at, (int)d->n_before,
                  (int)d->n_insns);
        cr_assert_eq(d->pc, pcs[d->n_before]);
    }
    /* The machine stands before it, and nothing has happened there. */
    cr_assert_eq(rig.machine->n_insns, d->n_before);
    cr_assert_eq(rig.machine->pc, d->pc);
    cr_assert_eq(machine_digest(rig.machine), machine_digest(d->before));
    cr_assert(strstr(buf_text(&text), "\n* "), "%s", buf_text(&text));
    buf_free(&text);
    rig_close(&rig);
}

static void
check_all(enum lockstep_granularity granularity, bool steps_are_broken)
{
    uint32_t pcs[N_INSNS];
    trace(pcs);
    for (size_t i = 0; i < ARRAY_LEN(wrongs); i++)
        for (uint32_t at = wrongs[i].first; at <= wrongs[i].last; at++)
            if (granularity != LOCKSTEP_WHOLE || wrongs[i].damage != damage_frame)
                check_wrong(&wrongs[i], at, granularity, steps_are_broken, pcs);
}

Test(lockstep, names_the_instruction)
{
    check_all(LOCKSTEP_INSN, true);
}

Test(lockstep, narrows_a_block_to_the_instruction)
{
    check_all(LOCKSTEP_BLOCK, true);
}

Test(lockstep, narrows_a_run_to_the_instruction)
{
    check_all(LOCKSTEP_WHOLE, true);
}

Test(lockstep, names_the_block_when_steps_are_right)
{
    check_all(LOCKSTEP_BLOCK, false);
}

/* ---------------------------------------------------------------- stops */

static void
check_stop(const char *name, void (*damage)(struct machine *m, struct stop *stop), const char *last, enum lockstep_granularity granularity)
{
    struct rig rig;
    sabotage.damage = damage;
    sabotage.times = UINT32_MAX;
    sabotage.is_stop = true;
    rig_open(&rig, last, granularity, true);
    const struct lockstep_difference *d = find(&rig);
    cr_assert(has_item(d, name, 0), "%s, by %d", name, granularity);
    cr_assert_eq(d->granularity, LOCKSTEP_INSN);
    cr_assert_eq(d->pc, 14);
    cr_assert_eq(d->n_before, LAST);
    rig_close(&rig);
}

Test(lockstep, compares_stops)
{
    for (enum lockstep_granularity g = LOCKSTEP_INSN; g < N_LOCKSTEP_GRANULARITIES; g++) {
        check_stop("stop", damage_reasons, "exit", g);
        check_stop("stop", damage_reasons, "ldxb r0, [r10]", g);
        check_stop("fault address", damage_fault, "ldxb r0, [r10]", g);
    }
}

/* An engine that does it once and never again. */
Test(lockstep, says_when_it_does_not_come_again)
{
    struct rig rig;
    sabotage.at = 12;
    sabotage.damage = damage_register;
    sabotage.times = 1;
    rig_open(&rig, "exit", LOCKSTEP_INSN, true);
    const struct lockstep_difference *d = find(&rig);
    cr_assert(!d->is_reproduced);
    cr_assert_eq(d->n_before, 12);
    cr_assert(has_item(d, "r8", 0));
    struct buf text = BUF_EMPTY;
    lockstep_report(rig.ls, &text);
    cr_assert(strstr(buf_text(&text), "does not always do the same"), "%s", buf_text(&text));
    buf_free(&text);
    rig_close(&rig);
}

/* A store that went elsewhere is only seen when something is loaded from there: named is the store. */
Test(lockstep, names_what_stored_elsewhere)
{
    for (enum lockstep_granularity g = LOCKSTEP_INSN; g < N_LOCKSTEP_GRANULARITIES; g++) {
        struct rig rig;
        sabotage.at = 5;
        sabotage.damage = damage_stack;
        sabotage.times = UINT32_MAX;
        rig_open(&rig, "ldxb r7, [r10-100]", g, true);
        const struct lockstep_difference *d = find(&rig);
        cr_assert(d->is_reproduced, "by %d", g);
        cr_assert_eq(d->n_before, 5, "by %d: %d", g, (int)d->n_before);
        cr_assert(has_item(d, "", STACK_TOP - 100));
        rig_close(&rig);
    }
}

static struct stop
run_beyond(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return jit_engine.run(code, m, UINT64_MAX, how);
}

/* An engine that does everything right but stop in time. */
Test(lockstep, sees_a_budget_overrun)
{
    struct rig rig;
    rig_open(&rig, "exit", LOCKSTEP_WHOLE, false);
    broken_whole.run = run_beyond;
    struct stop stop = lockstep_run(rig.ls, rig.machine, 10, &(struct lockstep_options){ 0 });
    cr_assert_eq(stop.reasons, STOP_DIFFERENCE);
    cr_assert(has_item(lockstep_difference(rig.ls), "insns", 0));
    rig_close(&rig);
}
