/* Values of expressions: an integer, a pointer, a place in the code, or an array of them, with its C type; and where it came from when it
 * can be assigned to. Arithmetic follows gdb's for language c, which is C's with LP64 sizes, evaluated in the width of the type. */
#ifndef DEBUGGER_VALUE_H
#define DEBUGGER_VALUE_H

#include "sim/base/error.h"
#include "sim/object/types.h"

#include <stdbool.h>
#include <stdint.h>

enum value_kind { KIND_OF_VOID, KIND_OF_CHAR, KIND_OF_INT, KIND_OF_BOOL, KIND_OF_CODE, KIND_OF_AGGREGATE };

enum base_id {
#define BASE(id, ...) BASE_##id,
#include "debugger/value.def"
    N_BASES
};

struct base_type {
    const char *name;
    uint8_t kind; /* enum value_kind */
    uint8_t bytes;
    bool is_signed;
};
extern const struct base_type base_types[N_BASES];

/* A C type: a base type, pointers to it, and an array of that. Types of the program's BTF keep their id: it gives their name, members
 * and values' forms; arithmetic needs only the base type that they come down to. */
struct vtype {
    uint8_t base;  /* enum base_id */
    uint8_t n_ptr; /* levels of "*" */
    uint32_t n;    /* elements of an array; 0: not an array */
    uint32_t id;   /* BTF type under the pointers; 0: a base type of value.def */
    uint32_t bytes; /* AGGREGATE: size */
};

enum { VALUE_MAX_BYTES = 65536 }; /* gdb's max-value-size */

enum place { PLACE_NONE, PLACE_MEMORY, PLACE_REGISTER, PLACE_VARIABLE };

struct value {
    struct vtype type;
    uint64_t bits;        /* scalars: sign- or zero-extended from the type's width to 64 bits */
    const uint8_t *bytes; /* arrays and aggregates: their contents, owned by the session until the command ends; history owns copies */
    const uint8_t *gone;  /* which bits of them were optimised out; NULL: none. Lies behind `bytes` in the same piece of memory */
    bool is_optimized_out; /* all of it */
    enum place place;
    uint8_t bit_off, n_bits; /* a bit-field: n_bits from that bit of the place on; n_bits 0: none */
    bool is_big_endian;   /* MEMORY: the number lies there the other way round (packet headers) */
    uint64_t where;       /* MEMORY: guest address; REGISTER: enum reg_id of expr.h; VARIABLE: index of the variable */
};

struct vtype vtype_base(enum base_id id);
struct vtype vtype_pointer(enum base_id id);
uint64_t vtype_bytes(struct vtype type); /* void: 1, as gdb counts it for pointer arithmetic */
bool vtype_is_pointer(struct vtype type);
bool vtype_is_integer(struct vtype type); /* int, char, bool */
bool vtype_is_scalar(struct vtype type);  /* integer, pointer or code */
bool vtype_is_signed(struct vtype type);
struct vtype vtype_target(struct vtype type);  /* what a pointer points to, what an array consists of */
bool vtype_is_aggregate(struct vtype type);
/* The type in which C does arithmetic on two integers: int, unsigned int, long or unsigned long. */
enum base_id vtype_common(struct vtype a, struct vtype b);
uint64_t vtype_step(struct vtype type); /* by how much + 1 moves it: pointers by what they point to, code by slots, which are 1 apart */
/* "unsigned int *", "u8 [4]", "struct ethhdr *". btf: the program's, may be NULL when no type has an id. */
void vtype_text(const struct btf *btf, struct vtype type, struct buf *out);
bool vtype_is_enum(const struct btf *btf, struct vtype type);
/* The type of that id. What has no value (functions, forward declarations) is void. */
struct vtype vtype_of_btf(const struct btf *btf, uint32_t id);

/* The base type that one word names, -1 when it is none; "unsigned", "long"... are not names of their own here. */
int vtype_named(const char *name, size_t len);

struct value value_int(enum base_id id, uint64_t bits);
struct value value_of(struct vtype type, uint64_t bits); /* cut to the type's width and extended again */
bool value_is_true(const struct value *v);

/* ERR_INVALID_CAST for arrays and void. */
enum err value_cast(const struct value *v, struct vtype type, struct value *out, struct errinfo *e);

/* The operand as C's operators take it: bit-fields that an int can hold are ints, arrays in memory the address of their first element. btf: the
 * program's, may be NULL. */
struct value value_promoted(const struct btf *btf, const struct value *v);

/* The C operators, by enum expr_op of expr.h (binary arithmetic, shifts, comparisons; unary minus, plus, not, complement), on operands from
 * value_promoted().
 * `warnings` gets gdb's "warning: ..." lines about shifts; may be NULL. */
enum err value_binary(int op, const struct value *a, const struct value *b, struct value *out, struct buf *warnings, struct errinfo *e);
enum err value_unary(int op, const struct value *a, struct value *out, struct errinfo *e);

#endif
