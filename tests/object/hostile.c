/* hostile SEED N OBJECT...: loads each object cut off at every 64th byte and mutated N times. Each must load or give an error with a
 * text; what loads must be sound (sound.h). One load may take 1 s, the whole run 256 MB (not measured under sanitizers,
 * which take more for themselves). Prints TAP, one test per object, each in a process of its own; a failure tells what repeats it. */
#include "config.h"

#include "tests/object/damage.h"
#include "tests/object/sound.h"

#include "sim/base/base.h"

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

enum { CUT_STEP = 64, MAX_LOAD_MS = 1000, MAX_RSS_KB = 256 << 10 };

/* How far the child is, shared with the parent. */
struct progress {
    bool is_cut;      /* else: mutated */
    uint64_t at;      /* bytes that are left, or number of the mutation */
    uint32_t n_loaded, n_refused;
    uint64_t max_ms;
};

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
        program_assert_sound(p);
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
        object_damage(mutant, n, &state);
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
