/* Random damage to the sections of debug information alone: whatever it does, loading and everything that asks for types goes on. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/types.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct image {
    uint8_t *bytes;
    size_t n_bytes;
    struct {
        uint64_t off, n_bytes;
    } places[32]; /* sections of debug information, relocations of them included */
    uint32_t n_places;
};

static void
read_image(const char *name, struct image *image)
{
    char *path = object_path(name);
    FILE *file = fopen(path, "rb");
    cr_assert(file, "%s", path);
    image->bytes = xmalloc(1 << 20);
    image->n_bytes = fread(image->bytes, 1, 1 << 20, file);
    image->n_places = 0;
    fclose(file);
    free(path);
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)image->bytes, image->n_bytes);
    Elf_Scn *scn = NULL;
    size_t names;
    cr_assert(elf && !elf_getshdrstrndx(elf, &names));
    while ((scn = elf_nextscn(elf, scn))) {
        GElf_Shdr shdr;
        cr_assert(gelf_getshdr(scn, &shdr));
        const char *section = elf_strptr(elf, names, shdr.sh_name);
        if (shdr.sh_size && image->n_places < ARRAY_LEN(image->places) && (strstr(section, ".BTF") || strstr(section, ".debug_"))) {
            image->places[image->n_places].off = shdr.sh_offset;
            image->places[image->n_places++].n_bytes = shdr.sh_size;
        }
    }
    elf_end(elf);
    cr_assert(image->n_places, "%s has no debug information", name);
}

/* xorshift64: the same on every machine. */
static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void
damage(struct image *image, uint64_t *random)
{
    for (uint64_t n = 1 + next_random(random) % 6; n; n--) {
        uint32_t place = (uint32_t)(next_random(random) % image->n_places);
        uint64_t n_bytes = image->places[place].n_bytes;
        uint8_t *at = image->bytes + image->places[place].off + next_random(random) % n_bytes;
        uint32_t word = (uint32_t)(next_random(random) % 2 ? next_random(random) % 64 : UINT32_MAX >> next_random(random) % 32);
        if (next_random(random) % 2 || n_bytes < 8)
            *at = (uint8_t)next_random(random);
        else
            memcpy(image->bytes + image->places[place].off + next_random(random) % (n_bytes / 4) * 4, &word, sizeof word);
    }
}

/* Everything that a debugger would ask of types. */
static void
use_types(const struct program *p, struct buf *out)
{
    static const uint8_t zeros[512];
    struct type_member member;
    for (uint32_t id = 0; p->btf && id < btf__type_cnt(p->btf); id++) {
        type_print_definition(p->btf, id, out);
        type_print_prototype(p->btf, id, NULL, out);
        type_print_value(p->btf, id, zeros, sizeof zeros, NULL, out);
        type_find_member(p->btf, id, "x", &member);
        buf_clear(out);
    }
    for (uint32_t i = 0; i < p->n_lines; i++) {
        cr_assert_lt(p->lines[i].file, p->n_files);
        cr_assert_lt(p->lines[i].pc, p->n_slots);
        cr_assert(!i || p->lines[i].pc > p->lines[i - 1].pc);
        buf_puts(out, p->lines[i].text ? p->lines[i].text : "");
    }
    buf_clear(out);
}

struct damaged {
    char object[32];
};

ParameterizedTestParameters(damage, loads_or_is_refused)
{
    static struct damaged rows[] = { { "types-v3.o" }, { "lines-v3.o" }, { "lines-dwarf4.o" }, { "lines-dwarf5.o" },
                                     { "lines-gccdwarf.o" }, { "core_kernel-v3.o" }, { "kconfig-v3.o" }, { "types-gcc.o" } };
    return cr_make_param_array(struct damaged, rows, ARRAY_LEN(rows));
}

/* EBPFDBG_SEED repeats a run, EBPFDBG_ROUNDS makes it longer. */
ParameterizedTest(struct damaged *row, damage, loads_or_is_refused)
{
    const char *given_seed = getenv("EBPFDBG_SEED"), *given_rounds = getenv("EBPFDBG_ROUNDS");
    uint64_t seed = given_seed ? strtoull(given_seed, NULL, 0) : ((uint64_t)time(NULL) << 20 | (uint64_t)getpid()) | 1;
    uint32_t rounds = given_rounds ? (uint32_t)strtoul(given_rounds, NULL, 0) : 300;
    char *target = object_path("core_target-v3.o");
    struct load_options options = { .btf_path = target };
    struct image image;
    struct buf out = BUF_EMPTY;
    uint64_t random = seed;
    read_image(row->object, &image);
    uint8_t *whole = xmalloc(image.n_bytes);
    memcpy(whole, image.bytes, image.n_bytes);
    fprintf(stderr, "# %s: EBPFDBG_SEED=%llu\n", row->object, (unsigned long long)seed);
    for (uint32_t i = 0; i < rounds; i++) {
        struct program *p;
        struct errinfo e;
        memcpy(image.bytes, whole, image.n_bytes);
        damage(&image, &random);
        if (program_load_bytes("damaged.o", image.bytes, image.n_bytes, &options, &p, &e) == OK) {
            use_types(p, &out);
            program_free(p);
        }
    }
    buf_free(&out);
    free(whole);
    free(image.bytes);
    free(target);
}
