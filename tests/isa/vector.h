/* Test vectors in the public conformance format: sections "-- asm" or "-- raw" (8-byte words in hex), "-- mem" (bytes in hex),
 * "-- result" (r0 in hex) or "-- error" (the program does not reach its end). '#' begins a comment. */
#ifndef TESTS_ISA_VECTOR_H
#define TESTS_ISA_VECTOR_H

#include "sim/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct vector {
    char *name; /* file name without directory and suffix */
    uint8_t *code;
    uint32_t n_slots;
    uint8_t *mem; /* NULL: none */
    uint32_t mem_bytes;
    uint64_t result;
    bool wants_error;
};

/* Reads all *.data files of a folder, sorted by name. Problems become lines of `errors`. Free with vectors_free. */
struct vector *vectors_read(const char *folder, uint32_t *n, struct buf *errors);
void vectors_free(struct vector *list, uint32_t n);

#endif
