/* What can go wrong in ebpfdbg itself: one row of error.def each, text made in one place.
 * What the guest program does wrong is not an error but a stop (sim/engine.h). */
#ifndef SIM_BASE_ERROR_H
#define SIM_BASE_ERROR_H

#include "sim/base/buf.h"

#include <stdint.h>

enum err {
    OK = 0,
#define ERR(name, text) ERR_##name,
#include "sim/base/error.def"
};

/* A caller-owned error record: the code and where it happened. Filled only on failure. */
struct errinfo {
    enum err code;
    char subject[96]; /* file, section, symbol, command word...: what it is about */
    char detail[160]; /* a second name or an explanation from a library; "" when there is none */
    uint64_t off;     /* byte offset or instruction slot, as the row's text says */
    uint64_t a, b;    /* numbers that the row's text refers to */
};

/* Fills *e (NULL is allowed: the caller doesn't care) and returns code, so that "return err_set(...)" reads well.
 * subject and detail may be NULL; both are copied and cut to fit. */
enum err err_set(struct errinfo *e, enum err code, const char *subject, uint64_t off, uint64_t a, uint64_t b);
enum err err_set_detail(struct errinfo *e, enum err code, const char *subject, const char *detail);

/* Appends one line of text without a newline: the row's text with {s} subject, {d} detail, {o} {a} {b} numbers in decimal and
 * {xo} {xa} {xb} in hex. */
void err_text(const struct errinfo *e, struct buf *out);

#endif
