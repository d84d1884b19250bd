/* The directory of finds: one file per cause, never overwritten. */
#ifndef UI_FINDS_H
#define UI_FINDS_H

#include "jit/diff/judge.h"

enum { FINDS_MAX = 256 }; /* causes that one run keeps apart */

enum finds_outcome {
    FINDS_WRITTEN,
    FINDS_KNOWN, /* there is a file of this cause, from an earlier run */
    FINDS_AGAIN, /* this run has already saved one like it */
    FINDS_FULL,  /* so many causes have come that this one is not kept */
    FINDS_ERROR,
};

struct finds {
    const char *directory; /* made when the first find comes */
    char path[512];        /* of the file that finds_save was last about, but for FINDS_FULL */
    uint32_t n;            /* causes of this run; *_ERROR does not count */
    struct finds_one {
        struct cause cause;
        char name[64];
    } list[FINDS_MAX];
};

/* Says before there is anything to lose whether files can be written: the directory, or the one in which it is going to be. */
enum err finds_check(const struct finds *finds, struct errinfo *e);

/* Writes a find to DIRECTORY/SIGNATURE.s. `origin` as for findfile_write. FINDS_ERROR: *e is filled. */
enum finds_outcome finds_save(struct finds *finds, const struct find *find, const struct cause *cause, const char *origin,
                              struct errinfo *e);

#endif
