/* One program in both worlds: our interpreter and the kernel, on the same input, compared. The kernel is right.
 * Not a test by itself; every test_*_vs_kernel.c uses it. */
#ifndef TESTS_KERNEL_LAB_H
#define TESTS_KERNEL_LAB_H

#include "jit/diff/kernel.h"
#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "sim/base/buf.h"
#include "sim/engine.h"

/* Whose runs are compared with the kernel's; the Makefile builds the tests once for each engine. */
#ifndef LAB_ENGINE
#define LAB_ENGINE interp_engine
#endif

struct lab {
    const struct program *program;
    uint32_t entry;
    const struct prog_type *type;
    struct cost_model costs;
    struct machine *m;
    struct code *code;
    struct kernel_prog *k;
    uint32_t flags;  /* of kernel_load */
    uint64_t budget; /* instructions; a program that takes more counts as different */
    volatile sig_atomic_t interrupt;
    bool by_shape;   /* the program sees time, random numbers...: only that it ends and the packet's size are compared */
    bool unmodelled; /* the interpreter stopped at a helper that it does not know */
};

/* Skips the running Criterion test, loudly, when bpf(2) may not be used. */
#define LAB_NEED_KERNEL()                                    \
    do {                                                     \
        const char *why_not = "";                            \
        if (!kernel_available(&why_not))                     \
            cr_skip("the kernel can't be asked: %s", why_not); \
    } while (0)

/* Loads functions[entry] of `p` into both. False when the kernel refuses it: the reason is appended to *why. */
bool lab_open(struct lab *lab, const struct program *p, uint32_t entry, const struct prog_type *type, uint32_t flags, struct buf *why);
void lab_close(struct lab *lab);

/* Runs both on `input` and compares: refusal of the input, r0 (64 bits when captured), packet, ctx_out, maps. Appends a line per difference
 * and returns their number. */
uint32_t lab_run(struct lab *lab, const struct input *input, struct buf *out);

/* The numbers that tests draw: a 64-bit LCG's upper bits, mixed with values at the edges of all widths. */
struct dice {
    uint64_t state;
};
struct dice dice_new(void); /* from the environment's EBPFDBG_SEED, else 1 */
uint64_t dice_roll(struct dice *d);
uint32_t dice_below(struct dice *d, uint32_t n);
uint64_t dice_operand(struct dice *d); /* half of them near an edge */

/* EBPFDBG_ROUNDS or 1: how often the long variants repeat. */
uint32_t lab_rounds(void);

#endif
