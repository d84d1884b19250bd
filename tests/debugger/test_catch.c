/* Catchpoints, and above all `catch uninit`: programs that read what was never written, each with what must be said and where; and programs
 * that look as if they did. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* `finding` is what stands in the parentheses of the first stop after `run`, NULL when the program must run to its end; pc is where. */
static const struct row {
    const char *program, *finding;
    unsigned pc;
} rows[] = {
    { "r0 = r3\nexit\n", "r3 was never written", 0 },
    { "r0 = 1\nr0 += r6\nexit\n", "r6 was never written", 1 },
    { "exit\n", "r0 was never written", 0 },
    { "if r6 == r7 goto +0\nr0 = 0\nexit\n", "r6, r7 were never written", 0 },
    { "r0 = 0\n*(u32 *)(r10 - 8) = r0\nr1 = *(u32 *)(r10 - 8)\nr1 = *(u64 *)(r10 - 8)\nexit\n", "4 bytes at r10-4 were never written", 3 },
    { "r0 = *(u8 *)(r10 - 512)\nexit\n", "1 byte at r10-512 was never written", 0 },
    { "r0 = 1\nlock *(u64 *)(r10 - 8) += r0\nexit\n", "8 bytes at r10-8 were never written", 1 },
    { "*(u64 *)(r10 - 8) = r1\nr0 = 7\nlock *(u64 *)(r10 - 8) += r0\nexit\n", NULL, 0 },
    /* after calls only r0 and what is saved are there */
    { "call ktime_get_ns\nr1 = r0\nr0 = r2\nexit\n", "r2 was never written", 2 },
    { "r6 = r1\ncall ktime_get_ns\nr0 = r6\nexit\n", NULL, 0 },
    { "call f\nr0 = r1\nexit\nf:\nr0 = 1\nexit\n", "r1 was never written", 1 },
    { "call f\nexit\nf:\nr0 = r1\nexit\n", NULL, 0 },
    { "call f\nexit\nf:\nr0 = r6\nexit\n", "r6 was never written", 2 },
    { "r6 = 1\ncall f\nr0 = r6\nexit\nf:\nexit\n", NULL, 0 },
    { "call f\nexit\nf:\nexit\n", "r0 was never written", 1 },
    /* a callee's frame is new each time; the caller's is reached through pointers */
    { "call f\ncall f\nexit\nf:\nr0 = 0\n*(u64 *)(r10 - 8) = r0\nr0 = *(u64 *)(r10 - 8)\nexit\n", NULL, 0 },
    { "call f\ncall g\nexit\nf:\nr0 = 0\n*(u64 *)(r10 - 8) = r0\nexit\ng:\nr0 = *(u64 *)(r10 - 8)\nexit\n", "8 bytes at r10-8 were never written", 6 },
    { "r1 = r10\ncall f\nr0 = *(u64 *)(r10 - 8)\nexit\nf:\n*(u64 *)(r1 - 8) = r1\nexit\n", NULL, 0 },
    /* helpers read and write memory */
    { "r1 = r10\nr1 += -16\nr2 = 16\ncall get_current_comm\nr0 = *(u64 *)(r10 - 16)\nexit\n", NULL, 0 },
    { "r1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\nexit\n", "8 bytes at r10-8 were never written", 3 },
    { "*(u32 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 4\ncall trace_printk\nr0 = 0\nexit\n", NULL, 0 },
    { "r1 = r10\nr1 += -8\nr2 = 8\ncall probe_read\nexit\n", "r3 was never written", 3 },
};

Test(catch, uninit)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        char expected[128];
        struct session *s = fixture_program(row->program);
        fixture_expect(s, "catch uninit", "Catchpoint 1 (uninit)\n");
        const char *text = fixture_say(s, "run");
        if (!row->finding) {
            cr_expect(strstr(text, " returned "), "%s: %s", row->program, text);
        } else {
            snprintf(expected, sizeof expected, "\nCatchpoint 1 (%s), ", row->finding);
            cr_expect(strstr(text, expected), "%s: wants %s: %s", row->program, expected, text);
            cr_expect_eq(session_event(s)->pc, row->pc, "%s: %u", row->program, session_event(s)->pc);
        }
        session_free(s);
    }
}

/* What was done without the shadow counts as written, and so does what the user writes; a new run begins anew. */
Test(catch, uninit_begins_late)
{
    struct session *s = fixture_program("r0 = 1\nr1 = r7\nr2 = r8\nr3 = r9\nexit\n");
    fixture_say(s, "start");
    fixture_say(s, "stepi");
    fixture_say(s, "catch uninit");
    cr_assert(strstr(fixture_say(s, "continue"), " returned "));
    cr_assert(strstr(fixture_say(s, "run"), "(r7 was never written)"));
    fixture_say(s, "set $r8 = 1");
    cr_assert(strstr(fixture_say(s, "continue"), "(r9 was never written)"));
    fixture_say(s, "condition 2 $pc != 1");
    cr_assert(strstr(fixture_say(s, "run"), "(r8 was never written)"));
    fixture_say(s, "disable 2");
    cr_assert(strstr(fixture_say(s, "run"), " returned "));
    session_free(s);
}

