/* Points of subjects as one line of text:
 *
 *     pc 5 ignore 1000000 if r3 0x5 eq
 *     register 7 0xffffffff
 *     memory 0x2fff8 8 w changed if r1 7 and 0x40000 add load.4 0x2 lt.s
 *
 * A register is watched under a mask; memory from an address, so many bytes, for reads (r), writes (w) or both (rw), `changed` when only
 * another value counts. The condition is in postfix notation: an operator stands behind its operands; .s: it is signed; load and extend
 * say their size, in bytes and in bits; old is what is watched, as it was before. */
#ifndef JIT_DIFF_POINTTEXT_H
#define JIT_DIFF_POINTTEXT_H

#include "jit/diff/subject.h"

/* Appends the line, without newline. */
void point_write(const struct subject_point *p, struct buf *out);

/* Fills *out from any bytes. NULL, or what is wrong with them. Whether pc is in the program is the caller's to check. */
const char *point_read(const char *text, size_t len, struct subject_point *out);

#endif
