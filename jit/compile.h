/* The compiler: blocks of a program to x86-64, and what is needed to get in and out. Internal to jit/.
 *
 * Registers while native code runs: r0 rax, r1 rdi, r2 rsi, r3 rdx, r4 rcx, r5 r8, r6 rbx, r7 r13, r8 r14, r9 r15, r10 rbp;
 * host r9 = start of guest memory, r12 = instructions left (below zero: stop at the next poll), r10 = cycles so far (when the cost
 * model is not uniform), r11 = scratch. Local calls are host calls.
 *
 * Everything that native code wants from outside goes through a site: one row that says where it stands, what to undo of the block's
 * count, and why. */
#ifndef JIT_COMPILE_H
#define JIT_COMPILE_H

#include "jit/blocks.h"
#include "jit/codemem.h"
#include "jit/x64.h"
#include "sim/machine/machine.h"

#define HOST_MEMORY R9
#define HOST_LEFT R12
#define HOST_CYCLES R10
#define HOST_SCRATCH R11

extern const uint8_t host_reg[N_REGS]; /* enum x64_reg of each guest register */

/* Why native code comes out. */
enum site_kind {
    SITE_POLL,    /* the budget is used up; pc not executed */
    SITE_TRAP,    /* a trap; pc not executed */
    SITE_INTERP,  /* the interpreter shall do what is at pc, then come back */
    SITE_REFILL,  /* a check missed its cache: look the region up and try again, or hand over to the interpreter */
    SITE_CALL,    /* call a C function for the instruction at pc: a helper, a packet load */
    SITE_EXIT,    /* no site of the code: the entry program has executed exit */
};

#define NO_SITE UINT32_MAX

struct site {
    uint32_t pc;
    uint8_t kind;
    uint32_t undo_insns; /* of the block's count: instructions not executed when it comes out before pc */
    uint64_t undo_cost;
    uint32_t check;      /* REFILL: index into blocks.checks */
    uint32_t resume;     /* REFILL, CALL: offset of the code that goes on */
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
    uint64_t host_rsp;        /* stack pointer of the C code that entered */
    uint64_t guest_rsp;       /* the native code's own while C code is called */
    void *run;                /* struct run *, the argument of C functions */
    const void *(*outside)(void *run); /* called at each site: where to go on, NULL to leave */
    int64_t left;             /* r12 outside of native code */
    uint64_t cycles;          /* r10 likewise */
    uint32_t site;            /* that it came out at; NO_SITE: at the entry program's exit */
    uint32_t exit_pc;         /* of that exit */
    struct bounds {
        uint64_t lo;          /* smallest good value of the base register */
        uint64_t n;           /* number of good values: 0 when the cache is empty */
    } bounds[];               /* one per check */
};

/* A cell as an operand; `c` is the struct compiled. */
#define CELL(field) x64_cell((uint32_t)c->mem.code_bytes + (uint32_t)offsetof(struct cells, field))

struct compiled {
    const struct program *program;
    const struct cost_model *costs;
    enum grouping grouping;
    struct blocks blocks;
    struct codemem mem;
    uint32_t used;            /* bytes of code */
    struct cells *cells;
    uint32_t *native;         /* per slot: offset of its code; 0: none. Only blocks can be entered there */
    uint32_t *returns;        /* per slot: offset of the code to which the local call before it returns; 0: none */
    struct original {
        uint32_t at;          /* offset of the block's first code, which leads to a newer one while the block has traps */
        uint8_t head[5];      /* what stands there otherwise: a block is at least as long as a jump, and only entered at its start */
    } *original;              /* per block */
    struct site *sites;
    uint32_t n_sites;
    size_t cap_sites;
    uint64_t *traps;          /* bitmap over slots */
    bool counts_cycles;       /* the cost model is not uniform */
    uint32_t cost_per_insn;   /* the uniform cost */
    uint32_t enter, exit, outside; /* offsets of the stubs */
};

/* The way in (stubs.c). target: native code of a block; returns: native return addresses of the frames above the entry program,
 * outermost first. Returns when native code has left; the cells say where. */
typedef void enter_fn(const void *target, const void *const *returns, uint64_t n_returns);

/* Compiles the whole program. False when there is no memory for code. */
bool compile_program(struct compiled *c);

/* Compiles one block anew (traps have changed) and leads its old code there. The code becomes writable. False when it is full. */
bool compile_block_again(struct compiled *c, uint32_t block);

/* Forgets all code and compiles the program again, with the traps as they are. */
void compiled_restart(struct compiled *c);

void compiled_free(struct compiled *c);

#endif
