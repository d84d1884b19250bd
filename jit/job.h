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

/* Code that is rarely executed: a way out, or the rest of a side exit. */
struct cold {
    uint32_t field;     /* displacement that leads here */
    uint32_t owner;     /* slot that it belongs to */
    enum { COLD_SITE, COLD_EXIT, COLD_CHECK } what;
    struct site site;   /* SITE; CHECK: its pc, check and resume, where the code goes on */
    uint32_t target;    /* EXIT */
    struct count count; /* EXIT: to settle before going there; CHECK: job.rest */
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
    bool is_again;     /* with the traps, and not in its place, so that the next block does not follow */
    uint32_t pc;       /* slot of the instruction being compiled */
    struct count rest; /* counted ahead, but not executed before the instruction being compiled */
};

bool job_is_trapped(const struct job *j, uint32_t pc); /* the code being compiled is to stop there */
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

/* A site before the instruction at pc, reached through the displacement at `field`. check and resume: struct site. */
void job_site(struct job *j, uint32_t field, enum site_kind kind, uint32_t pc, uint32_t check, uint32_t resume);
/* Adds to the counts; no code when there is nothing to add. */
void job_settle(struct job *j, struct count count);

/* Branches to blocks, which settle the counts. job_jcc, the instruction at pc, and job_go_on may also mean no instruction: then the
 * interpreter sees to it. is_next: the block behind this one is emitted next. */
void job_jump_later(struct job *j, uint32_t field, uint32_t pc);
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
