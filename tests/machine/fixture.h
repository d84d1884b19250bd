/* A machine for a program of one EXIT, or for code and maps that a test gives: what the machine's tests start from. */
#ifndef TESTS_MACHINE_FIXTURE_H
#define TESTS_MACHINE_FIXTURE_H

#include "sim/machine/helper.h"
#include "sim/machine/map.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>

struct fixture {
    struct program *program;
    struct machine *m;
    struct map_def maps[8];
    struct buf notes;
};
extern struct fixture fix;

void fixture_open(void);
/* The same with maps; keys and values as in def, name "map0"... */
void fixture_open_maps(const struct map_def *defs, uint32_t n);
void fixture_close(void);

/* Calls helper `id` as an instruction of the program would; r0. A fault fails the test. */
uint64_t fixture_call(int32_t id, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
/* The same for a call that must fault; its text, valid until the next one. */
const char *fixture_fault(int32_t id, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
/* Guest address on the stack of frame 0 that holds a copy of the bytes; off is negative, from the frame pointer. */
uint64_t fixture_stack(int off, const void *bytes, uint32_t n);

#endif
