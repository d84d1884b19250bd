/* What was never written: a shadow of registers and stack, one bit per register and per byte, kept only while somebody wants to catch
 * reads of the rest. The session then executes one instruction at a time: what the shadow needs to know about an instruction is decided before
 * it, what it has changed is noted after it, and engines know nothing of it. */
#ifndef DEBUGGER_UNINIT_H
#define DEBUGGER_UNINIT_H

#include "debugger/state.h"

/* Before and after each run of the engine, of at most one instruction. What was executed without the shadow (before it was wanted, or
 * in the past that was travelled to) counts as written from then on. */
void uninit_before(struct session *s);
void uninit_after(struct session *s);

/* False when the instruction at pc has not been looked at: control was moved there, or the run begins. */
bool uninit_is_checked(const struct session *s);

/* Whether the instruction at pc reads what was never written. */
bool uninit_reads(struct session *s);
/* "r3 was never written", "8 bytes at r10-16 were never written" */
void uninit_text(const struct session *s, struct buf *out);

/* Before another run begins, and when the session ends. */
void uninit_forget(struct session *s);

#endif
