/* ELF reading: bytes to struct object. Invariant: what leaves this file is bounded (object.h says how); nothing after it needs to
 * look at a file offset again. Not for what any of it means.
 *
 * What libelf leaves to its caller is done here: elf_memory() takes any bytes for ELF_K_NONE, checks no extents, and reports a
 * section table that is cut off as none at all; elf_strptr() searches the table's end on each call, which hostile tables make
 * quadratic; big-endian files would be translated, but their code never is; compressed sections look like data. */
#include "config.h"

#include "sim/object/object.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef EM_BPF
#define EM_BPF 247
#endif

/* A string table: offsets below n_bytes name NUL-terminated strings. */
struct strings {
    const char *text;
    uint64_t n_bytes;
};

struct reader {
    struct object *o;
    struct errinfo *e;
    struct strings section_names;
};

static enum err __attribute__((format(printf, 2, 3)))
reject(struct reader *r, const char *format, ...)
{
    char detail[160];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    object_make_printable(detail);
    return err_set_detail(r->e, ERR_ELF, r->o->path, detail);
}

static enum err __attribute__((format(printf, 3, 4)))
reject_section(struct reader *r, uint64_t file_off, const char *format, ...)
{
    char detail[160];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    object_make_printable(detail);
    err_set_detail(r->e, ERR_ELF_SECTION, r->o->path, detail);
    if (r->e)
        r->e->off = file_off;
    return ERR_ELF_SECTION;
}

/* The table of a section, cut after its last NUL: so every offset in it is a terminated string. */
static struct strings
strings_of(const struct section *s)
{
    if (!s->bytes || s->type != SHT_STRTAB)
        return (struct strings){ "", 0 };
    const uint8_t *nul = memrchr(s->bytes, 0, s->n_bytes);
    return (struct strings){ (const char *)s->bytes, nul ? (uint64_t)(nul - s->bytes) + 1 : 0 };
}

static const char *
string_at(const struct strings *table, uint64_t off)
{
    return off < table->n_bytes ? table->text + off : "";
}

static enum err
check_header(struct reader *r, GElf_Ehdr *ehdr)
{
    const uint8_t *ident = r->o->bytes;
    if (r->o->n_bytes < sizeof(Elf64_Ehdr))
        return reject(r, "%zu bytes are too few for an ELF header", r->o->n_bytes);
    if (ident[EI_DATA] == ELFDATA2MSB)
        return reject(r, "big-endian BPF code does not run here; compile it with -target bpfel (gcc: -mlittle-endian)");
    if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
        return reject(r, "not a 64-bit little-endian ELF file (class %u, data %u), as BPF objects are", ident[EI_CLASS], ident[EI_DATA]);
    r->o->elf = elf_memory((char *)(uintptr_t)r->o->bytes, r->o->n_bytes);
    if (!r->o->elf || elf_kind(r->o->elf) != ELF_K_ELF || !gelf_getehdr(r->o->elf, ehdr))
        return reject(r, "its ELF header is broken (version %u, magic %02x %c%c%c)", ident[EI_VERSION], ident[0], ident[1], ident[2],
                      ident[3]);
    if (ehdr->e_machine != EM_BPF && ehdr->e_machine != EM_NONE)
        return reject(r, "made for machine %u, not for BPF; compile it with clang -target bpf or bpf-gcc", ehdr->e_machine);
    if (ehdr->e_shoff > r->o->n_bytes || r->o->n_bytes - ehdr->e_shoff < (uint64_t)ehdr->e_shnum * sizeof(Elf64_Shdr))
        return reject(r, "%u section headers at offset 0x%" PRIx64 " reach beyond the end of the file (%zu bytes): it is cut off",
                      ehdr->e_shnum, ehdr->e_shoff, r->o->n_bytes);
    if (ehdr->e_type != ET_REL && ehdr->e_type != ET_NONE)
        return reject(r, "ELF type %u; a relocatable object (type 1, the output of -c) is needed", ehdr->e_type);
    return OK;
}

