/* Defects of other debuggers that are about values, as tests that pass here. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct session *
locals(const char *object)
{
    static uint8_t packet[64];
    char path[512];
    struct errinfo e;
    struct buf notes = BUF_EMPTY;
    const char *dir = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/debugger/%s", dir ? dir : ".", object);
    if (access(path, R_OK) != 0)
        cr_skip("%s is missing: its compiler is not installed", path);
    struct session *s = fixture_session();
    cr_assert_eq(session_load(s, path, NULL, &notes, &e), OK);
    cr_assert_eq(session_set_input(s, &(struct input){ .packet = packet, .packet_bytes = sizeof packet }, &e), OK);
    buf_free(&notes);
    return s;
}

/* gdb built for BPF: pointers of 4 bytes, and what a function returns taken from the wrong end of r0. */
Test(peers, pointers_and_returned_values)
{
    struct session *s = locals("locals-v3.o");
    fixture_expect(s, "print sizeof(void *)", "$1 = 8\n");
    fixture_say(s, "break arithmetic");
    fixture_say(s, "run");
    fixture_say(s, "set var $r1 = 6");
    fixture_say(s, "set var $r2 = 7");
    const char *text = fixture_say(s, "finish");
    /* sum 13, product 91, shifted 11, wide 143; 143 ^ 91 = 212 */
    cr_assert(strstr(text, "Value returned is $2 = 212\n"), "%s", text);
    fixture_expect(s, "whatis $2", "type = int\n");
    session_free(s);
}

/* Others show a whole struct as optimised out, or its missing parts as zeros. */
static void
some_fields_are_gone(const char *object)
{
    struct session *s = locals(object);
    fixture_say(s, "break aggregate");
    fixture_say(s, "run");
    const char *text = "";
    for (int i = 0; i < 40 && !strstr(text, "b = <optimized out>"); i++) {
        fixture_say(s, "stepi");
        text = fixture_say(s, "print p");
    }
    cr_assert(strstr(text, "b = <optimized out>") && strstr(text, "c = 7 '\\a'"), "%s", text);
    cr_assert(strstr(fixture_say(s, "print p.b"), " = <optimized out>\n"));
    cr_assert(strstr(fixture_say(s, "print p.c + 1"), " = 8\n"));
    fixture_expect(s, "print p.b + 1", "value has been optimized out\n");
    fixture_expect(s, "print p.b = 1", "value has been optimized out\n");
    session_free(s);
}

Test(peers, fields_optimised_out)
{
    some_fields_are_gone("locals-v1.o");
    some_fields_are_gone("locals-v3.o");
}

/* All clangs count stack variables from the wrong end of the frame; gdb and lldb show what lies there. */
Test(peers, frames_of_clang)
{
    static const char *const objects[] = { "locals-v1.o", "locals-v3.o" };
    for (int i = 0; i < 2; i++) {
        struct session *s = locals(objects[i]);
        fixture_say(s, "break fill");
        fixture_say(s, "run");
        char where[64];
        snprintf(where, sizeof where, "%s", strchr(fixture_say(s, "print/x w"), '='));
        fixture_say(s, "up");
        cr_assert_str_eq(strchr(fixture_say(s, "print/x &w"), '='), where);
        session_free(s);
    }
}
