/* Hostile command lines: random bytes, and real commands mutated, must give a text and never a crash; every text ends with a newline when
 * there is any, and the session goes on. The seed is printed; EBPFDBG_SEED=N repeats a run. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t
seed(void)
{
    const char *given = getenv("EBPFDBG_SEED");
    uint64_t state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u + 1;
    fprintf(stderr, "# EBPFDBG_SEED=%llu\n", (unsigned long long)state);
    return state ? state : 1;
}

/* Pieces of lines: commands of the table, and what their arguments are made of. */
static const char *const pieces[] = {
    "$r1", "$pc", "$w3", "$", "$$", "$1", "$foo", "main", "sub_9", "*3", "*(u32 *)", "{int}", "(char)", "$r10-8", "test.s:5", "5", "0", "-1",
    "0x", "99999999999999999999", "1/0", "if", " if $r1 == 2", "=", "+", "-", "*", "/", "%", "<<", ">>", "&&", "(", ")", "[", "]", "@",
    "?", ":", ",", "\"%d %s\\n\"", "'a'", "'", "\"", "\\", "/x", "/8xb", "/3i", "/s", "/c", "/-4xg", "/999999x", "once", "end", "var",
    "listsize", "unlimited", "return", "0a:00:00", "1-3", "9-1", "hash", "sizeof", "(u8)", "# x", "on", "off", "$_", "$__", "$icount",
    "origin", "origin.x", "->", ".y", "(struct point *)", "corners[1]", "struct", "enum color", "text", "&origin", "shade", "values", "33",
    "pkt", "pkt.ip.ttl", ".eth", "ntohs(1)", "ip4(\"1.2.3.4\")", "$_streq(text,\"hey\")", "pairs[{1,2}]", "pairs", "{.a=1", "}", "::", "values.bpf.c::", "twice::n",
    "GREEN", "print", "pretty", "/o", "struct point",
};

static void
append(char *line, size_t n, const char *piece)
{
    size_t len = strlen(line);
    snprintf(line + len, n - len, "%s%s", len ? " " : "", piece);
}

/* A command, a few pieces, then up to three bytes changed. Commands that read or write files or run long are left out by name. */
static void
make_line(uint64_t *state, char *line, size_t n)
{
    const struct command_info *c = &command_infos[next_random(state) % n_command_infos];
    line[0] = '\0';
    if (c->parent)
        append(line, n, c->parent);
    append(line, n, c->name);
    for (uint64_t i = next_random(state) % 5; i > 0; i--)
        append(line, n, pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])]);
    size_t len = strlen(line);
    for (uint64_t i = next_random(state) % 4; i > 0 && len; i--) {
        char byte = (char)next_random(state);
        line[next_random(state) % len] = byte ? byte : ' ';
    }
}

static bool
touches_files(const char *line)
{
    return strstr(line, "source") || strstr(line, "file") || strstr(line, "load") || strncmp(line, "sa", 2) == 0 ||
           (strncmp(line, "set", 3) == 0 && strstr(line, " l")); /* save; set logging */
}

static void
execute(struct session *s, const char *line)
{
    struct buf out = BUF_EMPTY;
    enum command_status status = command_execute(s, line, true, &out);
    bool has_end = !out.len || out.text[out.len - 1] == '\n';
    cr_assert(status != COMMAND_ERROR || has_end, "no newline at the end of an error: %s", line);
    buf_free(&out);
}

static void
complete(struct session *s, const char *line, uint64_t *state)
{
    size_t start, cursor = next_random(state) % (strlen(line) + 1);
    char **list = command_complete(s, line, cursor, &start);
    cr_assert_leq(start, cursor);
    for (size_t i = 1; list[0] && list[i]; i++)
        cr_assert_lt(strcmp(list[i - 1], list[i]), 0, "completions are sorted, each once: %s", line);
    command_free_completions(list);
}

/* The object with types when it was compiled, else the assembly. */
static struct session *
any_program(int i)
{
    char path[512];
    const char *dir = getenv("top_builddir");
    struct buf notes = BUF_EMPTY;
    struct errinfo e;
    snprintf(path, sizeof path, "%s/tests/debugger/values.bpf.o", dir ? dir : ".");
    struct session *s = i % 2 && access(path, R_OK) == 0 ? fixture_session() : fixture_program(fixture_calls);
    if (!session_program(s))
        cr_assert_eq(session_load(s, path, NULL, &notes, &e), OK);
    buf_free(&notes);
    return s;
}

