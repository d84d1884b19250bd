/* Images of memory as persistent trees. See image.h.
 * Invariants: a subtree that several trees share (refs > 1) is never written; a piece that is all zeros is NULL, so that memory nobody has used
 * costs nothing. */
#include "config.h"

#include "sim/machine/image.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

/* Level 0: pieces; level 1: pages; from level 6 on 32 bits are covered. */
enum { PIECE_BITS = 8, PIECE_BYTES = 1 << PIECE_BITS, FANOUT_BITS = 4, FANOUT = 1 << FANOUT_BITS, TOP = 6 };
_Static_assert(PIECE_BYTES * FANOUT == IMAGE_PAGE_BYTES, "a node of level 1 is a page");

struct image {
    uint32_t refs;
    union {
        struct image *part[FANOUT];
        uint8_t bytes[PIECE_BYTES];
    };
};

static const uint8_t zeros[PIECE_BYTES];

static size_t
size_at(unsigned level)
{
    return offsetof(struct image, part) + (level ? sizeof(struct image *[FANOUT]) : PIECE_BYTES);
}

static unsigned
index_at(uint32_t addr, unsigned level)
{
    return addr >> (PIECE_BITS + FANOUT_BITS * (level - 1)) & (FANOUT - 1);
}

struct image *
image_share(struct image *image)
{
    if (image)
        image->refs++;
    return image;
}

static void
drop(struct image *node, unsigned level, uint64_t *bytes)
{
    if (!node || --node->refs)
        return;
    for (unsigned i = 0; level && i < FANOUT; i++)
        drop(node->part[i], level - 1, bytes);
    *bytes -= size_at(level);
    free(node);
}

void
image_drop(struct image *image, uint64_t *bytes)
{
    drop(image, TOP, bytes);
}

/* Makes *node one that only this tree has. */
static struct image *
own(struct image **node, unsigned level, uint64_t *bytes)
{
    struct image *old = *node;
    if (old && old->refs == 1)
        return old;
    struct image *copy = xcalloc(1, size_at(level));
    if (old) {
        memcpy(copy, old, size_at(level));
        for (unsigned i = 0; level && i < FANOUT; i++)
            image_share(copy->part[i]);
        old->refs--;
    }
    copy->refs = 1;
    *bytes += size_at(level);
    return *node = copy;
}

static const uint8_t *
bytes_of(const struct image *piece)
{
    return piece ? piece->bytes : zeros;
}

static void
put_piece(struct image **piece, const uint8_t *from, uint64_t *bytes)
{
    if (!memcmp(bytes_of(*piece), from, PIECE_BYTES))
        return;
    if (memcmp(from, zeros, PIECE_BYTES)) {
        memcpy(own(piece, 0, bytes)->bytes, from, PIECE_BYTES);
        return;
    }
    drop(*piece, 0, bytes);
    *piece = NULL;
}

static bool
is_page_equal(const struct image *node, uint32_t addr, const uint8_t *page)
{
    for (unsigned level = TOP; node && level > 1; level--)
        node = node->part[index_at(addr, level)];
    for (unsigned i = 0; i < FANOUT; i++)
        if (memcmp(bytes_of(node ? node->part[i] : NULL), page + i * PIECE_BYTES, PIECE_BYTES))
            return false;
    return true;
}

bool
image_put(struct image **image, uint32_t addr, const uint8_t *page, uint64_t *bytes)
{
    struct image **node = image;
    if (is_page_equal(*image, addr, page))
        return false;
    for (unsigned level = TOP; level > 1; level--)
        node = &own(node, level, bytes)->part[index_at(addr, level)];
    own(node, 1, bytes);
    for (unsigned i = 0; i < FANOUT; i++)
        put_piece(&(*node)->part[i], page + i * PIECE_BYTES, bytes);
    return true;
}

static void
write_part(const struct image *to, const struct image *from, unsigned level, uint8_t *host)
{
    if (to == from)
        return;
    if (!level) {
        memcpy(host, bytes_of(to), PIECE_BYTES);
        return;
    }
    for (unsigned i = 0; i < FANOUT; i++) {
        size_t off = (size_t)i << (PIECE_BITS + FANOUT_BITS * (level - 1));
        write_part(to ? to->part[i] : NULL, from ? from->part[i] : NULL, level - 1, host + off);
    }
}

void
image_write(const struct image *to, const struct image *from, uint8_t *host)
{
    write_part(to, from, TOP, host);
}

static bool
is_equal(const struct image *a, const struct image *b, unsigned level)
{
    if (a == b)
        return true;
    if (!level)
        return memcmp(bytes_of(a), bytes_of(b), PIECE_BYTES) == 0;
    for (unsigned i = 0; i < FANOUT; i++)
        if (!is_equal(a ? a->part[i] : NULL, b ? b->part[i] : NULL, level - 1))
            return false;
    return true;
}

bool
image_equal(const struct image *a, const struct image *b)
{
    return is_equal(a, b, TOP);
}
