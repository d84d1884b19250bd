/* Types by name. See btfindex.h. */
#include "config.h"

#include "sim/object/btfindex.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"

#include <stdlib.h>

uint32_t
name_hash(const char *name, size_t n_bytes)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < n_bytes; i++)
        hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    return hash;
}

void
btf_index_build(struct btf_index *ix, const struct btf *btf, uint32_t kind_mask, size_t (*name_bytes)(const char *name))
{
    uint32_t n = btf__type_cnt(btf);
    ix->mask = 255;
    while (ix->mask < n / 8)
        ix->mask = 2 * ix->mask + 1;
    ix->heads = xcalloc(ix->mask + 1, sizeof *ix->heads);
    ix->nexts = xcalloc(n, sizeof *ix->nexts);
    for (uint32_t id = n - 1; id; id--) { /* downwards, so that chains ascend */
        const struct btf_type *t = btf__type_by_id(btf, id);
        if (!(kind_mask >> btf_kind(t) & 1) || !t->name_off)
            continue;
        const char *name = btf_name(btf, t->name_off);
        uint32_t *head = &ix->heads[name_hash(name, name_bytes(name)) & ix->mask];
        ix->nexts[id] = *head;
        *head = id;
    }
}

void
btf_index_free(struct btf_index *ix)
{
    free(ix->heads);
    free(ix->nexts);
    *ix = (struct btf_index){ 0 };
}

uint32_t
btf_index_first(const struct btf_index *ix, const char *name, size_t n_bytes)
{
    return ix->heads[name_hash(name, n_bytes) & ix->mask];
}
