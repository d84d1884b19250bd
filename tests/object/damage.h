/* Damage to ELF objects that is likely to hurt. The same state gives the same damage everywhere. */
#ifndef TESTS_OBJECT_DAMAGE_H
#define TESTS_OBJECT_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

/* Changes some places of an object of n >= 64 bytes: a bit, a byte, or a number of 2, 4 or 8 bytes. *state isn't 0. */
void object_damage(uint8_t *bytes, size_t n, uint64_t *state);

#endif
