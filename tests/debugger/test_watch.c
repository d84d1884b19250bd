/* Watchpoints: what they stop at, what they say then, what can be watched; and that every arrival is counted once, whoever decides. */
#include "config.h"

#include "fixture.h"

#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHANGED(title, what, before, now, where) "\n" title ": " what "\n\nOld value = " before "\nNew value = " now "\n" where
#define R6(n, before, now, where) CHANGED("Hardware watchpoint " n, "r6", before, now, where)
#define LINE_3 "main () at test.s:3\n3\t    r7 = 0\n"
#define LINE_8 "main () at test.s:8\n8\t    r6 -= 1\n"
#define LINE_9 "main () at test.s:9\n9\t    if r6 != 0 goto again\n"
#define STARTING "Starting program: main (generic)\n"
#define EXITED "[main returned 12, 28 insns, 28 cycles]\n"
#define HEAD "Num     Type           Disp Enb Address            What\n"

struct step {
    const char *line, *expected;
};

static void
play(struct session *s, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fixture_expect(s, steps[i].line, steps[i].expected);
    session_free(s);
}

#define PLAY(s, ...) play(s, (const struct step[]){ __VA_ARGS__ }, ARRAY_LEN(((const struct step[]){ __VA_ARGS__ })))

Test(watch, registers)
{
    PLAY(fixture_program(fixture_calls), { "watch r6", "Hardware watchpoint 1: r6\n" }, { "print $bpnum", "$1 = 1\n" },
         { "run", STARTING R6("1", "0", "3", LINE_3) }, { "continue", "Continuing.\n" R6("1", "3", "2", LINE_9) },
         { "print $_hit_bpnum", "$2 = 1\n" }, { "info program", "\tRunning main as generic on engine interp.\nProgram stopped at insn 6.\nIt stopped at breakpoint 1.\n" },
         { "continue 2", "Will ignore next 1 crossing of breakpoint 1.  Continuing.\n" R6("1", "1", "0", LINE_9) },
         { "info watchpoints", HEAD "1       hw watchpoint  keep y                      r6\n\tbreakpoint already hit 4 times\n" },
         { "disable", "" }, { "run", STARTING EXITED }, { "enable once 1", "" }, { "run", STARTING R6("1", "0", "3", LINE_3) },
         { "info watchpoints", HEAD "1       hw watchpoint  dis  n                      r6\n\tbreakpoint already hit 5 times\n" },
         { "enable delete 1", "" }, { "continue", "Continuing.\n" R6("1", "3", "2", LINE_9) }, { "info watchpoints", "No watchpoints.\n" });
}

/* The user's own assignments are no change that stops. */
Test(watch, not_what_the_user_does)
{
    PLAY(fixture_program(fixture_calls), { "start", "Temporary breakpoint 1 at insn 0: file test.s, line 2.\n" STARTING
                                                    "\nTemporary breakpoint 1, main () at test.s:2\n2\t    r6 = 3\n" },
         { "watch r6", "Hardware watchpoint 2: r6\n" }, { "watch r6 * 2", "Hardware watchpoint 3: r6 * 2\n" }, { "set $r6 = 3", "" },
         { "next", "3\t    r7 = 0\n" }, { "set $r6 = 5", "" },
         { "continue", "Continuing.\n" R6("2", "5", "4", "") CHANGED("Hardware watchpoint 3", "r6 * 2", "10", "8", LINE_9) });
}

Test(watch, conditions_and_counts)
{
    PLAY(fixture_program(fixture_calls), { "watch w7 if w7 > 7", "Hardware watchpoint 1: w7\n" },
         { "run", STARTING CHANGED("Hardware watchpoint 1", "w7", "6", "10", LINE_8) },
         { "set $mine = 1", "" }, { "condition 1 $r7 == 12 && $mine != 3", "" }, /* for the session to decide */
         { "continue", "Continuing.\n" CHANGED("Hardware watchpoint 1", "w7", "10", "12", LINE_8) },
         { "info watchpoints", HEAD "1       hw watchpoint  keep y                      w7\n\tstop only if $r7 == 12 && $mine != 3\n"
                                    "\tbreakpoint already hit 2 times\n" },
         { "condition 1 1 / ($r7 - 6) == 0", "" },
         { "run", STARTING "Error in testing condition for breakpoint 1:\nDivision by zero\n" CHANGED("Hardware watchpoint 1", "w7", "0", "6", LINE_8) },
         { "condition 1", "Breakpoint 1 now unconditional.\n" }, { "ignore 1 1", "Will ignore next crossing of breakpoint 1.\n" },
         { "continue", "Continuing.\n" CHANGED("Hardware watchpoint 1", "w7", "10", "12", LINE_8) });
}

