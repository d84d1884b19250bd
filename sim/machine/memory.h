/* Guest memory: one reservation of address space per machine, in which regions with exact bounds are what the guest may touch.
 * Host address = host + guest address. Everything mutable (map bookkeeping too) lives in it, so that a snapshot is a copy of pages
 * and comparing two machines is a comparison of memory. */
#ifndef SIM_MACHINE_MEMORY_H
#define SIM_MACHINE_MEMORY_H

#include "sim/base/buf.h"
#include "sim/object/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum access { MEM_READ = 1, MEM_WRITE = 2 };

enum region_kind { REGION_STACK, REGION_CTX, REGION_PACKET, REGION_MAP, REGION_DATA, REGION_KERNEL, REGION_USER };

/* One region, or n equal ones at a stride (the values of a map). Byte-exact: an access must lie within one element. */
struct region {
    uint32_t base;       /* guest address of the first element */
    uint32_t elem_bytes; /* size of an element */
    uint32_t stride;     /* distance of elements, >= elem_bytes; the gap is unmapped */
    uint32_t n;          /* elements, >= 1 */
    uint8_t access;      /* MEM_READ | MEM_WRITE */
    uint8_t kind;        /* enum region_kind */
    uint16_t index;      /* stack: frame; map and data: map index */
    uint32_t origin;     /* guest address that names count from: "pkt+62" is origin + 62 (packet: data, not headroom) */
};

static inline bool
region_equal(const struct region *a, const struct region *b)
{
    return a->base == b->base && a->elem_bytes == b->elem_bytes && a->stride == b->stride && a->n == b->n && a->access == b->access &&
           a->kind == b->kind && a->index == b->index && a->origin == b->origin;
}

enum fault_kind {
    FAULT_NONE,
    FAULT_UNMAPPED,   /* no region there */
    FAULT_STRADDLE,   /* starts inside a region and ends outside of it */
    FAULT_PERM,       /* write to a read-only region */
    FAULT_NULL,       /* address below GUEST_LO */
    FAULT_MISALIGNED, /* atomics only, as in the kernel */
    FAULT_ILLEGAL_INSN,
    FAULT_UNRESOLVED,  /* the instruction refers to something that the object does not provide */
    FAULT_PC,          /* ran off the end, or jumped out of the program or into the middle of an instruction */
    FAULT_CALL_DEPTH,  /* a 9th frame */
    FAULT_HELPER,      /* a helper got an argument that it can't use; see arg */
    FAULT_NO_HELPER,   /* a helper or kfunc that is not modelled and has no scripted result */
};

/* What went wrong, as data; fault_text() in machine.h makes the sentence. */
struct fault {
    enum fault_kind kind;
    enum access access;
    uint64_t addr;
    uint32_t len;
    uint8_t arg; /* FAULT_HELPER: 1..5 */
};

/* Bytes that somebody wants to hear of when they are accessed. */
struct watched {
    uint32_t addr, len; /* guest range, len >= 1 */
    uint8_t access;     /* enum access that it is about */
    uint8_t seen;       /* accesses of that kind since it was set to 0 */
};

struct memory {
    uint8_t *host; /* + guest address */
    struct region *regions; /* sorted by base */
    uint32_t n_regions;
    size_t cap_regions;
    uint32_t last;       /* region of the last successful look-up */
    uint32_t heap;       /* next free guest address */
    uint64_t n_dropped;  /* how often pages were given back to the system, to be zeros again */
    struct watched *watched; /* n_watched of them, somebody else's; see memory_watch */
    uint32_t n_watched;
    /* Changes whenever a region is added, removed or changed: cached bounds are then void. Never repeats, not even in another
     * memory that is created later at the same place: it starts at the time of creation in ns and changes take longer than 1 ns. */
    uint64_t generation;
};

void memory_init(struct memory *mem); /* reserves; aborts when address space is exhausted */
void memory_free(struct memory *mem);
/* Forgets all regions and zeroes all pages. */
void memory_reset(struct memory *mem);

/* Allocates guest address space from the heap (zeroed, not accessible to the guest until memory_add). 0 when it is exhausted. */
uint32_t memory_alloc(struct memory *mem, uint64_t bytes, uint32_t align);

/* Zeroes guest memory of the caller's own; large ranges are given back to the system. */
void memory_zero(struct memory *mem, uint32_t addr, uint64_t bytes);

/* Adds a region; it must not overlap another one. O(regions). */
void memory_add(struct memory *mem, const struct region *region);
/* Replaces or removes (n == 0) the region that starts at base. Replacing one by its equal leaves the generation alone. */
void memory_change(struct memory *mem, uint32_t base, const struct region *region);
void memory_remove(struct memory *mem, uint32_t base);

/* Host pointer of guest memory that the caller knows to be reserved (its own allocation); no check. */
static inline void *
memory_host(const struct memory *mem, uint64_t addr)
{
    return mem->host + addr;
}

/* Translate the guest range [addr, addr + len) for an access.
 *   len  >= 1; 1, 2, 4 or 8 from instructions, any from helpers
 * Returns a host pointer; NULL with *why filled (may be NULL) when any byte is not accessible.
 * O(log regions), O(1) when it hits the region of the last look-up. */
void *memory_translate(struct memory *mem, uint64_t addr, uint64_t len, enum access access, struct fault *why);

/* Exact bounds [*lo, *hi) of the element that holds addr, for engines' caches. False when there is none or it forbids the access. */
bool memory_bounds(struct memory *mem, uint64_t addr, enum access access, uint64_t *lo, uint64_t *hi);

/* From now on memory_translate notes accesses that overlap one of these ranges, which stay the caller's, and memory_quiet_bounds leaves
 * them out. n == 0: none. */
void memory_watch(struct memory *mem, struct watched *list, uint32_t n);

/* Like memory_bounds, but the largest range around addr that holds no byte which is watched for this access; empty (*lo == *hi) when addr
 * itself is. What an engine may cache. */
bool memory_quiet_bounds(struct memory *mem, uint64_t addr, enum access access, uint64_t *lo, uint64_t *hi);

/* The region whose element holds addr, or the nearest one (then *distance, when not NULL, is the number of bytes between; 0 when
 * inside). NULL when there are no regions. */
const struct region *memory_nearest(const struct memory *mem, uint64_t addr, uint64_t *distance);

#endif
