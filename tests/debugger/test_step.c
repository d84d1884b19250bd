/* Running, stopping and stepping a small program: what gdb's rules give for it. The line table is the assembly text's: a line per
 * instruction, so every step by lines is a step by instructions except over calls. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <string.h>

#define START "Temporary breakpoint 1 at insn 0: file test.s, line 2.\nStarting program: main (generic)\n\nTemporary breakpoint 1, main () at test.s:2\n2\t    r6 = 3\n"
#define RETURNED "[main returned 12, 28 insns, 28 cycles]\n"

Test(step, run_to_the_end)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_expect(s, "run", "Starting program: main (generic)\n" RETURNED);
    cr_assert(!session_is_running(s));
    cr_assert_eq(session_event(s)->kind, EVENT_EXIT);
    fixture_expect(s, "print $_exitcode", "$1 = 12\n");
    fixture_expect(s, "print $icount", "$2 = 28\n");
    fixture_expect(s, "print $r0", "No registers.\n");
    session_free(s);
}

Test(step, start_and_step_into)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_expect(s, "start", START);
    fixture_expect(s, "step", "3\t    r7 = 0\n");
    fixture_expect(s, "step 2", "6\t    call mix\n");
    fixture_expect(s, "step", "sub_9 () at test.s:12\n12\tmix: r0 = r1\n");
    fixture_expect(s, "bt", "#0  sub_9 () at test.s:12\n#1  insn 4 in main () at test.s:6\n");
    fixture_expect(s, "bt 1", "#0  sub_9 () at test.s:12\n(More stack frames follow...)\n");
    fixture_expect(s, "bt -1", "#1  insn 4 in main () at test.s:6\n");
    fixture_expect(s, "step 3", "main () at test.s:7\n7\t    r7 += r0\n");
    session_free(s);
}

Test(step, next_goes_over_calls)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "next 4", "7\t    r7 += r0\n");
    fixture_expect(s, "print $r0", "$1 = 6\n");
    fixture_expect(s, "print $icount", "$2 = 7\n");
    fixture_expect(s, "next 100", RETURNED);
    fixture_expect(s, "next", "The program is not being run.\n");
    session_free(s);
}

/* A program without an exit: where it goes on there is nothing to show, and nothing to read. */
Test(step, behind_the_end)
{
    struct session *s = fixture_program("r1 = 1\nr2 = 2\n");
    fixture_say(s, "start");
    fixture_expect(s, "stepi 2", "insn 2 in ?? ()\n=> 2:\t(behind the end)\n");
    fixture_expect(s, "x/i $pc", "No instruction 2; the program has instructions 0 to 1.\n");
    fixture_expect(s, "info locals", "No symbol table info available.\n");
    session_free(s);
}

Test(step, instructions)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "stepi 4", "sub_9 () at test.s:12\n12\tmix: r0 = r1\n");
    fixture_expect(s, "print $icount", "$1 = 4\n");
    fixture_expect(s, "finish", "Run till exit from #0  sub_9 () at test.s:12\nmain () at test.s:7\n7\t    r7 += r0\nValue returned is $2 = 6\n");
    fixture_expect(s, "finish", "\"finish\" not meaningful in the outermost frame.\n");
    fixture_expect(s, "nexti 4", "6\t    call mix\n");
    fixture_expect(s, "nexti", "7\t    r7 += r0\n");
    fixture_expect(s, "stepi 1000000", RETURNED);
    session_free(s);
}

/* One engine run, not a million: the whole budget is spent in one call, so a breakpoint on the way still stops it. */
Test(step, counted_steps_stop_at_breakpoints)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_say(s, "break *5");
    fixture_expect(s, "stepi 1000", "\nBreakpoint 2, main () at test.s:8\n8\t    r6 -= 1\n");
    fixture_expect(s, "stepi 0", "");
    session_free(s);
}

Test(step, until_leaves_the_loop)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_say(s, "next 6");
    fixture_expect(s, "until", "10\t    r0 = r7\n"); /* line 9 jumps back: until does not follow */
    fixture_expect(s, "print $r7", "$1 = 12\n");
    session_free(s);
}

