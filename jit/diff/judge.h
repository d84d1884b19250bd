/* A judge: says whether two engines still disagree on a subject that was changed, and which instruction is to blame. What kills the process or
 * never ends is a difference, too: a guarded judge runs every subject in a process of its own, at some 0.5 ms each. */
#ifndef JIT_DIFF_JUDGE_H
#define JIT_DIFF_JUDGE_H

#include "jit/diff/fuzz.h"

struct judge;

/* For differences between the two engines that disagree in a find, under the options that it was found with. NULL with *e filled when an
 * engine or the kernel can't. */
struct judge *judge_new(const struct fuzz_options *options, const struct find *find, bool is_guarded, struct errinfo *e);
void judge_free(struct judge *j);

/* As fuzz_try. */
bool judge_try(struct judge *j, const struct subject *s, struct find *find);

/* Classes of operands: a mask. */
enum { OPERANDS_STACK = 1, OPERANDS_ZERO = 2, OPERANDS_NEGATIVE = 4 }; /* r10; an immediate that is 0, or below */

/* What two finds have in common when the same thing is wrong. */
struct cause {
    bool is_named;              /* the first instruction that goes wrong is known: the rest but kind is about it */
    enum difference_kind kind;  /* of the difference that it makes; not named: of the difference at the end */
    uint16_t op;                /* enum op */
    uint8_t operands;           /* OPERANDS_* */
    uint32_t pc;
    uint64_t n_before;          /* instructions executed before it */
};

/* Fills *out for a subject for which judge_try filled *find. Engines that go wrong only where several instructions are translated together
 * leave it unnamed, and so does the kernel. Costs some tens of runs. */
void judge_cause(struct judge *j, const struct subject *s, const struct find *find, struct cause *out);

/* The same kind of difference, made by the same op. */
bool cause_is_like(const struct cause *a, const struct cause *b);

/* A name for file names and for telling finds apart: "rsh32_x.1-state"; a cause without a name is told by all the ops of the subject:
 * "a1b2c3d4-state". */
void cause_signature(const struct cause *c, const struct subject *s, struct buf *out);

/* What the reference does with a subject. */
struct trace {
    uint32_t pc;      /* after the last instruction */
    uint64_t n_insns; /* that were executed */
    struct trace_slot {
        bool is_reached;
        uint16_t pointers;         /* bit n: rn held an address that the guest may use */
        uint64_t regs[N_REGS]; 
    } slots[SUBJECT_MAX_SLOTS];
};

/* At most n instructions. */
void judge_trace(struct judge *j, const struct subject *s, uint64_t n, struct trace *out);

#endif
