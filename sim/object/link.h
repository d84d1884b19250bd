/* The steps of linking that need code: relocations and functions. Internal to sim/object; link.c calls them in the order of object.h. */
#ifndef SIM_OBJECT_LINK_H
#define SIM_OBJECT_LINK_H

#include "sim/object/object.h"

/* Gives function addresses that stand in the code (LDDW src 4) their value; other pseudo-loads are INSN_UNRESOLVED until a relocation
 * says what they mean: a number of a map or variable in another process means nothing here. */
void relocate_pseudo(struct program *p);

/* Applies the relocations of code and data sections: insn.imm and insn.op, refs (but for those to functions), externs, initial bytes
 * of data maps. Every reference that can't be resolved is INSN_UNRESOLVED and noted. */
void relocate(struct object *o, struct program *p);

/* Finds functions and adds a REF_FUNC for each local call and each LDDW of a function address. Sorts refs. */
void functions_link(const struct object *o, struct program *p);

/* The same for raw code, where programs begin at slot 0 and at the n slots in `entries`. */
void functions_link_raw(struct program *p, const uint32_t *entries, uint32_t n);

/* Lists the variables of data sections and of .kconfig. */
void vars_link(const struct object *o, struct program *p);

/* Sorts refs by pc. */
void refs_sort(struct program *p);

#endif
