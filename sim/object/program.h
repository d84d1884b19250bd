/* The program: everything that is known about one object before it runs. Immutable after linking, shareable between machines.
 *
 * All code of an object is linked into ONE image of instruction slots: every executable section, one after the other. Entry
 * programs, subprograms and tail-call targets are functions of that image, so a breakpoint, a line or a profile has one pc.
 * Produced by program_link() or program_from_code(); everything downstream takes it const. */
#ifndef SIM_OBJECT_PROGRAM_H
#define SIM_OBJECT_PROGRAM_H

#include "sim/base/error.h"
#include "sim/isa/isa.h"

#include <stdbool.h>
#include <stdint.h>

struct btf; /* libbpf's */
struct variables;

struct function {
    char *name;        /* symbol, or section name when there is none */
    char *section;     /* ELF section that it came from; "" for raw code */
    uint32_t pc;       /* first slot in the image */
    uint32_t n_slots;
    bool is_program;   /* can be an entry: in a program section, or nobody calls it */
    bool is_static;
    uint32_t btf_id;   /* BTF type of the function, 0 when unknown */
};

enum map_origin { MAP_FROM_BTF, MAP_FROM_LEGACY, MAP_FROM_DATA };

/* One preset element: of a PROG_ARRAY a function, of an array or hash of maps a map. */
struct map_preset {
    uint32_t key;
    uint32_t index; /* into functions or maps */
};

struct map_def {
    char *name;
    enum map_origin origin;
    uint32_t type; /* enum bpf_map_type */
    uint32_t key_bytes, value_bytes, max_entries, flags;
    int32_t inner; /* index of the map that is the template of inner maps, -1 when none */
    uint32_t key_btf_id, value_btf_id; /* 0 when unknown */
    struct map_preset *presets;
    uint32_t n_presets;
    /* MAP_FROM_DATA: the section's initial bytes (value_bytes of them, zeros for .bss) and its place in the guest */
    uint8_t *init; /* NULL: zeros */
    uint64_t value_addr;
    bool is_readonly; /* .rodata, .kconfig: the guest must not write */
};

/* What an instruction refers to, beyond its own fields; sorted by pc. */
enum ref_kind {
    REF_MAP,    /* LDDW of a map pointer; index into maps */
    REF_DATA,   /* LDDW of an address in a data section: maps[index].value_addr + addend */
    REF_FUNC,   /* LDDW of a callback, or a local call; index into functions */
    REF_EXTERN, /* call of, or address of, something outside; index into externs. The call becomes call_kfunc with that imm */
    REF_CORE,   /* a CO-RE relocation was applied here; index into core_relos, addend = value patched in */
};

struct ref {
    uint32_t pc;
    enum ref_kind kind;
    uint32_t index;
    int64_t addend;
};

/* kfuncs, kernel symbols and the memset/memcpy that clang leaves behind. */
struct extern_sym {
    char *name;
    bool is_func;
    bool is_weak;
    bool is_resolved;
};

struct core_relo {
    char *spec;     /* "struct task_struct.pid" as in the source, access string resolved to names where possible */
    bool is_resolved;
};

struct line {
    uint32_t pc;   /* first slot; valid up to the next entry or the end of the function */
    uint32_t file; /* index into files */
    uint32_t line; /* 1-based */
    uint32_t col;  /* 1-based, 0 unknown */
    const char *text; /* the source line when the object carries it (BTF), else NULL */
    bool is_stmt;  /* begins a statement: where breakpoints on the line and source steps stop */
};

/* A global or static variable that lies in a data section. */
struct data_var {
    char *name;
    uint32_t map;    /* index into maps: the section's */
    uint32_t off, bytes;
    uint32_t btf_id; /* its type, 0 when unknown */
};

/* Something the loader could not do or had to guess: reported, never fatal. One line of text. */
struct note {
    int64_t pc; /* -1: not about one instruction */
    char *text;
};

