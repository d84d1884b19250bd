/* Stepping: by instructions, by source lines, out of functions, to places. Each runs until it is done or something else stops the program;
 * s->event says which. All require s->is_running. */
#ifndef DEBUGGER_STEP_H
#define DEBUGGER_STEP_H

#include "debugger/location.h"
#include "debugger/state.h"

/* Where a step is: a frame and the slots of the line (or, without lines, of the function) in it that are stepped through. */
struct range {
    uint32_t depth;
    uint32_t lo, hi;     /* slots [lo, hi) */
    uint32_t file, line; /* 0: no line */
    const struct function *function;
};
struct range step_range_of(const struct program *p, uint32_t pc, uint32_t depth);

/* gdb's words before stepping out of a function without lines. */
void step_announce_no_lines(const struct function *f, struct buf *out);

/* n instructions; with `over` a local call counts as one. One engine run when there is nothing to step over. */
void step_insns(struct session *s, uint64_t n, bool over, struct buf *out);

/* n source lines. As gdb: until a statement of another line begins, in this frame, a caller, or (not `over`) a callee with lines. Where
 * there are no lines: until the function returns, which is announced. */
void step_lines(struct session *s, uint64_t n, bool over, struct buf *out);

/* `until` without argument: as `next`, but not backwards. */
void step_until_next(struct session *s, struct buf *out);

/* Until the selected frame has returned. ERR_OUTERMOST. */
enum err step_finish(struct session *s, struct buf *out, struct errinfo *e);

/* `until LOCATION` and `advance LOCATION`: until the place, or until the current frame has returned. `until` counts the place only in
 * the current frame or its callers. */
void step_to(struct session *s, const struct location *l, bool same_frame, struct buf *out);

#endif
