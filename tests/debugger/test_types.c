/* Typed expressions over an object's BTF, its global variables, and stepping code that a compiler made. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct row {
    const char *line, *expected;
} rows[] = {
    { "print counter", "$1 = 5\n" },
    { "print origin", "$2 = {x = 1, y = 2, tag = 99 'c', low = 3, high = 4}\n" },
    { "print/x origin", "$3 = {x = 0x1, y = 0x2, tag = 0x63, low = 0x3, high = 0x4}\n" },
    { "print origin.tag", "$4 = 99 'c'\n" },
    { "print origin.high + origin.low", "$5 = 7\n" },
    { "print &origin.y == (int *)&origin + 1", "$6 = 1\n" },
    { "print (&origin)->y", "$7 = 2\n" },
    { "print corners[1].y", "$8 = 40\n" },
    { "print *corners", "$9 = {x = 10, y = 20, tag = 97 'a', low = 0, high = 0}\n" },
    { "print text", "$10 = \"hey\\000\\000\\000\\000\"\n" },
    { "print text[1]", "$11 = 101 'e'\n" },
    { "print shade", "$12 = GREEN\n" },
    { "print (enum color)0", "$13 = RED\n" },
    { "print (int)shade", "$14 = 1\n" },
    { "print sizeof(struct point)", "$15 = 12\n" },
    { "print origin.y = 9", "$16 = 9\n" },
    { "print ((struct point *)&origin)->y", "$17 = 9\n" },
    { "print $copy = origin", "$18 = {x = 1, y = 9, tag = 99 'c', low = 3, high = 4}\n" },
    { "print $copy.y", "$19 = 9\n" },
    { "print origin.nosuch", "There is no member named nosuch.\n" },
    { "print counter.x", "Attempt to extract a component of a value that is not a structure.\n" },
    { "print origin = 5", "Invalid cast.\n" },
    { "print (struct nosuch *)5", "No struct type named nosuch.\n" },
    { "print origin + 1", "Argument to arithmetic operation not a number or boolean.\n" },
    { "print origin.", "A syntax error in expression, near `'.\n" },
    { "whatis origin", "type = struct point\n" },
    { "whatis &origin", "type = struct point *\n" },
    { "whatis shade", "type = enum color\n" },
    { "whatis zero", "type = __u64\n" },
    { "ptype struct point",
      "type = struct point {\n    int x;\n    int y;\n    char tag;\n    unsigned int low : 3;\n    unsigned int high : 5;\n}\n" },
    { "map dump .bss", "zero = 0\nwhere = (struct point *) 0x0\n" },
};

Test(types, expressions)
{
    struct session *s = fixture_values();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fixture_expect(s, rows[i].line, rows[i].expected);
    session_free(s);
}

/* Keys in braces: by name, by position, nested, with bit-fields; elements are places. */
static const struct row keys[] = {
    { "map update pairs 01:00:02:03:04:05:06:00:01:00:00:00 01:00:00:00:02:00:00:00:63:00:00:00", "" },
    { "print pairs[{1, 2, {3, 4, 5}, 6, 1}]", "$1 = {x = 1, y = 2, tag = 99 'c', low = 0, high = 0}\n" },
    { "print pairs[{.b = 2, .a = 1, .low = 6, .parts = {3, 4, 5}, .high = 1}].y", "$2 = 2\n" },
    { "print pairs[{1, 2, \"\\003\\004\\005\", 6, 1}].y = 7", "$3 = 7\n" },
    { "print pairs[{1, 2, {3, 4, 5}, 6, 1}].low = 5", "$4 = 5\n" },
    { "print pairs[{1, 2, {3, 4, 5}, 6, 1}].low - 6", "$5 = -1\n" },
    { "print pairs[{1, 2, {3, 4, 5}, 6, 1}]", "$6 = {x = 1, y = 7, tag = 99 'c', low = 5, high = 0}\n" },
    { "print origin = pairs[{1, 2, {3, 4, 5}, 6, 1}]", "$7 = {x = 1, y = 7, tag = 99 'c', low = 5, high = 0}\n" },
    { "print pairs[{.a = 1}]", "There is no element with that key in map pairs.\n" },
    { "print pairs[{}]", "There is no element with that key in map pairs.\n" },
    { "print pairs[1]", "A key of several parts is written in braces, as in flows[{.src = 1, .dst = 2}].\n" },
    { "print pairs[{.nosuch = 1}]", "There is no member named nosuch.\n" },
    { "print pairs[{1, 2, {3, 4, 5, 6}}]", "Too many values for the key.\n" },
    { "print pairs[origin]", NULL },
    { "print pairs[{1/0}]", "Division by zero\n" },
    { "print pairs[{1,,}]", NULL },
    { "print {1}", "A syntax error in expression, near `}'.\n" },
    { "whatis pairs[{1}]", "type = struct point\n" },
    { "ptype/o struct point", "/* offset      |    size */  type = struct point {\n"
                              "/*      0      |       4 */    int x;\n"
                              "/*      4      |       4 */    int y;\n"
                              "/*      8      |       1 */    char tag;\n"
                              "/*      9: 0   |       4 */    unsigned int low : 3;\n"
                              "/*      9: 3   |       4 */    unsigned int high : 5;\n"
                              "/* XXX  2-byte padding   */\n\n"
                              "                               /* total size (bytes):   12 */\n"
                              "                             }\n" },
};

