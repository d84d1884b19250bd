/* Maps of the old kind: sections "maps" that hold arrays of C structs of 32-bit words. Three dialects share the first five words:
 *
 *   word  0 type   1 key size   2 value size   3 max entries   4 flags
 *   28 bytes, kernel samples:         5 index of the inner map   6 NUMA node
 *   28 bytes, old iproute2, Cilium:   5 id                       6 pinning
 *   36 bytes, iproute2:               5 id                       6 pinning   7 id of the inner map   8 key in the outer map
 *
 * Which one it is does not matter but for maps of maps (the inner map) and program arrays (the id: iproute2 fills element K of the
 * program array with id N from the section "N/K"). The size of a definition follows from where the next symbol stands.
 * Sources: samples/bpf/bpf_load.h (Linux 4.x), include/bpf_elf.h and lib/bpf_legacy.c of iproute2. */
#include "config.h"

#include "sim/object/maps.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_TYPE, WORD_KEY, WORD_VALUE, WORD_ENTRIES, WORD_FLAGS, WORD_ID, WORD_PINNING, WORD_INNER_ID, WORD_INNER_IDX, N_WORDS };
enum { MIN_BYTES = 16, IPROUTE2_BYTES = 36 };

/* An id that iproute2 gave a map. */
struct map_id {
    uint32_t id;
    uint32_t place; /* index into map_places */
};

/* Word of the definition, 0 where the definition is too short to have it. */
static uint32_t
word(const struct object *o, const struct map_place *place, uint32_t index)
{
    uint32_t value = 0;
    if ((index + 1) * 4 <= place->n_bytes)
        memcpy(&value, o->sections[place->section].bytes + place->off + index * 4, 4);
    return value;
}

static void
add_definition(struct object *o, struct program *p, const struct symbol *symbol, uint64_t n_bytes)
{
    if (n_bytes < MIN_BYTES) {
        program_note(p, -1, "map %.100s: a definition of %u bytes is too short", symbol->name, (unsigned)n_bytes);
        return;
    }
    int32_t map = maps_add(o, p, symbol->name, MAP_FROM_LEGACY, symbol->section, symbol->value, n_bytes);
    if (map < 0)
        return;
    struct map_def *def = &p->maps[map];
    const struct map_place *place = &o->map_places[o->n_map_places - 1];
    def->type = word(o, place, WORD_TYPE);
    def->key_bytes = word(o, place, WORD_KEY);
    def->value_bytes = word(o, place, WORD_VALUE);
    def->max_entries = word(o, place, WORD_ENTRIES);
    def->flags = word(o, place, WORD_FLAGS);
}

static void
add_section(struct object *o, struct program *p, uint32_t section)
{
    uint32_t n;
    const uint32_t *order = object_symbols_in(o, section, &n);
    uint64_t end = o->sections[section].n_bytes;
    for (uint32_t i = 0; i < n;) {
        const struct symbol *symbol = &o->symbols[order[i]];
        while (i < n && o->symbols[order[i]].value == symbol->value)
            i++;
        uint64_t next = i < n && o->symbols[order[i]].value < end ? o->symbols[order[i]].value : end;
        if (symbol->value >= end)
            break;
        uint64_t n_bytes = next - symbol->value;
        if (symbol->n_bytes && symbol->n_bytes < n_bytes)
            n_bytes = symbol->n_bytes;
        add_definition(o, p, symbol, n_bytes);
    }
    if (!n)
        program_note(p, -1, "section %.60s: no symbol names a map in it", o->sections[section].name);
}

