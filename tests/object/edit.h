/* Editing an ELF object in memory, as other compilers and other times would have made it. For tests only: trusts its input. */
#ifndef TESTS_OBJECT_EDIT_H
#define TESTS_OBJECT_EDIT_H

#include "sim/object/program.h"

#include <elf.h>

struct edit {
    uint8_t *bytes; /* owned */
    size_t n_bytes;
};

struct edit edit_open(const char *object); /* skips the running test when it is missing */
void edit_close(struct edit *e);

Elf64_Ehdr *edit_header(struct edit *e);
uint32_t edit_n_sections(struct edit *e);
Elf64_Shdr *edit_section(struct edit *e, uint32_t index);
const char *edit_section_name(struct edit *e, uint32_t index);
Elf64_Shdr *edit_section_named(struct edit *e, const char *name); /* fails the test when there is none */
Elf64_Sym *edit_symbol(struct edit *e, uint32_t index, uint32_t *n);
const char *edit_symbol_name(struct edit *e, const Elf64_Sym *symbol);

/* Gives a section new contents, at the end of the file. */
void edit_replace(struct edit *e, Elf64_Shdr **section, const void *bytes, size_t n_bytes);

/* Loads it; the text of the error (to be freed) or NULL with *p. */
char *edit_load(struct edit *e, struct program **p);

#endif
