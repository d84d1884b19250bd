/* Disassembly of a program: what sim/isa/disasm.h says about an instruction, with the names that program and helper table know.
 * Every front end that shows code uses this, so that an instruction looks the same everywhere. */
#ifndef SIM_MACHINE_LISTING_H
#define SIM_MACHINE_LISTING_H

#include "sim/isa/disasm.h"
#include "sim/object/program.h"

/* Appends the text of slot pc (< n_slots), no newline: helpers, called functions, maps, data sections and externs by name. Branches stay
 * "goto pc+3". After a ';' stands what else is to be said: "call memset ; unresolved", "r1 = *(u32 *)(r6 +1256) ; CO-RE struct
 * task_struct.pid". O(log refs + log functions). */
void listing_insn(const struct program *p, uint32_t pc, enum syntax syntax, struct buf *out);

/* Appends where slot pc is: "insn 12 <parse+4>, examples/filter.c:40"; less when less is known. */
void listing_place(const struct program *p, uint32_t pc, struct buf *out);

#endif
