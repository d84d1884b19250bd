/* Engines that are wrong on purpose: the interpreter, one instruction after the other, and something done wrong after one kind of it. Exact
 * at any budget, like the interpreter. */
#ifndef TESTS_JIT_BROKEN_H
#define TESTS_JIT_BROKEN_H

#include "sim/engine.h"

extern const struct engine broken_rsh32;  /* a 32-bit shift right by a register gives one bit too many when the result is odd */
extern const struct engine broken_jslt;   /* a signed comparison that is not taken for equal operands is */
extern const struct engine broken_stx_h;  /* a 16-bit store clears the byte behind it */
extern const struct engine broken_xchg;   /* a 64-bit exchange loses the high half of what it fetches */
extern const struct engine broken_call;   /* a local call clears r9 */
extern const struct engine broken_signal; /* a multiplication by a negative constant ends the process */
extern const struct engine broken_small;  /* as rsh32, and in programs of less than 16 slots every such shift ends the process */
extern const struct engine broken_hang;   /* a sign extension of a byte never ends */

#endif
