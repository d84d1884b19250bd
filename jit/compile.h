/* The compiler: blocks of a program to x86-64, and what is needed to get in and out. Internal to jit/.
 *
 * Registers while native code runs: r0 rax, r1 rdi, r2 rsi, r3 rdx, r4 rcx, r5 r8, r6 rbx, r7 r13, r8 r14, r9 r15, r10 rbp;
 * host r9 = start of guest memory, r12 = instructions left (below zero: stop at the next poll), r10 = cycles so far when the cost
 * model is not uniform, else the address of cells.bounds, r11 = scratch. Local calls are host calls.
 *
 * Everything that native code wants from outside goes through a site: one row that says where it stands, what was counted ahead but is
 * not executed, and why. */
#ifndef JIT_COMPILE_H
#define JIT_COMPILE_H

#include "jit/blocks.h"
#include "jit/codemem.h"
#include "jit/x64.h"
#include "sim/base/base.h"
#include "sim/counts.h"
#include "sim/native.h"
#include "sim/point.h"

#define HOST_MEMORY R9
#define HOST_LEFT R12
#define HOST_CYCLES R10
#define HOST_BOUNDS R10
#define HOST_SCRATCH R11

extern const uint8_t host_reg[N_REGS]; /* enum x64_reg of each guest register */

/* Why native code comes out. */
enum site_kind {
    SITE_POLL,    /* the budget is used up, or no instruction is at pc; its points have not been looked at */
    SITE_TRAP,    /* a trap; pc not executed */
    SITE_INTERP,  /* the interpreter shall do what is at pc, then come back */
    SITE_REFILL,  /* a check missed its cache: look the region up and try again, or hand over to the interpreter */
    SITE_CALL,    /* call a C function for the instruction at pc: a helper, a packet load */
    SITE_POINT,   /* C shall look at the points of pc, from one on; pc not executed */
    SITE_WATCH,   /* C shall look at the watches; pc is where control goes on */
    SITE_EXIT,    /* no site of the code: the entry program has executed exit */
};

#define NO_SITE UINT32_MAX

/* Where a piece of code begins, whose it is and what: it goes on to the next mark. Read by native.c. */
struct mark {
    uint32_t at;
    uint32_t pc : 21, n_slots : 6, kind : 5; /* as in struct native_piece; NO_MARK_PC for NATIVE_NO_PC */
};

#define NO_MARK_PC ((1u << 21) - 1)

_Static_assert(MAX_SLOTS < NO_MARK_PC && N_NATIVE_KINDS <= 32, "they fit into a mark");

struct site {
    uint32_t pc;
    uint32_t undo_insns; /* counted ahead, but not executed when it comes out before pc */
    uint64_t undo_cost;
    uint32_t check;      /* REFILL: index into blocks.checks; POINT, WATCH: bounds of the load that missed, or NO_CHECK */
    uint32_t resume;     /* REFILL, CALL, POINT, WATCH: offset of the code that goes on */
    uint32_t point;      /* POINT, WATCH: index into the set's list */
    uint8_t kind;
};

/* What native code and C share while it runs: the cells, writable, addressed relative to rip. */
struct cells {
    uint64_t *regs;           /* machine.regs */
    uint8_t *memory;          /* start of guest memory */
    uint8_t *frame;           /* machine.frames[depth + 1]: the record that the next local call fills */
    uint8_t *frame_end;       /* one past the last record */
    uint64_t frame_pointer;   /* r10 of the current frame; only kept when the program writes r10 */
    uint32_t *may_goto;       /* machine.n_may_goto */
    uint64_t may_goto_limit;
    const void *go;           /* where to enter, or to go on */
    uint64_t host_rsp;        /* stack pointer of the C code that entered */
    uint64_t guest_rsp;       /* the native code's own while C code is called */
    void *run;                /* struct run *, the argument of C functions */
    const void *(*outside)(void *run); /* called at each site: where to go on, NULL to leave */
    int64_t left;             /* r12 outside of native code */
    int64_t blocks_left;      /* BLOCKS_SINGLE: blocks that may be entered; below zero: come out */
    uint64_t cycles;          /* r10 likewise */
    uint32_t site;            /* that it came out at; NO_SITE: at the entry program's exit */
    uint32_t exit_pc;         /* of that exit */
    uint64_t condition_addr;  /* where a condition wanted to load when its bounds missed */
    struct bounds {
        uint64_t lo;          /* smallest good value of the base register */
        uint64_t n;           /* number of good values: 0 when the cache is empty */
    } bounds[];               /* one per group, one per access that is checked alone, then CONDITION_CELLS for the loads of conditions */
};

