/* BTF from outside, made safe. libbpf 1.1 trusts what it parses: type ids out of range, names outside of the string section and
 * typedefs that refer to themselves pass btf__new() and crash or hang later. What btf_read() lets through has
 *   - every type id and name offset in range, every name NUL-terminated;
 *   - no type that contains itself by value, and no chain by value (typedefs, modifiers, arrays, members) longer than
 *     BTF_MAX_DEPTH, so that following one is a plain recursion;
 *   - no struct with more than a million members, those of its nameless members included;
 *   - integers, floats and enums of sizes that exist; members and array elements that are data.
 * Offsets and sizes of members are still whatever the file says. Internal to sim/object; not for other rooms: see types.h. */
#ifndef SIM_OBJECT_BTF_H
#define SIM_OBJECT_BTF_H

#include "sim/base/error.h"

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BTF_MAX_DEPTH = 128,        /* the kernel allows 32; vmlinux has 15 */
    BTF_MAX_BYTES = 128 << 20
};

/* Parses n_bytes of a .BTF section (copied). On OK *out is the caller's (btf__free). ERR_ELF with the reason: subject is the file. */
enum err btf_read(const char *subject, const uint8_t *bytes, size_t n_bytes, struct btf **out, struct errinfo *e);

/* The same from a file: raw BTF, or an ELF file with a section .BTF. NULL is /sys/kernel/btf/vmlinux. ERR_OPEN, ERR_TOO_LARGE, ERR_ELF. */
enum err btf_read_file(const char *path, struct btf **out, struct errinfo *e);

/* The type behind const, volatile, restrict, type tags and typedefs; *id becomes its id. Never NULL for an id below btf__type_cnt(). */
const struct btf_type *btf_skip(const struct btf *btf, uint32_t *id);

/* Name at an offset of the string section, "" when there is none. Never NULL. */
const char *btf_name(const struct btf *btf, uint32_t name_off);
const char *btf_type_name(const struct btf *btf, uint32_t id);

/* Bytes that a value of the type takes; -1 for what has no size (void, functions, forward declarations, more than 4 GiB). */
int64_t btf_bytes(const struct btf *btf, uint32_t id);

/* Name and value of element i of an ENUM or ENUM64; values are sign-extended when the enum is signed. */
const char *btf_enum_name(const struct btf *btf, const struct btf_type *t, uint32_t i);
int64_t btf_enum_value(const struct btf_type *t, uint32_t i);

/* Says where variable i of a DATASEC lies; in an object file they all lie at 0. For linking only: afterwards types don't change.
 * BTF_NO_PLACE: nowhere, the variable has no storage. */
#define BTF_NO_PLACE UINT32_MAX
void btf_place_variable(struct btf *btf, uint32_t datasec, uint32_t i, uint32_t off);

/* Id of the DATASEC of that name, 0 when there is none. O(types). */
uint32_t btf_datasec_named(const struct btf *btf, const char *name);

#endif
