/* Look-ups in an object. See object.h. */
#include "config.h"

#include "sim/object/dwarf.h"

#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

void
object_free(struct object *o)
{
    btf__free(o->btf);
    dwarf_close(o);
    free(o->sections);
    free(o->symbols);
    free(o->relocations);
    free(o->map_places);
    free(o->symbol_order);
    elf_end(o->elf);
    *o = (struct object){ 0 };
}

uint32_t
object_section_named(const struct object *o, const char *name)
{
    for (uint32_t i = 1; i < o->n_sections; i++)
        if (strcmp(o->sections[i].name, name) == 0)
            return i;
    return 0;
}

const uint32_t *
object_symbols_in(const struct object *o, uint32_t section, uint32_t *n)
{
    uint32_t lo = 0, hi = o->n_symbol_order, first;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (o->symbols[o->symbol_order[mid]].section < section)
            lo = mid + 1;
        else
            hi = mid;
    }
    first = lo;
    while (lo < o->n_symbol_order && o->symbols[o->symbol_order[lo]].section == section)
        lo++;
    *n = lo - first;
    return o->symbol_order + first;
}

int64_t
object_addend(const struct object *o, const struct relocation *r, int64_t in_place)
{
    const struct symbol *s = &o->symbols[r->symbol];
    if (r->has_addend)
        return r->addend;
    if (o->is_from_gcc && s->type != STT_SECTION && s->value <= INT32_MAX && in_place >= (int64_t)s->value)
        return in_place - (int64_t)s->value;
    return in_place;
}

int64_t
object_slot(const struct object *o, uint32_t section, uint64_t off)
{
    if (section >= o->n_sections || o->sections[section].kind != SECTION_CODE)
        return -1;
    const struct section *s = &o->sections[section];
    if (off % SLOT_BYTES || off / SLOT_BYTES >= s->n_slots)
        return -1;
    return (int64_t)(s->base_pc + off / SLOT_BYTES);
}