Test(catch, events)
{
    struct session *s = fixture_program("r6 = 2\nloop:\nr1 = r6\ncall f\nr6 += -1\nif r6 != 0 goto loop\nexit\nf:\ncall ktime_get_ns\nr0 = 0\nexit\n");
    fixture_expect(s, "catch exit", "Catchpoint 1 (exit)\n");
    fixture_expect(s, "catch call if r6 == 1", "Catchpoint 2 (call)\n");
    fixture_expect(s, "tcatch branch", "Catchpoint 3 (branch)\n");
    fixture_expect(s, "catch helper 5", "Catchpoint 4 (helper 'bpf_ktime_get_ns' [5])\n");
    static const char *const stops[] = { "\nCatchpoint 4 (call to bpf_ktime_get_ns), ", "\nTemporary catchpoint 3 (branch), ",
                                         "\nCatchpoint 2 (call to ", "\nCatchpoint 4 (call to bpf_ktime_get_ns), ",
                                         "\nCatchpoint 1 (exit of main), ", " returned 0" };
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        const char *text = fixture_say(s, i ? "continue" : "run");
        cr_assert(strstr(text, stops[i]), "stop %zu: %s", i, text);
    }
    session_free(s);
}

Test(catch, map_update)
{
    struct session *s = fixture_program("r1 = 0\nr2 = r10\nr3 = r10\nr4 = 0\ncall map_update_elem\nr0 = 0\nexit\n");
    fixture_expect(s, "catch map-update", "Catchpoint 1 (any map-update)\n");
    fixture_expect(s, "catch map-update flows", "There is no map \"flows\".\n");
    cr_assert(strstr(fixture_say(s, "run"), "\nCatchpoint 1 (bpf_map_update_elem of map ?), "));
    session_free(s);
}

/* `old` and `new`: in the engine for what is one place, in the session for the rest, with the same answer. */
Test(catch, watch_old_new)
{
    static const char *const watches[] = { "watch r6 if new > old + 1", "watch w6 if new > old + 1", "watch r6 + 0 if new > old + 1",
                                           "watch r6 if $zero + new > old + 1", "watch *(u64 *)($r10 - 8) if new > old + 1",
                                           "watch -l *(int *)($r10 - 8) if old + 1 < new" };
    static const char program[] = "r6 = 0\nr6 += 1\n*(u64 *)(r10 - 8) = r6\nr6 += 1\n*(u64 *)(r10 - 8) = r6\nr6 += 5\n*(u64 *)(r10 - 8) = r6\n"
                                  "r0 = 0\nexit\n";
    for (size_t i = 0; i < sizeof watches / sizeof watches[0]; i++) {
        struct session *s = fixture_program(program);
        fixture_say(s, "start");
        fixture_say(s, "set $zero = 0");
        cr_assert(strstr(fixture_say(s, watches[i]), "watchpoint 2"), "%s", watches[i]);
        const char *text = fixture_say(s, "continue");
        cr_assert(strstr(text, "Old value = 2\nNew value = 7\n"), "%s: %s", watches[i], text);
        session_free(s);
    }
}

/* An element of a map by its key: it comes, changes in place, moves, goes; the same value again is no change. */
Test(catch, watch_element)
{
    static const char *const stops[] = {
        "Old value = <no such element>\nNew value = {packets = 1, bytes = 60}\n",
        "Old value = {packets = 1, bytes = 60}\nNew value = {packets = 2, bytes = 60}\n",
        "Old value = {packets = 2, bytes = 60}\nNew value = {packets = 1, bytes = 61}\n",
        "Old value = {packets = 1, bytes = 61}\nNew value = <no such element>\n",
        "\nHardware watchpoint 2: recent[7]\n\nOld value = <no such element>\nNew value = 5\n",
        "\nHardware watchpoint 2: recent[7]\n\nOld value = 5\nNew value = <no such element>\n",
        " returned 2 (XDP_PASS)",
    };
    struct session *s = fixture_flows();
    fixture_expect(s, "watch flows[7]", "Hardware watchpoint 1: flows[7]\n");
    fixture_expect(s, "watch recent[7]", "Hardware watchpoint 2: recent[7]\n");
    fixture_expect(s, "watch flows[8].packets if new > old", "Hardware watchpoint 3: flows[8].packets\n");
    fixture_say(s, "delete 3");
    fixture_expect(s, "watch -l flows[7]", "There is no element with that key in map flows.\n");
    fixture_expect(s, "rwatch flows[7]", "Expression cannot be implemented with read/access watchpoint.\n");
    fixture_expect(s, "watch flows[nothing]", "No symbol \"nothing\" in current context.\n");
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        const char *text = fixture_say(s, i ? "continue" : "run");
        cr_assert(strstr(text, stops[i]), "stop %zu: %s", i, text);
    }
    fixture_say(s, "delete");
    fixture_say(s, "set $which = 8");
    fixture_expect(s, "watch flows[$which].bytes + 1", "Hardware watchpoint 4: flows[$which].bytes + 1\n");
    cr_assert(strstr(fixture_say(s, "run"), "Old value = <no such element>\nNew value = 61\n"));
    cr_assert(strstr(fixture_say(s, "continue"), "Old value = 61\nNew value = <no such element>\n"));
    fixture_say(s, "delete");
    fixture_expect(s, "watch recent[9] if new > old", "Hardware watchpoint 5: recent[9]\n");
    fixture_expect(s, "catch map-update flows", "Catchpoint 6 (map-update 'flows')\n");
    fixture_say(s, "map reset");
    cr_assert(strstr(fixture_say(s, "run"), "\nCatchpoint 6 (bpf_map_update_elem of map flows), "));
    session_free(s);
}
