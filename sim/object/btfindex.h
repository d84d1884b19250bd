/* Types by name: built once per load, so that a look-up does not scan all types. Internal to sim/object. */
#ifndef SIM_OBJECT_BTFINDEX_H
#define SIM_OBJECT_BTFINDEX_H

#include <bpf/btf.h>
#include <stdint.h>
#include <stddef.h>

struct btf_index {
    uint32_t *heads; /* first type of each bucket, 0 none */
    uint32_t *nexts; /* by type id: the next one in its bucket, ids ascending */
    uint32_t mask;
};

/* Indexes the named types whose kind is in the mask (1 << BTF_KIND_*) by the first name_bytes(name) bytes of their name.
 * O(types). The caller frees it. */
void btf_index_build(struct btf_index *ix, const struct btf *btf, uint32_t kind_mask, size_t (*name_bytes)(const char *name));
void btf_index_free(struct btf_index *ix);

/* First type whose name may have these bytes, and the next one, in ascending order of ids; 0 at the end. The caller compares names. */
uint32_t btf_index_first(const struct btf_index *ix, const char *name, size_t n_bytes);
static inline uint32_t
btf_index_next(const struct btf_index *ix, uint32_t id)
{
    return ix->nexts[id];
}

/* The hash used: FNV-1a. */
uint32_t name_hash(const char *name, size_t n_bytes);

#endif
