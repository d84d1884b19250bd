/* Fuzz target: an object in the debugger. Whatever its DWARF and BTF say, the commands that show it answer or refuse: types, lines, scopes, and
 * where variables are, evaluated while the program runs. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/object/variables.h"
#include "tests/fuzz/debug.h"

#include <stdlib.h>

enum { MOST_NAMES = 16, MOST_STEPS = 6 };

static const char *const at_rest[] = { "info sources", "info functions", "info types", "info line 1", "list 1,20", "disassemble /s" };
static const char *const at_stop[] = {
    "info locals", "info args", "backtrace", "info frame", "info scope $pc", "info source", "list", "x/2i $pc", "up", "info locals", "down", "step",
};

static void
execute_all(struct session *s, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        debug_execute(s, lines[i]);
}

/* By name, as an address, and as a type. A name may be anything, a command included; it is only part of an argument. */
static void
show_name(struct session *s, const char *name)
{
    static const char *const commands[] = { "print", "print &", "ptype", "whatis", "info scope", "info line", "display", "watch" };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        struct buf line = BUF_EMPTY;
        buf_printf(&line, "%s %s", commands[i], name);
        debug_execute(s, buf_text(&line));
        buf_free(&line);
    }
    debug_execute(s, "delete");
    debug_execute(s, "undisplay");
}

static void
show_names(struct session *s)
{
    const struct program *p = session_program(s);
    for (uint32_t i = 0; i < p->n_functions && i < MOST_NAMES; i++)
        show_name(s, p->functions[i].name);
    for (uint32_t i = 0; p->variables && i < p->variables->n && i < MOST_NAMES; i++)
        show_name(s, p->variables->list[i].name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct load_options options = { .helper_id = helper_id };
    struct program *program;
    struct errinfo e;
    if (program_load_bytes("fuzz.o", bytes, n, &options, &program, &e))
        return -1;
    struct session *s = debug_open(program);
    execute_all(s, at_rest, ARRAY_LEN(at_rest));
    debug_execute(s, "packet load 000102030405060708090a0b0c0d0e0f");
    debug_execute(s, "start");
    for (int i = 0; i < MOST_STEPS && session_is_running(s); i++)
        execute_all(s, at_stop, ARRAY_LEN(at_stop));
    show_names(s);
    session_free(s);
    return 0;
}
