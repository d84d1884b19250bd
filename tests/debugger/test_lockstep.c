/* The command `lockstep`, and engines that stop because two of them disagree. Here both are stand-ins: what they do for real is tested in
 * tests/jit and tests/ui. */
#include "config.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

static const struct engine *const interpreter[] = { &interp_engine, NULL };

static enum err
tell(void *arg, const struct machine *m, const struct session_lockstep *how, struct buf *out, struct errinfo *e)
{
    cr_assert_not_null(how->interrupt);
    buf_printf(out, "from %" PRIu32 " by %s", m->pc, how->by_block ? "block" : "insn");
    if (how->budget != UINT64_MAX)
        buf_printf(out, " for %" PRIu64, how->budget);
    buf_putc(out, '\n');
    return OK;
}

static enum err
refuse(void *arg, const struct machine *m, const struct session_lockstep *how, struct buf *out, struct errinfo *e)
{
    return err_set(e, ERR_DEBUGGER, "no room", 0, 0, 0);
}

Test(lockstep, takes_granularity_and_count)
{
    struct session *s = fixture_program_on(interpreter, tell, fixture_calls);
    fixture_expect(s, "lockstep", "The program is not being run.\n");
    fixture_say(s, "start");
    fixture_expect(s, "lockstep", "from 0 by insn\n");
    fixture_expect(s, "lockstep insn", "from 0 by insn\n");
    fixture_expect(s, "lockstep  block ", "from 0 by block\n");
    fixture_say(s, "stepi 2");
    fixture_expect(s, "lockstep block 5", "from 2 by block for 5\n");
    fixture_expect(s, "lockstep $r6 * 2", "from 2 by insn for 6\n");
    fixture_expect(s, "lockstep blocks", "No symbol \"blocks\" in current context.\n");
    fixture_expect(s, "p $pc", "$1 = (void (*)()) 2 <main+2>\n");
    session_free(s);
}

Test(lockstep, may_not_be_there)
{
    struct session *s = fixture_program_on(interpreter, NULL, fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "lockstep", "There is no second engine to compare with.\n");
    session_free(s);
    s = fixture_program_on(interpreter, refuse, fixture_calls);
    fixture_say(s, "start");
    fixture_expect(s, "lockstep", "no room\n");
    session_free(s);
}

/* The interpreter, which says at insn 7 that somebody else disagrees. */
static struct stop
disagree(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    struct stop stop = { 0 };
    while (budget-- && !stop.reasons) {
        if (m->pc == 7)
            return (struct stop){ .reasons = STOP_DIFFERENCE, .pc = 7 };
        stop = interp_engine.run(code, m, 1, how);
        stop.reasons &= ~(uint32_t)STOP_BUDGET;
        how = 0;
    }
    stop.reasons |= stop.reasons ? 0 : STOP_BUDGET;
    return stop;
}

static void
say_why(const struct code *code, struct buf *out)
{
    buf_puts(out, "r0: one says 1, the other 2\n");
}

Test(lockstep, a_difference_stops_the_program)
{
    struct engine engine = interp_engine;
    const struct engine *const engines[] = { &engine, NULL };
    engine.run = disagree;
    engine.difference = say_why;
    struct session *s = fixture_program_on(engines, NULL, fixture_calls);
    fixture_expect(s, "run",
                   "Starting program: main (generic)\n\nThe engines disagree about what comes next:\nr0: one says 1, the other 2\n"
                   "main () at test.s:10\n10\t    r0 = r7\n");
    cr_assert_eq(session_event(s)->kind, EVENT_DIFFERENCE);
    cr_assert(session_is_running(s));
    fixture_expect(s, "p $pc", "$1 = (void (*)()) 7 <main+7>\n");
    cr_assert(strstr(fixture_say(s, "continue"), "The engines disagree"));
    session_free(s);
}
