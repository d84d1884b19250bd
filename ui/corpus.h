/* Programs that fuzzing mutates: finds, objects and assembly of a directory, or one such file. */
#ifndef UI_CORPUS_H
#define UI_CORPUS_H

#include "jit/diff/subject.h"

enum { CORPUS_MAX = 1024 }; /* programs */

struct corpus {
    const struct subject **list; /* in the order of the files' names; owned */
    uint32_t n;
};

/* Reads all regular files of a directory, not of those in it, or one file. Files that hold no program that can be used are named on standard
 * error and left out. ERR_OPEN; ERR_INPUT when nothing is left, or there are more than CORPUS_MAX. *out is to be closed in any case. */
enum err corpus_open(const char *path, struct corpus *out, struct errinfo *e);
void corpus_close(struct corpus *corpus);

#endif
