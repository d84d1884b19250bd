/* Variables of the source: which the user means, and their values. Where they are is place.h's. */
#ifndef DEBUGGER_LOCAL_H
#define DEBUGGER_LOCAL_H

#include "debugger/state.h"
#include "sim/object/variables.h"

/* Where a frame is, as sim/object/variables.h counts. level < frame_count. */
uint32_t local_position(const struct session *s, uint32_t level);

/* The innermost scope of the selected frame; with s->parse_pc, of that slot. -1: none. */
int32_t local_scope(const struct session *s);

/* The variable of that name that is visible there, -1 when there is none. */
int64_t local_named(const struct session *s, const char *name);
/* The variable of a function, from wherever: in its outermost block first. -1 when there is none. */
int64_t local_of_function(const struct session *s, const char *function, const char *name);

struct vtype local_type(const struct session *s, uint32_t index);

/* The value in the frame `level`, which is in the variable's function. Contents of what lies in memory as a whole are not read. `reads` (may
 * be NULL) gets what it depends on. */
enum err local_value(struct session *s, uint32_t index, uint32_t level, struct value *out, struct reads *reads, struct errinfo *e);
/* The same in the selected frame or the next one outwards that is in the function. ERR_NO_BLOCK_FRAME, ERR_NO_REGISTERS. */
enum err local_read(struct session *s, uint32_t index, struct value *out, struct reads *reads, struct errinfo *e);

/* "a=1, p=0x40000": the arguments of a frame's function as its line has them. */
void local_put_arguments(struct session *s, uint32_t level, struct buf *out);

#endif
