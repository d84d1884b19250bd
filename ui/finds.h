/* The directory of finds: one file per cause, never overwritten, so many at most. */
#ifndef UI_FINDS_H
#define UI_FINDS_H

#include "jit/diff/judge.h"

enum { FINDS_MAX = 256 }; /* files that one run writes */

enum finds_outcome {
    FINDS_WRITTEN,
    FINDS_KNOWN, /* there is a file of this cause, from this run or one before */
    FINDS_FULL,  /* FINDS_MAX are written */
    FINDS_ERROR,
};

struct finds {
    const char *directory; /* made when the first find comes */
    uint32_t n_written;
    char path[512];        /* of the file that finds_save was last about */
};

/* Writes a find to DIRECTORY/SIGNATURE.s. `origin` as for findfile_write. FINDS_ERROR: *e is filled. */
enum finds_outcome finds_save(struct finds *finds, const struct find *find, const struct cause *cause, const char *origin,
                              struct errinfo *e);

#endif
