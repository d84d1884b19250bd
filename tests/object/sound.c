/* What holds for every program. See sound.h. */
#include "config.h"

#include "tests/object/sound.h"

#include "sim/base/base.h"
#include "sim/object/check.h"
#include "sim/object/layout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
check_functions(const struct program *p)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        assert(p->functions[i].pc == next && p->functions[i].n_slots > 0);
        assert(p->functions[i].name && p->functions[i].section);
        next += p->functions[i].n_slots;
    }
    assert(next == p->n_slots);
}

static void
check_maps(const struct program *p)
{
    for (uint32_t i = 0; i < p->n_maps; i++) {
        const struct map_def *def = &p->maps[i];
        assert(def->name && def->inner < (int32_t)p->n_maps && def->inner != (int32_t)i);
        for (uint32_t j = 0; j < def->n_presets; j++)
            assert(def->presets[j].index < (def->type == 3 ? p->n_functions : p->n_maps));
        if (def->origin == MAP_FROM_DATA)
            assert(def->value_addr >= GUEST_DATA && def->value_addr + def->value_bytes < GUEST_HEAP);
        for (uint32_t j = 0; def->init && j < def->value_bytes; j += 64)
            assert(((volatile uint8_t *)def->init)[j] || true); /* it is there */
    }
}

static void
check_refs(const struct program *p)
{
    for (uint32_t i = 0; i < p->n_refs; i++) {
        const struct ref *ref = &p->refs[i];
        uint32_t n[] = { p->n_maps, p->n_maps, p->n_functions, p->n_externs, p->n_core_relos };
        assert(ref->pc < p->n_slots && (i == 0 || p->refs[i - 1].pc <= ref->pc));
        assert((uint32_t)ref->kind < ARRAY_LEN(n) && ref->index < n[ref->kind]);
        assert(program_ref_at(p, ref->pc, ref->kind));
    }
}

void
program_assert_sound(const struct program *p)
{
    uint32_t n;
    size_t text_bytes = 0;
    assert(p->n_slots > 0 && p->n_slots <= MAX_SLOTS);
    check_functions(p);
    check_maps(p);
    check_refs(p);
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        assert(p->insns[pc].op < N_OPS_ALL && p->insns[pc].dst < N_REGS);
    for (uint32_t i = 0; i < p->n_lines; i++) {
        assert(p->lines[i].pc < p->n_slots && p->lines[i].file < p->n_files && (i == 0 || p->lines[i - 1].pc <= p->lines[i].pc));
        text_bytes += p->lines[i].text ? strnlen(p->lines[i].text, 4096) : 0;
    }
    for (uint32_t i = 0; i < p->n_notes; i++)
        text_bytes += strlen(p->notes[i].text);
    free(program_check(p, &n));
    assert(text_bytes < SIZE_MAX);
}
