/* The pages of guest memory that may have been written since one looked last: what has to be compared to know what has changed.
 * While few pages are in use that is all of them, which costs nothing in between. When they get many the kernel is asked to keep track
 * (userfaultfd in its asynchronous write-protecting mode and PAGEMAP_SCAN, Linux 6.7; no privilege needed): each page costs a fault of a
 * microsecond when it is written first after a look, and a look costs what was written. Where that can't be had all pages count. */
#ifndef SIM_MACHINE_WRITTEN_H
#define SIM_MACHINE_WRITTEN_H

#include "sim/machine/pages.h"

struct written {
    const struct memory *mem;
    struct pages touched;
    int tracker;         /* descriptor of the userfaultfd; -1: not asked yet, or not available */
    bool is_hopeless;    /* it was asked, and can't */
    uint64_t n_dropped;  /* mem->n_dropped when one looked last */
    uint32_t *list;      /* guest addresses of pages: what the last look has found */
    uint32_t n;
    size_t cap;
};

void written_open(struct written *w, const struct memory *mem);
void written_close(struct written *w);

/* Fills w->list. */
void written_look(struct written *w);

#endif
