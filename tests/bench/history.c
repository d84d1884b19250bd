/* Travelling in time in a run of a billion instructions: how fast it goes forward with history on, how long one step back takes at worst,
 * and how fast the past is searched for a breakpoint. */
#include "config.h"

#include "tests/bench/figures.h"

#include "debugger/command.h"
#include "jit/auto.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TURNS = 100000000, TURN_INSNS = 10, MEMORY_BYTES = 256, N_STEPS = 300, ONCE = 1 };

/* r1 is the memory. Each turn reads and writes memory and stack, and what it computes depends on all turns before. */
static const struct insn program[] = {
    { .op = OP_mov64_k, .dst = REG_6, .imm = TURNS },
    { .op = OP_mov64_k, .dst = REG_7, .imm = 5 },
    { .op = OP_ldx_dw, .dst = REG_2, .src = REG_1, .off = 8 },
    { .op = OP_add64_x, .dst = REG_2, .src = REG_7 },
    { .op = OP_stx_dw, .dst = REG_1, .src = REG_2, .off = 8 },
    { .op = OP_ldx_dw, .dst = REG_3, .src = REG_10, .off = -16 },
    { .op = OP_xor64_x, .dst = REG_3, .src = REG_2 },
    { .op = OP_stx_dw, .dst = REG_10, .src = REG_3, .off = -16 },
    { .op = OP_add64_x, .dst = REG_7, .src = REG_3 },
    { .op = OP_mul64_k, .dst = REG_7, .imm = 17 },
    { .op = OP_sub64_k, .dst = REG_6, .imm = 1 },
    { .op = OP_jne64_k, .dst = REG_6, .off = -TURN_INSNS },
    { .op = OP_exit },
};

static struct program *
make_program(void)
{
    uint8_t code[(ARRAY_LEN(program) + 1) * SLOT_BYTES];
    for (uint32_t i = 0; i < ARRAY_LEN(program); i++)
        insn_encode(&program[i], code + i * SLOT_BYTES);
    return program_from_code(code, ARRAY_LEN(program));
}

/* Executes a command; how long it took in ns, negative when it failed. */
static double
command(struct session *s, const char *format, uint64_t n)
{
    char line[80];
    struct buf out = BUF_EMPTY;
    snprintf(line, sizeof line, format, n);
    uint64_t before = now_ns();
    bool is_good = command_execute(s, line, false, &out) == COMMAND_OK;
    double ns = (double)(now_ns() - before);
    if (!is_good)
        fprintf(stderr, "bench: %s: %s", line, buf_text(&out));
    buf_free(&out);
    return is_good ? ns : -1;
}

static bool
time_forward(struct session *s, json_t *figures)
{
    double ns = command(s, "continue", 0);
    bool is_good = ns > 0 && session_event(s)->kind == EVENT_EXIT;
    double rate = (double)session_machine(s)->n_insns * 1e9 / ns;
    printf("%-28s %8.1f million/s\n", "history.insns_per_s", rate / 1e6);
    add_figure(figures, "history.insns_per_s", rate, "1/s", NULL);
    return is_good;
}

/* One step back from where the program has come forwards, so that nothing is known of what lies before but what running leaves. */
static bool
time_steps(struct session *s, json_t *figures)
{
    uint64_t last = session_machine(s)->n_insns, state = 1, worst_at = 0;
    double worst = 0, sum = 0;
    bool is_good = true;
    for (int i = 0; i < N_STEPS && is_good; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t at = (state >> 16) % (last - 10000000) + 5000000;
        is_good = command(s, "seek %" PRIu64, at - 1 - (state >> 24) % 4000000) >= 0 && command(s, "until -icount %" PRIu64, at) >= 0;
        double ns = command(s, "reverse-stepi", 0);
        is_good = is_good && ns >= 0 && session_machine(s)->n_insns == at - 1;
        worst_at = ns > worst ? at : worst_at;
        worst = fmax(worst, ns);
        sum += ns;
    }
    printf("%-28s %8.3f ms (at icount %" PRIu64 "), mean %.3f ms\n", "reverse_stepi.ms_worst", worst / 1e6, worst_at, sum / N_STEPS / 1e6);
    add_figure(figures, "reverse_stepi.ms_worst", worst / 1e6, "ms", json_pack("{s:f}", "mean", sum / N_STEPS / 1e6));
    return is_good;
}

/* From the end to the one hit at the beginning. */
static bool
time_search(struct session *s, json_t *figures)
{
    bool is_good = command(s, "seek 100%%", 0) >= 0 && command(s, "break *%" PRIu64, ONCE) >= 0;
    uint64_t from = session_machine(s)->n_insns;
    double ns = command(s, "reverse-continue", 0);
    is_good = is_good && ns > 0 && session_event(s)->kind == EVENT_BREAKPOINT && session_machine(s)->n_insns == ONCE;
    double rate = (double)(from - ONCE) * 1e9 / ns;
    printf("%-28s %8.1f million/s\n\n", "reverse_continue.insns_per_s", rate / 1e6);
    add_figure(figures, "reverse_continue.insns_per_s", rate, "1/s", NULL);
    return is_good;
}

bool
time_travel(json_t *figures)
{
    static const struct engine *const engines[] = { &auto_engine, NULL };
    volatile sig_atomic_t interrupt = 0;
    const struct session_config config = { .engines = engines, .interrupt = &interrupt };
    struct session *s = session_new(&config);
    struct buf notes = BUF_EMPTY;
    struct errinfo e;
    uint8_t memory[MEMORY_BYTES] = { 0 };
    const struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    session_adopt(s, make_program(), &notes);
    bool is_good = session_select(s, NULL, "generic", &e) == OK && session_set_input(s, &input, &e) == OK && command(s, "start", 0) >= 0;
    is_good = is_good && time_forward(s, figures) && time_steps(s, figures) && time_search(s, figures) && command(s, "info history", 0) >= 0;
    buf_free(&notes);
    session_free(s);
    return is_good;
}
