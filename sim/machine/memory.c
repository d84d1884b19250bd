/* Guest memory: one reservation per machine, and the sorted list of regions that says which of its bytes the guest may touch.
 * Invariant: regions are sorted by base and no two of them overlap, the gaps inside a group included: what lies between two
 * elements belongs to nobody. Not for contents: whoever owns a region fills it through memory_host(). */
#include "config.h"

#include "sim/machine/memory.h"

#include "sim/base/base.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* From here on pages are given back to the system instead of writing zeros over them: most of a large range was never touched. */
enum { DROP_BYTES = 256 << 10, PAGE_BYTES = 4096 };

/* Guest address one past the last element. */
static uint64_t
region_end(const struct region *r)
{
    return r->base + (uint64_t)(r->n - 1) * r->stride + r->elem_bytes;
}

/* Number of regions with base <= addr; the last of them is the only one that can hold addr. */
static uint32_t
upper_bound(const struct memory *mem, uint64_t addr)
{
    uint32_t lo = 0, hi = mem->n_regions;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (mem->regions[mid].base <= addr)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The element of r that starts at or below addr (addr >= r->base); the last one when addr lies beyond all of them. */
static uint64_t
element_below(const struct region *r, uint64_t addr)
{
    if (r->n == 1)
        return r->base;
    uint64_t i = (addr - r->base) / r->stride;
    if (i >= r->n)
        i = r->n - 1;
    return r->base + i * r->stride;
}

/* The region that has addr inside one of its elements, whose start is then in *elem; NULL when there is none. */
static struct region *
find(struct memory *mem, uint64_t addr, uint64_t *elem)
{
    if (mem->last < mem->n_regions) {
        struct region *r = &mem->regions[mem->last];
        if (addr >= r->base) {
            *elem = element_below(r, addr);
            if (addr - *elem < r->elem_bytes)
                return r;
        }
    }
    uint32_t n = upper_bound(mem, addr);
    if (n == 0)
        return NULL;
    struct region *r = &mem->regions[n - 1];
    *elem = element_below(r, addr);
    if (addr - *elem >= r->elem_bytes)
        return NULL;
    mem->last = n - 1;
    return r;
}

static void *
refuse(struct fault *why, enum fault_kind kind, enum access access, uint64_t addr, uint64_t len)
{
    if (why)
        *why = (struct fault){ .kind = kind, .access = access, .addr = addr, .len = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len };
    return NULL;
}

/* Index of the region that starts exactly at base. */
static uint32_t
index_of(const struct memory *mem, uint32_t base)
{
    uint32_t n = upper_bound(mem, base);
    assert(n > 0 && mem->regions[n - 1].base == base && "a region starts at this address");
    return n - 1;
}

void
memory_init(struct memory *mem)
{
    *mem = (struct memory){ .heap = GUEST_HEAP, .generation = now_ns() };
    void *host = mmap(NULL, GUEST_HI, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (host == MAP_FAILED) {
        fputs("ebpfdbg: no address space for guest memory (2 GiB)\n", stderr);
        abort();
    }
    mem->host = host;
    /* Huge pages would make the first touch of each window cost a 2 MiB clear. */
    madvise(host, GUEST_HI, MADV_NOHUGEPAGE);
}

void
memory_free(struct memory *mem)
{
    if (mem->host)
        munmap(mem->host, GUEST_HI);
    free(mem->regions);
    *mem = (struct memory){ 0 };
}

void
memory_reset(struct memory *mem)
{
    madvise(mem->host, mem->heap, MADV_DONTNEED);
    mem->n_dropped++;
    mem->n_regions = 0;
    mem->last = 0;
    mem->heap = GUEST_HEAP;
    mem->generation++;
}

uint32_t
memory_alloc(struct memory *mem, uint64_t bytes, uint32_t align)
{
    assert(align && (align & (align - 1)) == 0 && "alignments are powers of two");
    uint64_t start = ROUND_UP((uint64_t)mem->heap, align);
    if (bytes > GUEST_HI || start + bytes > GUEST_HI)
        return 0;
    mem->heap = (uint32_t)(start + bytes);
    return (uint32_t)start;
}

void
memory_zero(struct memory *mem, uint32_t addr, uint64_t bytes)
{
    assert(addr + bytes <= GUEST_HI && "inside the reservation");
    uint64_t lo = ROUND_UP((uint64_t)addr, PAGE_BYTES), hi = (addr + bytes) & ~(uint64_t)(PAGE_BYTES - 1);
    if (bytes < DROP_BYTES) {
        memset(mem->host + addr, 0, bytes);
        return;
    }
    memset(mem->host + addr, 0, lo - addr);
    madvise(mem->host + lo, hi - lo, MADV_DONTNEED);
    mem->n_dropped++;
    memset(mem->host + hi, 0, addr + bytes - hi);
}

void
memory_add(struct memory *mem, const struct region *region)
{
    assert(region->n >= 1 && region->elem_bytes >= 1 && "a region has bytes");
    assert((region->n == 1 || region->stride >= region->elem_bytes) && "elements do not overlap");
    assert(region->base >= GUEST_LO && region_end(region) <= GUEST_HI && "regions are guest memory");
    uint32_t at = upper_bound(mem, region->base);
    assert((at == 0 || region_end(&mem->regions[at - 1]) <= region->base) && "regions do not overlap");
    assert((at == mem->n_regions || region_end(region) <= mem->regions[at].base) && "regions do not overlap");
    mem->regions = grow(mem->regions, mem->n_regions, &mem->cap_regions, sizeof *mem->regions);
    memmove(&mem->regions[at + 1], &mem->regions[at], (mem->n_regions - at) * sizeof *mem->regions);
    mem->regions[at] = *region;
    mem->n_regions++;
    mem->generation++;
}

void
memory_remove(struct memory *mem, uint32_t base)
{
    uint32_t at = index_of(mem, base);
    mem->n_regions--;
    memmove(&mem->regions[at], &mem->regions[at + 1], (mem->n_regions - at) * sizeof *mem->regions);
    mem->generation++;
}

void
memory_change(struct memory *mem, uint32_t base, const struct region *region)
{
    if (region->n && region_equal(&mem->regions[index_of(mem, base)], region))
        return;
    memory_remove(mem, base);
    if (region->n)
        memory_add(mem, region);
}

void
memory_watch(struct memory *mem, struct watched *list, uint32_t n)
{
    if (mem->watched == list && mem->n_watched == n)
        return;
    mem->watched = list;
    mem->n_watched = n;
    mem->generation++;
}

static void
note_access(struct memory *mem, uint64_t addr, uint64_t len, enum access access)
{
    for (uint32_t i = 0; i < mem->n_watched; i++) {
        struct watched *w = &mem->watched[i];
        if (addr < w->addr + w->len && w->addr < addr + len)
            w->seen |= (uint8_t)(w->access & access);
    }
}

void *
memory_translate(struct memory *mem, uint64_t addr, uint64_t len, enum access access, struct fault *why)
{
    uint64_t elem;
    if (addr < GUEST_LO)
        return refuse(why, FAULT_NULL, access, addr, len);
    const struct region *r = addr < GUEST_HI ? find(mem, addr, &elem) : NULL;
    if (!r)
        return refuse(why, FAULT_UNMAPPED, access, addr, len);
    if (len > r->elem_bytes - (addr - elem))
        return refuse(why, FAULT_STRADDLE, access, addr, len);
    if ((r->access & access) != access)
        return refuse(why, FAULT_PERM, access, addr, len);
    if (unlikely(mem->n_watched))
        note_access(mem, addr, len, access);
    return mem->host + addr;
}

bool
memory_bounds(struct memory *mem, uint64_t addr, enum access access, uint64_t *lo, uint64_t *hi)
{
    uint64_t elem;
    const struct region *r = addr >= GUEST_LO && addr < GUEST_HI ? find(mem, addr, &elem) : NULL;
    if (!r || (r->access & access) != access)
        return false;
    *lo = elem;
    *hi = elem + r->elem_bytes;
    return true;
}

bool
memory_quiet_bounds(struct memory *mem, uint64_t addr, enum access access, uint64_t *lo, uint64_t *hi)
{
    if (!memory_bounds(mem, addr, access, lo, hi))
        return false;
    for (uint32_t i = 0; i < mem->n_watched; i++) {
        const struct watched *w = &mem->watched[i];
        uint64_t end = w->addr + w->len;
        if (!(w->access & access))
            continue;
        if (end <= addr)
            *lo = end > *lo ? end : *lo;
        else if (w->addr > addr)
            *hi = w->addr < *hi ? w->addr : *hi;
        else
            *lo = *hi = addr;
    }
    return true;
}

const struct region *
memory_nearest(const struct memory *mem, uint64_t addr, uint64_t *distance)
{
    const struct region *best = NULL;
    uint64_t best_distance = UINT64_MAX;
    uint32_t n = upper_bound(mem, addr);
    if (n > 0) {
        best = &mem->regions[n - 1];
        uint64_t elem = element_below(best, addr), past = addr - elem;
        if (past < best->elem_bytes) {
            best_distance = 0;
        } else {
            /* Bytes between the last valid one and addr, and the same towards the element that follows in the group. */
            best_distance = past - best->elem_bytes + 1;
            if (best->n > 1 && elem + best->stride < region_end(best) && elem + best->stride - addr < best_distance)
                best_distance = elem + best->stride - addr;
        }
    }
    if (n < mem->n_regions && mem->regions[n].base - addr < best_distance) {
        best = &mem->regions[n];
        best_distance = best->base - addr;
    }
    if (best && distance)
        *distance = best_distance;
    return best;
}
