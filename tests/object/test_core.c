/* CO-RE: what ours makes of an object, instruction by instruction beside what libbpf makes of it. libbpf relocates only on the way
 * into the kernel, so that these tests need the right to use bpf(2); whether the verifier then likes the program does not matter. */
#include "config.h"

#include "sim/base/base.h"
#include "tests/object/objects.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POISON = 195896080 }; /* imm of the call that libbpf puts where nothing matched: 0xbad2310 */

/* What libbpf said while it loaded; its printer takes no context. */
static struct buf libbpf_log;

static int
keep_log(enum libbpf_print_level level, const char *format, va_list args)
{
    if (level != LIBBPF_DEBUG)
        buf_vprintf(&libbpf_log, format, args);
    return 0;
}

static char *
read_object(const char *name, size_t *n_bytes)
{
    char *path = object_path(name);
    FILE *file = fopen(path, "rb");
    cr_assert(file, "%s", path);
    char *bytes = xmalloc(1 << 20);
    *n_bytes = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    free(path);
    return bytes;
}

/* Lets libbpf relocate one program of the object alone. NULL when it can't be asked at all. */
static struct bpf_object *
libbpf_relocate(const char *bytes, size_t n_bytes, const char *btf_path, const char *name, const struct bpf_insn **insns)
{
    LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = btf_path);
    struct bpf_object *o = bpf_object__open_mem(bytes, n_bytes, &options);
    struct bpf_program *prog, *chosen = NULL;
    cr_assert(o, "libbpf can't open the object");
    bpf_object__for_each_program(prog, o) {
        bool is_it = !strcmp(bpf_program__name(prog), name);
        bpf_program__set_autoload(prog, is_it);
        chosen = is_it ? prog : chosen;
    }
    cr_assert(chosen, "libbpf does not see %s", name);
    buf_clear(&libbpf_log);
    bpf_object__load(o);
    *insns = bpf_program__insns(chosen);
    return o;
}

/* Compares one program; returns the number of relocations that agreed. */
static uint32_t
compare_program(const struct program *p, const struct function *f, const struct bpf_insn *theirs)
{
    bool libbpf_gave_up = strstr(buf_text(&libbpf_log), "failed to relocate") || strstr(buf_text(&libbpf_log), "failed to patch insn");
    uint32_t n = 0, n_unresolved = 0;
    for (uint32_t i = 0; i < p->n_refs; i++) {
        const struct ref *ref = &p->refs[i];
        if (ref->kind != REF_CORE || ref->pc < f->pc || ref->pc >= f->pc + f->n_slots)
            continue;
        const char *spec = p->core_relos[ref->index].spec;
        bool is_unresolved = p->insns[ref->pc].flags & INSN_UNRESOLVED;
        const struct bpf_insn *their = &theirs[ref->pc - f->pc];
        bool is_poisoned = their->code == (BPF_JMP | BPF_CALL) && their->imm == POISON;
        uint8_t ours[16];
        n++;
        n_unresolved += is_unresolved;
        cr_expect_eq(is_unresolved, !p->core_relos[ref->index].is_resolved, "%s: %s: flag and record disagree", f->name, spec);
        if (libbpf_gave_up)
            continue;
        cr_expect_eq(is_unresolved, is_poisoned, "%s: %s: unresolved %d, libbpf %d", f->name, spec, is_unresolved, is_poisoned);
        if (is_unresolved || is_poisoned)
            continue;
        uint32_t n_slots = insn_encode(&p->insns[ref->pc], ours);
        cr_expect(!memcmp(ours, their, n_slots * sizeof *their), "%s: %s: ours is %02x off %d imm %lld, libbpf's %02x off %d imm %d",
                  f->name, spec, ours[0], p->insns[ref->pc].off, (long long)p->insns[ref->pc].imm, their->code, their->off, their->imm);
    }
    cr_expect(!libbpf_gave_up || n_unresolved, "%s: libbpf refuses: %s", f->name, buf_text(&libbpf_log));
    return n;
}

/* Compares all programs of an object; returns the number of relocations compared. */
static uint32_t
compare_object(const char *bytes, size_t n_bytes, const char *btf_path)
{
    struct load_options options = { .btf_path = btf_path };
    struct program *p;
    struct errinfo e;
    uint32_t n = 0;
    cr_assert_eq(program_load_bytes("core.o", (const uint8_t *)bytes, n_bytes, &options, &p, &e), OK);
    libbpf_set_print(keep_log);
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct function *f = &p->functions[i];
        const struct bpf_insn *insns;
        struct bpf_object *o = libbpf_relocate(bytes, n_bytes, btf_path, f->name, &insns);
        n += compare_program(p, f, insns);
        bpf_object__close(o);
    }
    buf_free(&libbpf_log);
    program_free(p);
    return n;
}

