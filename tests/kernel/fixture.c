/* Programs made by hand. See fixture.h. */
#include "config.h"

#include "tests/kernel/fixture.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_STRIDE = 1 << 16 };

static void
add_ref(struct program *p, uint32_t pc, enum ref_kind kind, uint32_t index, int64_t addend)
{
    p->refs = xrealloc(p->refs, (p->n_refs + 1) * sizeof *p->refs);
    uint32_t at = p->n_refs++;
    for (; at && p->refs[at - 1].pc > pc; at--)
        p->refs[at] = p->refs[at - 1];
    p->refs[at] = (struct ref){ .pc = pc, .kind = kind, .index = index, .addend = addend };
    if (kind != REF_EXTERN)
        p->insns[pc].flags &= (uint16_t)~INSN_UNRESOLVED; /* what raw code leaves open is answered now */
}

static uint64_t
data_addr(uint32_t map)
{
    return GUEST_DATA + (uint64_t)map * DATA_STRIDE;
}

void
fixture_new(struct fixture *f, const struct insn *insns, uint32_t n)
{
    uint8_t *code = xcalloc(n, 2 * SLOT_BYTES);
    uint32_t n_slots = 0;
    for (uint32_t i = 0; i < n; i++)
        n_slots += insn_encode(&insns[i], code + (size_t)n_slots * SLOT_BYTES);
    struct program *p = f->program = program_from_code(code, n_slots);
    free(code);
    for (uint32_t pc = 0; pc < n_slots; pc++) {
        struct insn *insn = &p->insns[pc];
        uint32_t index = (uint32_t)insn->imm;
        int64_t addend = insn->imm >> 32;
        if (insn->op == OP_ld_map_fd) {
            add_ref(p, pc, REF_MAP, index, 0);
            insn->imm = (int64_t)(GUEST_MAP + (uint64_t)index * MAP_STRIDE);
        } else if (insn->op == OP_ld_map_val) {
            add_ref(p, pc, REF_DATA, index, addend);
            insn->imm = (int64_t)data_addr(index) + addend;
        }
    }
}

static struct map_def *
add_map(struct fixture *f)
{
    struct program *p = f->program;
    p->maps = xrealloc(p->maps, (p->n_maps + 1) * sizeof *p->maps);
    p->maps[p->n_maps] = (struct map_def){ .inner = -1 };
    return &p->maps[p->n_maps++];
}

struct map_def *
fixture_add_map(struct fixture *f, const char *name, uint32_t type, uint32_t key_bytes, uint32_t value_bytes, uint32_t max_entries)
{
    struct map_def *def = add_map(f);
    *def = (struct map_def){ .name = xstrdup(name), .origin = MAP_FROM_LEGACY, .type = type, .key_bytes = key_bytes,
                             .value_bytes = value_bytes, .max_entries = max_entries, .inner = -1 };
    return def;
}

void
fixture_add_data(struct fixture *f, const char *name, uint32_t bytes)
{
    uint32_t index = f->program->n_maps;
    struct map_def *def = add_map(f);
    *def = (struct map_def){ .name = xstrdup(name), .origin = MAP_FROM_DATA, .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4,
                             .value_bytes = bytes, .max_entries = 1, .inner = -1, .value_addr = data_addr(index) };
}

void
fixture_add_extern(struct fixture *f, const char *name, uint32_t pc)
{
    struct program *p = f->program;
    p->externs = xrealloc(p->externs, (p->n_externs + 1) * sizeof *p->externs);
    p->externs[p->n_externs] = (struct extern_sym){ .name = xstrdup(name), .is_func = true };
    add_ref(p, pc, REF_EXTERN, p->n_externs, 0);
    p->insns[pc].imm = p->n_externs++;
}

void
fixture_free(struct fixture *f)
{
    program_free(f->program);
}
