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

/* libdw keeps every row in memory; a special opcode makes one row of one byte. */
enum { DEBUG_LINE_MAX_BYTES = 8 << 20 };

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
apply_relocation(const struct object *o, uint8_t *image, const struct section *target, const GElf_Rela *r, bool has_addend)
{
    uint64_t type = GELF_R_TYPE(r->r_info);
    size_t n = type < ARRAY_LEN(patched_bytes) ? patched_bytes[type] : 0;
    if (!n || target->n_bytes < n || r->r_offset > target->n_bytes - n)
        return;
    uint8_t *at = image + target->file_off + r->r_offset;
    uint64_t value = 0;
    memcpy(&value, at, n);
    value = symbol_address(o, GELF_R_SYM(r->r_info)) + (has_addend ? (uint64_t)r->r_addend : value);
    memcpy(at, &value, n);
}

static void
apply_relocations(const struct object *o, uint8_t *image, Elf_Scn *scn, const GElf_Shdr *shdr)
{
    bool has_addend = shdr->sh_type == SHT_RELA;
    Elf_Data *data = elf_getdata(scn, NULL);
    if (!data || shdr->sh_info >= o->n_sections)
        return;
    const struct section *target = &o->sections[shdr->sh_info];
    if (!target->bytes || strncmp(target->name, ".debug_", 7))
        return;
    size_t n = data->d_size / (has_addend ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel));
    for (size_t i = 0; i < n && i <= INT32_MAX; i++) {
        GElf_Rela rela = { 0 };
        GElf_Rel rel;
        if (has_addend ? !gelf_getrela(data, (int)i, &rela) : !gelf_getrel(data, (int)i, &rel))
            return;
        if (!has_addend) {
            rela.r_offset = rel.r_offset;
            rela.r_info = rel.r_info;
        }
        apply_relocation(o, image, target, &rela, has_addend);
    }
}

static uint8_t *
relocated_copy(const struct object *o)
{
    uint8_t *image = xmalloc(o->n_bytes);
    memcpy(image, o->bytes, o->n_bytes);
    Elf_Scn *scn = NULL;
    while ((scn = elf_nextscn(o->elf, scn))) {
        GElf_Shdr shdr;
        if (gelf_getshdr(scn, &shdr) && (shdr.sh_type == SHT_REL || shdr.sh_type == SHT_RELA))
            apply_relocations(o, image, scn, &shdr);
    }
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
    line_add(table, buf_text(&path),
             (struct line){ .pc = (uint32_t)(address / 8), .line = (uint32_t)line, .col = col > 0 ? (uint32_t)col : 0, .is_stmt = is_stmt });
    buf_free(&path);
}

static const char *
read_tables(Elf *elf, const struct program *p, struct line_table *table)
{
    Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (!dwarf)
        return dwarf_errmsg(-1);
    const char *why = NULL;
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
        return "it is larger than 8 MiB";
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
        uint8_t *image = relocated_copy(o);
        Elf *elf = elf_memory((char *)image, o->n_bytes);
        why = elf ? read_tables(elf, p, table) : elf_errmsg(-1);
        elf_end(elf);
        free(image);
    }
    if (why)
        program_note(p, -1, ".debug_line: %s", why);
}