static void
skip_without_bpf(void)
{
    if (geteuid() != 0)
        cr_skip("libbpf relocates for the kernel only: this needs root");
    if (access("/sys/kernel/btf/vmlinux", R_OK))
        cr_skip("libbpf relocates for the kernel only: this one has no BTF");
}

Test(core, as_libbpf_against_own_types)
{
    skip_without_bpf();
    char *target = object_path("core_target-v1.o");
    static const struct {
        const char *name;
        uint32_t n_least;
    } rows[] = { { "core-v1.o", 150 }, { "core-v2.o", 150 }, { "core-v3.o", 150 }, { "core_plain-v1.o", 7 }, { "core_plain-gcc.o", 7 } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t n_bytes;
        char *bytes = read_object(rows[i].name, &n_bytes);
        uint32_t n = compare_object(bytes, n_bytes, target);
        cr_expect_geq(n, rows[i].n_least, "%s: only %u relocations", rows[i].name, n);
        free(bytes);
    }
    free(target);
}

Test(core, as_libbpf_against_the_kernel)
{
    skip_without_bpf();
    size_t n_bytes;
    char *bytes = read_object("core_kernel-v3.o", &n_bytes);
    uint32_t n = compare_object(bytes, n_bytes, NULL);
    cr_expect_gt(n, 20, "only %u relocations", n);
    free(bytes);
}

/* clang 14 can't ask for TYPE_MATCHES: its TYPE_EXISTS are made that. */
Test(core, type_matches_as_libbpf)
{
    skip_without_bpf();
    char *target = object_path("core_target-v1.o");
    size_t n_bytes;
    char *bytes = read_object("core-v3.o", &n_bytes);
    struct program *p;
    struct errinfo e;
    uint32_t n_changed = 0;
    cr_assert_eq(program_load_bytes("core.o", (const uint8_t *)bytes, n_bytes, NULL, &p, &e), OK);
    /* a record is insn_off, type_id, the offset of "0" among the strings, and the kind; found by their type_id and kind */
    for (size_t at = 0; at + 16 <= n_bytes; at += 4) {
        uint32_t word[4];
        memcpy(word, bytes + at, sizeof word);
        if (word[3] != BPF_CORE_TYPE_EXISTS || !word[1] || word[1] >= btf__type_cnt(p->btf) || word[0] % 8)
            continue;
        const char *path = btf__name_by_offset(p->btf, word[2]);
        if (!path || strcmp(path, "0"))
            continue;
        word[3] = BPF_CORE_TYPE_MATCHES;
        memcpy(bytes + at, word, sizeof word);
        n_changed++;
    }
    cr_assert_eq(n_changed, 19, "%u records changed", n_changed);
    program_free(p);
    compare_object(bytes, n_bytes, target);
    free(bytes);
    free(target);
}

/* ---------------------------------------------------------------- without libbpf */

static const struct ref *
core_ref(const struct program *p, const char *spec)
{
    for (uint32_t i = 0; i < p->n_refs; i++)
        if (p->refs[i].kind == REF_CORE && !strcmp(p->core_relos[p->refs[i].index].spec, spec))
            return &p->refs[i];
    cr_assert_fail("no relocation %s", spec);
    return NULL;
}

