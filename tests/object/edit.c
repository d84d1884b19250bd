/* See edit.h. */
#include "config.h"

#include "tests/object/edit.h"

#include "sim/base/base.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edit
edit_open(const char *object)
{
    struct edit e = { 0 };
    char *path = object_path(object);
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f);
    fseek(f, 0, SEEK_END);
    e.n_bytes = (size_t)ftell(f);
    e.bytes = xmalloc(e.n_bytes);
    rewind(f);
    cr_assert_eq(fread(e.bytes, 1, e.n_bytes, f), e.n_bytes);
    fclose(f);
    free(path);
    return e;
}

void
edit_close(struct edit *e)
{
    free(e->bytes);
}

Elf64_Ehdr *
edit_header(struct edit *e)
{
    return (Elf64_Ehdr *)(void *)e->bytes;
}

uint32_t
edit_n_sections(struct edit *e)
{
    return edit_header(e)->e_shnum;
}

Elf64_Shdr *
edit_section(struct edit *e, uint32_t index)
{
    return (Elf64_Shdr *)(void *)(e->bytes + edit_header(e)->e_shoff) + index;
}

const char *
edit_section_name(struct edit *e, uint32_t index)
{
    return (const char *)e->bytes + edit_section(e, edit_header(e)->e_shstrndx)->sh_offset + edit_section(e, index)->sh_name;
}

Elf64_Shdr *
edit_section_named(struct edit *e, const char *name)
{
    for (uint32_t i = 1; i < edit_n_sections(e); i++)
        if (strcmp(edit_section_name(e, i), name) == 0)
            return edit_section(e, i);
    cr_assert_fail("no section %s", name);
    return NULL;
}

Elf64_Sym *
edit_symbol(struct edit *e, uint32_t index, uint32_t *n)
{
    for (uint32_t i = 1; i < edit_n_sections(e); i++) {
        Elf64_Shdr *s = edit_section(e, i);
        if (s->sh_type != SHT_SYMTAB)
            continue;
        *n = (uint32_t)(s->sh_size / sizeof(Elf64_Sym));
        return (Elf64_Sym *)(void *)(e->bytes + s->sh_offset) + index;
    }
    cr_assert_fail("no symbols");
    return NULL;
}

const char *
edit_symbol_name(struct edit *e, const Elf64_Sym *symbol)
{
    return (const char *)e->bytes + edit_section_named(e, ".strtab")->sh_offset + symbol->st_name;
}

void
edit_replace(struct edit *e, Elf64_Shdr **section, const void *bytes, size_t n_bytes)
{
    size_t at = (size_t)((uint8_t *)*section - e->bytes), off = ROUND_UP(e->n_bytes, 8);
    e->bytes = xrealloc(e->bytes, off + n_bytes);
    memcpy(e->bytes + off, bytes, n_bytes);
    e->n_bytes = off + n_bytes;
    *section = (Elf64_Shdr *)(void *)(e->bytes + at);
    (*section)->sh_offset = off;
    (*section)->sh_size = n_bytes;
}

char *
edit_load(struct edit *e, struct program **p)
{
    struct errinfo error;
    *p = NULL;
    return program_load_bytes("x.o", e->bytes, e->n_bytes, NULL, p, &error) ? error_text(&error) : NULL;
}
