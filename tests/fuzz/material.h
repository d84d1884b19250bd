/* What fuzzing starts from, made from the tables and test vectors. See material.c. */
#ifndef TESTS_FUZZ_MATERIAL_H
#define TESTS_FUZZ_MATERIAL_H

#include <stdbool.h>

/* dictionary.c: the words of a target's language in libFuzzer's (and AFL's) format, on standard output. False when it has none. */
bool dictionary_print(const char *target);

/* seeds.c: writes inputs for a target into an existing folder. False when there are none to be made, or with a message when it failed. */
bool seeds_write(const char *target, const char *vectors, const char *folder);

#endif
