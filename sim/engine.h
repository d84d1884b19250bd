/* The engine contract. An engine is a value; interpreter, JIT and others are interchangeable:
 *
 *   the same program, machine and budget give the same stop, registers, memory, counters and cycles in every engine.
 *
 * run() returns at an instruction boundary with the machine fully materialised. */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include "sim/machine/machine.h"

/* Why an engine returned; several can coincide. */
enum {
    STOP_EXIT = 1,      /* the entry program executed exit; machine.has_exited, pc stays at that exit */
    STOP_FAULT = 2,     /* the instruction at pc can't be executed; it has changed nothing and is not counted */
    STOP_TRAP = 4,      /* a trap is set on pc; the instruction there has not been executed */
    STOP_BUDGET = 8,    /* budget instructions were executed */
    STOP_INTERRUPT = 16 /* *machine.interrupt was set; the engine has cleared it */
};

struct stop {
    uint32_t reasons;
    uint32_t pc;        /* == machine.pc */
    struct fault fault; /* STOP_FAULT */
};

/* What an engine made of a program: decoded or compiled code, traps. Opaque, one per (program, cost model). */
struct code;

struct engine {
    const char *name; /* "interp", "jit": what --engine takes */
    /* Translates the program. costs must outlive the code. Never fails for a linked program; NULL only with *e filled (no memory
     * for code...). O(slots). */
    struct code *(*open)(const struct program *program, const struct cost_model *costs, struct errinfo *e);
    void (*close)(struct code *code);
    /* Sets or clears the trap on a slot. O(1). Traps cost nothing elsewhere. */
    void (*set_trap)(struct code *code, uint32_t pc, bool on);
    /* Executes at most `budget` instructions (UINT64_MAX: no limit) from m->pc. With `resume` a trap on the first instruction is
     * ignored (continuing from a breakpoint). A machine that has exited returns STOP_EXIT at once. */
    struct stop (*run)(struct code *code, struct machine *m, uint64_t budget, bool resume);
};

extern const struct engine interp_engine; /* sim/interp.c: the reference */

#endif
