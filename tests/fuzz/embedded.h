/* Objects inside of fuzz targets, which may be run where there are no files beside them. Empty when there was no BPF compiler. */
#ifndef TESTS_FUZZ_EMBEDDED_H
#define TESTS_FUZZ_EMBEDDED_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t embedded_values[]; /* tests/debugger/values.bpf.c: types, variables, lines */
extern const size_t embedded_values_bytes;

extern const uint8_t embedded_core[]; /* tests/object/core.bpf.c: CO-RE relocations against the types of core_target.bpf.c */
extern const size_t embedded_core_bytes;

#endif
