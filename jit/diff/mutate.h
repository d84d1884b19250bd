/* Subjects from other subjects: a few random changes to code that somebody has written, or that has been found interesting. What comes out is
 * code like any other, valid or not: branches still lead to instructions, and nothing else is promised. */
#ifndef JIT_DIFF_MUTATE_H
#define JIT_DIFF_MUTATE_H

#include "jit/diff/subject.h"

/* Changes one subject: operands, constants, instructions for their like, branches; parts doubled, dropped, taken from `other` (NULL: none).
 * Everything follows from the arguments. */
void mutate_subject(uint64_t seed, const struct subject *from, const struct subject *other, struct subject *out);

/* Puts a part of the code of `other` anywhere into a copy of `from`. Everything follows from the arguments. */
void splice_subject(uint64_t seed, const struct subject *from, const struct subject *other, struct subject *out);

/* A subject of functions[entry] of a program, and of all that it calls: its maps become those of subjects, by their kind. False when it is too
 * long, or can't be cut out. The input is zeros. */
bool subject_of_program(const struct program *p, uint32_t entry, const struct prog_type *type, struct subject *out);

#endif
