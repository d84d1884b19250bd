/* Types for people: names, declarations and values in gdb's form, from a program's BTF (struct program.btf, or the kernel's).
 *
 * The BTF must be program.btf or come from btf_read(): ids that appear in it are valid then. Every function also takes the id of a
 * type that does not make sense where it stands (a function as a member...) and every output is bounded (TYPE_TEXT_MAX), so that a
 * hostile object can waste a screen but nothing else. libbpf's btf_dump is not used: it follows pointers of nameless types without
 * end, and has no form of values like gdb's. */
#ifndef SIM_OBJECT_TYPES_H
#define SIM_OBJECT_TYPES_H

#include "sim/base/buf.h"

#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

enum { TYPE_TEXT_MAX = 64 << 10 }; /* bytes that one call appends at most (about); what is cut ends in "..." */

/* The C keyword before the tag, with a blank: "struct ", "union ", "enum "; "" for types that have none. */
const char *type_keyword(const struct btf_type *t);

/* Appends the type as gdb's whatis says it: "struct pkt", "const char *", "int (*)(void *)", "__u32 [4]", "struct {...}". */
void type_print_name(const struct btf *btf, uint32_t id, struct buf *out);

/* Appends a declaration of a variable or member of that type: "__u32 addr[4]", "int (*cb)(void *)". */
void type_print_declaration(const struct btf *btf, uint32_t id, const char *name, struct buf *out);

/* Appends the type as gdb's ptype says it, without "type = ": typedefs resolved, members one per line. */
void type_print_definition(const struct btf *btf, uint32_t id, struct buf *out);

/* Appends "static int sub(struct pkt *p, int n)" for the id of a FUNC (function.btf_id); with another name when name is not NULL
 * (compilers and linkers rename functions). */
void type_print_prototype(const struct btf *btf, uint32_t func_id, const char *name, struct buf *out);

struct type_format {
    char letter;           /* 0 natural, or gdb's: 'd', 'u', 'x', 'o', 't', 'c', for every integer in the value */
    uint32_t max_elements; /* of arrays; 0: gdb's 200 */
    bool is_pretty;        /* members on lines of their own */
    uint32_t depth;        /* of what is pretty: how far it is indented already */
    const uint8_t *gone;   /* which bits of the value were optimised out, as many bytes as it has; NULL: none */
};

/* Appends a value (of a DATASEC: of all its variables): "{pkts = 4, bytes = 611}", "65 'A'", "\"eth0\"", "(struct pkt *) 0x100000", "XDP_PASS". bytes need no alignment.
 * Where fewer bytes are given than the type has: "<unavailable>". format may be NULL. */
void type_print_value(const struct btf *btf, uint32_t id, const void *bytes, size_t n_bytes, const struct type_format *format,
                      struct buf *out);

/* Bytes of a value; -1 for what has no size. */
int64_t type_bytes(const struct btf *btf, uint32_t id);

/* The type that a user names: "struct pkt", "pkt", "__u32", "enum xdp_action", "unsigned int"; 0 when there is none. A name alone finds
 * typedefs and base types first, then structs, unions and enums. O(types). */
uint32_t type_named(const struct btf *btf, const char *name);

/* The value of an enumeration's constant and the enumeration's type; false when no enumeration has one of that name. O(types). */
bool type_find_constant(const struct btf *btf, const char *name, uint32_t *type_id, int64_t *value);

/* Type of the global variable of that name, 0 when there is none. O(types). */
uint32_t type_of_variable(const struct btf *btf, const char *name);

/* Type of argument i of a FUNC and its name ("" when it has none); 0 when there are not so many. */
uint32_t type_of_argument(const struct btf *btf, uint32_t func_id, uint32_t i, const char **name);

/* True when the FUNC is known to return nothing. */
bool type_returns_void(const struct btf *btf, uint32_t func_id);

/* The type that a pointer points to or an array consists of, behind typedefs and modifiers; 0 when id is neither. */
uint32_t type_target(const struct btf *btf, uint32_t id);

/* A member of a struct or union, those of nameless members included. */
struct type_member {
    uint32_t type_id;
    uint64_t bit_off;  /* from the beginning of the struct */
    uint32_t n_bits;   /* 0: no bitfield */
};

/* False when id (behind typedefs and modifiers) is no struct or union with such a member. */
bool type_find_member(const struct btf *btf, uint32_t id, const char *name, struct type_member *out);

/* Types, void included; ids are below it. */
uint32_t type_count(const struct btf *btf);

/* Whether it is one that users name: a struct, union, enum, typedef or base type with a name. */
bool type_has_name(const struct btf *btf, uint32_t id);

/* What a typedef stands for, behind modifiers; 0 when id is none. */
uint32_t type_behind(const struct btf *btf, uint32_t id);

/* Appends the type as gdb's ptype/o says it, with offsets, sizes and holes. False when it is no struct or union. */
bool type_print_offsets(const struct btf *btf, uint32_t id, struct buf *out);

/* The i-th member; false when there are not so many. */
bool type_member_at(const struct btf *btf, uint32_t id, uint32_t i, struct type_member *out);

#endif