Test(types, keys_of_maps)
{
    struct session *s = fixture_values();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].expected)
            fixture_expect(s, keys[i].line, keys[i].expected);
        else
            fixture_say(s, keys[i].line);
    }
    session_free(s);
}

/* A loop on one line is one line: next goes over all of it, and over the call; step enters the call. */
Test(types, stepping_compiled_code)
{
    struct session *s = fixture_values();
    fixture_say(s, "break 45");
    fixture_say(s, "run");
    cr_assert_eq(session_event(s)->kind, EVENT_BREAKPOINT);
    fixture_say(s, "break twice");
    const char *text = "";
    for (int i = 0; i < 12 && !strstr(text, "Breakpoint 2"); i++)
        text = fixture_say(s, "next");
    cr_assert(strstr(text, "Breakpoint 2, twice (n=7) at values.bpf.c:36"), "%s", text);
    fixture_say(s, "delete 2");
    text = fixture_say(s, "finish");
    cr_assert(strstr(text, "Run till exit from #0  twice (n=7) at values.bpf.c:"), "%s", text);
    cr_assert(strstr(text, "Value returned is $1 = 14"), "%s", text);
    fixture_expect(s, "print counter", "$2 = 7\n");
    text = fixture_say(s, "continue");
    cr_assert(strstr(text, "[values returned 2 (XDP_PASS), "), "%s", text);
    fixture_expect(s, "print origin.x", "$3 = 14\n");
    session_free(s);
}

/* Values and displays of a program that is gone neither crash nor lie about types. */
Test(types, outlive_their_program)
{
    struct session *s = fixture_values();
    fixture_say(s, "print $copy = origin");
    fixture_say(s, "print &origin");
    fixture_say(s, "display origin.x");
    fixture_say(s, "break twice if origin.x == 1");
    struct program *program;
    struct errinfo e;
    struct buf out = BUF_EMPTY;
    struct load_options options = { .format = FORMAT_ASM };
    cr_assert_eq(program_load_bytes("a.s", (const uint8_t *)"r0 = 0\nexit\n", 12, &options, &program, &e), OK);
    session_adopt(s, program, &out);
    cr_assert_str_eq(buf_text(&out), "Error in re-setting breakpoint 1: Function \"twice\" not defined.\n"
                                     "Display 1 is deleted: No symbol \"origin\" in current context.\n");
    fixture_expect(s, "print $copy", "$3 = \"\\001\\000\\000\\000\\002\\000\\000\\000c#\\000\"\n");
    fixture_expect(s, "whatis $2", "type = void *\n");
    fixture_expect(s, "info breakpoints", "Num     Type           Disp Enb Address            What\n"
                                          "1       breakpoint     keep n   <PENDING>          \n\tstop only if origin.x == 1\n");
    buf_free(&out);
    session_free(s);
}