Test(hostile, mutated_commands)
{
    enum { LINES = 6000, PER_SESSION = 300 };
    uint64_t state = seed();
    for (int i = 0; i < LINES / PER_SESSION; i++) {
        struct session *s = any_program(i);
        execute(s, "set max-insns 100000");
        execute(s, "packet load 00000000000000000000000000000000");
        if (i % 4 < 2)
            execute(s, "start");
        for (int k = 0; k < PER_SESSION; k++) {
            char line[512];
            make_line(&state, line, sizeof line);
            if (touches_files(line) || strstr(line, "while")) /* loops need not end */
                continue;
            execute(s, line);
            if (*session_prompt(s) == '>' && next_random(&state) % 4 == 0)
                execute(s, "end");
            complete(s, line, &state);
        }
        session_free(s);
    }
}

Test(hostile, random_bytes)
{
    enum { LINES = 4000 };
    uint64_t state = seed();
    struct session *s = fixture_program(fixture_calls);
    execute(s, "start");
    for (int i = 0; i < LINES; i++) {
        char line[64];
        size_t len = next_random(&state) % (sizeof line - 1);
        for (size_t k = 0; k < len; k++) {
            line[k] = (char)next_random(&state);
            if (i % 2)
                line[k] = (char)(line[k] & 0x7f);
        }
        line[len] = '\0';
        execute(s, line);
        complete(s, line, &state);
    }
    session_free(s);
}

/* Scripts that would never end, or grow without end, end in an error. */
Test(hostile, scripts)
{
    struct session *s = fixture_session();
    char *line = malloc((1 << 20) + 1);
    memset(line, 'a', 1 << 20);
    line[1 << 20] = '\0';
    memcpy(line, "echo ", 5);
    fixture_expect(s, line, "The line is too long; the limit is 262144 characters.\n");
    free(line);
    fixture_say(s, "define again");
    fixture_say(s, "again");
    fixture_say(s, "end");
    fixture_expect(s, "again", "Max user call depth exceeded -- command aborted.\n");
    fixture_say(s, "define hook-echo");
    fixture_say(s, "echo hook\\n");
    fixture_say(s, "end");
    fixture_expect(s, "echo a\\n", "hook\na\n");
    const char *text = "";
    for (int i = 0; i < 10000 && !*text; i++)
        text = fixture_say(s, "if 1");
    cr_assert_str_eq(text, "Control nesting too deep!\n");
    fixture_say(s, "while 1");
    fixture_interrupt = 1;
    fixture_expect(s, "end", "Quit\n");
    fixture_expect(s, "print 1", "$1 = 1\n");
    session_free(s);
}

/* Depth and length: nothing that grows with the line may overflow the stack. */
Test(hostile, deep_and_long)
{
    struct session *s = fixture_session();
    static const char *const units[] = { "(", "-", "!", "*", "1+", "1?1:", "1?", "{int}", "(int)", "1[", "sizeof ", "$a=", "1,", "\"a\"", "((int*)" };
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        struct buf line = BUF_EMPTY;
        buf_puts(&line, "print ");
        for (int i = 0; i < 20000; i++)
            buf_puts(&line, units[u]);
        buf_puts(&line, "1");
        execute(s, buf_text(&line));
        buf_free(&line);
    }
    session_free(s);
}

static void
repeat(struct buf *out, const char *piece, unsigned n)
{
    while (n--)
        buf_puts(out, piece);
}

/* Lines that are too deep or too long end in an error that says so. */
Test(hostile, expressions)
{
    static const struct {
        const char *before, *piece, *middle, *after;
        unsigned n;
        const char *expected;
    } rows[] = {
        { "print ", "(", "1", ")", 10000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print ", "-", "1", "", 10000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print ", "1+", "1", "", 131000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print ", "1+", "1", "", 524288, "The line is too long; the limit is 262144 characters.\n" }, /* 1 MiB */
        { "print ", "1?", "1", ":1", 10000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print corners", "[corners", "", "]", 10000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print ", "ntohs(", "1", ")", 10000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print ", "sizeof ", "1", "", 10000, "The expression is nested too deeply; the limit is 500 levels.\n" },
        { "print \"", "x", "\"", "", 262000, "value requires 262000 bytes, which is more than max-value-size (65536)\n" },
        { "print ", "9", "", "", 262000, "Numeric constant too large.\n" },
        { "print 1/0", "", "", "", 0, "Division by zero\n" },
        { "print 1%(counter-counter)", "", "", "", 0, "Division by zero\n" },
        { "print ", "*", "origin", "", 1000, NULL },
        { "print &", "(", "counter", ")", 400, NULL },
    };
    struct session *s = fixture_values();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf line = BUF_EMPTY;
        buf_puts(&line, rows[i].before);
        repeat(&line, rows[i].piece, rows[i].n);
        buf_puts(&line, rows[i].middle);
        repeat(&line, rows[i].after, rows[i].n);
        const char *says = fixture_say(s, buf_text(&line));
        cr_assert(!rows[i].expected || !strcmp(says, rows[i].expected), "row %zu: %s", i, says);
        buf_free(&line);
    }
    session_free(s);
}
