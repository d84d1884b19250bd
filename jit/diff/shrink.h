/* Shrinking: makes of a find the smallest subject that shows the same (cause_is_like). What is tried, and in which order, follows from the
 * find alone, so the result is the same each time unless the time runs out. */
#ifndef JIT_DIFF_SHRINK_H
#define JIT_DIFF_SHRINK_H

#include "jit/diff/judge.h"

struct shrink_limits {
    uint32_t max_tries; /* subjects that are tried; 0: SHRINK_MAX_TRIES */
    uint64_t max_ns;    /* 0: no limit */
    bool (*go_on)(void *arg); /* asked before each; NULL: always */
    void *arg;
};
enum { SHRINK_MAX_TRIES = 20000 };

/* *find must be one for the judge (judge_try). It becomes the smallest that was found: its subject, what differs, and in *cause why; its seed
 * and nth stay. Returns how many subjects were tried. */
uint32_t shrink(struct judge *j, struct find *find, const struct shrink_limits *limits, struct cause *cause);

/* Instructions, a 16-byte one being one. */
uint32_t subject_insns(const struct subject *s);

#endif
