/* What debugging costs while nothing happens: a condition that is never true, evaluated in every turn of a loop, watches that never fire on a
 * register and on a byte between others that are accessed, and a debugger's session around a run. */
#include "config.h"

#include "tests/bench/figures.h"

#include "debugger/command.h"
#include "jit/jit.h"
#include "sim/base/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ROUNDS = 7, MEMORY_BYTES = 64, JIT_TURNS = 5000000, INTERP_TURNS = 500000, SESSION_TURNS = 20000000 };

/* r1 is the memory. In the loop, r7 is written but keeps its value, bytes on both sides of memory[10] are read and written, and r9 and
 * what NEVER leads to are left alone. */
enum { LOOP = 2, TURN_INSNS = 8, NEVER = LOOP + TURN_INSNS + 1 };

static const struct insn loop_program[] = {
    { .op = OP_mov64_k, .dst = REG_6 }, /* imm: the turns */
    { .op = OP_mov64_k, .dst = REG_7, .imm = 5 },
    { .op = OP_ldx_b, .dst = REG_2, .src = REG_1, .off = 9 },
    { .op = OP_ldx_w, .dst = REG_3, .src = REG_1, .off = 12 },
    { .op = OP_mov64_k, .dst = REG_7, .imm = 5 },
    { .op = OP_add64_x, .dst = REG_3, .src = REG_2 },
    { .op = OP_jeq64_k, .dst = REG_6, .imm = -5, .off = NEVER - LOOP - 5 },
    { .op = OP_stx_w, .dst = REG_1, .src = REG_3, .off = 12 },
    { .op = OP_sub64_k, .dst = REG_6, .imm = 1 },
    { .op = OP_jne64_k, .dst = REG_6, .off = -TURN_INSNS },
    { .op = OP_exit },
    { .op = OP_mov64_k, .dst = REG_0, .imm = 1 },
    { .op = OP_exit },
};

/* A loop that does nothing but count. */
static const struct insn tight_program[] = {
    { .op = OP_mov64_k, .dst = REG_6 },
    { .op = OP_mov64_k, .dst = REG_7, .imm = 5 },
    { .op = OP_sub64_k, .dst = REG_6, .imm = 1 },
    { .op = OP_jne64_k, .dst = REG_6, .off = -2 },
    { .op = OP_exit },
};

static struct program *
make_program(const struct insn *insns, uint32_t n, uint32_t turns)
{
    uint8_t *code = xcalloc(n + 1, SLOT_BYTES); /* insn_encode may write two slots */
    for (uint32_t i = 0; i < n; i++) {
        struct insn insn = insns[i];
        insn.imm = i ? insn.imm : (int64_t)turns;
        insn_encode(&insn, code + i * SLOT_BYTES);
    }
    struct program *p = program_from_code(code, n);
    free(code);
    return p;
}

/* ---------------------------------------------------------------- one engine */

/* r6 == -1 */
static const struct {
    uint32_t n;
    struct cond_node nodes[3];
} never = { 3, { { .op = COND_REG, .value = REG_6 }, { .op = COND_CONST, .value = UINT64_MAX }, { .op = COND_EQ, .a = 0, .b = 1 } } };

/* *(u32 *)(r1 + 4) == 77, which it is not */
static const struct {
    uint32_t n;
    struct cond_node nodes[6];
} never_loads = { 6,
                  { { .op = COND_REG, .value = REG_1 },
                    { .op = COND_CONST, .value = 4 },
                    { .op = COND_ADD, .a = 0, .b = 1 },
                    { .op = COND_LOAD, .a = 2, .value = 4 },
                    { .op = COND_CONST, .value = 77 },
                    { .op = COND_EQ, .a = 3, .b = 4 } } };

/* A run to the end with one point, which must never fire. Returns instructions per second; negative: it did, or there is no memory. */
static double
run_once(const struct engine *engine, const struct program *p, struct point point)
{
    struct cost_model costs;
    struct errinfo e;
    uint8_t memory[MEMORY_BYTES] = { 0 };
    struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    cost_model_unit(&costs);
    struct code *code = engine->open(p, &costs, &e);
    if (!code) {
        complain(engine->name, &e);
        return -1;
    }
    struct machine *m = machine_new(p, &costs, NULL);
    machine_start(m, 0, prog_type_named("generic"), &input, &e);
    point.addr += (uint32_t)m->regs[REG_1];
    struct points *set = points_new(&point, 1);
    engine->set_points(code, set);
    engine->run(code, m, LOOP, 0); /* what is compiled, is compiled now; and r7 gets its value */
    uint64_t before = now_ns(), insns = m->n_insns;
    struct stop stop = engine->run(code, m, UINT64_MAX, RUN_RESUME);
    double per_second = (double)(m->n_insns - insns) * 1e9 / (double)(now_ns() - before);
    engine->close(code);
    machine_free(m);
    points_free(set);
    if (stop.reasons == STOP_EXIT)
        return per_second;
    fprintf(stderr, "bench: %s stops at insn %u\n", engine->name, stop.pc);
    return -1;
}

static double
best_of(const struct engine *engine, const struct insn *insns, uint32_t n, const struct point *point)
{
    struct program *p = make_program(insns, n, engine == &interp_engine ? INTERP_TURNS : JIT_TURNS);
    double best = 0;
    for (uint32_t i = 0; i < N_ROUNDS && best >= 0; i++) {
        double now = run_once(engine, p, *point);
        best = now < 0 ? now : fmax(best, now);
    }
    program_free(p);
    return best;
}