static bool
has_prefix(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static enum section_kind
classify(const struct section *s)
{
    bool has_bytes = s->type == SHT_PROGBITS && s->n_bytes > 0;
    if (has_bytes && (s->flags & SHF_EXECINSTR))
        return SECTION_CODE;
    if (has_bytes && (strcmp(s->name, "maps") == 0 || has_prefix(s->name, "maps/")))
        return SECTION_MAPS_LEGACY;
    if (has_bytes && strcmp(s->name, ".maps") == 0)
        return SECTION_MAPS_BTF;
    if ((has_bytes || (s->type == SHT_NOBITS && s->n_bytes > 0)) && (s->flags & SHF_ALLOC)
        && (has_prefix(s->name, ".rodata") || has_prefix(s->name, ".data") || has_prefix(s->name, ".bss")))
        return SECTION_DATA;
    return SECTION_OTHER;
}

static enum err
read_section(struct reader *r, uint32_t index, struct section *s)
{
    GElf_Shdr shdr;
    Elf_Scn *scn = elf_getscn(r->o->elf, index);
    if (!scn || !gelf_getshdr(scn, &shdr))
        return reject(r, "section header %u: %s", index, elf_errmsg(-1));
    bool has_bytes = shdr.sh_type != SHT_NOBITS && shdr.sh_type != SHT_NULL;
    *s = (struct section){ .name = string_at(&r->section_names, shdr.sh_name), .type = shdr.sh_type, .flags = shdr.sh_flags,
                           .n_bytes = shdr.sh_size, .file_off = shdr.sh_offset, .map = -1 };
    if (has_bytes && (shdr.sh_offset > r->o->n_bytes || shdr.sh_size > r->o->n_bytes - shdr.sh_offset))
        return reject_section(r, s->file_off, "section %u (%.60s): its %" PRIu64 " bytes reach beyond the end of the file (%zu bytes)",
                              index, s->name, s->n_bytes, r->o->n_bytes);
    if (shdr.sh_type == SHT_NULL)
        s->n_bytes = 0;
    s->bytes = has_bytes ? r->o->bytes + shdr.sh_offset : NULL;
    s->kind = classify(s);
    if (s->kind != SECTION_OTHER && (shdr.sh_addralign & (shdr.sh_addralign - 1)))
        return reject_section(r, s->file_off, "section %u (%.60s): alignment %" PRIu64 " is no power of two", index, s->name,
                              shdr.sh_addralign);
    if (s->kind != SECTION_OTHER && (s->flags & SHF_COMPRESSED))
        return reject_section(r, s->file_off, "section %u (%.60s) is compressed; decompress it with objcopy --decompress-debug-sections",
                              index, s->name);
    return OK;
}

static enum err
read_sections(struct reader *r)
{
    struct object *o = r->o;
    size_t n, names;
    if (elf_getshdrnum(o->elf, &n) || elf_getshdrstrndx(o->elf, &names))
        return reject(r, "section headers: %s", elf_errmsg(-1));
    if (n == 0)
        return reject(r, "no section headers, so nothing says where code is");
    if (n > OBJECT_MAX_SECTIONS)
        return reject(r, "%zu sections; the limit is %d", n, OBJECT_MAX_SECTIONS);
    o->sections = xcalloc(n, sizeof *o->sections);
    o->n_sections = (uint32_t)n;
    if (names < n) { /* first: messages about the other sections have names then */
        enum err err = read_section(r, (uint32_t)names, &o->sections[names]);
        if (err)
            return err;
        r->section_names = strings_of(&o->sections[names]);
    }
    for (uint32_t i = 0; i < n; i++) {
        enum err err = read_section(r, i, &o->sections[i]);
        if (err)
            return err;
    }
    return OK;
}

/* sh_info and sh_link are not kept in struct section: only reading needs them. */
static enum err
section_data(struct reader *r, uint32_t index, GElf_Shdr *shdr, Elf_Data **data)
{
    Elf_Scn *scn = elf_getscn(r->o->elf, index);
    *data = NULL;
    if (scn && gelf_getshdr(scn, shdr) && !(shdr->sh_flags & SHF_COMPRESSED))
        *data = elf_getdata(scn, NULL);
    if (!*data)
        return reject_section(r, r->o->sections[index].file_off, "section %u (%.60s) can't be read: %s", index,
                              r->o->sections[index].name, elf_errmsg(-1));
    return OK;
}

static uint32_t
section_of_symbol(const struct object *o, const GElf_Sym *sym, Elf32_Word extended)
{
    uint32_t index = sym->st_shndx == SHN_XINDEX ? extended : sym->st_shndx;
    if (sym->st_shndx >= SHN_LORESERVE && sym->st_shndx != SHN_XINDEX)
        return SYMBOL_NO_SECTION;
    return index < o->n_sections ? index : SYMBOL_NO_SECTION;
}

static enum err
read_symbols(struct reader *r)
{
    struct object *o = r->o;
    uint32_t index = 0, extended_index = 0;
    GElf_Shdr shdr, extended_shdr;
    Elf_Data *data, *extended = NULL;
    for (uint32_t i = o->n_sections; i-- > 1;) {
        if (o->sections[i].type == SHT_SYMTAB)
            index = i;
        if (o->sections[i].type == SHT_SYMTAB_SHNDX)
            extended_index = i;
    }
    o->symbols = xcalloc(1, sizeof *o->symbols);
    o->symbols[0] = (struct symbol){ .name = "", .map = -1, .extern_index = -1 };
    o->n_symbols = 1;
    if (!index)
        return OK;
    enum err err = section_data(r, index, &shdr, &data);
    if (!err && extended_index)
        err = section_data(r, extended_index, &extended_shdr, &extended);
    if (err)
        return err;
    uint64_t n = data->d_size / sizeof(Elf64_Sym);
    if (n > OBJECT_MAX_SYMBOLS)
        return reject_section(r, shdr.sh_offset, "%" PRIu64 " symbols; the limit is %d", n, OBJECT_MAX_SYMBOLS);
    struct strings names = shdr.sh_link < o->n_sections ? strings_of(&o->sections[shdr.sh_link]) : (struct strings){ "", 0 };
    o->symbols = xrealloc(o->symbols, (n ? n : 1) * sizeof *o->symbols);
    for (uint32_t i = 1; i < n; i++) {
        GElf_Sym sym;
        Elf32_Word high = 0;
        if (!gelf_getsymshndx(data, extended, (int)i, &sym, &high))
            return reject_section(r, shdr.sh_offset, "symbol %u: %s", i, elf_errmsg(-1));
        struct symbol *s = &o->symbols[i];
        *s = (struct symbol){ .name = string_at(&names, sym.st_name), .section = section_of_symbol(o, &sym, high),
                              .value = sym.st_value, .n_bytes = sym.st_size, .type = GELF_ST_TYPE(sym.st_info),
                              .binding = GELF_ST_BIND(sym.st_info), .map = -1, .extern_index = -1 };
        if (s->type == STT_SECTION && s->section < o->n_sections)
            s->name = o->sections[s->section].name;
        o->n_symbols = i + 1;
    }
    return OK;
}

/* Whether the linker wants the relocations of a section: those of debug information are libdw's business. */
static bool
is_linked(const struct object *o, uint32_t section)
{
    return section > 0 && section < o->n_sections && (o->sections[section].flags & SHF_ALLOC || o->sections[section].kind != SECTION_OTHER);
}

static enum err
read_relocation_section(struct reader *r, uint32_t index, uint32_t *cap)
{
    struct object *o = r->o;
    GElf_Shdr shdr;
    Elf_Data *data;
    if (!gelf_getshdr(elf_getscn(o->elf, index), &shdr) || !is_linked(o, shdr.sh_info))
        return OK;
    enum err err = section_data(r, index, &shdr, &data);
    if (err)
        return err;
    bool is_rela = shdr.sh_type == SHT_RELA;
    uint64_t n = data->d_size / (is_rela ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel));
    if (n > OBJECT_MAX_RELOCATIONS - o->n_relocations)
        return reject_section(r, shdr.sh_offset, "more than %d relocations", OBJECT_MAX_RELOCATIONS);
    if (o->n_relocations + n > *cap) {
        *cap = o->n_relocations + (uint32_t)n;
        o->relocations = xrealloc(o->relocations, *cap * sizeof *o->relocations);
    }
    for (uint32_t i = 0; i < n; i++) {
        GElf_Rela rela = { 0 };
        GElf_Rel rel;
        if (is_rela ? !gelf_getrela(data, (int)i, &rela) : !gelf_getrel(data, (int)i, &rel))
            return reject_section(r, shdr.sh_offset, "relocation %u: %s", i, elf_errmsg(-1));
        if (!is_rela)
            rela = (GElf_Rela){ .r_offset = rel.r_offset, .r_info = rel.r_info };
        if (GELF_R_SYM(rela.r_info) >= o->n_symbols)
            return reject_section(r, shdr.sh_offset, "relocation %u refers to symbol %" PRIu64 " of %u", i,
                                  (uint64_t)GELF_R_SYM(rela.r_info), o->n_symbols);
        o->relocations[o->n_relocations++] = (struct relocation){
            .section = shdr.sh_info, .off = rela.r_offset, .type = (uint32_t)GELF_R_TYPE(rela.r_info),
            .symbol = (uint32_t)GELF_R_SYM(rela.r_info), .has_addend = is_rela, .addend = rela.r_addend };
    }
    return OK;
}

