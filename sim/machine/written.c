/* Written pages. See written.h.
 * The kernel's side: Documentation/admin-guide/mm/userfaultfd.rst and pagemap.rst. Its headers may be older than the kernel, so what is newer
 * than Linux 6.1 is spelled out here. */
#include "config.h"

#include "sim/machine/written.h"

#include "sim/base/base.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Comparing so many pages takes some 50 us. */
enum { FEW_PAGES = 512 };

#define USER_MODE_ONLY 1
#define WP_UNPOPULATED (UINT64_C(1) << 13)
#define WP_ASYNC (UINT64_C(1) << 15)

struct scanned {
    uint64_t start, end, categories;
};

struct scan {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define SCAN _IOWR('f', 16, struct scan)
enum { SCAN_PROTECTS = 1, SCAN_WANTS_ASYNC = 2, PAGE_WAS_WRITTEN = 2 };

/* Where guest memory is in use: the windows of layout.h, and what was allocated. None of this grows after the machine was made. */
struct range {
    uint64_t lo, hi;
};
enum { N_RANGES = 4 };

static void
find_ranges(const struct memory *mem, struct range ranges[N_RANGES])
{
    uint64_t data_end = GUEST_DATA;
    for (uint32_t i = 0; i < mem->n_regions; i++) {
        const struct region *r = &mem->regions[i];
        uint64_t end = r->base + (uint64_t)(r->n - 1) * r->stride + r->elem_bytes;
        if (r->base >= GUEST_DATA && r->base < GUEST_HEAP && end > data_end)
            data_end = end;
    }
    ranges[0] = (struct range){ GUEST_LO, GUEST_PACKET + GUEST_PACKET_BYTES };
    ranges[1] = (struct range){ GUEST_KERNEL, GUEST_KERNEL + GUEST_KERNEL_BYTES };
    ranges[2] = (struct range){ GUEST_DATA, ROUND_UP(data_end, GUEST_PAGE_BYTES) };
    ranges[3] = (struct range){ GUEST_HEAP, ROUND_UP((uint64_t)mem->heap, GUEST_PAGE_BYTES) };
}

static void
add(struct written *w, uint64_t addr)
{
    w->list = grow(w->list, w->n, &w->cap, sizeof *w->list);
    w->list[w->n++] = (uint32_t)addr;
}

/* Adds what was written in the range, and protects it again. */
static bool
scan(struct written *w, const struct range *range)
{
    enum { N_SCANNED = 256 };
    struct scanned found[N_SCANNED];
    uint64_t host = (uintptr_t)w->mem->host;
    struct scan s = { .size = sizeof s, .flags = SCAN_PROTECTS | SCAN_WANTS_ASYNC, .start = host + range->lo, .end = host + range->hi,
                      .vec = (uintptr_t)found, .vec_len = N_SCANNED, .category_mask = PAGE_WAS_WRITTEN, .return_mask = PAGE_WAS_WRITTEN };
    while (s.start < s.end) {
        int n = ioctl(w->touched.pagemap, SCAN, &s);
        if (n < 0)
            return false;
        for (int i = 0; i < n; i++)
            for (uint64_t addr = found[i].start; addr < found[i].end; addr += GUEST_PAGE_BYTES)
                add(w, addr - host);
        s.start = s.walk_end;
    }
    return true;
}

static bool
scan_all(struct written *w)
{
    struct range ranges[N_RANGES];
    find_ranges(w->mem, ranges);
    for (int i = 0; i < N_RANGES; i++)
        if (!scan(w, &ranges[i]))
            return false;
    return true;
}

/* From now on the kernel keeps track. */
static bool
begin_tracking(struct written *w)
{
    struct uffdio_api api = { .api = UFFD_API, .features = WP_ASYNC | WP_UNPOPULATED };
    struct range ranges[N_RANGES];
    w->tracker = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | USER_MODE_ONLY);
    if (w->tracker < 0 || w->touched.pagemap < 0 || ioctl(w->tracker, UFFDIO_API, &api) < 0)
        return false;
    find_ranges(w->mem, ranges);
    for (int i = 0; i < N_RANGES; i++) {
        struct uffdio_register range = { .range = { (uintptr_t)w->mem->host + ranges[i].lo, ranges[i].hi - ranges[i].lo },
                                         .mode = UFFDIO_REGISTER_MODE_WP };
        if (ranges[i].hi > ranges[i].lo && ioctl(w->tracker, UFFDIO_REGISTER, &range) < 0)
            return false;
    }
    return scan_all(w);
}

static void
end_tracking(struct written *w)
{
    if (w->tracker >= 0)
        close(w->tracker); /* which unprotects everything */
    w->tracker = -1;
}

void
written_open(struct written *w, const struct memory *mem)
{
    *w = (struct written){ .mem = mem, .tracker = -1 };
    pages_open(&w->touched);
}

void
written_close(struct written *w)
{
    end_tracking(w);
    pages_close(&w->touched);
    free(w->list);
}

/* All pages in use. */
static void
take_touched(struct written *w)
{
    pages_note(&w->touched, w->mem);
    w->n = 0;
    for (uint32_t i = 0; i < w->touched.n; i++)
        add(w, w->touched.list[i]);
}

void
written_look(struct written *w)
{
    bool has_dropped = w->n_dropped != w->mem->n_dropped; /* pages that were given back are zeros, and nobody wrote them */
    w->n_dropped = w->mem->n_dropped;
    w->n = 0;
    if (w->tracker >= 0 && !scan_all(w)) {
        end_tracking(w);
        w->is_hopeless = true;
    }
    if (w->tracker >= 0 && !has_dropped)
        return;
    take_touched(w);
    if (w->tracker >= 0 || w->is_hopeless || w->touched.n <= FEW_PAGES)
        return;
    if (!begin_tracking(w)) {
        end_tracking(w);
        w->is_hopeless = true;
    }
    take_touched(w);
}