struct program {
    char *path; /* as given by the user */
    uint8_t *code; /* n_slots * 8 bytes as they stand in the file, before relocation */
    struct insn *insns; /* decoded and relocated: insn.imm of a LDDW is what gets loaded, imm of a local call is relative */
    uint32_t n_slots;
    struct function *functions; /* sorted by pc */
    uint32_t n_functions;
    struct map_def *maps;
    uint32_t n_maps;
    struct ref *refs;
    uint32_t n_refs;
    struct extern_sym *externs;
    uint32_t n_externs;
    struct core_relo *core_relos;
    uint32_t n_core_relos;
    char **files;
    uint32_t n_files;
    struct line *lines; /* sorted by pc */
    uint32_t n_lines;
    struct data_var *vars; /* sorted by map and off */
    uint32_t n_vars;
    struct variables *variables; /* variables.h: locals and their places, NULL when there is no DWARF */
    struct note *notes;
    uint32_t n_notes, n_notes_lost; /* lost: how many more there were; the last note says so, too */
    char license[64]; /* "" when the object has none */
    uint32_t kernel_version;
    struct btf *btf;  /* the object's own BTF, NULL when it has none */
};

struct load_options {
    enum { FORMAT_AUTO, FORMAT_ELF, FORMAT_RAW, FORMAT_ASM } format; /* AUTO: ELF magic, else assembly text */
    const char *btf_path; /* kernel types for CO-RE: BTF file; NULL: /sys/kernel/btf/vmlinux, used only when needed */
    int32_t (*helper_id)(const char *name); /* for assembly text; may be NULL */
};

/* Reads, links and decodes a file. On OK *out is owned by the caller (program_free). Anything that can't be resolved becomes a
 * note; only a file that is not what it claims to be is an error (ERR_OPEN, ERR_TOO_LARGE, ERR_ELF_*, ERR_SYNTAX). */
enum err program_load(const char *path, const struct load_options *options, struct program **out, struct errinfo *e);

/* The same from bytes in memory; path is for messages only. */
enum err program_load_bytes(const char *path, const uint8_t *bytes, size_t n_bytes, const struct load_options *options,
                            struct program **out, struct errinfo *e);

/* A program of the function "main" from raw code: vectors, fuzzing. Local calls begin further functions, "sub_PC". code is copied.
 * n_slots 1..MAX_SLOTS. Map pseudo-loads keep their numbers and are INSN_UNRESOLVED: there are no maps. */
struct program *program_from_code(const uint8_t *code, uint32_t n_slots);

/* Gives such a program other code and keeps its maps, which the caller may have added (p->maps; what they are preset with is his, too):
 * for those who run many small programs on the same machine. Programs begin at slot 0 and at the n_entries slots in `entries`, ascending.
 * A LDDW of a map's fd or of its value whose number is that of a map refers to it. Whatever points into the old code is void: engines
 * are to open the program anew. Memory is reused. */
void program_set_code(struct program *p, const uint8_t *code, uint32_t n_slots, const uint32_t *entries, uint32_t n_entries);

void program_free(struct program *p);

/* Look-ups, all O(log n). Each returns NULL when there is nothing. */
const struct function *program_function_at(const struct program *p, uint32_t pc);
/* What runs when the user names nothing: the first program that no program array holds (those are jumped to), else the first program, else
 * the first function. O(n). */
const struct function *program_default_entry(const struct program *p);
const struct function *program_function_named(const struct program *p, const char *name); /* O(n) */
const struct map_def *program_map_named(const struct program *p, const char *name);       /* O(n) */
const struct data_var *program_var_named(const struct program *p, const char *name);     /* O(n) */
const struct line *program_line_at(const struct program *p, uint32_t pc); /* the entry that covers pc, same function */
const struct ref *program_ref_at(const struct program *p, uint32_t pc, enum ref_kind kind);

#endif
