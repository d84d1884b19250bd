/* hostile SEED N OBJECT...: loads each object cut off at every 64th byte and mutated N times. Each must load or give an error with a
 * text; what loads must be sound (check_program below). One load may take 1 s, the whole run 256 MB (not measured under sanitizers,
 * which take more for themselves). Prints TAP, one test per object, each in a process of its own; a failure tells what repeats it. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/check.h"
#include "sim/object/layout.h"
#include "sim/object/program.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

enum { CUT_STEP = 64, MAX_LOAD_MS = 1000, MAX_RSS_KB = 256 << 10, MAX_CHANGES = 4 };

/* How far the child is, shared with the parent. */
struct progress {
    bool is_cut;      /* else: mutated */
    uint64_t at;      /* bytes that are left, or number of the mutation */
    uint32_t n_loaded, n_refused;
    uint64_t max_ms;
};

/* xorshift64*: the same mutations everywhere. */
static uint64_t
draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint8_t *
read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) {
        perror(path);
        exit(99);
    }
    *n = (size_t)ftell(f);
    uint8_t *bytes = xmalloc(*n);
    rewind(f);
    if (fread(bytes, 1, *n, f) != *n) {
        perror(path);
        exit(99);
    }
    fclose(f);
    return bytes;
}

/* Changes 1 to MAX_CHANGES places: a bit, a byte, or a number of 2, 4 or 8 bytes that is likely to hurt. One in four hits
 * the section headers, one in 32 the ELF header: most mutants must get past those to be of use. */
static void
mutate(uint8_t *bytes, size_t n, uint64_t *state)
{
    static const uint64_t nasty[] = { 0, 1, 7, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
                                      UINT64_C(0x7fffffffffffffff), UINT64_MAX, UINT64_MAX - 7 };
    uint64_t headers;
    memcpy(&headers, bytes + 40, sizeof headers);
    for (uint64_t i = draw(state) % MAX_CHANGES + 1; i; i--) {
        size_t at = draw(state) % n;
        uint64_t where = draw(state) % 32;
        if (where == 0)
            at = draw(state) % 64;
        else if (where < 9 && headers < n)
            at = headers + draw(state) % (n - headers);
        uint64_t value = draw(state) % 2 ? nasty[draw(state) % ARRAY_LEN(nasty)] : draw(state) % (2 * n);
        size_t width = (size_t)1 << draw(state) % 4;
        if (draw(state) % 3 == 0)
            bytes[at] ^= (uint8_t)(1u << draw(state) % 8);
        else
            memcpy(bytes + at, &value, width < n - at ? width : n - at);
    }
}

static void
check_functions(const struct program *p)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        assert(p->functions[i].pc == next && p->functions[i].n_slots > 0);
        assert(p->functions[i].name && p->functions[i].section);
        next += p->functions[i].n_slots;
    }
    assert(next == p->n_slots);
}

static void
check_maps(const struct program *p)
{
    for (uint32_t i = 0; i < p->n_maps; i++) {
        const struct map_def *def = &p->maps[i];
        assert(def->name && def->inner < (int32_t)p->n_maps && def->inner != (int32_t)i);
        for (uint32_t j = 0; j < def->n_presets; j++)
            assert(def->presets[j].index < (def->type == 3 ? p->n_functions : p->n_maps));
        if (def->origin == MAP_FROM_DATA)
            assert(def->value_addr >= GUEST_DATA && def->value_addr + def->value_bytes < GUEST_HEAP);
        for (uint32_t j = 0; def->init && j < def->value_bytes; j += 64)
            assert(((volatile uint8_t *)def->init)[j] || true); /* it is there */
    }
}

static void
check_refs(const struct program *p)
{
    for (uint32_t i = 0; i < p->n_refs; i++) {
        const struct ref *ref = &p->refs[i];
        uint32_t n[] = { p->n_maps, p->n_maps, p->n_functions, p->n_externs, p->n_core_relos };
        assert(ref->pc < p->n_slots && (i == 0 || p->refs[i - 1].pc <= ref->pc));
        assert((uint32_t)ref->kind < ARRAY_LEN(n) && ref->index < n[ref->kind]);
        assert(program_ref_at(p, ref->pc, ref->kind));
    }
}