static int
compare_ids(const void *a, const void *b)
{
    const struct map_id *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* The ids of program arrays, or of all other maps, sorted. The caller frees. */
static struct map_id *
collect_ids(const struct object *o, const struct program *p, bool of_prog_arrays, uint32_t *n)
{
    struct map_id *ids = NULL;
    *n = 0;
    for (uint32_t i = 0; i < o->n_map_places; i++) {
        const struct map_def *def = &p->maps[o->map_places[i].map];
        uint32_t id = word(o, &o->map_places[i], WORD_ID);
        if (id && def->origin == MAP_FROM_LEGACY && (def->type == BPF_MAP_TYPE_PROG_ARRAY) == of_prog_arrays)
            *LIST_ADD(ids, *n) = (struct map_id){ id, i };
    }
    if (ids)
        qsort(ids, *n, sizeof *ids, compare_ids);
    return ids;
}

/* First entry with that id, NULL when there is none. */
static const struct map_id *
find_id(const struct map_id *ids, uint32_t n, uint32_t id)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (ids[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && ids[lo].id == id ? &ids[lo] : NULL;
}

/* The inner map of one in the dialect of iproute2: by id; it lies in the outer map at the key that it names itself. */
static void
link_inner_by_id(const struct object *o, struct program *p, const struct map_place *outer, const struct map_id *ids, uint32_t n_ids)
{
    const struct map_id *id = find_id(ids, n_ids, word(o, outer, WORD_INNER_ID));
    const struct map_place *inner = id ? &o->map_places[id->place] : NULL;
    if (!inner || inner == outer || map_is_of_maps(&p->maps[inner->map]))
        return;
    p->maps[outer->map].inner = (int32_t)inner->map;
    uint32_t key = word(o, inner, WORD_INNER_IDX);
    if (inner->n_bytes >= IPROUTE2_BYTES && key != UINT32_MAX)
        maps_preset(p, outer->map, key, inner->map);
}

/* In the dialect of the kernel's samples: by position among the definitions of the section, the first of which is maps[first]. */
static void
link_inner_by_index(const struct object *o, struct program *p, const struct map_place *outer, uint32_t first, uint32_t end)
{
    uint32_t index = word(o, outer, WORD_ID);
    if (index < end - first && first + index != outer->map && !map_is_of_maps(&p->maps[first + index]))
        p->maps[outer->map].inner = (int32_t)(first + index);
}

static void
link_inner(const struct object *o, struct program *p, uint32_t first_place, const struct map_id *ids, uint32_t n_ids)
{
    uint32_t first = o->map_places[first_place].map;
    for (uint32_t i = first_place; i < o->n_map_places && o->map_places[i].section == o->map_places[first_place].section; i++) {
        const struct map_place *place = &o->map_places[i];
        if (!map_is_of_maps(&p->maps[place->map]))
            continue;
        if (place->n_bytes >= IPROUTE2_BYTES)
            link_inner_by_id(o, p, place, ids, n_ids);
        else
            link_inner_by_index(o, p, place, first, p->n_maps);
    }
}

void
maps_legacy_link(struct object *o, struct program *p)
{
    uint32_t n_ids;
    for (uint32_t i = 1; i < o->n_sections; i++)
        if (o->sections[i].kind == SECTION_MAPS_LEGACY)
            add_section(o, p, i);
    struct map_id *ids = collect_ids(o, p, false, &n_ids);
    for (uint32_t i = 0; i < o->n_map_places; i++)
        if (i == 0 || o->map_places[i].section != o->map_places[i - 1].section)
            link_inner(o, p, i, ids, n_ids);
    free(ids);
}

/* Reads "N/K", both numbers in any base that C knows. */
static bool
parse_slot(const char *name, uint32_t *id, uint32_t *key)
{
    char *end;
    if (*name < '0' || *name > '9')
        return false;
    *id = (uint32_t)strtoul(name, &end, 0);
    if (*end != '/' || end[1] < '0' || end[1] > '9')
        return false;
    *key = (uint32_t)strtoul(end + 1, &end, 0);
    return *end == '\0';
}

void
maps_legacy_preset(struct object *o, struct program *p)
{
    uint32_t n_ids, id, key;
    struct map_id *ids = collect_ids(o, p, true, &n_ids);
    for (uint32_t i = 1; i < o->n_sections; i++) {
        const struct section *s = &o->sections[i];
        if (s->kind != SECTION_CODE || !parse_slot(s->name, &id, &key))
            continue;
        const struct map_id *found = find_id(ids, n_ids, id);
        const struct function *f = program_function_at(p, s->base_pc);
        if (found && f)
            maps_preset(p, o->map_places[found->place].map, key, (uint32_t)(f - p->functions));
        else
            program_note(p, s->base_pc, "section %.60s: no program array has id %u", s->name, id);
    }
    free(ids);
}
