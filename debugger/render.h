/* Events as text: the one place that turns why and where the program stopped into gdb's words. */
#ifndef DEBUGGER_RENDER_H
#define DEBUGGER_RENDER_H

#include "debugger/state.h"

/* Where the program was before the command, to tell a step within a function from one into another. */
struct origin {
    uint32_t depth;
    const struct function *function;
};
struct origin render_origin(const struct session *s);

/* What a command that ran the program reports: the reason, the location, the source line, the next instruction when asked for, the
 * displays. origin NULL: always with the full location. Deletes temporary breakpoints that were hit. */
void render_stop(struct session *s, const struct origin *origin, struct buf *out);

/* The location of the selected frame and its source line; as `frame`, `up` and `down` show it. */
void render_frame(struct session *s, struct buf *out);

/* The source line of the frame with "insn 12\t" before it when it is in the middle of one; nothing when there is no line. */
void render_source(struct session *s, uint32_t level, struct buf *out);

/* "=> 12 <main+3>:\tr0 = 2\n"; pc may lie behind the end. */
void render_insn(struct session *s, uint32_t pc, struct buf *out);

/* "[xdp_prog returned 2 (XDP_PASS), 37 insns, 37 cycles]\n" */
void render_result(struct session *s, struct buf *out);

#endif
