/* Maps of the section ".maps": a definition is a variable whose BTF type says everything. Its struct has members
 *
 *   int (*type)[N]            __uint(type, N): a number, as the length of an array
 *   key_t *key                __type(key, key_t)
 *   struct inner *values[]    __array(values, ...): what the elements of a map of maps or program array are; the object's
 *                             relocations in this section fill it
 *
 * Variables are found by ELF symbol, because offsets in the DATASEC of an object file are 0. Source: parse_btf_map_def() of
 * libbpf. */
#include "config.h"

#include "sim/object/maps.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Members that are numbers, and where in struct map_def they go. */
static const struct number_row {
    const char *name;
    size_t off;
} numbers[] = {
    { "type", offsetof(struct map_def, type) },
    { "key_size", offsetof(struct map_def, key_bytes) },
    { "value_size", offsetof(struct map_def, value_bytes) },
    { "max_entries", offsetof(struct map_def, max_entries) },
    { "map_flags", offsetof(struct map_def, flags) },
};

/* What a member of pointer type points to, 0 when it is no pointer. */
static uint32_t
pointee(const struct btf *btf, uint32_t id)
{
    const struct btf_type *t = btf_skip(btf, &id);
    return btf_is_ptr(t) ? t->type : 0;
}

static void
read_number(const struct btf *btf, const char *name, uint32_t type, struct map_def *def)
{
    uint32_t id = pointee(btf, type);
    const struct btf_type *t = btf_skip(btf, &id);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (btf_is_array(t) && strcmp(name, numbers[i].name) == 0)
            memcpy((char *)def + numbers[i].off, &btf_array(t)->nelems, sizeof(uint32_t));
}

static void
read_type(struct program *p, const struct btf *btf, const char *what, uint32_t type, const char *map, uint32_t *bytes, uint32_t *btf_id)
{
    int64_t n = btf_bytes(btf, pointee(btf, type));
    if (n < 0) {
        program_note(p, -1, "map %.100s: BTF does not tell the size of its %s", map, what);
        return;
    }
    *bytes = (uint32_t)n;
    *btf_id = pointee(btf, type);
}

/* Fills maps[map] from a definition struct. Returns the type of the elements of `values` and where it begins; 0 when there is none. */
static uint32_t
read_definition(struct program *p, const struct btf *btf, const struct btf_type *t, uint32_t map, uint64_t *values_off)
{
    uint32_t element = 0;
    struct map_def *def = &p->maps[map];
    const struct btf_member *m = btf_members(t);
    for (uint32_t i = 0; i < btf_vlen(t); i++, m++) {
        const char *name = btf_name(btf, m->name_off);
        uint32_t id = m->type;
        const struct btf_type *member = btf_skip(btf, &id);
        if (strcmp(name, "key") == 0) {
            read_type(p, btf, name, m->type, def->name, &def->key_bytes, &def->key_btf_id);
        } else if (strcmp(name, "value") == 0) {
            read_type(p, btf, name, m->type, def->name, &def->value_bytes, &def->value_btf_id);
        } else if (strcmp(name, "values") == 0 && btf_is_array(member)) {
            element = pointee(btf, btf_array(member)->type);
            *values_off = btf_member_bit_offset(t, i) / 8;
            def->value_bytes = 4; /* an index or id in the kernel; libbpf implies it too */
        } else {
            read_number(btf, name, m->type, def);
        }
    }
    return element;
}

/* The template of inner maps: a map of its own, "outer.inner". */
static void
add_inner(struct object *o, struct program *p, uint32_t outer, uint32_t type)
{
    char name[OBJECT_NAME_MAX + sizeof ".inner"];
    uint64_t values_off = 0;
    const struct btf_type *t = btf_skip(o->btf, &type);
    if (!btf_is_struct(t))
        return;
    snprintf(name, sizeof name, "%s.inner", p->maps[outer].name);
    int32_t inner = maps_add(o, p, name, MAP_FROM_BTF, 0, 0, 0);
    if (inner < 0)
        return;
    read_definition(p, o->btf, t, (uint32_t)inner, &values_off);
    p->maps[outer].inner = inner;
}

