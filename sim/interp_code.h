/* Predecoded programs: what the interpreter runs. Shared by sim/interp*.c only; sim/engine.h is the public side.
 *
 * One struct slot per INSTRUCTION, in program order (the second half of a 16-byte instruction has none), then one for "fell off
 * the end". So the distance between two slots is the number of instructions between them: the counters need no work except where
 * control leaves the straight line (see interp.c). */
#ifndef SIM_INTERP_CODE_H
#define SIM_INTERP_CODE_H

#include "sim/counts.h"
#include "sim/engine.h"

struct slot {
    const void *handler; /* what dispatch jumps to: a trap, a fused handler, or the instruction's own */
    uint8_t dst, src;
    int16_t off;         /* displacement of a memory access */
    int32_t imm;
    int32_t jump;        /* branches: target in slots, from the following one */
    uint32_t pc;         /* in the program's image */
    union {
        /* Memory access: the guest bytes [lo, lo + room + its own length - 1) may be touched, so an address is good when
         * addr - lo < room. room 0: nothing is known yet. */
        struct {
            uint32_t lo, room;
        };
        uint64_t wide;         /* LDDW: the constant */
        uint64_t taken_cycles; /* branches: what the straight line counted for the skipped slots, negated; see interp.c */
    };
};

_Static_assert(sizeof(struct slot) == 32, "two slots fill a cache line");

/* What a slot executes: a row of isa.def or one of these. The interpreter's loop has one handler for each. */
enum handler {
#define INSN(kind, name, ...) HANDLER_##name,
#include "sim/isa/isa.def"
    HANDLER_illegal,    /* no such opcode */
    HANDLER_unresolved, /* refers to something that the object does not provide */
    HANDLER_wild,       /* a branch to no instruction */
    HANDLER_end,        /* off the end of the program */
    HANDLER_trap,       /* a trap, or a point on the pc */
    HANDLER_watch,      /* may change a register that is watched */
    HANDLER_groups, /* from here on the groups of fuse.def, in its order */
    N_HANDLERS = HANDLER_groups
#define FUSE2(...) +1
#define FUSE3(...) +1
#define FUSE4(...) +1
#include "sim/fuse.def"
};

enum { N_GROUPS = N_HANDLERS - HANDLER_groups, GROUP_MAX = 4, NO_GROUP = UINT16_MAX };

struct code {
    const struct program *program;
    const void *const *labels; /* indexed by enum handler */
    struct slot *slots;        /* n + 2: the last but one is "off the end", the last one only room for planting */
    uint16_t *alone;           /* enum handler of each slot when it is executed alone, traps or not; n + 2 of them */
    uint32_t n;                /* instructions */
    uint32_t room;             /* slots of a program for which there is memory */
    uint32_t *index;           /* slot of a pc, n_slots + 1 of them; the tail of a 16-byte instruction has NO_SLOT */
    uint64_t *cost_before;     /* sum of the costs of slots [0, i); n + 2 of them */
    uint16_t first_group[N_OPS], next_group[N_GROUPS]; /* groups by first member, in the order in which they are tried */
    uint8_t *marks;            /* MARK_* by slot; n + 2 of them */
    struct points *points;     /* NULL: none */
    struct counts *counts;     /* NULL: nobody wants to know */
    /* Slots that know bounds, for voiding them; and what those bounds belong to. */
    uint32_t *filled;
    uint32_t n_filled;
    size_t cap_filled;
    const struct machine *machine;
    uint64_t generation;
};

#define NO_SLOT UINT32_MAX

/* What is special about a slot: it is executed alone. */
enum {
    MARK_TRAP = 1,  /* engine.set_trap */
    MARK_POINT = 2, /* a PC point */
    MARK_WATCH = 4, /* may change a watched register */
};

/* labels: the loop's handlers. O(slots). */
struct code *code_open(const struct program *program, const struct cost_model *costs, const void *const *labels);
/* The code becomes that of another program: no traps, no points. */
void code_reopen(struct code *code, const struct program *program, const struct cost_model *costs);
void code_close(struct code *code);

/* A pc without an instruction has no trap. */
void code_set_trap(struct code *code, uint32_t pc, bool on);

/* Marks the slots that the points concern, and no others any more; all bounds are forgotten. */
void code_set_points(struct code *code, struct points *points);

/* Forgets all bounds when they belong to another machine or to regions that have changed since. */
void code_void_bounds(struct code *code, const struct machine *m);

/* The access of slot s missed its bounds: refills them. WATCHED: only for this one access, some of whose bytes are watched; the caller
 * puts lo and room back when it is done. FAULT, with *why: the access is not allowed. regs are the current ones. */
enum refill { REFILL_FAULT, REFILL_DONE, REFILL_WATCHED };
enum refill code_refill(struct code *code, struct machine *m, struct slot *s, const uint64_t *regs, struct fault *why);

#endif
