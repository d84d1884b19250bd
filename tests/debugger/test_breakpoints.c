/* Breakpoints: where they are set (locations), when they stop (conditions, ignore counts, once, temporary), what is said about them. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct row {
    const char *line, *expected;
} locations[] = {
    { "break main", "Breakpoint 1 at insn 0: file test.s, line 2.\n" },
    { "break sub_9", "Breakpoint 2 at insn 9: file test.s, line 12.\n" },
    { "break 7", "Breakpoint 3 at insn 4: file test.s, line 7.\n" },
    { "break 4", "Breakpoint 4 at insn 2: file test.s, line 5.\n" }, /* a label has no code: the next line */
    { "break test.s:8", "Breakpoint 5 at insn 5: file test.s, line 8.\n" },
    { "break test.s:sub_9", "Note: breakpoint 2 also set at insn 9.\nBreakpoint 6 at insn 9: file test.s, line 12.\n" },
    { "break *3", "Breakpoint 7 at insn 3: file test.s, line 6.\n" },
    { "break *sub_9+1", "Breakpoint 8 at insn 10: file test.s, line 13.\n" },
    { "break main+6", "Breakpoint 9 at insn 6: file test.s, line 9.\n" },
    { "break main:7", "Breakpoint 10 at insn 7: file test.s, line 10.\n" },
    { "tbreak main:8", "Temporary breakpoint 11 at insn 8: file test.s, line 11.\n" },
    { "break main if 1", "Note: breakpoint 1 also set at insn 0.\nBreakpoint 12 at insn 0: file test.s, line 2.\n" },
    { "break main", "Note: breakpoints 1 and 12 also set at insn 0.\nBreakpoint 13 at insn 0: file test.s, line 2.\n" },
    { "break", "No default breakpoint address now.\n" },
    { "break 999", "No line 999 in the current file.\n" },
    { "break test.s:999", "No line 999 in file \"test.s\".\n" },
    { "break nofile.c:3", "No source file named nofile.c.\n" },
    { "break nosuch", "Function \"nosuch\" not defined.\n" },
    { "break test.s:nosuch", "Function \"nosuch\" not defined.\n" },
    { "break *", "Argument required (expression to compute).\n" },
    { "break *foo", "No symbol \"foo\" in current context.\n" },
    { "break *99", "No instruction 99; the program has instructions 0 to 11.\n" },
    { "break main if foo", "No symbol \"foo\" in current context.\n" },
    { "break main if", "Function \"main if\" not defined.\n" },
    { "break main if 1 +", "A syntax error in expression, near `'.\n" },
    { "clear nosuch", "Function \"nosuch\" not defined.\n" },
    { "clear main", "Deleted breakpoints 1 12 13 \n" },
    { "clear 9", "Deleted breakpoint 9 \n" },
    { "clear 9", "No breakpoint at 9.\n" },
    { "clear", "No source file specified.\n" },
};

Test(breakpoints, locations)
{
    struct session *s = fixture_program(fixture_calls);
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++)
        fixture_expect(s, locations[i].line, locations[i].expected);
    session_free(s);
}

#define AT_SUB "\nBreakpoint 1, sub_9 () at test.s:12\n12\tmix: r0 = r1\n"

Test(breakpoints, conditions_and_hit_counts)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "break sub_9 if $r1 == 1");
    fixture_expect(s, "run", "Starting program: main (generic)\n" AT_SUB);
    fixture_expect(s, "print $icount", "$1 = 20\n");
    fixture_expect(s, "info breakpoints", "Num     Type           Disp Enb Address            What\n"
                                          "1       breakpoint     keep y   insn 9             in sub_9 at test.s:12\n"
                                          "\tstop only if $r1 == 1\n\tbreakpoint already hit 1 time\n");
    fixture_expect(s, "condition 1 $r1 < 0", "");
    fixture_expect(s, "condition 1", "Breakpoint 1 now unconditional.\n");
    fixture_expect(s, "condition 1 foo", "No symbol \"foo\" in current context.\n");
    fixture_expect(s, "condition 1 *(int *)0 == 1", "");
    fixture_expect(s, "run", "Starting program: main (generic)\nError in testing condition for breakpoint 1:\nCannot access memory at address 0x0\n" AT_SUB);
    session_free(s);
}

