/* The pages of guest memory that have been touched: 2 GiB are reserved, some kilobytes are used. With them memories are made equal, or
 * compared, at the cost of what was used: every byte, whether or not it belongs to a region.
 * Which pages these are is the system's knowledge (/proc/self/pagemap: swapped out pages count, which mincore(2) would miss); without it
 * all pages count that could be in use. */
#ifndef SIM_MACHINE_PAGES_H
#define SIM_MACHINE_PAGES_H

#include "sim/machine/memory.h"

#define GUEST_PAGE_BYTES 4096u

/* A set of pages, of as many memories as one likes; it only grows. */
struct pages {
    int pagemap;       /* descriptor; -1: not available */
    uint32_t *list;    /* guest addresses */
    uint32_t n;
    size_t cap;
    uint64_t *known;   /* bitmap of the list */
    uint64_t *entries; /* what pagemap said last */
    size_t cap_entries;
};

/* For memories of this process, not for those that a fork has inherited. */
void pages_open(struct pages *p);
void pages_close(struct pages *p);

/* Adds what has been touched in mem. Some microseconds, and 3 ns for each page of maps, touched or not. */
void pages_note(struct pages *p, const struct memory *mem);

/* Makes `to` equal to `from`: regions and every byte. Both have been noted since they were used last. The generation stays when the
 * regions were equal already. */
void pages_copy(const struct pages *p, struct memory *to, const struct memory *from);

/* Compares the pages of the list from list[*i] on, for memories that have been noted. True when a byte of list[*i] differs. */
bool pages_differ(const struct pages *p, const struct memory *a, const struct memory *b, uint32_t *i);

#endif