static void
check_program(const struct program *p)
{
    uint32_t n;
    size_t text_bytes = 0;
    assert(p->n_slots > 0 && p->n_slots <= MAX_SLOTS);
    check_functions(p);
    check_maps(p);
    check_refs(p);
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        assert(p->insns[pc].op < N_OPS_ALL && p->insns[pc].dst < N_REGS);
    for (uint32_t i = 0; i < p->n_lines; i++) {
        assert(p->lines[i].pc < p->n_slots && p->lines[i].file < p->n_files && (i == 0 || p->lines[i - 1].pc <= p->lines[i].pc));
        text_bytes += p->lines[i].text ? strnlen(p->lines[i].text, 4096) : 0;
    }
    for (uint32_t i = 0; i < p->n_notes; i++)
        text_bytes += strlen(p->notes[i].text);
    free(program_check(p, &n));
    assert(text_bytes < SIZE_MAX);
}

/* Loads a copy of exactly n bytes, so that a sanitizer sees every step beyond. */
static void
try_load(const char *path, const uint8_t *bytes, size_t n, struct progress *progress)
{
    struct load_options options = { .format = FORMAT_ELF, .btf_path = path };
    struct program *p = NULL;
    struct errinfo e = { .code = OK };
    uint8_t *copy = xmalloc(n);
    memcpy(copy, bytes, n);
    uint64_t start = cpu_ns();
    enum err err = program_load_bytes(path, copy, n, &options, &p, &e);
    if (err) {
        struct buf text = BUF_EMPTY;
        assert(e.code == err && *e.detail | (e.code == ERR_TOO_LARGE));
        err_text(&e, &text);
        for (size_t i = 0; i < text.len; i++)
            assert((unsigned char)text.text[i] >= ' ');
        buf_free(&text);
        progress->n_refused++;
    } else {
        check_program(p);
        program_free(p);
        progress->n_loaded++;
    }
    free(copy);
    uint64_t ms = (cpu_ns() - start) / 1000000;
    progress->max_ms = ms > progress->max_ms ? ms : progress->max_ms;
    assert(ms <= MAX_LOAD_MS);
}

static void
attack(const char *path, uint64_t seed, uint32_t n_mutations, struct progress *progress)
{
    size_t n;
    uint8_t *bytes = read_file(path, &n), *mutant = xmalloc(n);
    progress->is_cut = true;
    for (size_t cut = 0; cut < n; cut += CUT_STEP) {
        progress->at = cut;
        try_load(path, bytes, cut, progress);
    }
    assert(progress->n_loaded == 0);
    progress->is_cut = false;
    for (uint32_t i = 0; i < n_mutations; i++) {
        uint64_t state = (seed + i) * UINT64_C(0x9e3779b97f4a7c15) | 1;
        progress->at = i;
        memcpy(mutant, bytes, n);
        mutate(mutant, n, &state);
        try_load(path, mutant, n, progress);
    }
    free(bytes);
    free(mutant);
}

/* Attacks one object in a child process. True when that went well: it exited, within its memory, and a fair share of mutants loaded
 * (otherwise only the header checks would have been tested). */
static bool
survives(const char *path, uint64_t seed, uint32_t n_mutations, struct progress *progress)
{
    struct rusage usage = { 0 };
    int status = -1;
    memset(progress, 0, sizeof *progress);
    pid_t child = fork();
    if (child == 0) {
        attack(path, seed, n_mutations, progress);
        _exit(0);
    }
    wait4(child, &status, 0, &usage);
    printf("# %s: %u loaded, %u refused, at most %" PRIu64 " ms, %ld MB\n", path, progress->n_loaded, progress->n_refused,
           progress->max_ms, usage.ru_maxrss >> 10);
    if (status)
        printf("# status 0x%x; repeat: seed %" PRIu64 ", %s %" PRIu64 "\n", status, seed, progress->is_cut ? "cut at" : "mutation",
               progress->at);
    return !status && (HAS_ASAN || usage.ru_maxrss < MAX_RSS_KB) && progress->n_loaded >= n_mutations / 10;
}

int
main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s SEED N OBJECT...\n", argv[0]);
        return 2;
    }
    uint64_t seed = strtoull(argv[1], NULL, 0);
    uint32_t n_mutations = (uint32_t)strtoul(argv[2], NULL, 0);
    struct progress *progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        return 99;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..%d\n# seed %" PRIu64 ", %u mutations each\n", argc - 3, seed, n_mutations);
    bool is_well = true;
    for (int i = 3; i < argc; i++) {
        fflush(stdout);
        bool is_good = survives(argv[i], seed, n_mutations, progress);
        const char *name = strrchr(argv[i], '/');
        printf("%s %d - %s\n", is_good ? "ok" : "not ok", i - 2, name ? name + 1 : argv[i]);
        is_well = is_well && is_good;
    }
    return !is_well;
}
