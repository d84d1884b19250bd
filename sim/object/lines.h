/* Where line tables are gathered before they become program.lines. Internal to sim/object. */
#ifndef SIM_OBJECT_LINES_H
#define SIM_OBJECT_LINES_H

#include "sim/object/object.h"

/* Appends one row; rows may come in any order, of several for one pc the last that begins a statement is kept. name is copied when
 * it is new, text is borrowed for as long as the program lives. Rows of line 0 ("made by the compiler") are not kept. */
struct line_table;
void line_add(struct line_table *table, const char *name, struct line row);

/* Adds all rows of .debug_line, with relocations applied. Adds a note for what it can't read. */
void lines_read_dwarf(struct object *o, struct program *p, struct line_table *table);

#endif