/* gdb, too, tells of all watchpoints and then of one breakpoint; the commands of all of them are executed. */
Test(watch, several_at_once)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "break 8");
    fixture_say(s, "commands");
    fixture_say(s, "echo of 1\\n");
    fixture_say(s, "end");
    fixture_expect(s, "watch r7", "Hardware watchpoint 2: r7\n");
    fixture_say(s, "commands 2");
    fixture_say(s, "echo of 2\\n");
    fixture_say(s, "continue");
    fixture_say(s, "echo never\\n");
    fixture_say(s, "end");
    fixture_expect(s, "tbreak 8", "Note: breakpoint 1 also set at insn 5.\nTemporary breakpoint 3 at insn 5: file test.s, line 8.\n");
    fixture_say(s, "delete 2");
    fixture_expect(s, "watch r7", "Hardware watchpoint 4: r7\n");
    fixture_expect(s, "run", STARTING CHANGED("Hardware watchpoint 4", "r7", "0", "6", "\nBreakpoint 1, " LINE_8) "of 1\n");
    const struct event *event = session_event(s);
    cr_assert_eq(event->kind, EVENT_BREAKPOINT);
    cr_assert_eq(event->n_hits, 3);
    cr_assert_eq(event->hits[0].number, 1);
    cr_assert_eq(event->hits[0].type, BREAKPOINT_INSN);
    cr_assert(event->hits[1].is_temporary);
    cr_assert_eq(event->hits[2].type, BREAKPOINT_WATCH);
    cr_assert_str_eq(event->hits[2].before, "0");
    cr_assert_str_eq(event->hits[2].now, "6");
    fixture_say(s, "delete 1");
    fixture_say(s, "continue");
    cr_assert_eq(session_event(s)->kind, EVENT_WATCH);
    session_free(s);
}

Test(watch, commands_of_every_stop)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "watch r6");
    fixture_say(s, "commands");
    fixture_say(s, "silent");
    fixture_say(s, "print r6");
    fixture_say(s, "continue");
    fixture_say(s, "print 99");
    fixture_say(s, "end");
    fixture_expect(s, "run", STARTING "$1 = 3\nContinuing.\n$2 = 2\nContinuing.\n$3 = 1\nContinuing.\n$4 = 0\nContinuing.\n" EXITED);
    session_free(s);
}

Test(watch, expressions)
{
    PLAY(fixture_program(fixture_calls), { "watch r6 == 2", "No registers.\n" }, { "start", "Temporary breakpoint 1 at insn 0: file test.s, line 2.\n" STARTING
                                                    "\nTemporary breakpoint 1, main () at test.s:2\n2\t    r6 = 3\n" },
         { "watch r6 == 2", "Hardware watchpoint 2: r6 == 2\n" },
         { "continue", "Continuing.\n" CHANGED("Hardware watchpoint 2", "r6 == 2", "0", "1", LINE_9) },
         { "continue", "Continuing.\n" CHANGED("Hardware watchpoint 2", "r6 == 2", "1", "0", LINE_9) },
         { "continue", "Continuing.\n" EXITED }, { "delete", "" },
         { "tbreak 7", "Temporary breakpoint 3 at insn 4: file test.s, line 7.\n" },
         { "run", STARTING "\nTemporary breakpoint 3, main () at test.s:7\n7\t    r7 += r0\n" },
         { "watch $pc", "Watchpoint 4: $pc\n" },
         { "continue", "Continuing.\n" CHANGED("Watchpoint 4", "$pc", "(void (*)()) 4 <main+4>", "(void (*)()) 5 <main+5>", LINE_8) },
         { "info watchpoints", HEAD "4       watchpoint     keep y                      $pc\n\tbreakpoint already hit 1 time\n" },
         { "delete", "" }, { "watch $icount > 20", "Watchpoint 5: $icount > 20\n" },
         { "continue", "Continuing.\n" CHANGED("Watchpoint 5", "$icount > 20", "0", "1", "sub_9 () at test.s:13\n13\t    r0 *= 2\n") },
         { "print $icount", "$1 = 21\n" });
}

