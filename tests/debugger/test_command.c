/* The command language: words, abbreviations, repetition, completion, definitions, files. Messages are gdb's. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every command's full name, and what gdb's short forms mean. */
static const struct row {
    const char *word, *name;
} short_forms[] = {
    { "b", "break" },      { "c", "continue" },  { "d", "delete" },      { "f", "frame" },    { "h", "help" },    { "i", "info" },
    { "j", "jump" },       { "k", "kill" },      { "l", "list" },        { "n", "next" },     { "p", "print" },   { "r", "run" },
    { "s", "step" },       { "u", "until" },     { "x", "x" },           { "bt", "backtrace" }, { "fin", "finish" }, { "si", "stepi" },
    { "ni", "nexti" },     { "disas", "disassemble" }, { "tb", "tbreak" }, { "dis", "disable" }, { "en", "enable" }, { "where", "backtrace" },
    { "fg", "continue" },  { "inf", "info" },    { "q", "quit" },        { "br", "break" },   { "cont", "continue" }, { "und", "undisplay" },
    { "adv", "advance" },  { "unti", "until" },  { "wha", "whatis" },    { "disp", "display" }, { "cond", "condition" }, { "ig", "ignore" },
};

/* help says "step, s\nStep..." or the summary: both contain the usage, which starts with the name. */
Test(command, short_forms_of_gdb)
{
    struct session *s = fixture_session();
    for (size_t i = 0; i < sizeof short_forms / sizeof short_forms[0]; i++) {
        char line[64], usage[64];
        snprintf(line, sizeof line, "help %s", short_forms[i].word);
        snprintf(usage, sizeof usage, "Usage: %s", short_forms[i].name);
        const char *text = fixture_say(s, line);
        cr_expect(strstr(text, usage), "%s: %s", line, text);
    }
    session_free(s);
}