static int
compare_relocations(const void *a, const void *b)
{
    const struct relocation *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    return x->off < y->off ? -1 : x->off > y->off;
}

static enum err
read_relocations(struct reader *r)
{
    struct object *o = r->o;
    uint32_t cap = 0;
    bool is_sorted = true;
    for (uint32_t i = 1; i < o->n_sections; i++) {
        if (o->sections[i].type != SHT_REL && o->sections[i].type != SHT_RELA)
            continue;
        enum err err = read_relocation_section(r, i, &cap);
        if (err)
            return err;
    }
    for (uint32_t i = 1; i < o->n_relocations && is_sorted; i++)
        is_sorted = compare_relocations(&o->relocations[i - 1], &o->relocations[i]) <= 0;
    if (!is_sorted)
        qsort(o->relocations, o->n_relocations, sizeof *o->relocations, compare_relocations);
    return OK;
}

/* Sections of unusual names that code or data refers to hold variables, too (SEC("settings") int limit). */
static void
find_referenced_data(struct object *o)
{
    for (uint32_t i = 0; i < o->n_relocations; i++) {
        uint32_t index = o->symbols[o->relocations[i].symbol].section;
        struct section *s = index > 0 && index < o->n_sections ? &o->sections[index] : NULL;
        if (s && s->kind == SECTION_OTHER && (s->flags & SHF_ALLOC) && !(s->flags & SHF_COMPRESSED) && s->n_bytes > 0
            && (s->type == SHT_PROGBITS || s->type == SHT_NOBITS))
            s->kind = SECTION_DATA;
    }
}

