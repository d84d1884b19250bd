/* Fuzz target: the debugger's command language. The first line is a list of letters that say how:
 *   a   on a program from assembly, else on an object with types, variables and lines
 *   j   under the JIT
 *   r   the program has been started
 *   s   the lines are a script (`source`), else they are typed; each typed line is completed, too
 * All further lines are commands. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "tests/fuzz/debug.h"
#include "tests/fuzz/embedded.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 200 };

static const char assembly[] = "main:\n"
                               "    r6 = 3\n"
                               "    r7 = 0\n"
                               "    *(u64 *)(r10 - 8) = r1\n"
                               "again:\n"
                               "    r1 = r6\n"
                               "    call mix\n"
                               "    r7 += r0\n"
                               "    r6 -= 1\n"
                               "    if r6 != 0 goto again\n"
                               "    r0 = r7\n"
                               "    exit\n"
                               "mix: r0 = r1\n"
                               "    r0 *= 2\n"
                               "    exit\n";

static bool
has_letter(const char *line, char letter)
{
    const char *found = strchr(line, letter);
    return found && (size_t)(found - line) < strcspn(line, "\n");
}

static struct session *
open_session(const char *letters)
{
    struct load_options options = { .helper_id = helper_id };
    struct program *program;
    struct errinfo e;
    bool is_assembly = has_letter(letters, 'a') || !embedded_values_bytes;
    const uint8_t *bytes = is_assembly ? (const uint8_t *)assembly : embedded_values;
    enum err err = program_load_bytes("fuzz.o", bytes, is_assembly ? sizeof assembly - 1 : embedded_values_bytes, &options, &program, &e);
    FUZZ_CHECK(err == OK, "%s", e.subject);
    return debug_open(program);
}

static void
complete(struct session *s, const char *line)
{
    size_t start, cursor = strlen(line);
    char **list = command_complete(s, line, cursor, &start);
    FUZZ_CHECK(start <= cursor, "%zu of %zu", start, cursor);
    for (size_t i = 1; list[0] && list[i]; i++)
        FUZZ_CHECK(strcmp(list[i - 1], list[i]) < 0, "%s, then %s", list[i - 1], list[i]);
    command_free_completions(list);
}

/* Files are not the input's to choose: a device would be read without end. A loop need not end either. */
static bool
is_endless(const char *text)
{
    return strstr(text, "while") || strstr(text, "/dev") || strstr(text, "/proc") || strstr(text, "/sys") || strstr(text, "/$arg");
}

static void
type_lines(struct session *s, char *text)
{
    for (int i = 0; text && i < MOST_LINES; i++) {
        const char *line = strsep(&text, "\n");
        complete(s, line);
        if (!is_endless(line) && debug_execute(s, line) == COMMAND_QUIT)
            break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char *text = xstrndup((const char *)bytes, n), *lines = text + strcspn(text, "\n");
    if (*lines)
        lines++;
    struct session *s = open_session(text);
    debug_execute(s, "packet load 000102030405060708090a0b0c0d0e0f");
    if (has_letter(text, 'j'))
        debug_execute(s, "set engine jit");
    if (has_letter(text, 'r'))
        debug_execute(s, "start");
    if (!has_letter(text, 's')) {
        type_lines(s, lines);
    } else if (!is_endless(lines)) {
        struct buf out = BUF_EMPTY;
        command_source(s, fuzz_file(0, lines, strlen(lines)), false, &out);
        buf_free(&out);
    }
    session_free(s);
    free(text);
    return 0;
}