Test(command, words_of_gdb)
{
    static const struct row rows[] = {
        { "foo", "Undefined command: \"foo\".  Try \"help\".\n" },
        { "e", "Ambiguous command \"e\": echo, enable.\n" },
        { "info foo", "Undefined info command: \"foo\".  Try \"help info\".\n" },
        { "info f", "No stack.\n" },
        { "info so", "Ambiguous info command \"so\": source, sources.\n" },
        { "show foo", "Undefined show command: \"foo\".  Try \"help show\".\n" },
        { "help foo", "Undefined command: \"foo\".  Try \"help\".\n" },
        { "run", "No executable file specified.\nUse the \"file\" command.\n" },
        { "c", "The program is not being run.\n" },
        { "step", "The program is not being run.\n" },
        { "finish", "The program is not being run.\n" },
        { "jump 3", "The program is not being run.\n" },
        { "kill", "The program is not being run.\n" },
        { "info registers", "The program has no registers now.\n" },
        { "bt", "No stack.\n" },
        { "up", "No stack.\n" },
        { "frame 3", "No stack.\n" },
        { "p $pc", "No registers.\n" },
        { "p foo", "No symbol table is loaded.  Use the \"file\" command.\n" },
        { "b main", "No symbol table is loaded.  Use the \"file\" command.\n" },
        { "list", "No symbol table is loaded.  Use the \"file\" command.\n" },
        { "info breakpoints", "No breakpoints or watchpoints.\n" },
        { "info display", "There are no auto-display expressions now.\n" },
        { "info program", "The program being debugged is not being run.\n" },
        { "delete 99", "No breakpoint number 99.\n" },
        { "delete -1", "negative value\n" },
        { "enable foo", "Bad breakpoint number 'foo'\n" },
        { "ignore", "Argument required (a breakpoint number).\n" },
        { "ignore 99 1", "No breakpoint number 99.\n" },
        { "condition", "Argument required (breakpoint number).\n" },
        { "condition 99 1", "No breakpoint number 99.\n" },
        { "undisplay 3", "No display number 3.\n" },
        { "output", "Argument required (expression to compute).\n" },
        { "set", "Argument required (expression to compute).\n" },
        { "set var", "Argument required (expression to compute).\n" },
        { "set $", "warning: Expression is not an assignment (and might have no effect)\n" },
        { "set listsize", "Argument required (integer to set it to, or \"unlimited\").\n" },
        { "set confirm foo", "\"on\" or \"off\" expected.\n" },
        { "show confirm", "Whether to confirm potentially dangerous operations is on.\n" },
        { "apropos", "REGEXP string is empty\n" },
        { "apropos zzzz", "" },
        { "printf", "Argument required (format-control string and values to print).\n" },
        { "printf \"a", "Bad format string, non-terminated '\"'.\n" },
        { "printf \"%d\\n\" 5", "Invalid argument syntax\n" },
        { "printf \"%d %s\\n\", 5", "Wrong number of arguments for specified format-string\n" },
        { "printf \"%q\", 5", "Unrecognized format specifier 'q' in printf\n" },
        { "printf \"%x %u %c %%\\n\", 255, 7, 65", "ff 7 A %\n" },
        { "printf \"%5d|%-5d|%05d|%+d|%#x|%s|\\n\", 42, 42, 42, 42, 255, \"abc\"", "   42|42   |00042|+42|0xff|abc|\n" },
        { "echo a\\tb\\n", "a\tb\n" },
        { "# a comment", "" },
        { "   ", "" },
        { "print/2 5", "Item count other than 1 is meaningless in \"print\" command.\n" },
        { "print/w 5", "Size letters are meaningless in \"print\" command.\n" },
        { "print/i 5", "Format letter \"i\" is meaningless in \"print\" command.\n" },
        { "x/s 5", "0x5:\t<error: Cannot access memory at address 0x5>\n" },
        { "x/4x 0", "0x0:\tCannot access memory at address 0x0\n" },
        { "source", "source command requires file name of file to source.\n" },
        { "source /nowhere/at.all", "/nowhere/at.all: No such file or directory\n" },
        { "complete inf", "info\n" },
        { "complete info li", "info line\n" },
        { "complete set lis", "set listsize\n" },
        { "complete set confirm o", "set confirm off\nset confirm on\n" },
        { "complete info registers r1", "info registers r1\ninfo registers r10\n" },
        { "complete zzz ", "" },
        { "apropos \\(", "Error in regular expression: Unmatched ( or \\(\n" },
        { "complete set logging o", "set logging overwrite\n" },
        { "complete save b", "save breakpoints\n" },
        { "rbreak", "No symbol table is loaded.  Use the \"file\" command.\n" },
        { "dprintf main,\"a\"", "No symbol table is loaded.  Use the \"file\" command.\n" },
        { "save breakpoints /nowhere/file", "Nothing to save.\n" },
        { "commands", "No breakpoints specified.\n" },
        { "enable count foo 1", "No symbol table is loaded.  Use the \"file\" command.\n" },
        { "loop_break", "Undefined command: \"loop_break\".  Try \"help\".\n" },
        { "end", "Undefined command: \"end\".  Try \"help\".\n" },
        { "complete help di", "help disable\nhelp disassemble\nhelp display\n" },
    };
    struct session *s = fixture_session();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fixture_expect(s, rows[i].word, rows[i].name);
    session_free(s);
}

/* No name may be the abbreviation of itself only by luck: every row can be called by its full name, and names are unique. */
Test(command, every_row_is_reachable)
{
    struct session *s = fixture_session();
    for (uint32_t i = 0; i < n_command_infos; i++) {
        const struct command_info *c = &command_infos[i];
        char line[64], usage[64];
        snprintf(line, sizeof line, "help %s%s%s", c->parent ? c->parent : "", c->parent ? " " : "", c->name);
        snprintf(usage, sizeof usage, "Usage: %s", c->usage);
        cr_expect(strstr(fixture_say(s, line), usage), "%s", line);
        cr_expect_eq(strncmp(c->usage, c->parent ? c->parent : c->name, strlen(c->parent ? c->parent : c->name)), 0, "usage of %s", line);
    }
    session_free(s);
}

