/* Lines from DWARF: the rows of .debug_line, whose addresses are bytes of the image once relocations are applied. See lines.h. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/dwarf.h"
#include "sim/object/lines.h"

#include <string.h>

enum {
    DEBUG_LINE_MAX_BYTES = 4 << 20, /* libdw keeps every row in memory, some 100 bytes for each byte of this */
    UNIT_MIN_BYTES = 12,
    MAX_UNITS_VISITED = 50 << 20    /* libdw looks for each table's unit among all units: some seconds */
};

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
read_tables(Dwarf *dwarf, uint64_t info_bytes, const struct program *p, struct line_table *table)
{
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
    return why;
}

void
lines_read_dwarf(struct object *o, struct program *p, struct line_table *table)
{
    if (!dwarf_open(o, p, ".debug_line", DEBUG_LINE_MAX_BYTES))
        return;
    const char *why = read_tables(o->dwarf->dwarf, o->sections[object_section_named(o, ".debug_info")].n_bytes, p, table);
    if (why)
        program_note(p, -1, ".debug_line: %s", why);
}