/* 0 for what comes first among the symbols of one place: functions before labels, globals before locals. */
static uint32_t
symbol_rank(const struct symbol *s)
{
    return (s->type == STT_FUNC ? 0 : 2) + (s->binding == STB_LOCAL ? 1 : 0);
}

static int
compare_symbols(const void *a, const void *b, void *arg)
{
    const struct object *o = arg;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct symbol *x = &o->symbols[i], *y = &o->symbols[j];
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    if (symbol_rank(x) != symbol_rank(y))
        return symbol_rank(x) < symbol_rank(y) ? -1 : 1;
    return i < j ? -1 : i > j;
}

static void
order_symbols(struct object *o)
{
    o->symbol_order = xmalloc(o->n_symbols * sizeof *o->symbol_order);
    for (uint32_t i = 1; i < o->n_symbols; i++) {
        const struct symbol *s = &o->symbols[i];
        if (s->section != SYMBOL_UNDEFINED && s->section != SYMBOL_NO_SECTION && *s->name && s->type != STT_SECTION && s->type != STT_FILE)
            o->symbol_order[o->n_symbol_order++] = i;
    }
    qsort_r(o->symbol_order, o->n_symbol_order, sizeof *o->symbol_order, compare_symbols, o);
}

static void
read_comment(struct object *o)
{
    const struct section *s = &o->sections[object_section_named(o, ".comment")];
    o->is_from_gcc = s->bytes && memmem(s->bytes, s->n_bytes, "GCC:", 4);
}

static void
read_btf(struct object *o)
{
    uint32_t index = object_section_named(o, ".BTF");
    const struct section *s = &o->sections[index];
    struct errinfo e;
    if (!index || !s->bytes)
        return;
    if (s->flags & SHF_COMPRESSED)
        snprintf(o->btf_error, sizeof o->btf_error, "section .BTF is compressed");
    else if (btf_read(o->path, s->bytes, s->n_bytes, &o->btf, &e))
        snprintf(o->btf_error, sizeof o->btf_error, "%s", e.detail);
}

enum err
object_read(const char *path, const uint8_t *bytes, size_t n_bytes, struct object *out, struct errinfo *e)
{
    GElf_Ehdr ehdr;
    struct reader r = { .o = out, .e = e, .section_names = { "", 0 } };
    *out = (struct object){ .path = path, .bytes = bytes, .n_bytes = n_bytes };
    if (n_bytes > OBJECT_MAX_BYTES)
        return err_set(e, ERR_TOO_LARGE, path, 0, n_bytes, OBJECT_MAX_BYTES);
    elf_version(EV_CURRENT);
    enum err err = check_header(&r, &ehdr);
    if (!err)
        err = read_sections(&r);
    if (!err)
        err = read_symbols(&r);
    if (!err)
        err = read_relocations(&r);
    if (err) {
        object_free(out);
        return err;
    }
    order_symbols(out);
    find_referenced_data(out);
    read_comment(out);
    read_btf(out);
    return OK;
}