/* Conditions that load more than that, all together, are left to C. */
enum { CONDITION_CELLS = 4096 };

/* A cell as an operand; `c` is the struct compiled. */
#define CELL(field) x64_cell((uint32_t)(c->mem.cells - c->mem.code) + (uint32_t)offsetof(struct cells, field))

/* A jump. A block is at least as long, and only entered at its start. */
enum { HEAD_BYTES = 5 };
/* What is looked at where (points.h). */
enum {
    LOOK_TRAP = 1,   /* a trap */
    LOOK_BEFORE = 2, /* PC points */
    LOOK_AFTER = 4,  /* register watches: the instruction writes one of theirs */
    LOOK_ALONE = 8,  /* memory watches: its access may be to their bytes, and is checked alone, always */
};

struct looks {
    const struct program *program;
    struct points *set;    /* NULL: none */
    uint8_t *at;           /* per slot, and one past the end: LOOK_* */
    uint32_t *first;       /* per slot with LOOK_BEFORE: list index of its first point. NULL: there has never been a set */
    uint32_t *next;        /* per point: the next one on the same slot, or the next register watch; NO_POINT */
    uint32_t first_watch;  /* of the register watches */
    uint32_t *cell;        /* per point: first cell of its condition's loads, of CONDITION_CELLS; NO_CELL: there are none left */
    uint32_t n_cells;      /* in use */
    uint32_t *alone;       /* per slot with LOOK_ALONE: its check. NULL likewise */
};

#define NO_POINT UINT32_MAX
#define NO_CELL UINT32_MAX

struct compiled {
    const struct program *program;
    const struct cost_model *costs;
    enum grouping grouping;
    struct blocks blocks;
    struct codemem mem;
    uint32_t used;            /* bytes of code */
    uint32_t first_used;      /* of them before any block was compiled again */
    struct cells *cells;
    uint32_t *native;         /* per slot: offset of its code; 0: none. Only blocks can be entered there */
    uint32_t *returns;        /* per slot: offset of the code to which the local call before it returns; 0: none */
    struct original {
        uint32_t at;          /* offset of the block's first code, which leads to a newer one while the block has traps */
        uint8_t head[HEAD_BYTES]; /* what stands there otherwise */
        uint32_t newer_end;   /* end of the newer code, when native[] says that there is some */
        uint32_t returns;     /* of the local call at its end */
    } *original;              /* per block */
    struct site *sites;
    uint32_t n_sites;
    size_t cap_sites;
    bool wants_marks;         /* of the whole program; those of blocks that are compiled again are always kept */
    bool is_marking;
    struct mark *marks;       /* in order of offset */
    uint32_t n_marks;
    size_t cap_marks;
    struct looks looks;
    struct counts *counts;    /* its addresses stand in the code; NULL: nobody wants to know */
    bool counts_cycles;       /* the cost model is not uniform */
    uint32_t cost_per_insn;   /* the uniform cost */
    uint32_t enter, exit, outside; /* offsets of the stubs */
    uint32_t stubs_bytes;     /* at the start of the code; 0: not there yet */
    bool stubs_count_cycles;  /* as counts_cycles was */
};

/* The way in (stubs.c), to cells.go, the native code of a block. returns: native return addresses of the frames above the entry program,
 * outermost first. Returns when native code has left; the cells say where. */
typedef void enter_fn(const void *const *returns, uint64_t n_returns);

/* What is emitted from offset mark.at on is a piece of its own. */
void compiled_add_mark(struct compiled *c, struct mark mark);

static inline void
compiled_mark(struct compiled *c, uint32_t at, enum native_kind kind, uint32_t pc, uint32_t n_slots)
{
    if (unlikely(c->is_marking))
        compiled_add_mark(c, (struct mark){ .at = at, .pc = pc, .n_slots = n_slots, .kind = kind });
}

/* Compiles the whole program. The same program, costs, grouping and counts give the same code, always: native.c compiles once more to learn
 * what is where. False when there is no memory for code. */
bool compile_program(struct compiled *c);

/* Index into the bounds of a cell of conditions. */
static inline uint32_t
compiled_condition_cell(const struct compiled *c, uint32_t cell)
{
    return c->blocks.n_groups + c->blocks.n_accesses + cell;
}

/* Compiles one block anew (traps or points have changed) and leads its old code there. The code becomes writable. False when it is full. */
bool compile_block_again(struct compiled *c, uint32_t block);

/* Forgets all code and compiles the program again, with traps and points as they are, taking more memory when they need it. False when
 * there is none: then there is no code. */
bool compiled_restart(struct compiled *c);

void compiled_free(struct compiled *c);

#endif
