/* Frames of the running program, level 0 innermost, as the user numbers them. Callers of the outer ones keep r6-r9 only: the rest is
 * clobbered by the call and has no value there. */
#ifndef DEBUGGER_FRAME_H
#define DEBUGGER_FRAME_H

#include "debugger/state.h"

uint32_t frame_count(const struct session *s); /* 0 when nothing runs */
uint32_t frame_pc(const struct session *s, uint32_t level); /* where it is, or will continue after the call */
/* Where the register of the frame is kept, NULL when it was not saved. r10 is computed: use frame_base. */
uint64_t *frame_reg(struct session *s, uint32_t level, uint32_t reg);
uint64_t frame_base(const struct session *s, uint32_t level); /* its r10 */

/* True when the frame is about to execute the first instruction of a line: its location is printed without the instruction's number. */
bool frame_is_at_line_start(const struct session *s, uint32_t level);

/* "#1  insn 12 in loop () at t.c:3\n" and the source line or, when there is none, nothing. `level` < frame_count. */
void frame_text(struct session *s, uint32_t level, bool with_number, struct buf *out);

#endif