Test(command, empty_line_repeats)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "stepi", "3\t    r7 = 0\n");
    fixture_expect(s, "", "5\t    r1 = r6\n");
    fixture_expect(s, "x/2i main", "   0 <main>:\tr6 = 3\n   1 <main+1>:\tr7 = 0\n");
    fixture_expect(s, "", "=> 2 <main+2>:\tr1 = r6\n"); /* x goes on behind, with the format but without count */
    fixture_expect(s, "echo x\\n", "x\n");
    fixture_expect(s, "", ""); /* echo is not repeated */
    session_free(s);
}

Test(command, completion_of_symbols)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_expect(s, "complete break su", "break sub_9\n");
    fixture_expect(s, "complete print sub", "print sub_9\n");
    fixture_expect(s, "complete p 1+su", "p 1+sub_9\n");
    fixture_say(s, "break sub_9");
    fixture_say(s, "p $mine = 3");
    fixture_expect(s, "complete delete ", "delete 1\ndelete bookmark\ndelete breakpoints\ndelete display\n");
    fixture_expect(s, "complete p $mi", "p $mine\n");
    fixture_expect(s, "complete set engine ", "set engine interp\n");
    fixture_expect(s, "complete set disassembly-flavor ",
                   "set disassembly-flavor att\nset disassembly-flavor intel\nset disassembly-flavor kernel\n"
                   "set disassembly-flavor mnemonic\n");
    session_free(s);
}

Test(command, completion_ends_at_the_cursor)
{
    struct session *s = fixture_session();
    size_t start;
    char **list = command_complete(s, "info li rest", 7, &start);
    cr_assert_eq(start, 5);
    cr_assert_str_eq(list[0], "line");
    cr_assert_null(list[1]);
    command_free_completions(list);
    session_free(s);
}

Test(command, definitions)
{
    struct session *s = fixture_session();
    fixture_say(s, "define twice");
    cr_assert_str_eq(session_prompt(s), ">");
    fixture_expect(s, "print $arg0 * 2", "");
    fixture_expect(s, "echo $argc\\n", "");
    fixture_expect(s, "end", "");
    cr_assert_str_eq(session_prompt(s), "(ebpfdbg) ");
    fixture_expect(s, "twice 21", "$1 = 42\n1\n");
    fixture_say(s, "define loop");
    fixture_say(s, "loop");
    fixture_say(s, "end");
    fixture_expect(s, "loop", "Max user call depth exceeded -- command aborted.\n");
    session_free(s);
}

static char *
script(const char *text)
{
    char *path = strdup("/tmp/ebpfdbg-test-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

Test(command, source_stops_at_the_first_error)
{
    struct session *s = fixture_session();
    struct buf out = BUF_EMPTY, expected = BUF_EMPTY;
    char *path = script("echo one\\n\n# comment\nfoo\necho two\\n\n");
    cr_assert_eq(command_source(s, path, false, &out), COMMAND_ERROR);
    buf_printf(&expected, "one\n%s:3: Error in sourced command file:\nUndefined command: \"foo\".  Try \"help\".\n", path);
    cr_assert_str_eq(buf_text(&out), buf_text(&expected));
    buf_clear(&out);
    cr_assert_eq(command_source(s, "/nowhere/rc", true, &out), COMMAND_OK);
    cr_assert_str_eq(buf_text(&out), "");
    unlink(path);
    free(path);
    buf_free(&out);
    buf_free(&expected);
    session_free(s);
}

Test(command, quit_gives_the_exit_status)
{
    struct session *s = fixture_session();
    struct buf out = BUF_EMPTY;
    cr_assert_eq(command_execute(s, "quit 1 + 2", false, &out), COMMAND_QUIT);
    cr_assert_eq(session_exit_code(s), 3);
    buf_free(&out);
    session_free(s);
}
