/* Moments: points in the time of a run, by instructions or cycles since it began. "-icount 1000", "-cycles 2500" where a location may stand. */
#ifndef DEBUGGER_MOMENT_H
#define DEBUGGER_MOMENT_H

#include "debugger/session.h"

enum moment_unit { MOMENT_NONE, MOMENT_ICOUNT, MOMENT_CYCLES };

/* Before the first instruction at which $icount, or $cycles, is at least n. */
struct moment {
    enum moment_unit unit; /* NONE: no moment */
    uint64_t n;
};

/* Reads a moment that ends at text + len. *out has MOMENT_NONE when the text is something else. ERR_ARGUMENT, errors of expr_number. */
enum err moment_parse(struct session *s, const char *text, size_t len, struct moment *out, struct errinfo *e);

/* How many instructions can be executed at least without getting past the moment: 0 when it has come, or there is none. Exact for
 * instructions; for cycles a bound that gets exact as the moment comes nearer. */
uint64_t moment_distance(const struct session *s, const struct moment *moment);

/* "icount 1000" */
void moment_text(const struct moment *moment, struct buf *out);

#endif
