/* Variables of the program's data sections, from ELF symbols: the offsets in an object's DATASECs are 0. See link.h. */
#include "config.h"

#include "sim/object/link.h"

#include "sim/object/types.h"

#include <stdlib.h>
#include <string.h>

static int
compare_vars(const void *a, const void *b)
{
    const struct data_var *x = a, *y = b;
    if (x->map != y->map)
        return x->map < y->map ? -1 : 1;
    if (x->off != y->off)
        return x->off < y->off ? -1 : 1;
    return strcmp(x->name, y->name);
}

void
vars_link(const struct object *o, struct program *p)
{
    for (uint32_t i = 1; i < o->n_symbols; i++) {
        const struct symbol *symbol = &o->symbols[i];
        bool is_extern = symbol->map >= 0; /* .kconfig: undefined in the file, given a place by the linker */
        bool is_data = symbol->section != SYMBOL_NO_SECTION && symbol->section && o->sections[symbol->section].map >= 0;
        if (!*symbol->name || (symbol->type != STT_OBJECT && symbol->type != STT_NOTYPE) || !(is_extern || is_data))
            continue;
        uint32_t map = (uint32_t)(is_extern ? symbol->map : o->sections[symbol->section].map);
        uint64_t off = is_extern ? symbol->map_off : symbol->value, room = p->maps[map].value_bytes;
        int64_t bytes = (int64_t)symbol->n_bytes;
        uint32_t type = o->btf ? type_of_variable(o->btf, symbol->name) : 0;
        if (type && type_bytes(o->btf, type) > 0)
            bytes = type_bytes(o->btf, type);
        if (p->maps[map].origin != MAP_FROM_DATA || off >= room || bytes <= 0 || (uint64_t)bytes > room - off)
            continue;
        *LIST_ADD(p->vars, p->n_vars) = (struct data_var){ .name = object_name(symbol->name), .map = map, .off = (uint32_t)off,
                                                           .bytes = (uint32_t)bytes, .btf_id = type };
    }
    if (p->n_vars)
        qsort(p->vars, p->n_vars, sizeof *p->vars, compare_vars);
}
