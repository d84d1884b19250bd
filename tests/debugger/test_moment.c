/* Stops at an instruction or cycle count: exact, once, and together with whatever else stops there. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { N_INSNS = 28 }; /* of fixture_calls */

#define STARTING "Starting program: main (generic)\n"
#define EXITED "[main returned 12, 28 insns, 28 cycles]\n"

/* Cycles before each instruction, in 1/1000, found by stepping. */
static void
record(uint64_t cycles[N_INSNS])
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    for (unsigned i = 0; i < N_INSNS; i++) {
        cycles[i] = session_machine(s)->n_cycles;
        fixture_say(s, "stepi");
    }
    cr_assert(!session_is_running(s));
    session_free(s);
}

/* The first instruction at which that many cycles are over. */
static void
check_cycles(const uint64_t cycles[N_INSNS], uint64_t n, const char *how)
{
    char line[64];
    unsigned i = 0;
    struct session *s = fixture_program(fixture_calls);
    while (i < N_INSNS && cycles[i] < n * CYCLE_SCALE)
        i++;
    fixture_say(s, "start");
    snprintf(line, sizeof line, how, (unsigned long long)n);
    fixture_say(s, line);
    if (strncmp(how, "until", 5) != 0)
        fixture_say(s, "continue");
    cr_assert_eq(session_is_running(s), i < N_INSNS, "%s", line);
    if (i < N_INSNS)
        cr_assert_eq(session_machine(s)->n_insns, i, "%s: after %llu", line, (unsigned long long)session_machine(s)->n_insns);
    session_free(s);
}

Test(moment, cycles)
{
    struct cost_model table;
    uint64_t cycles[N_INSNS];
    cost_model_table(&table);
    for (int i = 0; i < 2; i++) {
        fixture_costs = i ? &table : NULL;
        record(cycles);
        for (uint64_t n = 1; n < cycles[N_INSNS - 1] / CYCLE_SCALE + 3; n++) {
            check_cycles(cycles, n, "break -cycles %llu");
            check_cycles(cycles, n, "until -cycles %llu");
        }
    }
    fixture_costs = NULL;
}

Test(moment, icount)
{
    char line[64];
    for (unsigned n = 1; n < N_INSNS; n++) {
        struct session *s = fixture_program(fixture_calls);
        snprintf(line, sizeof line, "tbreak -icount %u", n);
        fixture_say(s, line);
        fixture_say(s, "run");
        cr_assert_eq(session_event(s)->kind, EVENT_BREAKPOINT);
        cr_assert_eq(session_event(s)->n_hits, 1);
        cr_assert_eq(session_event(s)->hits[0].type, BREAKPOINT_MOMENT);
        cr_assert_eq(session_machine(s)->n_insns, n);
        fixture_expect(s, "continue", "Continuing.\n" EXITED);
        session_free(s);
    }
}

static const struct row {
    const char *line, *expected;
} rows[] = {
    { "until -icount 5", "The program is not being run.\n" },
    { "break -icount", "Argument required (a number).\n" },
    { "break -icount nosuch", "No symbol \"nosuch\" in current context.\n" },
    { "break -icounts 5", "Function \"-icounts 5\" not defined.\n" },
    { "break -icount 2 + 8 if $r6 == 2", "Breakpoint 1 at icount 10.\n" },
    { "tbreak -cycles 17", "Temporary breakpoint 2 at cycles 17.\n" },
    { "break 9", "Breakpoint 3 at insn 6: file test.s, line 9.\n" },
    { "ignore 3 1", "Will ignore next crossing of breakpoint 3.\n" },
    { "info breakpoints", "Num     Type           Disp Enb Address            What\n"
                          "1       breakpoint     keep y   icount 10\n\tstop only if $r6 == 2\n"
                          "2       breakpoint     del  y   cycles 17\n"
                          "3       breakpoint     keep y   insn 6             in main at test.s:9\n\tignore next 1 hits\n" },
    { "run", STARTING "\nBreakpoint 1, main () at test.s:5\n5\t    r1 = r6\n" },
    { "until -icount 10", "That has passed: icount is 10 already.\n" },
    { "until -cycles 3", "That has passed: cycles is 10 already.\n" },
    { "continue", "Continuing.\n\nTemporary breakpoint 2, main () at test.s:9\n9\t    if r6 != 0 goto again\n" },
    { "info breakpoints", "Num     Type           Disp Enb Address            What\n"
                          "1       breakpoint     keep y   icount 10\n\tstop only if $r6 == 2\n\tbreakpoint already hit 1 time\n"
                          "3       breakpoint     keep y   insn 6             in main at test.s:9\n\tbreakpoint already hit 2 times\n" },
    { "advance -icount $icount + 3", "sub_9 () at test.s:12\n12\tmix: r0 = r1\n" },
    { "until -icount 5000", "\nBreakpoint 3, main () at test.s:9\n9\t    if r6 != 0 goto again\n" },
    { "until -icount 5000", EXITED },
    { "condition 1 $r6 == 99", "" },
    { "run", STARTING "\nBreakpoint 3, main () at test.s:9\n9\t    if r6 != 0 goto again\n" },
};

Test(moment, commands)
{
    struct session *s = fixture_program(fixture_calls);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fixture_expect(s, rows[i].line, rows[i].expected);
    session_free(s);
}
