/* x, print and list over memory with known bytes: the same bytes and commands in gdb 13.1 gave these texts (but for the addresses). */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const uint8_t memory[40] = { 1, 2, 3, 0x80, 0xff, 0, 0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0, 0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1 };

/* What follows "0x100000 <...>:" in the first line. */
static const struct row {
    const char *line, *expected;
} gdb_rows[] = {
    { "x/8xb $r1", "\t0x01\t0x02\t0x03\t0x80\t0xff\t0x00\t0x00\t0x00\n" },
    { "x/4ob $r1", "\t01\t02\t03\t0200\n" },
    { "x/2ow $r1", "\t020000601001\t0377\n" },
    { "x/2og $r1", "\t017760000601001\t06755433062550\n" },
    { "x/2dw $r1", "\t-2147286527\t255\n" },
    { "x/3db $r1", "\t1\t2\t3\n" },
    { "x/2uh $r1", "\t513\t32771\n" },
    { "x/4tb $r1", "\t00000001\t00000010\t00000011\t10000000\n" },
    { "x/2th $r1", "\t0000001000000001\t1000000000000011\n" },
    { "x/1tw $r1", "\t10000000000000110000001000000001\n" },
    { "x/2zw $r1", "\t0x80030201\t0x000000ff\n" },
    { "x/4cb $r1", "\t1 '\\001'\t2 '\\002'\t3 '\\003'\t-128 '\\200'\n" },
    { "x/2cw $r1", "\t1 '\\001'\t-1 '\\377'\n" },
    { "x/2ag $r1", "\t0xff80030201\t0x6f6c6c6568\n" },
    { "x/2fw $r1", "\t-2.76225355e-40\t3.57331108e-43\n" },
    { "x/2fg $r1", "\t5.4217002198234125e-312\t2.3644025953870878e-312\n" },
    { "x/fb $r1", "\t1\n" },
    { "x/s $r1+8", "\t\"hello\"\n" },
    { "x/2xh $r1", "\t0x0201\t0x8003\n" },
    { "x/xw $r1", "\t0x80030201\n" },
    { "x", "\t0x000000ff\n" },
    { "x/-2xb $r1+4", "\t0x03\t0x80\n" },
};

Test(examine, units_as_gdb)
{
    struct session *s = fixture_program("r0 = 0\nexit\n");
    struct errinfo e;
    struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    session_set_input(s, &input, &e);
    fixture_say(s, "start");
    for (size_t i = 0; i < sizeof gdb_rows / sizeof gdb_rows[0]; i++) {
        const char *text = fixture_say(s, gdb_rows[i].line), *behind = strstr(text, ":\t");
        cr_expect(behind && strcmp(behind + 1, gdb_rows[i].expected) == 0, "%s\n%s", gdb_rows[i].line, text);
    }
    fixture_expect(s, "x/0x $r1", "");
    fixture_expect(s, "print $__", "$1 = -128 '\\200'\n");
    session_free(s);
}

