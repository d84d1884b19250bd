/* What holds for every program that the loader returns, whatever the file was. */
#ifndef TESTS_OBJECT_SOUND_H
#define TESTS_OBJECT_SOUND_H

#include "sim/object/program.h"

/* Asserts that all indexes, orders, bounds and strings of the program are good, and that it can be checked. */
void program_assert_sound(const struct program *p);

#endif
