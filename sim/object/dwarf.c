/* Opening DWARF, on libdw. An object is not linked: every section begins at address 0 and what .debug_* say about code and data are
 * relocations that libdw does not apply (and elfutils knows neither clang's nor gcc's types of them). So they are applied here, to
 * a copy of the file, giving each code section the address base_pc * 8, and data the address that the guest has it at. See dwarf.h. */
#include "config.h"

#include "sim/object/dwarf.h"

#include "sim/base/base.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RELOCATIONS = 8 << 20 }; /* gcc writes one for each row of the line table */

/* Bytes that a relocation of debug information patches, by type: clang's R_BPF_64_64 1, ABS64 2, ABS32 3, NODYLD32 4, 64_32 10 (which
 * clang 12 and older used for data), gcc's R_BPF_DATA_32 11 and R_BPF_DATA_64 12. 0: unknown. */
static const uint8_t patched_bytes[] = { [1] = 8, [2] = 8, [3] = 4, [4] = 4, [10] = 4, [11] = 4, [12] = 8 };

/* Where the symbol's section lies: code in the image, data in the guest; 0 for other sections, whose offsets are what DWARF wants. */
static uint64_t
section_address(const struct object *o, const struct program *p, const struct symbol *s)
{
    const struct section *section = s->section < o->n_sections ? &o->sections[s->section] : NULL;
    if (section && section->kind == SECTION_CODE)
        return (uint64_t)section->base_pc * 8;
    if (section && section->kind == SECTION_DATA && section->map >= 0)
        return p->maps[section->map].value_addr;
    return 0;
}

/* What a patched number becomes. */
static uint64_t
relocated(const struct object *o, const struct program *p, const Elf64_Rela *r, bool has_addend, uint64_t in_place)
{
    uint64_t index = ELF64_R_SYM(r->r_info);
    if (index >= o->n_symbols)
        return in_place;
    struct relocation relocation = { .symbol = (uint32_t)index, .has_addend = has_addend, .addend = r->r_addend };
    const struct symbol *s = &o->symbols[index];
    return section_address(o, p, s) + s->value + (uint64_t)object_addend(o, &relocation, (int64_t)in_place);
}

static void
apply_relocation(const struct object *o, const struct program *p, uint8_t *image, const struct section *target, const Elf64_Rela *r,
                 bool has_addend)
{
    uint64_t type = ELF64_R_TYPE(r->r_info);
    size_t n = type < ARRAY_LEN(patched_bytes) ? patched_bytes[type] : 0;
    if (!n || target->n_bytes < n || r->r_offset > target->n_bytes - n)
        return;
    uint8_t *at = image + target->file_off + r->r_offset;
    uint64_t value = 0;
    memcpy(&value, at, n);
    value = relocated(o, p, r, has_addend, value);
    memcpy(at, &value, n);
}

/* Applies the relocations of one section, *left of them at most. They are read where they stand: libelf would copy what is not aligned. */
static void
apply_relocations(const struct object *o, const struct program *p, uint8_t *image, const struct section *s, uint32_t target, uint32_t *left)
{
    bool has_addend = s->type == SHT_RELA;
    size_t record_bytes = has_addend ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
    if (!s->bytes || target >= o->n_sections || !o->sections[target].bytes || strncmp(o->sections[target].name, ".debug_", 7))
        return;
    for (uint64_t off = 0; off + record_bytes <= s->n_bytes && *left; off += record_bytes, --*left) {
        Elf64_Rela r = { 0 };
        memcpy(&r, s->bytes + off, record_bytes);
        apply_relocation(o, p, image, &o->sections[target], &r, has_addend);
    }
}

static uint8_t *
relocated_copy(const struct object *o, struct program *p)
{
    uint8_t *image = xmalloc(o->n_bytes);
    uint32_t left = MAX_RELOCATIONS;
    memcpy(image, o->bytes, o->n_bytes);
    for (uint32_t i = 1; i < o->n_sections; i++) {
        GElf_Shdr shdr;
        if ((o->sections[i].type == SHT_REL || o->sections[i].type == SHT_RELA) && gelf_getshdr(elf_getscn(o->elf, i), &shdr))
            apply_relocations(o, p, image, &o->sections[i], shdr.sh_info, &left);
    }
    if (!left)
        program_note(p, -1, "debug information: only the first %d relocations are applied", MAX_RELOCATIONS);
    return image;
}

/* What keeps libdw from being asked at all; NULL when nothing does. */
static const char *
reason_to_refuse(const struct object *o, const struct section *s, uint64_t max_bytes)
{
    if (s->n_bytes > max_bytes)
        return "it is too large";
    for (uint32_t i = 1; i < o->n_sections; i++)
        if ((o->sections[i].flags & SHF_COMPRESSED) || !strncmp(o->sections[i].name, ".zdebug", 7))
            return "compressed debug information is not read";
    return NULL;
}

static const char *
open_libdw(struct object *o, struct program *p)
{
    struct dwarf_file *f = xcalloc(1, sizeof *f);
    o->dwarf = f;
    f->image = relocated_copy(o, p);
    f->elf = elf_memory((char *)f->image, o->n_bytes);
    if (!f->elf)
        return elf_errmsg(-1);
    f->dwarf = dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
    return f->dwarf ? NULL : dwarf_errmsg(-1);
}

bool
dwarf_open(struct object *o, struct program *p, const char *section, uint64_t max_bytes)
{
    uint32_t index = object_section_named(o, section);
    if (!index || !o->sections[index].bytes || !o->sections[index].n_bytes)
        return false;
    const char *why = reason_to_refuse(o, &o->sections[index], max_bytes);
    if (!why && !o->dwarf)
        why = open_libdw(o, p);
    if (why)
        program_note(p, -1, "%s: %s", section, why);
    return !why && o->dwarf->dwarf;
}

void
dwarf_close(struct object *o)
{
    if (!o->dwarf)
        return;
    dwarf_end(o->dwarf->dwarf);
    elf_end(o->dwarf->elf);
    free(o->dwarf->image);
    free(o->dwarf);
    o->dwarf = NULL;
}