/* Typed places: what a pointer points to, arrays, strings, assignments. */
static const struct row values[] = {
    { "print *(unsigned char *)$r1", "$1 = 1 '\\001'\n" },
    { "print *(unsigned char *)$r1@4", "$2 = \"\\001\\002\\003\\200\"\n" },
    { "print/x *(unsigned char *)$r1@4", "$3 = {0x1, 0x2, 0x3, 0x80}\n" },
    { "print *(unsigned char *)$r1@40",
      "$4 = \"\\001\\002\\003\\200\\377\\000\\000\\000hello\\000\\000\\000\", '\\005' <repeats 14 times>, \"\\001\\000\\000\\000\\000\\000\\000\\000\\000\"\n" },
    { "print ((u16 *)$r1)[1]", "$5 = 32771\n" },
    { "print {short}($r1+2)", "$6 = -32765\n" },
    { "print *(int *)$r1", "$7 = -2147286527\n" },
    { "print (char *)($r1+8)", "$8 = 0x100008 <mem+8> \"hello\"\n" },
    { "print *(u32 *)$r1 = 5", "$9 = 5\n" },
    { "print *(u32 *)$r1 + 1", "$10 = 6\n" },
    { "print sizeof(*(u32 *)$r1)", "$11 = 4\n" },
    { "print &*(u32 *)$r1", "$12 = (u32 *) 0x100000 <mem+0>\n" },
    { "print *(u64 *)($r1+36)", "Cannot access memory at address 0x100028\n" },
    { "whatis *(u32 *)$r1@2", "type = u32 [2]\n" },
    { "whatis $r1", "type = long\n" },
    { "whatis $r10", "type = void *\n" },
    { "whatis $w1", "type = int\n" },
    { "print $r10", "$13 = (void *) 0x30000 <fp>\n" },
    { "print/x $r1 = -1", "$14 = 0xffffffffffffffff\n" },
    { "print $w1", "$15 = -1\n" },
    { "print/x $w1 = 0x80000000", "$16 = 0x80000000\n" },
    { "print/x $r1", "$17 = 0x80000000\n" }, /* a write to a half clears the other one, as the instruction set has it */
    { "print main", "$18 = (void (*)()) 0 <main>\n" },
    { "print main + 1", "$19 = (void (*)()) 1 <main+1>\n" },
    { "print $icount = 1", "Left operand of assignment is not a modifiable lvalue.\n" },
};

Test(examine, values_in_memory)
{
    struct session *s = fixture_program("r0 = 0\nexit\n");
    struct errinfo e;
    struct input input = { .ctx = memory, .ctx_bytes = sizeof memory };
    session_set_input(s, &input, &e);
    fixture_say(s, "start");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        fixture_expect(s, values[i].line, values[i].expected);
    session_free(s);
}

Test(examine, list_and_disassemble)
{
    struct session *s = fixture_program("r0 = 0\nr1 = 0x1122334455667788 ll\nif r0 == 0 goto out\nr0 = 1\nout: exit\n");
    fixture_say(s, "break 4");
    fixture_say(s, "start");
    fixture_expect(s, "list", "1>\tr0 = 0\n2\tr1 = 0x1122334455667788 ll\n3\tif r0 == 0 goto out\n4B\tr0 = 1\n5\tout: exit\n");
    fixture_expect(s, "list", "Line number 6 out of range; test.s has 5 lines.\n");
    fixture_expect(s, "list 2,3", "2\tr1 = 0x1122334455667788 ll\n3\tif r0 == 0 goto out\n");
    fixture_expect(s, "list -", "1>\tr0 = 0\n");
    fixture_expect(s, "list -", "Already at the start of test.s.\n");
    fixture_expect(s, "disassemble", "Dump of assembler code for function main:\n"
                                     "=>     0 <+0>:\tr0 = 0\n"
                                     "       1 <+1>:\tr1 = 0x1122334455667788 ll\n"
                                     "       3 <+3>:\tif r0 == 0x0 goto pc+1\n"
                                     "       4 <+4>:\tr0 = 1\n"
                                     "       5 <+5>:\texit\n"
                                     "End of assembler dump.\n");
    fixture_expect(s, "disassemble/r 1,+2", "Dump of assembler code from insn 1 to 3:\n"
                                            "       1 <+1>:\t18 01 00 00 88 77 66 55 00 00 00 00 44 33 22 11\tr1 = 0x1122334455667788 ll\n"
                                            "End of assembler dump.\n");
    fixture_expect(s, "disassemble/n 1,+2", "Engine \"interp\" makes no native code, and there is no other that does.\n");
    fixture_expect(s, "info line 3", "Line 3 of \"test.s\" starts at insn 3 <main+3> and ends at 4 <main+4>.\n");
    fixture_expect(s, "break *2", "Instruction 2 is the second half of a 16-byte instruction.\n");
    session_free(s);
}
