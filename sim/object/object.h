/* The object: what is in one ELF file, before and while it is linked. Internal to sim/object; freed when the program stands.
 *
 * Produced by object_read() (elf.c), which bounds everything: after it every section's bytes lie inside the image, every string is
 * NUL-terminated, every index (symbol.section, relocation.symbol, relocation.section) is valid. Contents are still hostile.
 *
 * Linking (link.c) runs these steps in this order; each appends to the program or fills fields of the object that say where
 * something went:
 *   sections get a place    section.base_pc (code), section.map (data)
 *   maps                    maps.c, maps_legacy.c, maps_btf.c           map_places
 *   externs_link            debuginfo.h: .kconfig and .ksyms variables  symbol.map, symbol.map_off
 *   code                    copied to program.code, decoded to program.insns (second slots of LDDW marked)
 *   relocations             relocate.c: refs, externs, insn.imm
 *   functions               functions.c: from symbols and from the targets of calls; then what maps are preset with
 *   core_link, functions_link_types, vars_link, variables_link, lines_link  debuginfo.h, link.h
 *   refs sorted by pc, notes closed */
#ifndef SIM_OBJECT_OBJECT_H
#define SIM_OBJECT_OBJECT_H

#include "sim/object/program.h"

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

enum section_kind {
    SECTION_OTHER,
    SECTION_CODE,        /* executable: part of the image */
    SECTION_DATA,        /* .rodata*, .data*, .bss*: becomes a map */
    SECTION_MAPS_LEGACY, /* "maps", "maps/...": C structs of 32-bit words */
    SECTION_MAPS_BTF     /* ".maps": described by the BTF DATASEC of that name */
};

struct section {
    const char *name;     /* "" when it has none */
    const uint8_t *bytes; /* n_bytes of them inside object.bytes; NULL for SHT_NOBITS */
    uint64_t n_bytes;
    uint64_t file_off;
    uint32_t type;        /* SHT_* */
    uint64_t flags;       /* SHF_* */
    enum section_kind kind;
    uint32_t base_pc;     /* CODE: slot of the image where it begins */
    uint32_t n_slots;     /* CODE */
    int32_t map;          /* DATA: index into program.maps; otherwise -1 */
};

enum { SYMBOL_UNDEFINED = 0, SYMBOL_NO_SECTION = UINT32_MAX };

struct symbol {
    const char *name;     /* "" when it has none; section symbols have their section's name */
    uint32_t section;     /* index into sections, SYMBOL_UNDEFINED, or SYMBOL_NO_SECTION (SHN_ABS, SHN_COMMON) */
    uint64_t value;       /* offset in the section; may lie outside */
    uint64_t n_bytes;
    uint8_t type;         /* STT_* */
    uint8_t binding;      /* STB_* */
    int32_t map;          /* .kconfig variables: the map of .kconfig; otherwise -1 */
    uint64_t map_off;     /* .kconfig variables: offset of the value in that map */
    int32_t extern_index; /* index into program.externs once something refers to it; -1 */
};

struct relocation {
    uint32_t section;     /* that it patches */
    uint64_t off;         /* byte in that section; may lie outside */
    uint32_t type;        /* R_BPF_*; 0 is taken for R_BPF_64_64 */
    uint32_t symbol;      /* 0 is the empty symbol */
    bool has_addend;      /* RELA */
    int64_t addend;       /* RELA only; for REL the addend stands in the patched bytes */
};

/* Where a map is defined in a section of maps. */
struct map_place {
    uint32_t section;
    uint64_t off, n_bytes;
    uint32_t map;
    uint64_t values_off;  /* BTF: where in the definition the static initialisers (values) begin; UINT64_MAX: there are none */
};

struct object {
    const char *path;     /* for messages */
    const uint8_t *bytes; /* the whole file; borrowed, outlives the object */
    size_t n_bytes;
    Elf *elf;             /* over bytes */
    struct section *sections; /* index = ELF section index; [0] is the empty one */
    uint32_t n_sections;
    struct symbol *symbols;   /* index = ELF symbol index */
    uint32_t n_symbols;
    struct relocation *relocations; /* of code, data and map sections (not debug info), sorted by section and off */
    uint32_t n_relocations;
    struct map_place *map_places; /* sorted by section and off */
    uint32_t n_map_places;
    struct dwarf_file *dwarf; /* dwarf.h: while it is read */
    struct btf *btf;      /* parsed .BTF, NULL when missing or broken; moves to program.btf at the end of linking */
    char btf_error[160];  /* why .BTF could not be used, "" */
    bool is_from_gcc;     /* by its .comment; GNU as 2.40 leaves symbol + addend in the patched bytes, not the addend */
    uint32_t *symbol_order; /* indexes of the named symbols in sections, by section, value, functions and globals first */
    uint32_t n_symbol_order;
};

/* Limits; what exceeds them is ERR_TOO_LARGE. */
enum {
    OBJECT_MAX_BYTES = 64 << 20,
    OBJECT_MAX_SECTIONS = 1 << 16,
    OBJECT_MAX_SYMBOLS = 1 << 19,
    OBJECT_MAX_RELOCATIONS = 1 << 20,
    DATA_MAX_BYTES = 64 << 20, /* all data sections together, .bss included */
    OBJECT_MAX_FUNCTIONS = 1 << 16, /* the rest is part of the last one, with a note */
    OBJECT_MAX_EXTERNS = 1 << 16,   /* the rest is unresolved, with a note */
    OBJECT_NAME_MAX = 255,          /* longer names are cut and end in "..." */
    MAX_NOTES = 256
};

/* Reads the structure of an ELF file. bytes must outlive *out. */
enum err object_read(const char *path, const uint8_t *bytes, size_t n_bytes, struct object *out, struct errinfo *e);
void object_free(struct object *o);

/* Index of the first section of that name, 0 when there is none. O(sections). */
uint32_t object_section_named(const struct object *o, const char *name);

/* The named symbols of a section (no section symbols) as indexes into symbols, by offset. O(log symbols). */
const uint32_t *object_symbols_in(const struct object *o, uint32_t section, uint32_t *n);

/* Bytes to add to a relocation's symbol; in_place is what stands in the bytes that it patches. */
int64_t object_addend(const struct object *o, const struct relocation *r, int64_t in_place);

/* Slot of the image for a byte offset in a code section; -1 when it is no code, out of range or not a multiple of 8. */
int64_t object_slot(const struct object *o, uint32_t section, uint64_t off);

/* Links a read object into a new program (never fails for one that object_read accepted, but for limits). */
enum err program_link(struct object *o, const struct load_options *options, struct program **out, struct errinfo *e);

/* Adds a note; beyond MAX_NOTES they are counted and program_link() closes the list with how many were left out. */
void program_note(struct program *p, int64_t pc, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A copy of a name from the file for the program, to be freed: cut to OBJECT_NAME_MAX, and printable. */
char *object_name(const char *name);

/* Replaces control characters by '?': names come from hostile files and go to terminals. */
void object_make_printable(char *text);

/* Room for element n, zeroed: grows at powers of two, so that n is all the bookkeeping. Use:
 *     struct ref *ref = LIST_ADD(p->refs, p->n_refs); */
void *list_room(void *list, uint32_t n, size_t elem_bytes);
#define LIST_ADD(list, n) ((list) = list_room((list), (n), sizeof *(list)), &(list)[(n)++])

#endif
