/* What a fuzz target is: LLVMFuzzerTestOneInput, which takes any bytes and must neither crash, hang, leak nor break a FUZZ_CHECK. One file
 * fuzz_NAME.c per target. Linked with a fuzzing engine (configure --enable-fuzzing) it is fuzzed; linked with main.c it is a plain
 * program that runs files. The names that begin with LLVM are libFuzzer's; AFL++ and others take them, too. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Optional: changes the input of n bytes in place, at most max bytes long, and returns its new length. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t max, unsigned seed);
/* Optional: makes a new input of at most max bytes from two others. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t max, unsigned seed);

/* The engine's own mutation of bytes (main.c has a simple one). */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t n, size_t max);

/* Ends the process with a sentence unless the claim is true. FUZZ_CHECK(claim, format, ...) */
#define FUZZ_CHECK(claim, ...)                                                                                                             \
    do {                                                                                                                                   \
        if (!(claim))                                                                                                                      \
            fuzz_fail(__FILE__, __LINE__, #claim, __VA_ARGS__);                                                                            \
    } while (0)

_Noreturn void fuzz_fail(const char *file, int line, const char *claim, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The path of a file in memory that holds these bytes, for code that reads files. Valid until the next call with this slot. */
enum { FUZZ_FILES = 2 };
const char *fuzz_file(int slot, const void *bytes, size_t n);

#endif
