/* What the tests of sim/object share: finding and loading the objects that compile.sh made. */
#ifndef TESTS_OBJECT_OBJECTS_H
#define TESTS_OBJECT_OBJECTS_H

#include "sim/object/program.h"

/* The path of an object, to be freed. Skips the running test when it is missing (no such compiler). */
char *object_path(const char *name);

/* Loads it or fails the running test. */
struct program *object_load(const char *name);

/* The text of an error, to be freed. */
char *error_text(const struct errinfo *e);

const struct function *function_named(const struct program *p, const char *name);
const struct map_def *map_named(const struct program *p, const char *name);

#endif
