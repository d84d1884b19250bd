/* Touched pages. See pages.h.
 * Invariant: everything that a machine keeps in guest memory lies in one of the windows, in a region, or in the heap. */
#include "config.h"

#include "sim/machine/pages.h"

#include "sim/base/base.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of an entry of pagemap (Documentation/admin-guide/mm/pagemap.rst): the page is in memory, or was swapped out. */
#define PAGEMAP_IS_TOUCHED (UINT64_C(3) << 62)

/* What has a fixed place, the gaps between included: fewer calls are faster than fewer pages. */
static const struct {
    uint32_t lo, hi;
} windows[] = {
    { GUEST_LO, GUEST_PACKET + GUEST_PACKET_BYTES },
    { GUEST_KERNEL, GUEST_KERNEL + GUEST_KERNEL_BYTES },
};

void
pages_open(struct pages *p)
{
    *p = (struct pages){ .pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) };
    p->known = xcalloc(GUEST_HI / GUEST_PAGE_BYTES / 64, sizeof *p->known);
}

void
pages_close(struct pages *p)
{
    if (p->pagemap >= 0)
        close(p->pagemap);
    free(p->list);
    free(p->known);
    free(p->entries);
    *p = (struct pages){ .pagemap = -1 };
}

static void
add_page(struct pages *p, uint64_t page)
{
    uint64_t bit = UINT64_C(1) << page % 64;
    if (p->known[page / 64] & bit)
        return;
    p->known[page / 64] |= bit;
    p->list = grow(p->list, p->n, &p->cap, sizeof *p->list);
    p->list[p->n++] = (uint32_t)(page * GUEST_PAGE_BYTES);
}

/* Adds the touched pages of [lo, hi); all of them when nobody knows. */
static void
note_range(struct pages *p, const struct memory *mem, uint64_t lo, uint64_t hi)
{
    uint64_t first = lo / GUEST_PAGE_BYTES;
    size_t n = (size_t)(ROUND_UP(hi, GUEST_PAGE_BYTES) / GUEST_PAGE_BYTES - first);
    if (!n)
        return;
    if (p->cap_entries < n) {
        p->cap_entries = n;
        p->entries = xrealloc(p->entries, n * sizeof *p->entries);
    }
    off_t at = (off_t)(((uintptr_t)mem->host / GUEST_PAGE_BYTES + first) * sizeof *p->entries);
    ssize_t want = (ssize_t)(n * sizeof *p->entries);
    if (p->pagemap < 0 || pread(p->pagemap, p->entries, (size_t)want, at) != want)
        memset(p->entries, 0xff, (size_t)want);
    for (size_t i = 0; i < n; i++)
        if (p->entries[i] & PAGEMAP_IS_TOUCHED)
            add_page(p, first + i);
}

static bool
is_elsewhere(const struct region *r)
{
    for (size_t i = 0; i < ARRAY_LEN(windows); i++)
        if (r->base >= windows[i].lo && r->base < windows[i].hi)
            return false;
    return r->base < GUEST_HEAP;
}

void
pages_note(struct pages *p, const struct memory *mem)
{
    for (size_t i = 0; i < ARRAY_LEN(windows); i++)
        note_range(p, mem, windows[i].lo, windows[i].hi);
    for (uint32_t i = 0; i < mem->n_regions && mem->regions[i].base < GUEST_HEAP; i++) {
        const struct region *r = &mem->regions[i]; /* of a data section, mostly */
        if (is_elsewhere(r))
            note_range(p, mem, r->base, r->base + (uint64_t)(r->n - 1) * r->stride + r->elem_bytes);
    }
    note_range(p, mem, GUEST_HEAP, mem->heap);
}

static bool
has_same_regions(const struct memory *a, const struct memory *b)
{
    bool is_same = a->n_regions == b->n_regions;
    for (uint32_t i = 0; is_same && i < a->n_regions; i++)
        is_same = region_equal(&a->regions[i], &b->regions[i]);
    return is_same;
}

void
pages_copy(const struct pages *p, struct memory *to, const struct memory *from)
{
    for (uint32_t i = 0; pages_differ(p, to, from, &i); i++)
        memcpy(memory_host(to, p->list[i]), memory_host(from, p->list[i]), GUEST_PAGE_BYTES);
    to->heap = from->heap;
    if (has_same_regions(to, from))
        return;
    if (to->cap_regions < from->n_regions) {
        to->cap_regions = from->n_regions;
        to->regions = xrealloc(to->regions, to->cap_regions * sizeof *to->regions);
    }
    memcpy(to->regions, from->regions, from->n_regions * sizeof *to->regions);
    to->n_regions = from->n_regions;
    to->last = 0;
    to->generation++;
}

bool
pages_differ(const struct pages *p, const struct memory *a, const struct memory *b, uint32_t *i)
{
    while (*i < p->n && !memcmp(memory_host(a, p->list[*i]), memory_host(b, p->list[*i]), GUEST_PAGE_BYTES))
        ++*i;
    return *i < p->n;
}
