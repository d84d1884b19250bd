/* CO-RE: what a relocation asks for, found in the object's own types and in the kernel's. Internal to sim/object.
 *
 * A relocation names a type of the object and a path into it ("0:3:1"). Paths are resolved to names, the names are looked up in
 * every type of the kernel that has the same name, and the value asked for (an offset, a size, whether it exists...) is computed on
 * both sides. libbpf does not export its engine; this one follows the same rules. Source: libbpf 1.5 src/relo_core.c for the rules,
 * <linux/bpf.h> for the kinds. All types come from btf_read(), which proved that they end. */
#ifndef SIM_OBJECT_CORE_H
#define SIM_OBJECT_CORE_H

#include "sim/base/buf.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

enum core_family { CORE_FIELD, CORE_TYPE, CORE_ENUMVAL };

/* One row per relocation kind of <linux/bpf.h>. */
struct core_kind_row {
    const char *name;
    enum core_family family;
};
extern const struct core_kind_row core_kinds[];
enum { N_CORE_KINDS = BPF_CORE_TYPE_MATCHES + 1 };

enum { CORE_MAX_PATH = 64 }; /* members and elements on the way, unnamed ones included */

/* One step that means something: a named member, an array element (no name), or an enumerator. */
struct core_step {
    uint32_t type_id; /* member: the struct; element: the element's type; enumerator: the enum */
    uint32_t index;
    const char *name; /* borrowed from the BTF; NULL: element */
};

/* A path in one BTF. */
struct core_spec {
    const struct btf *btf;
    enum bpf_core_relo_kind kind;
    uint32_t root_id;
    struct core_step steps[CORE_MAX_PATH];
    uint32_t n_steps;
    uint32_t depth;   /* unnamed members included, at most CORE_MAX_PATH */
    uint64_t bit_off; /* from the beginning of the root */
};

/* Hostile types can make matching exponential: every comparison takes one from a budget that all relocations of a load share. */
struct core_budget {
    uint64_t left;
};

static inline bool
core_spend(struct core_budget *budget)
{
    if (!budget->left)
        return false;
    budget->left--;
    return true;
}

/* Answers. CORE_BROKEN: the types make no sense there or the budget is used up; libbpf gives up the whole load. */
enum core_answer { CORE_BROKEN = -1, CORE_NO, CORE_YES };

/* Resolves the path text of a relocation in the object's own types. NULL when fine, else what is wrong (static text). */
const char *core_spec_parse(struct core_spec *out, const struct btf *btf, enum bpf_core_relo_kind kind, uint32_t type_id, const char *path);

/* Appends "struct sk_buff.len", "field_exists(struct a.b[2])", "enumval_value(enum e::V)". */
void core_spec_print(const struct core_spec *spec, struct buf *out);

/* Whether the array that the spec has just reached has such an element. One of no elements at the end of a struct has them all. */
bool core_has_element(const struct core_spec *spec, const struct btf_type *array, uint32_t index);

/* Looks the local path up in a type of the target. Fills *out on CORE_YES. */
enum core_answer core_match(const struct core_spec *local, const struct btf *target, uint32_t target_id, struct core_budget *budget,
                            struct core_spec *out);

/* TYPE_EXISTS, TYPE_SIZE, TYPE_ID_*: kinds fit, contents don't matter. TYPE_MATCHES: what local has, target has as well. */
enum core_answer core_types_fit(const struct btf *local, uint32_t local_id, const struct btf *target, uint32_t target_id, int level,
                                struct core_budget *budget);
enum core_answer core_types_match(const struct btf *local, uint32_t local_id, const struct btf *target, uint32_t target_id,
                                  bool is_behind_pointer, int level, struct core_budget *budget);

/* Length of a name without its flavor: "task_struct___old" and "task_struct" are both 11. */
size_t core_name_bytes(const char *name);

/* What a relocation evaluates to on one side. */
struct core_value {
    uint64_t value;
    uint32_t field_bytes, field_id; /* BYTE_OFFSET of what is no bitfield: size and type of the field, for the width of its access */
    bool is_certain; /* the compiler must have put this very value into the instruction */
};

/* Evaluates; spec NULL: nothing matched. CORE_NO: there is no value without a match. */
enum core_answer core_evaluate(enum bpf_core_relo_kind kind, const struct core_spec *spec, struct core_value *out);

#endif
