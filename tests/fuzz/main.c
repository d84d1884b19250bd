/* A fuzz target without a fuzzing engine: runs the target on files, folders of files, or standard input. What it is for: regression tests
 * with any compiler, repeating a find, and engines that start a process per input (AFL's "@@").
 *
 *   fuzz_NAME [-runs=N] [-seed=N] [-max_len=N] [FILE|FOLDER]...
 *
 * -runs=N goes on with N mutations of the inputs by the target's own mutator, blindly: it shows that the mutator works, it is no
 * replacement for a fuzzing engine. Options are libFuzzer's; those that mean nothing here are ignored. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "tests/isa/random.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX_BYTES = 1 << 20, PATH_BYTES = 4096 };

struct text {
    uint8_t *bytes;
    size_t n;
};

/* What was read, kept for mutations. */
struct corpus {
    struct text *list;
    size_t n, cap;
};

#pragma weak LLVMFuzzerCustomMutator
#pragma weak LLVMFuzzerCustomCrossOver
#pragma weak LLVMFuzzerInitialize
int LLVMFuzzerInitialize(int *argc, char ***argv);

static uint64_t random_state = 1;

/* Some bits, bytes and lengths. */
size_t
LLVMFuzzerMutate(uint8_t *bytes, size_t n, size_t max)
{
    for (uint64_t i = 1 + random_next(&random_state) % 4; i; i--) {
        uint64_t dice = random_next(&random_state) % 8, at = n ? random_next(&random_state) % n : 0;
        if (dice == 0 && n < max) {
            memmove(bytes + at + 1, bytes + at, n++ - at);
            bytes[at] = (uint8_t)random_next(&random_state);
        } else if (dice == 1 && n > 1) {
            memmove(bytes + at, bytes + at + 1, --n - at);
        } else if (n) {
            bytes[at] ^= (uint8_t)(dice < 5 ? 1u << random_next(&random_state) % 8 : random_next(&random_state));
        }
    }
    return n;
}

/* Runs the target on an allocation of exactly n bytes, so that a sanitizer sees every step beyond. */
static void
run(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = xmalloc(n);
    memcpy(copy, bytes, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static bool
run_stream(FILE *file, const char *name, struct corpus *corpus)
{
    uint8_t *bytes = xmalloc(FILE_MAX_BYTES);
    size_t n = fread(bytes, 1, FILE_MAX_BYTES, file);
    if (ferror(file) || !feof(file)) {
        fprintf(stderr, "%s: %s\n", name, ferror(file) ? strerror(errno) : "larger than 1 MiB");
        free(bytes);
        return false;
    }
    fprintf(stderr, "Running: %s\n", name); /* the last one is the culprit */
    run(bytes, n);
    corpus->list = grow(corpus->list, corpus->n, &corpus->cap, sizeof *corpus->list);
    corpus->list[corpus->n++] = (struct text){ .bytes = bytes, .n = n };
    return true;
}

static bool
run_path(const char *path, struct corpus *corpus)
{
    struct stat st;
    bool is_good = stat(path, &st) == 0;
    if (is_good && S_ISDIR(st.st_mode)) {
        struct dirent **names;
        int n = scandir(path, &names, NULL, alphasort);
        for (int i = 0; i < n; i++) {
            char inside[PATH_BYTES];
            snprintf(inside, sizeof inside, "%s/%s", path, names[i]->d_name);
            if (names[i]->d_name[0] != '.')
                is_good &= run_path(inside, corpus);
            free(names[i]);
        }
        free(names);
        return is_good && n >= 0;
    }
    FILE *file = is_good ? fopen(path, "rb") : NULL;
    if (!file) {
        perror(path);
        return false;
    }
    is_good = run_stream(file, path, corpus);
    fclose(file);
    return is_good;
}

/* One mutation: of one input, or of two where the target can join them. Returns its length. */
static size_t
make_mutant(const struct corpus *corpus, uint8_t *out, size_t max)
{
    const struct text *a = &corpus->list[random_next(&random_state) % corpus->n], *b = &corpus->list[random_next(&random_state) % corpus->n];
    unsigned seed = (unsigned)random_next(&random_state);
    if (LLVMFuzzerCustomCrossOver && seed % 4 == 0)
        return LLVMFuzzerCustomCrossOver(a->bytes, a->n, b->bytes, b->n, out, max, seed);
    size_t n = a->n < max ? a->n : max;
    memcpy(out, a->bytes, n);
    for (uint64_t i = 1 + random_next(&random_state) % 4; i; i--) {
        unsigned next = (unsigned)random_next(&random_state);
        n = LLVMFuzzerCustomMutator ? LLVMFuzzerCustomMutator(out, n, max, next) : LLVMFuzzerMutate(out, n, max);
        FUZZ_CHECK(n <= max, "a mutation of %zu bytes where there is room for %zu", n, max);
    }
    return n;
}

static void
run_mutants(const struct corpus *corpus, uint64_t n_runs, size_t max)
{
    uint8_t *bytes = xmalloc(max);
    for (uint64_t i = 0; i < n_runs && corpus->n; i++)
        run(bytes, make_mutant(corpus, bytes, max));
    free(bytes);
}

int
main(int argc, char **argv)
{
    struct corpus corpus = { 0 };
    uint64_t n_runs = 0, n_files = 0;
    size_t max_len = 4096;
    bool is_good = true;
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            is_good &= run_path(argv[i], &corpus);
            n_files++;
        }
        sscanf(argv[i], "-runs=%" SCNu64, &n_runs);
        sscanf(argv[i], "-seed=%" SCNu64, &random_state);
        sscanf(argv[i], "-max_len=%zu", &max_len);
    }
    if (!n_files)
        is_good = run_stream(stdin, "standard input", &corpus);
    fprintf(stderr, "%zu inputs, %" PRIu64 " mutations, seed %" PRIu64 "\n", corpus.n, n_runs, random_state);
    run_mutants(&corpus, n_runs, max_len);
    for (size_t i = 0; i < corpus.n; i++)
        free(corpus.list[i].bytes);
    free(corpus.list);
    return !is_good;
}