/* ---------------------------------------------------------------- figures */

/* Millions per second of what happens `per_insn` times per instruction, by the JIT and by the interpreter. */
static bool
report(const char *figure, const char *unit, double per_insn, const struct insn *insns, uint32_t n, const struct point *point,
       json_t *figures)
{
    double jit = best_of(&jit_engine, insns, n, point), interp = best_of(&interp_engine, insns, n, point);
    if (jit < 0 || interp < 0)
        return false;
    printf("%-28s %8.1f million/s   beside: interp %.1f\n", figure, jit * per_insn / 1e6, interp * per_insn / 1e6);
    add_figure(figures, figure, jit * per_insn, unit, json_pack("{s:f}", "interp", interp * per_insn));
    return true;
}

bool
time_points(json_t *figures)
{
    const struct point on_condition = { .kind = POINT_PC, .pc = LOOP, .condition = (const struct condition *)&never };
    const struct point on_load = { .kind = POINT_PC, .pc = LOOP, .condition = (const struct condition *)&never_loads };
    const struct point on_register = { .kind = POINT_REGISTER, .reg = REG_7, .mask = UINT64_MAX };
    const struct point on_memory = { .kind = POINT_MEMORY, .addr = 10, .len = 1, .access = MEM_READ | MEM_WRITE };
    uint32_t n_loop = ARRAY_LEN(loop_program), n_tight = ARRAY_LEN(tight_program);
    return report("cond.evals_per_s", "1/s", 0.5, tight_program, n_tight, &on_condition, figures) &&
           report("cond.load_evals_per_s", "1/s", 0.5, tight_program, n_tight, &on_load, figures) &&
           report("watch_reg.insns_per_s", "1/s", 1, loop_program, n_loop, &on_register, figures) &&
           report("watch_mem.insns_per_s", "1/s", 1, loop_program, n_loop, &on_memory, figures);
}

/* ---------------------------------------------------------------- a session */

static bool
never_asked(void *arg, const char *question)
{
    (void)arg;
    (void)question;
    return true;
}

static bool
command(struct session *s, const char *line)
{
    struct buf out = BUF_EMPTY;
    bool is_good = command_execute(s, line, false, &out) == COMMAND_OK;
    if (!is_good)
        fprintf(stderr, "bench: %s: %s", line, buf_text(&out));
    buf_free(&out);
    return is_good;
}

/* From the first instruction to the end, in ns, by a session with a breakpoint that is never reached and watches that never fire; negative: an error. */
static double
time_session(struct session *s)
{
    if (!command(s, "tbreak *0") || !command(s, "run"))
        return -1;
    uint64_t before = now_ns();
    bool is_good = command(s, "continue") && session_event(s)->kind == EVENT_EXIT;
    return is_good ? (double)(now_ns() - before) : -1;
}

/* Likewise, by the engine alone. */
static double
time_engine(const struct program *p, const struct cost_model *costs, struct code *code, const struct input *input)
{
    struct errinfo e;
    struct machine *m = machine_new(p, costs, NULL);
    machine_start(m, 0, prog_type_named("generic"), input, &e);
    uint64_t before = now_ns();
    jit_engine.run(code, m, UINT64_MAX, 0);
    double ns = (double)(now_ns() - before);
    machine_free(m);
    return ns;
}

bool
time_idle_debugger(json_t *figures)
{
    static const struct engine *const engines[] = { &jit_engine, NULL };
    volatile sig_atomic_t interrupt = 0;
    const struct session_config config = { .engines = engines, .interrupt = &interrupt, .confirm = never_asked };
    const struct insn *insns = loop_program;
    struct program *p = make_program(insns, ARRAY_LEN(loop_program), SESSION_TURNS);
    struct session *s = session_new(&config);
    struct buf notes = BUF_EMPTY;
    struct errinfo e;
    struct cost_model costs;
    uint8_t memory[MEMORY_BYTES] = { 0 };
    const struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    char never_reached[32];
    snprintf(never_reached, sizeof never_reached, "break *%d", NEVER);
    session_adopt(s, make_program(insns, ARRAY_LEN(loop_program), SESSION_TURNS), &notes);
    cost_model_unit(&costs);
    struct code *code = jit_engine.open(p, &costs, &e);
    bool is_good = code && session_select(s, NULL, "generic", &e) == OK && session_set_input(s, &input, &e) == OK &&
                   command(s, never_reached) && command(s, "watch $r9") && command(s, "tbreak *0") && command(s, "run") &&
                   command(s, "watch -location *(char *)($r10 - 8)");
    double with = HUGE_VAL, without = HUGE_VAL;
    for (uint32_t i = 0; i < N_ROUNDS && is_good; i++) {
        double now = time_session(s);
        is_good = now > 0;
        with = fmin(with, now);
        without = fmin(without, time_engine(p, &costs, code, &input));
    }
    if (is_good) {
        printf("%-28s %8.3f             %.1f ms, beside: engine alone %.1f ms\n\n", "jit.idle_debugger_ratio", without / with, with / 1e6,
               without / 1e6);
        add_figure(figures, "jit.idle_debugger_ratio", without / with, "", json_pack("{s:f, s:f}", "with ms", with / 1e6, "without ms",
                                                                                  without / 1e6));
    }
    if (code)
        jit_engine.close(code);
    buf_free(&notes);
    session_free(s);
    program_free(p);
    return is_good;
}