Test(watch, interrupted)
{
    struct session *s = fixture_program("main: r1 += 1\n goto main\n");
    fixture_say(s, "start");
    fixture_say(s, "watch $icount == 0");
    fixture_interrupt = 1;
    const char *text = fixture_say(s, "continue");
    cr_assert(strstr(text, "\nProgram received signal SIGINT, Interrupt.\n"), "%s", text);
    fixture_expect(s, "print $icount", "$1 = 0\n");
    fixture_expect(s, "stepi 3", CHANGED("Watchpoint 2", "$icount == 0", "1", "0", "main () at test.s:2\n2\t goto main\n"));
    session_free(s);
}

static const struct step refusals[] = {
    { "watch", "Argument required (expression to compute).\n" },
    { "watch -l", "Argument required (expression to compute).\n" },
    { "watch 5", "Cannot watch constant value `5'.\n" },
    { "watch $mine", "Cannot watch constant value `$mine'.\n" },
    { "watch nosuch", "No symbol \"nosuch\" in current context.\n" },
    { "watch r3 +", "A syntax error in expression, near `'.\n" },
    { "watch r3 if nosuch", "No symbol \"nosuch\" in current context.\n" },
    { "watch r3 = 4", "An expression that assigns cannot be watched: it would do so after every instruction.\n" },
    { "rwatch r3", "Expression cannot be implemented with read/access watchpoint.\n" },
    { "awatch counter + 1", "Expression cannot be implemented with read/access watchpoint.\n" },
    { "watch -location counter + 1", "Attempt to take address of value not located in memory.\n" },
    { "watch -location *(int *)0", "Cannot access memory at address 0x0\n" },
    { "watch text@9000", "value requires 72000 bytes, which is more than max-value-size (65536)\n" },
    { "info watchpoints", "No watchpoints.\n" },
    { "info watchpoints 99", "No watchpoint matching '99'.\n" },
    { "watch *(int *)0", "Hardware watchpoint 1: *(int *)0\n" }, /* as gdb: it may be readable later; here it never is */
    { "watch *(long *)0xfffffffffffffffc", "Hardware watchpoint 2: *(long *)0xfffffffffffffffc\n" },
    { "run", "Starting program: values (xdp)\n[values returned 2 (XDP_PASS), 93 insns, 93 cycles]\n" },
};

Test(watch, refusals)
{
    play(fixture_values(), refusals, ARRAY_LEN(refusals));
}

#define LINE_45(insn) "insn " insn " in values (ctx=<optimized out>) at values.bpf.c:45\n45\t    counter += 2;\n"
#define ORIGIN(x) "{x = " x ", y = 2, tag = 99 'c', low = 3, high = 4}"
#define VALUES_EXITED "[values returned 2 (XDP_PASS), 93 insns, 93 cycles]\n"

static const struct step variables[] = {
    { "watch counter", "Hardware watchpoint 1: counter\n" },
    { "rwatch counter", "Hardware read watchpoint 2: counter\n" },
    { "awatch counter", "Hardware access (read/write) watchpoint 3: counter\n" },
    { "watch total if total > 1000", "Hardware watchpoint 4: total\n" },
    { "watch origin", "Hardware watchpoint 5: origin\n" },
    { "run", "Starting program: values (xdp)\n\nHardware read watchpoint 2: counter\n\nValue = 5\n"
             "\nHardware access (read/write) watchpoint 3: counter\n\nValue = 5\n" LINE_45("6") },
    { "continue", "Continuing.\n" CHANGED("Hardware watchpoint 1", "counter", "5", "7", "")
                      CHANGED("Hardware access (read/write) watchpoint 3", "counter", "5", "7", LINE_45("8")) },
    { "info breakpoints", "Num     Type            Disp Enb Address            What\n"
                          "1       hw watchpoint   keep y                      counter\n\tbreakpoint already hit 1 time\n"
                          "2       read watchpoint keep y                      counter\n\tbreakpoint already hit 1 time\n"
                          "3       acc watchpoint  keep y                      counter\n\tbreakpoint already hit 2 times\n"
                          "4       hw watchpoint   keep y                      total\n\tstop only if total > 1000\n"
                          "5       hw watchpoint   keep y                      origin\n" },
    { "delete 4", "" },
    { "continue", "Continuing.\n" CHANGED("Hardware watchpoint 5", "origin", ORIGIN("1"), ORIGIN("14"), "values (ctx=<optimized out>) at values.bpf.c:49\n49\t    zero++;\n") },
    { "continue", "Continuing.\n" VALUES_EXITED },
};

Test(watch, variables)
{
    play(fixture_values(), variables, ARRAY_LEN(variables));
}