Test(core, values_that_the_target_tells)
{
    static const struct {
        const char *spec;
        int64_t value;
        bool is_resolved;
    } rows[] = {
        { "struct moved.b", 32, true },
        { "field_size(struct moved.b)", 8, true },
        { "struct moved[2].pair.y", 2 * 48 + 24, true },
        { "struct moved___old.gone", 0, false },
        { "field_exists(struct moved___old.gone)", 0, true },
        { "struct nameless.deeper[2]", 12, true },
        { "struct arrays.shorter[7]", 0, false },
        { "field_rshift(struct bits.one)", 63, true },
        { "struct twice_apart.y", 0, false },
        { "struct twice_half.y", 8, true },
        { "type_size(struct matching)", 32, true },
        { "type_exists(struct missing)", 0, true },
        { "enumval_value(enum numbers::NUMBER_ONE)", 11, true },
        { "enumval_exists(enum gone::GONE_A)", 0, true },
    };
    char *path = object_path("core-v3.o"), *target = object_path("core_target-v3.o");
    struct load_options options = { .btf_path = target };
    struct program *p;
    struct errinfo e;
    cr_assert_eq(program_load(path, &options, &p, &e), OK);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct ref *ref = core_ref(p, rows[i].spec);
        cr_expect_eq(p->core_relos[ref->index].is_resolved, rows[i].is_resolved, "%s", rows[i].spec);
        cr_expect(!rows[i].is_resolved || ref->addend == rows[i].value, "%s is %lld", rows[i].spec, (long long)ref->addend);
    }
    /* a load of what is u32 here and u64 there becomes a load of 8 bytes */
    const struct ref *wider = core_ref(p, "struct resized.wider");
    cr_expect_eq(p->insns[wider->pc].op, OP_ldx_dw);
    cr_expect_eq(p->code[wider->pc * SLOT_BYTES], 0x61, "program.code is to stay as it was in the file");
    program_free(p);
    free(path);
    free(target);
}

/* The relocation of an access whose opcode does not exist: there is nothing to make wider. */
Test(core, illegal_instructions_are_left_alone)
{
    size_t n_bytes;
    char *bytes = read_object("core-v3.o", &n_bytes), *target = object_path("core_target-v3.o");
    struct load_options options = { .btf_path = target };
    struct program *p;
    struct errinfo e;
    cr_assert_eq(program_load_bytes("core.o", (const uint8_t *)bytes, n_bytes, &options, &p, &e), OK);
    const uint8_t *code = p->code + core_ref(p, "struct resized.wider")->pc * SLOT_BYTES;
    for (char *at; (at = memmem(bytes, n_bytes, code, SLOT_BYTES)) != NULL;)
        *at = (char)0xe1; /* as ldx of a word, with mode 7; in whatever program has the same instruction */
    program_free(p);
    cr_assert_eq(program_load_bytes("core.o", (const uint8_t *)bytes, n_bytes, &options, &p, &e), OK);
    uint32_t pc = core_ref(p, "struct resized.wider")->pc;
    cr_expect_eq(p->insns[pc].op, OP_illegal);
    cr_expect(p->insns[pc].flags & INSN_UNRESOLVED);
    program_free(p);
    free(bytes);
    free(target);
}

Test(core, missing_types_are_noted_once)
{
    char *path = object_path("core-v3.o");
    struct load_options options = { .btf_path = "/nonexistent/btf" };
    struct program *p;
    struct errinfo e;
    uint32_t n_notes = 0;
    cr_assert_eq(program_load(path, &options, &p, &e), OK);
    for (uint32_t i = 0; i < p->n_notes; i++)
        n_notes += strstr(p->notes[i].text, "/nonexistent/btf") != NULL;
    cr_expect_eq(n_notes, 1);
    for (uint32_t i = 0; i < p->n_core_relos; i++)
        cr_expect_eq(p->core_relos[i].is_resolved, !strncmp(p->core_relos[i].spec, "type_id_local", 13), "%s", p->core_relos[i].spec);
    program_free(p);
    free(path);
}

Test(core, values_of_64_bit_enums)
{
    char *path = object_path("core-v3.o"), target[] = "/tmp/ebpfdbg-core-XXXXXX";
    struct load_options options = { .btf_path = target };
    struct program *p;
    struct errinfo e;
    struct btf *btf = btf__new_empty();
    uint32_t n_bytes;
    btf__add_enum64(btf, "numbers", 8, false);
    btf__add_enum64_value(btf, "NUMBER_BIG", 7);
    btf__add_enum64_value(btf, "NUMBER_ONE", 0x12345678);
    const void *bytes = btf__raw_data(btf, &n_bytes);
    int fd = mkstemp(target);
    cr_assert_eq(write(fd, bytes, n_bytes), (ssize_t)n_bytes);
    close(fd);
    cr_assert_eq(program_load(path, &options, &p, &e), OK);
    unlink(target);
    cr_expect_eq(core_ref(p, "enumval_value(enum numbers::NUMBER_ONE)")->addend, 0x12345678);
    cr_expect_eq(core_ref(p, "enumval_value(enum numbers::NUMBER_BIG)")->addend, 7);
    btf__free(btf);
    program_free(p);
    free(path);
}