static void
add_definition(struct object *o, struct program *p, const struct symbol *symbol, uint64_t n_bytes, uint32_t type)
{
    const struct btf_type *t = btf_skip(o->btf, &type);
    if (!btf_is_struct(t)) {
        program_note(p, -1, "map %.100s: BTF type %u is no struct, so nothing says what map it is", symbol->name, type);
        return;
    }
    int32_t map = maps_add(o, p, symbol->name, MAP_FROM_BTF, symbol->section, symbol->value, n_bytes);
    if (map < 0)
        return;
    uint32_t place = o->n_map_places - 1;
    uint32_t element = read_definition(p, o->btf, t, (uint32_t)map, &o->map_places[place].values_off);
    if (element && map_is_of_maps(&p->maps[map]))
        add_inner(o, p, (uint32_t)map, element);
}

static void
add_section(struct object *o, struct program *p, uint32_t section, const struct named_type *vars, uint32_t n_vars)
{
    uint32_t n;
    const uint32_t *order = object_symbols_in(o, section, &n);
    uint64_t end = o->sections[section].n_bytes;
    for (uint32_t i = 0; i < n;) {
        const struct symbol *symbol = &o->symbols[order[i]];
        while (i < n && o->symbols[order[i]].value == symbol->value)
            i++;
        if (symbol->value >= end)
            break;
        uint64_t next = i < n && o->symbols[order[i]].value < end ? o->symbols[order[i]].value : end;
        uint32_t var = named_type(vars, n_vars, symbol->name);
        if (var)
            add_definition(o, p, symbol, next - symbol->value, btf__type_by_id(o->btf, var)->type);
        else
            program_note(p, -1, "map %.100s: no BTF describes it; compile with -g (gcc: -gbtf)", symbol->name);
    }
}

void
maps_btf_link(struct object *o, struct program *p)
{
    struct named_type *vars = NULL;
    uint32_t n_vars = 0;
    for (uint32_t i = 1; i < o->n_sections; i++) {
        if (o->sections[i].kind != SECTION_MAPS_BTF)
            continue;
        if (!vars && o->btf)
            vars = named_types(o->btf, BTF_KIND_VAR, &n_vars);
        add_section(o, p, i, vars, n_vars);
    }
    free(vars);
}

/* One initialiser: element `key` of the map at `place` is what the relocation's symbol names. */
static void
preset_element(const struct object *o, struct program *p, const struct map_place *place, uint32_t key, const struct relocation *r)
{
    const struct map_def *def = &p->maps[place->map];
    const struct symbol *symbol = &o->symbols[r->symbol];
    int64_t in_place;
    memcpy(&in_place, o->sections[r->section].bytes + r->off, sizeof in_place);
    uint64_t off = symbol->value + (uint64_t)object_addend(o, r, in_place);
    const struct map_place *inner = maps_at(o, symbol->section, off);
    int64_t pc = object_slot(o, symbol->section, off);
    const struct function *f = pc >= 0 ? program_function_at(p, (uint32_t)pc) : NULL;
    if (def->type == BPF_MAP_TYPE_PROG_ARRAY && f)
        maps_preset(p, place->map, key, (uint32_t)(f - p->functions));
    else if (map_is_of_maps(def) && inner)
        maps_preset(p, place->map, key, inner->map);
    else
        program_note(p, -1, "map %.100s: initialiser %u (%.100s) is neither a program of this object nor a map of it", def->name, key,
                     symbol->name);
}

void
maps_btf_preset(struct object *o, struct program *p)
{
    for (uint32_t i = 0; i < o->n_relocations; i++) {
        const struct relocation *r = &o->relocations[i];
        if (o->sections[r->section].kind != SECTION_MAPS_BTF)
            continue;
        const struct map_place *place = maps_at(o, r->section, r->off);
        if (!place || p->maps[place->map].origin != MAP_FROM_BTF)
            continue;
        uint64_t off = r->off - place->off;
        if (place->n_bytes - off >= 8 && off >= place->values_off && (off - place->values_off) % 8 == 0)
            preset_element(o, p, place, (uint32_t)((off - place->values_off) / 8), r);
    }
}
