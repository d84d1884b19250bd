/* The engine contract. An engine is a value; interpreter, JIT and others are interchangeable:
 *
 *   the same program, machine and budget give the same stop, registers, memory, counters and cycles in every engine.
 *
 * run() returns at an instruction boundary with the machine fully materialised. */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include "sim/counts.h"
#include "sim/machine/machine.h"
#include "sim/native.h"
#include "sim/point.h"

/* Why an engine returned; several can coincide: whatever holds at the place of the stop is reported, except that the budget comes
 * before a fault (the instruction that would fault is not tried any more). */
enum {
    STOP_EXIT = 1,      /* the entry program executed exit; machine.has_exited, pc stays at that exit */
    STOP_FAULT = 2,     /* the instruction at pc can't be executed; it has changed nothing and is not counted */
    STOP_TRAP = 4,      /* a trap is set on pc, or a PC point there fired; the instruction there has not been executed */
    STOP_BUDGET = 8,    /* budget instructions were executed */
    STOP_INTERRUPT = 16, /* *machine.interrupt was set (looked at on entry, too); the engine has cleared it */
    STOP_WATCH = 32,    /* a watch fired on the instruction that was executed last; pc is where control goes on */
    STOP_DIFFERENCE = 64 /* of engines that check others: they disagree about what is at pc, which has changed nothing; see difference() */
};

/* How run() is called. */
enum {
    RUN_RESUME = 1, /* going on from a stop at this pc: its trap and its points have been looked at and are passed by */
    /* For who makes one run of several calls, and has begun the points itself (points_begin): */
    RUN_PIECE = 2,  /* more follows at once: points are not begun, and those at the pc where only the budget ends are not looked at */
    RUN_LAST = 4    /* the last call: points are not begun */
};

/* What the instruction set leaves open, equal in every engine:
 *   - r1-r5 are REG_CLOBBERED after any call; r0 and r1-r5 pass into a local call unchanged.
 *   - r10 is a register like any other, but a local call and its return set it anew to its frame's STACK_TOP - depth * FRAME_STRIDE.
 *   - A callee's stack holds what earlier calls at that depth left there, zeros at first. Only the run's start clears it.
 *   - A branch that is taken to no instruction (outside of the program, or the second slot of a 16-byte one) faults itself with
 *     FAULT_PC, fault.addr being the slot it meant; one that is not taken is executed. Falling off the end, or starting at no
 *     instruction, faults there.
 *   - callx goes to any GUEST_CODE_OF(instruction), and calls the helper when the register holds the id of one, as the public
 *     conformance vectors have it; everything else is FAULT_PC.
 *   - may_goto falls through env.may_goto_limit times per run, then always jumps.
 *   - Atomics, load-acquire and store-release check bounds first, then alignment. An atomic faults as a write.
 *   - A load into a register that is also its base, and an exchange with its own base, use the old base. */

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
    /* Like close() and then open(), but keeps memory that the code has: for those who run many small programs. NULL: there is no such way. */
    struct code *(*reopen)(struct code *code, const struct program *program, const struct cost_model *costs, struct errinfo *e);
    /* Sets or clears the trap on a slot. O(1). Traps cost nothing elsewhere. */
    void (*set_trap)(struct code *code, uint32_t pc, bool on);
    /* What is watched from now on; NULL: nothing. The set stays the caller's and must outlive its use here; fields that are not counts
     * are not looked at again. Not during a run. O(slots). */
    void (*set_points)(struct code *code, struct points *points);
    /* What is executed from now on is counted there, exactly at every stop; NULL: nowhere, which costs nothing. Of the same program and
     * costs; they stay the caller's and must outlive their use here. Not during a run. O(slots). NULL: the engine can't count. */
    void (*set_counts)(struct code *code, struct counts *counts);
    /* Executes at most `budget` instructions (UINT64_MAX: no limit) from m->pc. how: RUN_*. Every stop has looked at the points of its pc,
     * counted them and marked in the set what fired: whoever goes on from there says RUN_RESUME, unless control was moved meanwhile.
     * A machine that has exited returns STOP_EXIT at once. */
    struct stop (*run)(struct code *code, struct machine *m, uint64_t budget, uint32_t how);
    /* Appends what there is to say about a STOP_DIFFERENCE of the last run, whole lines. NULL: the engine has no such stops. */
    void (*difference)(const struct code *code, struct buf *out);
    const struct native_ops *native; /* NULL: it makes no machine code */
    /* Appends lines for people: what executed how many instructions of the machine's run, as far as this code did, and why. NULL: the
     * engine executes all by itself in one way. */
    void (*explain)(struct code *code, struct buf *out);
};

/* The code of another program; `code` is closed or becomes it, and may be NULL. */
static inline struct code *
engine_reopen(const struct engine *engine, struct code *code, const struct program *program, const struct cost_model *costs,
              struct errinfo *e)
{
    if (code && engine->reopen)
        return engine->reopen(code, program, costs, e);
    if (code)
        engine->close(code);
    return engine->open(program, costs, e);
}

extern const struct engine interp_engine; /* sim/interp.c: the reference */

#endif
