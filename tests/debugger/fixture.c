/* See fixture.h. */
#include "config.h"

#include "fixture.h"

#include "debugger/source.h"
#include "sim/machine/helper.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char fixture_calls[] = "main:\n"              /* 1 */
                             "    r6 = 3\n"         /* 2, insn 0 */
                             "    r7 = 0\n"         /* 3, insn 1 */
                             "again:\n"             /* 4 */
                             "    r1 = r6\n"        /* 5, insn 2 */
                             "    call mix\n"       /* 6, insn 3 */
                             "    r7 += r0\n"       /* 7, insn 4 */
                             "    r6 -= 1\n"        /* 8, insn 5 */
                             "    if r6 != 0 goto again\n" /* 9, insn 6 */
                             "    r0 = r7\n"        /* 10, insn 7 */
                             "    exit\n"           /* 11, insn 8 */
                             "mix: r0 = r1\n"       /* 12, insn 9 */
                             "    r0 *= 2\n"        /* 13, insn 10 */
                             "    exit\n";          /* 14, insn 11 */

volatile sig_atomic_t fixture_interrupt;
const struct cost_model *fixture_costs;

struct session *
fixture_session(void)
{
    static const struct engine *const engines[] = { &interp_engine, NULL };
    struct session_config config = { .engines = engines, .costs = fixture_costs, .interrupt = &fixture_interrupt };
    return session_new(&config);
}

/* The text as a file, long enough for the session to read the source: messages name the file without its directory. */
static void
load(struct session *s, const char *text)
{
    char dir[] = "/tmp/ebpfdbg-test-XXXXXX", path[64];
    struct errinfo e;
    struct buf notes = BUF_EMPTY;
    struct load_options options = { .format = FORMAT_ASM, .helper_id = helper_id };
    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/test.s", dir);
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
    enum err err = session_load(s, path, &options, &notes, &e);
    cr_assert_eq(err, OK, "line %d: %s", (int)e.off, e.subject);
    cr_assert_str_eq(buf_text(&notes), "");
    cr_assert_not_null(source_line(s, 0, 1));
    unlink(path);
    rmdir(dir);
    buf_free(&notes);
}

static struct session *
with_program(struct session *s, const char *text)
{
    struct errinfo e;
    uint8_t bytes[64];
    load(s, text);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    struct input input = { .ctx = bytes, .ctx_bytes = sizeof bytes };
    cr_assert_eq(session_set_input(s, &input, &e), OK);
    return s;
}

struct session *
fixture_program(const char *text)
{
    return with_program(fixture_session(), text);
}

struct session *
fixture_program_on(const struct engine *const *engines,
                   enum err (*lockstep)(void *arg, const struct machine *m, const struct session_lockstep *how, struct buf *out,
                                        struct errinfo *e),
                   const char *text)
{
    struct session_config config = { .engines = engines, .interrupt = &fixture_interrupt, .lockstep = lockstep };
    return with_program(session_new(&config), text);
}

static struct session *
fixture_object(const char *name)
{
    static uint8_t packet[64];
    char path[512];
    struct errinfo e;
    struct buf notes = BUF_EMPTY;
    const char *dir = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/debugger/%s.bpf.o", dir ? dir : ".", name);
    if (access(path, R_OK) != 0)
        cr_skip("%s is missing: there is no clang that compiles eBPF", path);
    struct session *s = fixture_session();
    cr_assert_eq(session_load(s, path, NULL, &notes, &e), OK);
    struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    cr_assert_eq(session_set_input(s, &input, &e), OK);
    buf_free(&notes);
    return s;
}

struct session *
fixture_values(void)
{
    return fixture_object("values");
}

struct session *
fixture_flows(void)
{
    return fixture_object("flows");
}

const char *
fixture_say(struct session *s, const char *line)
{
    static struct buf out;
    buf_clear(&out);
    command_execute(s, line, true, &out);
    return buf_text(&out);
}

void
fixture_check(struct session *s, const char *line, const char *expected, const char *file, int at)
{
    const char *text = fixture_say(s, line);
    cr_assert_str_eq(text, expected, "%s:%d: %s\n--- says\n%s--- expected\n%s", file, at, line, text, expected);
}
