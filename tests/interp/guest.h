/* A program, a machine for it and an engine's code of it, from assembly text or instructions. Costs are all different, so that
 * n_cycles tells which instructions were counted, not only how many. */
#ifndef TESTS_INTERP_GUEST_H
#define TESTS_INTERP_GUEST_H

#include "jit/auto.h"
#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "sim/engine.h"

/* The same tests hold for every engine; the Makefile builds them once for each. */
#ifndef GUEST_ENGINE
#define GUEST_ENGINE interp_engine
#endif

struct guest {
    struct program *program;
    struct cost_model costs;
    struct machine *machine;
    struct code *code;
    struct env env; /* as it was at first; a start puts it back, so that clocks and random numbers repeat */
};

void guest_open(struct guest *g, const char *text);
void guest_open_insns(struct guest *g, const struct insn *insns, uint32_t n);
void guest_close(struct guest *g);

/* Starts as a generic program with r1 = memory, r2 = n_bytes. */
void guest_start(struct guest *g, const void *memory, uint32_t n_bytes);

/* Starts without memory and runs to the end. */
struct stop guest_run(struct guest *g);

/* A row of isa.def as an instruction: constants in its fields, registers and values as told. */
struct insn guest_insn(uint16_t op, uint8_t dst, uint8_t src, int16_t off, int64_t imm);

#endif