/* The value of an expression follows its pointers; -location stays where it was. */
Test(watch, places)
{
    PLAY(fixture_values(), { "set var where = &corners[0]", "" }, { "watch where->x", "Hardware watchpoint 1: where->x\n" },
         { "watch -location where->x", "Hardware watchpoint 2: -location where->x\n" }, { "watch fields.b", "Hardware watchpoint 3: fields.b\n" },
         { "set var where = &origin", "" },
         { "run", "Starting program: values (xdp)\n" CHANGED("Hardware watchpoint 1", "where->x", "1", "14", "values (ctx=<optimized out>) at values.bpf.c:49\n49\t    zero++;\n") },
         { "continue", "Continuing.\n" VALUES_EXITED }, { "delete", "" },
         { "start", "Temporary breakpoint 4 at insn 3: file values.bpf.c, line 45.\nStarting program: values (xdp)\n\nTemporary breakpoint 4, "
                    "values (ctx=<optimized out>) at values.bpf.c:45\n45\t    counter += 2;\n" },
         { "watch *(int *)($r10 - 8)", "Hardware watchpoint 5: -location *(int *)($r10 - 8)\n" },
         { "watch -loc *(int *)($r10 - 8) if 1", "Hardware watchpoint 6: -location *(int *)($r10 - 8)\n" });
}

/* A stop is counted once, whether the program gets there by continuing, stepping, or through the session's own evaluations. */
static uint64_t
hits_of(struct session *s, const char *number, const char *how)
{
    char line[64];
    unsigned long long n = 0;
    fixture_say(s, "run");
    while (session_is_running(s))
        fixture_say(s, how);
    snprintf(line, sizeof line, "info breakpoints %s", number);
    const char *text = strstr(fixture_say(s, line), "already hit ");
    cr_assert_not_null(text, "%s, %s", number, how);
    cr_assert_eq(sscanf(text, "already hit %llu", &n), 1);
    return n;
}

Test(watch, arrivals_are_counted_once)
{
    static const struct row {
        const char *line;
        uint64_t n; /* in one run */
    } rows[] = {
        { "break 5", 3 },
        { "break sub_9", 3 },
        { "break sub_9 if r1 != 2", 2 },
        { "break sub_9 if r1 != 2 && $mine", 2 },
        { "watch r6", 4 },
        { "watch r6 if r6 > 1", 2 },
        { "watch r0", 7 },
    };
    static const char *const ways[] = { "continue", "stepi", "stepi 2", "nexti", "next", "step", "stepi 7" };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t k = 0; k < ARRAY_LEN(ways); k++) {
            struct session *s = fixture_program(fixture_calls);
            fixture_say(s, "set $mine = 1");
            fixture_say(s, "break 2"); /* a place to start stepping from */
            fixture_say(s, rows[i].line);
            fixture_say(s, "ignore 2 1000");
            uint64_t n = hits_of(s, "2", ways[k]);
            cr_assert_eq(n, rows[i].n, "%s, %s: %" PRIu64 " instead of %" PRIu64, rows[i].line, ways[k], n, rows[i].n);
            session_free(s);
        }
    }
}

/* After `file` names are looked up again; what is gone is said and stays disabled. */
Test(watch, another_program)
{
    struct session *s = fixture_values();
    char path[512], line[600];
    const char *dir = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/debugger/values.bpf.o", dir ? dir : ".");
    fixture_say(s, "watch counter");
    fixture_say(s, "watch r6");
    snprintf(line, sizeof line, "file %s", path);
    fixture_say(s, line);
    const char *text = fixture_say(s, "run");
    cr_assert(strstr(text, CHANGED("Hardware watchpoint 1", "counter", "5", "7", "")), "%s", text);

    char other[] = "/tmp/ebpfdbg-test-XXXXXX.s";
    int fd = mkstemps(other, 2);
    cr_assert(fd >= 0 && write(fd, "r6 = 1\nr0 = 0\nexit\n", 19) == 19 && close(fd) == 0);
    snprintf(line, sizeof line, "file %s", other);
    text = fixture_say(s, line);
    unlink(other);
    cr_assert(strstr(text, "Error in re-setting breakpoint 1: No symbol \"counter\" in current context.\n"), "%s", text);
    fixture_say(s, "enable");
    text = fixture_say(s, "run");
    cr_assert(strstr(text, R6("2", "0", "1", "")), "%s", text);
    fixture_expect(s, "info watchpoints 1", HEAD "1       hw watchpoint  keep n                      counter\n\tbreakpoint already hit 1 time\n");
    session_free(s);
}