Test(step, until_and_advance_to_a_place)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "until 8", "main () at test.s:8\n8\t    r6 -= 1\n");
    fixture_expect(s, "advance sub_9", "sub_9 () at test.s:12\n12\tmix: r0 = r1\n");
    fixture_expect(s, "advance 10", "main () at test.s:7\n7\t    r7 += r0\n"); /* the frame has returned before */
    fixture_expect(s, "advance", "Argument required (a location).\n");
    session_free(s);
}

Test(step, frames)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "up", "Initial frame selected; you cannot go up.\n");
    fixture_say(s, "stepi 4");
    fixture_expect(s, "up", "#1  insn 4 in main () at test.s:6\n6\t    call mix\n");
    fixture_expect(s, "print $pc", "$1 = (void (*)()) 4 <main+4>\n");
    fixture_expect(s, "print $r6", "$2 = 3\n");
    fixture_expect(s, "print $r1", "The value of $r1 was not saved by the call.\n");
    fixture_expect(s, "set $r6 = 1", "");
    fixture_expect(s, "frame 3", "No frame at level 3.\n");
    fixture_expect(s, "down", "#0  sub_9 () at test.s:12\n12\tmix: r0 = r1\n");
    fixture_expect(s, "down", "Bottom (innermost) frame selected; you cannot go down.\n");
    fixture_expect(s, "continue", "Continuing.\n[main returned 6, 12 insns, 12 cycles]\n"); /* the caller's r6 was changed */
    session_free(s);
}

Test(step, jump_and_set_pc)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_say(s, "break 10");
    fixture_expect(s, "jump 10", "Continuing at insn 7.\n\nBreakpoint 2, main () at test.s:10\n10\t    r0 = r7\n");
    fixture_expect(s, "print $pc = 99", "No instruction 99; the program has instructions 0 to 11.\n");
    fixture_expect(s, "set $pc = 8", "");
    fixture_expect(s, "continue", "Continuing.\n[main returned 0, 1 insn, 1 cycle]\n");
    session_free(s);
}

Test(step, a_fault_can_be_mended)
{
    struct session *s = fixture_program("r1 = 0\nr0 = *(u8 *)(r1 + 4)\nexit\n");
#define FAULT "\nProgram fault: read of 1 byte at a null pointer + 4.\nmain () at test.s:2\n2\tr0 = *(u8 *)(r1 + 4)\n"
    fixture_expect(s, "run", "Starting program: main (generic)\n" FAULT);
    cr_assert(session_is_running(s));
    cr_assert_eq(session_event(s)->kind, EVENT_FAULT);
    fixture_expect(s, "continue", "Continuing.\n" FAULT);
    fixture_expect(s, "set $r1 = 0x100000", "");
    fixture_expect(s, "continue", "Continuing.\n[main returned 4, 3 insns, 3 cycles]\n");
    session_free(s);
}

Test(step, without_lines)
{
    struct program *program;
    static const uint8_t code[] = { 0xb7, 0, 0, 0, 7, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0 };
    struct session *s = fixture_session();
    struct buf out = BUF_EMPTY;
    program = program_from_code(code, 2);
    session_adopt(s, program, &out);
    fixture_expect(s, "start", "Temporary breakpoint 1 at insn 0\nStarting program: main (generic)\n\nTemporary breakpoint 1, insn 0 in main ()\n=> 0 <main>:\tr0 = 7\n");
    fixture_expect(s, "stepi", "insn 1 in main ()\n=> 1 <main+1>:\texit\n");
    fixture_expect(s, "step", "Single stepping until exit from function main,\nwhich has no line number information.\n[main returned 7, 2 insns, 2 cycles]\n");
    buf_free(&out);
    session_free(s);
}

Test(step, a_run_that_does_not_end_is_stopped)
{
    struct session *s = fixture_program("r0 = 0\nagain: r0 += 1\ngoto again\n");
    fixture_say(s, "set max-insns 1000");
    fixture_expect(s, "run", "Starting program: main (generic)\nmain () at test.s:3\n3\tgoto again\n");
    fixture_expect(s, "print $icount", "$1 = 1000\n");
    session_free(s);
}
