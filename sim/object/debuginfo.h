/* What linking takes from BTF, .BTF.ext and DWARF. Internal to sim/object, called by link.c in the order that object.h tells.
 * All input is hostile; nothing here fails: what is broken or missing becomes a note. */
#ifndef SIM_OBJECT_DEBUGINFO_H
#define SIM_OBJECT_DEBUGINFO_H

#include "sim/object/object.h"

/* Variables in the BTF DATASECs .kconfig and .ksyms. For .kconfig appends one read-only MAP_FROM_DATA map ".kconfig" (init filled, no
 * value_addr: the linker assigns it) and sets symbol.map and symbol.map_off of the undefined symbols that it holds.
 * .ksyms variables stay externs (the linker adds those) unless they can be given a value. Called before functions and code. */
void externs_link(struct object *o, struct program *p);

/* Sets function.btf_id (from .BTF.ext func_info, else by name). */
void functions_link_types(const struct object *o, struct program *p);

/* Applies CO-RE relocations of .BTF.ext to p->insns: appends core_relos and refs REF_CORE; what can't be resolved is flagged
 * INSN_UNRESOLVED with a note. btf_path as in load_options; kernel types are read only when there is a relocation. */
void core_link(const struct object *o, struct program *p, const char *btf_path);

/* Fills files and lines (sorted by pc) from .BTF.ext line info, or from DWARF when there is none. */
void lines_link(struct object *o, struct program *p);

/* Fills program.variables from DWARF, and the types of data variables that have none. Appends DWARF's types to o->btf: ids stay what they are,
 * but whatever points into it is void. */
void variables_link(struct object *o, struct program *p);

#endif
