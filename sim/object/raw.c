/* Programs from raw code: no file, no symbols; maps only when the caller brings them. See program.h. */
#include "config.h"

#include "sim/object/link.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
forget_functions(struct program *p)
{
    for (uint32_t i = 0; i < p->n_functions; i++) {
        free(p->functions[i].name);
        free(p->functions[i].section);
    }
    p->n_functions = p->n_refs = 0;
}

/* Loads of a map, or of an address in the value of a data section's map, as the linker resolves them in objects. */
static void
resolve_maps(struct program *p)
{
    for (uint32_t pc = 0; p->n_maps && pc < p->n_slots; pc++) {
        struct insn *insn = &p->insns[pc];
        uint32_t map = (uint32_t)insn->imm;
        int64_t addend = insn->imm >> 32;
        if ((insn->op != OP_ld_map_fd && insn->op != OP_ld_map_val) || map >= p->n_maps)
            continue;
        bool is_value = insn->op == OP_ld_map_val;
        if (is_value && p->maps[map].origin != MAP_FROM_DATA)
            continue;
        *LIST_ADD(p->refs, p->n_refs) =
            (struct ref){ .pc = pc, .kind = is_value ? REF_DATA : REF_MAP, .index = map, .addend = is_value ? addend : 0 };
        insn->imm = is_value ? (int64_t)p->maps[map].value_addr + addend : (int64_t)(GUEST_MAP + (uint64_t)map * MAP_STRIDE);
        insn->flags &= (uint16_t)~INSN_UNRESOLVED;
    }
}

/* Slots that are allocated for n: few sizes, so that programs of about one length take turns without asking for memory. */
static size_t
room_for(uint32_t n)
{
    size_t room = n ? 256 : 0;
    while (room < n)
        room *= 2;
    return room;
}

void
program_set_code(struct program *p, const uint8_t *code, uint32_t n_slots, const uint32_t *entries, uint32_t n_entries)
{
    assert(n_slots >= 1 && n_slots <= MAX_SLOTS);
    forget_functions(p);
    if (room_for(n_slots) != room_for(p->n_slots)) {
        p->code = xrealloc(p->code, room_for(n_slots) * SLOT_BYTES);
        p->insns = xrealloc(p->insns, room_for(n_slots) * sizeof *p->insns);
    }
    p->n_slots = n_slots;
    memcpy(p->code, code, (size_t)n_slots * SLOT_BYTES);
    insn_decode_all(code, n_slots, p->insns);
    relocate_pseudo(p);
    resolve_maps(p);
    functions_link_raw(p, entries, n_entries);
}

struct program *
program_from_code(const uint8_t *code, uint32_t n_slots)
{
    struct program *p = xcalloc(1, sizeof *p);
    p->path = xstrdup("");
    program_set_code(p, code, n_slots, NULL, 0);
    return p;
}