Test(breakpoints, ignore_counts)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "break sub_9");
    fixture_expect(s, "ignore 1", "Second argument (specified ignore-count) is missing.\n");
    fixture_expect(s, "ignore 1 0", "Will stop next time breakpoint 1 is reached.\n");
    fixture_expect(s, "ignore 1 1", "Will ignore next crossing of breakpoint 1.\n");
    fixture_expect(s, "ignore 1 2", "Will ignore next 2 crossings of breakpoint 1.\n");
    fixture_expect(s, "run", "Starting program: main (generic)\n" AT_SUB);
    fixture_expect(s, "print $r1", "$1 = 1\n");
    fixture_expect(s, "continue", "Continuing.\n[main returned 12, 28 insns, 28 cycles]\n");
    fixture_say(s, "run");
    fixture_expect(s, "continue 2", "Will ignore next 1 crossing of breakpoint 1.  Continuing.\n" AT_SUB);
    fixture_expect(s, "print $r1", "$2 = 1\n");
    session_free(s);
}

Test(breakpoints, temporary_once_disabled)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "tbreak sub_9");
    fixture_expect(s, "run", "Starting program: main (generic)\n\nTemporary breakpoint 1, sub_9 () at test.s:12\n12\tmix: r0 = r1\n");
    fixture_expect(s, "info breakpoints", "No breakpoints or watchpoints.\n");
    fixture_expect(s, "continue", "Continuing.\n[main returned 12, 28 insns, 28 cycles]\n");
    fixture_say(s, "break 8");
    fixture_say(s, "enable once 2");
    fixture_expect(s, "run", "Starting program: main (generic)\n\nBreakpoint 2, main () at test.s:8\n8\t    r6 -= 1\n");
    fixture_expect(s, "info breakpoints 2", "Num     Type           Disp Enb Address            What\n"
                                            "2       breakpoint     dis  n   insn 5             in main at test.s:8\n"
                                            "\tbreakpoint already hit 1 time\n");
    fixture_expect(s, "continue", "Continuing.\n[main returned 12, 28 insns, 28 cycles]\n");
    fixture_say(s, "enable 2");
    fixture_say(s, "disable");
    fixture_expect(s, "run", "Starting program: main (generic)\n[main returned 12, 28 insns, 28 cycles]\n");
    fixture_expect(s, "info breakpoints 99", "No breakpoint or watchpoint matching '99'.\n");
    session_free(s);
}

/* Two points on one slot, one of them deleted: the other still stops. */
Test(breakpoints, share_a_slot)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "break sub_9");
    fixture_say(s, "break sub_9");
    fixture_say(s, "delete 2");
    fixture_expect(s, "run", "Starting program: main (generic)\n" AT_SUB);
    fixture_say(s, "delete");
    fixture_expect(s, "continue", "Continuing.\n[main returned 12, 28 insns, 28 cycles]\n");
    session_free(s);
}

Test(breakpoints, commands_run_at_the_stop)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "break sub_9");
    fixture_say(s, "commands");
    fixture_say(s, "print $r1");
    fixture_say(s, "end");
    fixture_expect(s, "run", "Starting program: main (generic)\n" AT_SUB "$1 = 3\n");
    fixture_expect(s, "echo once\\n", "once\n");
    session_free(s);
}

Test(breakpoints, displays)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "display $r6", "1: $r6 = 0\n");
    fixture_expect(s, "display/x $r6 + 16", "2: /x $r6 + 16 = 0x10\n");
    fixture_expect(s, "display/i $pc", "3: x/i $pc\n=> 0 <main>:\tr6 = 3\n");
    fixture_expect(s, "next", "3\t    r7 = 0\n1: $r6 = 3\n2: /x $r6 + 16 = 0x13\n3: x/i $pc\n=> 1 <main+1>:\tr7 = 0\n");
    fixture_say(s, "undisplay 1-2");
    fixture_expect(s, "info display", "Auto-display expressions now in effect:\nNum Enb Expression\n3:   y  /i $pc\n");
    session_free(s);
}
