/* A session over the interpreter and a program in assembly, and what its commands say. */
#ifndef TESTS_DEBUGGER_FIXTURE_H
#define TESTS_DEBUGGER_FIXTURE_H

#include "debugger/command.h"

/* What Ctrl-C sets in these sessions. */
extern volatile sig_atomic_t fixture_interrupt;

/* What instructions cost in the sessions made from now on; NULL, as it begins: the unit model. */
extern const struct cost_model *fixture_costs;

/* A session without a program. */
struct session *fixture_session(void);
/* The same with a program from assembly text, called "test.s", on 64 bytes of memory 0, 1, 2... */
struct session *fixture_program(const char *text);
/* The same with other engines (NULL-terminated, static) and a lockstep function (NULL: none). */
struct session *fixture_program_on(const struct engine *const *engines,
                                   enum err (*lockstep)(void *arg, const struct machine *m, const struct session_lockstep *how,
                                                        struct buf *out, struct errinfo *e),
                                   const char *text);

/* The same with tests/debugger/values.bpf.o on a packet of 64 zeros. Skips the test when that could not be compiled. */
struct session *fixture_values(void);
/* The same with tests/debugger/flows.bpf.o. */
struct session *fixture_flows(void);

/* main calls a function three times in a loop over lines 4 to 9; the function (lines 12 to 14) doubles its argument: "sub_9". */
extern const char fixture_calls[];

/* Executes one line and returns its text: valid until the next call. */
const char *fixture_say(struct session *s, const char *line);

/* Executes the line and asserts that its text is `expected`. */
#define fixture_expect(s, line, expected) fixture_check(s, line, expected, __FILE__, __LINE__)
void fixture_check(struct session *s, const char *line, const char *expected, const char *file, int at);

#endif
