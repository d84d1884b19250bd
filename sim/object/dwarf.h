/* An object's DWARF, opened on libdw. Internal to sim/object. */
#ifndef SIM_OBJECT_DWARF_H
#define SIM_OBJECT_DWARF_H

#include "sim/object/object.h"

#include <elfutils/libdw.h>

struct dwarf_file {
    uint8_t *image; /* copy of the file with relocations applied: code is at base_pc * 8, data at its guest address */
    Elf *elf;
    Dwarf *dwarf;
};

/* Opens the debug information when `section` (".debug_line"...) is there and has at most max_bytes. False when there is none, or it can't
 * be read: then there is a note. It is kept in the object, and closed by dwarf_close(). */
bool dwarf_open(struct object *o, struct program *p, const char *section, uint64_t max_bytes);
void dwarf_close(struct object *o);

/* ---- dwarf_types.c: DWARF's types as BTF, appended to the object's own. Where that has a type of the same kind, name and size, it is it. */
struct dwarf_types;
struct dwarf_types *dwarf_types_begin(const struct btf *own);
/* The id that the type will have; 0 for NULL and what BTF has no form for. */
uint32_t dwarf_types_id(struct dwarf_types *t, Dwarf_Die *die);
/* Bytes of a value of the type; 0 when unknown. */
uint64_t dwarf_type_bytes(Dwarf_Die *die);
/* Makes o->btf the object's types and those. On failure o->btf stays as it is, a note says why, and false is returned: no id is valid. Frees t. */
bool dwarf_types_end(struct dwarf_types *t, struct object *o, struct program *p);

/* ---- dwarf_places.c: location expressions */
struct variables;
/* Appends the expression in v's few forms. type_bytes: of the variable, 0 unknown. */
void dwarf_place_add(struct variables *v, Dwarf_Attribute *attr, const Dwarf_Op *ops, size_t n_ops, uint64_t type_bytes);
/* Corrects the stack variables of a function whose places are ops from first_op on, if they need it: clang until 2026 counts them from the lowest
 * byte of the frame and says that it counts from r10. n_slots from pc on is its code; extent is the highest end of a variable on the
 * stack, in bytes from where its offsets count. The size of the frame is what the code and the variables reach. */
void dwarf_places_mend_frame(const struct program *p, struct variables *v, uint32_t first_op, uint32_t pc, uint32_t n_slots, uint64_t extent);

/* Bounds on what hostile files can make us do. */
enum { DWARF_MAX_DIES = 1 << 20, DWARF_MAX_OPS = 1 << 20, DWARF_MAX_DEPTH = 64, DWARF_MAX_TYPES = 1 << 16 };

#endif
