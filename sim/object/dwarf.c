/* Lines from DWARF, on libdw. An object is not linked: every code section begins at address 0 and what .debug_* say about code are
 * relocations that libdw does not apply (and elfutils knows neither clang's nor gcc's types of them). So they are applied here, to
 * a copy of the file, giving each code section the address base_pc * 8: addresses in the line table are then bytes of the image. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/lines.h"

#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEBUG_LINE_MAX_BYTES = 4 << 20, /* libdw keeps every row in memory, some 100 bytes for each byte of this */
    MAX_RELOCATIONS = 8 << 20,      /* gcc writes one for each row */
    UNIT_MIN_BYTES = 12,
    MAX_UNITS_VISITED = 50 << 20    /* libdw looks for each table's unit among all units: some seconds */
};

/* Bytes that a relocation of debug information patches, by type: clang's R_BPF_64_64 1, ABS64 2, ABS32 3, NODYLD32 4, 64_32 10 (which
 * clang 12 and older used for data), gcc's R_BPF_DATA_32 11 and R_BPF_DATA_64 12. 0: unknown. */
static const uint8_t patched_bytes[] = { [1] = 8, [2] = 8, [3] = 4, [4] = 4, [10] = 4, [11] = 4, [12] = 8 };

/* The code section's place in the image; 0 for symbols of other sections, whose offsets are what DWARF wants. */
static uint64_t
symbol_address(const struct object *o, uint64_t index)
{
    if (index >= o->n_symbols)
        return 0;
    const struct symbol *s = &o->symbols[index];
    bool is_code = s->section < o->n_sections && o->sections[s->section].kind == SECTION_CODE;
    return s->value + (is_code ? (uint64_t)o->sections[s->section].base_pc * 8 : 0);
}

static void
apply_relocation(const struct object *o, uint8_t *image, const struct section *target, const Elf64_Rela *r, bool has_addend)
{
    uint64_t type = ELF64_R_TYPE(r->r_info);
    size_t n = type < ARRAY_LEN(patched_bytes) ? patched_bytes[type] : 0;
    if (!n || target->n_bytes < n || r->r_offset > target->n_bytes - n)
        return;
    uint8_t *at = image + target->file_off + r->r_offset;
    uint64_t value = 0;
    memcpy(&value, at, n);
    value = symbol_address(o, ELF64_R_SYM(r->r_info)) + (has_addend ? (uint64_t)r->r_addend : value);
    memcpy(at, &value, n);
}

/* Applies the relocations of one section, *left of them at most. They are read where they stand: libelf would copy what is not aligned. */
static void
apply_relocations(const struct object *o, uint8_t *image, const struct section *s, uint32_t target, uint32_t *left)
{
    bool has_addend = s->type == SHT_RELA;
    size_t record_bytes = has_addend ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
    if (!s->bytes || target >= o->n_sections || !o->sections[target].bytes || strncmp(o->sections[target].name, ".debug_", 7))
        return;
    for (uint64_t off = 0; off + record_bytes <= s->n_bytes && *left; off += record_bytes, --*left) {
        Elf64_Rela r = { 0 };
        memcpy(&r, s->bytes + off, record_bytes);
        apply_relocation(o, image, &o->sections[target], &r, has_addend);
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
            apply_relocations(o, image, &o->sections[i], shdr.sh_info, &left);
    }
    if (!left)
        program_note(p, -1, "debug information: only the first %d relocations are applied", MAX_RELOCATIONS);
    return image;
}

/* dir: where the compiler ran, which libdw leaves out when the name is in a folder given relative to it; NULL when unknown. */
static void
add_row(const struct program *p, struct line_table *table, Dwarf_Line *row, const char *dir)
{
    Dwarf_Addr address;
    int line, col = 0;
    bool is_stmt = true, is_end = false;
    const char *name = dwarf_linesrc(row, NULL, NULL);
    if (dwarf_lineaddr(row, &address) || dwarf_lineno(row, &line) || dwarf_lineendsequence(row, &is_end) || is_end)
        return;
    dwarf_linecol(row, &col);
    dwarf_linebeginstatement(row, &is_stmt);
    if (!name || address % 8 || address / 8 >= p->n_slots || line <= 0)
        return;
    struct buf path = BUF_EMPTY;
    if (*name != '/' && dir && *dir)
        buf_printf(&path, "%s/", dir);
    buf_puts(&path, name);
    uint32_t column = col > 0 ? (uint32_t)col : 0;
    line_add(table, buf_text(&path),
             (struct line){ .pc = (uint32_t)(address / 8), .line = (uint32_t)line, .col = column, .is_stmt = is_stmt });
    buf_free(&path);
}

/* info_bytes: of .debug_info. Returns NULL, or why the rest is left out. */
static const char *
read_tables(Elf *elf, uint64_t info_bytes, const struct program *p, struct line_table *table)
{
    Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (!dwarf)
        return dwarf_errmsg(-1);
    const char *why = NULL;
    uint64_t n_units = 0;
    Dwarf_Off off = 0, next;
    Dwarf_CU *cu = NULL;
    Dwarf_Files *files;
    Dwarf_Lines *lines;
    size_t n_files, n_lines;
    int result;
    while ((result = dwarf_next_lines(dwarf, off, &next, &cu, &files, &n_files, &lines, &n_lines)) == 0) {
        const char *const *dirs;
        size_t n_dirs;
        const char *dir = !dwarf_getsrcdirs(files, &dirs, &n_dirs) && n_dirs ? dirs[0] : NULL;
        for (size_t i = 0; i < n_lines; i++)
            add_row(p, table, dwarf_onesrcline(lines, i), dir);
        off = next;
        n_units += info_bytes / UNIT_MIN_BYTES;
        if (n_units > MAX_UNITS_VISITED) {
            why = "it has too many tables";
            break;
        }
    }
    if (result < 0)
        why = dwarf_errmsg(-1);
    dwarf_end(dwarf);
    return why;
}

/* What keeps libdw from being asked at all; NULL when nothing does. */
static const char *
reason_to_refuse(const struct object *o, const struct section *lines)
{
    if (lines->n_bytes > DEBUG_LINE_MAX_BYTES)
        return "it is larger than 4 MiB";
    for (uint32_t i = 1; i < o->n_sections; i++)
        if ((o->sections[i].flags & SHF_COMPRESSED) || !strncmp(o->sections[i].name, ".zdebug", 7))
            return "compressed debug information is not read";
    return NULL;
}

void
lines_read_dwarf(const struct object *o, struct program *p, struct line_table *table)
{
    uint32_t section = object_section_named(o, ".debug_line");
    if (!section || !o->sections[section].bytes || !o->sections[section].n_bytes)
        return;
    const char *why = reason_to_refuse(o, &o->sections[section]);
    if (!why) {
        uint8_t *image = relocated_copy(o, p);
        Elf *elf = elf_memory((char *)image, o->n_bytes);
        why = elf ? read_tables(elf, o->sections[object_section_named(o, ".debug_info")].n_bytes, p, table) : elf_errmsg(-1);
        elf_end(elf);
        free(image);
    }
    if (why)
        program_note(p, -1, ".debug_line: %s", why);
}
