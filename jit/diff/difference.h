/* One thing that two engines disagree about. */
#ifndef JIT_DIFF_DIFFERENCE_H
#define JIT_DIFF_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/* In the order in which they are looked at. */
enum difference_kind {
    DIFFERENCE_STOP,     /* why the run ended: left and right are reasons (STOP_*) */
    DIFFERENCE_FAULT,    /* the fault's kind or address */
    DIFFERENCE_STATE,    /* a register or a number of the machine */
    DIFFERENCE_MEMORY,   /* a byte of guest memory: addr */
    DIFFERENCE_R0,       /* the kernel's return value */
    DIFFERENCE_PACKET,   /* a byte of the packet that came out: addr is its offset */
    DIFFERENCE_CONTEXT,  /* a byte of the context that came out: addr is its offset */
    DIFFERENCE_MAP,      /* a byte of a map's value: addr is its offset; UINT64_MAX: the key is there (1) or not (0) */
    DIFFERENCE_SIGNAL,   /* what ended the process of the right engine: right is its number; SIGVTALRM: it did not end by itself */
};

struct difference {
    enum difference_kind kind;
    char name[24];         /* "r3", "insns", "pc"; the map: "hash[7]"; else "" */
    uint64_t addr;
    uint64_t left, right;
};

/* True, with *d filled, when left and right are not equal. */
bool differ(struct difference *d, enum difference_kind kind, const char *name, uint64_t left, uint64_t right);

/* The same for n bytes: the first that differs; addr = at + its offset. */
bool bytes_differ(struct difference *d, enum difference_kind kind, const char *name, uint64_t at, const void *left, const void *right,
                  uint32_t n);

#endif
