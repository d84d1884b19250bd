/* One piece of compilation under way: the code, what waits for code that does not exist yet, and how far the block is. Internal to jit/.
 * Branches between blocks, ways out and calls are here; what stands inside a block is compile.c's. */
#ifndef JIT_JOB_H
#define JIT_JOB_H

#include "jit/compile.h"

/* A displacement that waits for the code of a block. */
struct fixup {
    uint32_t field;
    uint32_t pc;
};

/* Instructions and cost, to be added to what is counted; differences wrap around. */
struct count {
    uint64_t insns, cost;
};

/* Code that is rarely executed. */
enum cold_kind {
    COLD_SITE,    /* a way out */
    COLD_EXIT,    /* a branch on an unexpected way: settles the count first */
    COLD_CHECK,   /* a check in general, where a guess about it was wrong */
    COLD_HIT,     /* a point whose condition holds: counts, or is left to C at the site */
    COLD_CHANGED, /* a watch whose register has changed */
    COLD_UNWIND,  /* a condition that can't be evaluated: the site, after r0 has come back from the stack */
};

struct cold {
    uint32_t field;     /* displacement that leads here */
    uint32_t owner;     /* slot that it belongs to */
    enum cold_kind kind;
    struct site site;   /* all but EXIT; CHECK: its pc, check and resume, where the code goes on */
    union {
        uint32_t target; /* EXIT */
        uint32_t back;   /* HIT, CHANGED: where it goes on */
        uint32_t unwind; /* UNWIND: words on the stack, r0 being the deepest */
    };
    struct count count; /* EXIT: to settle before going there; CHECK: job.rest */
    uint64_t *tick;     /* EXIT: to be counted there; NULL: nothing */
};

struct job {
    struct compiled *c;
    struct x64 x;
    struct fixup *fixups;
    uint32_t n_fixups;
    size_t cap_fixups;
    struct cold *cold;
    uint32_t n_cold;
    size_t cap_cold;
    const struct block *block;
    bool is_again;     /* with traps and points, and not in its place, so that the next block does not follow */
    uint32_t pc;       /* slot of the instruction being compiled */
    struct count rest; /* counted ahead, but not executed before the instruction being compiled */
};

/* What has to be looked at there by the code under way: LOOK_*. */
static inline uint8_t
job_looks(const struct job *j, uint32_t pc)
{
    return unlikely(j->is_again) ? j->c->looks.at[pc] : 0;
}

bool job_is_block(const struct compiled *c, int64_t pc); /* a block starts there */

/* Instructions are counted, and the budget is looked at. */
bool job_counts(const struct job *j);

/* What is emitted from offset `at` on belongs to the instruction at j->pc; see struct mark. */
static inline void
job_mark(struct job *j, uint32_t at, enum native_kind kind, uint32_t n_slots)
{
    compiled_mark(j->c, at, kind, j->pc, n_slots);
}

/* The code emitted from here on runs after insn. */
void job_count(struct job *j, const struct insn *insn);

/* Adds rare code to which the displacement at `field` leads: a way out, until the caller says otherwise. Valid until the next call. */
struct cold *job_cold(struct job *j, uint32_t field);

/* A site before the instruction at pc; the second form adds the code that comes out there, reached through the displacement at `field`.
 * check and resume: struct site. */
struct site job_site_at(const struct job *j, enum site_kind kind, uint32_t pc);
void job_site(struct job *j, uint32_t field, enum site_kind kind, uint32_t pc, uint32_t check, uint32_t resume);

/* Adds to the counts; no code when there is nothing to add. */
void job_settle(struct job *j, struct count count);

/* Counts that the branch at pc is taken, for struct counts; `target` is where it leads. No code when nobody wants to know. Changes the
 * scratch register and flags. */
void job_tick_left(struct job *j, uint32_t pc, int64_t target);
void job_tick(struct job *j, uint64_t *counter);

/* Compares the value of `reg` with bounds: above or equal when it is not among the good ones. Changes the scratch register. */
void job_emit_bounds(struct job *j, enum x64_reg reg, uint32_t index);

/* Branches to blocks, which settle the counts. job_jcc, the instruction at pc, and job_go_on may also mean no instruction: then the
 * interpreter sees to it. is_next: the block behind this one is emitted next. */
void job_jump_later(struct job *j, uint32_t field, uint32_t pc);
uint32_t job_entry(const struct job *j, int64_t pc); /* offset of the block's code; 0: it does not exist yet */
void job_jcc(struct job *j, enum x64_cond cc, uint32_t pc, int64_t target);
void job_go_on(struct job *j, uint32_t pc, bool is_next);

/* A conditional branch out of the middle of a block. Returns true when the jump behind it is done as well: the block is complete. */
bool job_side_exit(struct job *j, uint32_t pc, bool is_next);

/* The check `check` before the instruction at pc. */
void job_check(struct job *j, uint32_t pc, uint32_t check);

/* Everything rare so far. Where control does not run into it. */
void job_emit_cold(struct job *j);

/* calls.c: a local call; a call of C for a helper, kfunc or packet load; may_goto, which counts. */
void job_local_call(struct job *j, uint32_t pc, int64_t target);
void job_outside_call(struct job *j, uint32_t pc);
void job_may_goto(struct job *j, uint32_t pc, int64_t target);

#endif
