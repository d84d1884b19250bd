/* What a range of memory held at some moment, for many moments that differ little: a tree of 256-byte pieces whose equal parts are shared.
 * To keep one more image costs what has changed, to compare two of them costs what differs, and each is dropped on its own.
 *
 * An image is a pointer to the root of its tree, counted; NULL is all zeros. Addresses are 32 bits. */
#ifndef SIM_MACHINE_IMAGE_H
#define SIM_MACHINE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_PAGE_BYTES = 4096 };

struct image;

/* Another reference to the same image; freed by image_drop like the first one. */
struct image *image_share(struct image *image);
/* *bytes is reduced by what nobody else needs. */
void image_drop(struct image *image, uint64_t *bytes);

/* Makes the page at addr (a multiple of its size) what `page` is. Others that share the image keep what they have. *bytes grows by what had
 * to be allocated. O(1) when the page is equal already; returns false then. */
bool image_put(struct image **image, uint32_t addr, const uint8_t *page, uint64_t *bytes);

/* Writes `to` over memory (at host, address 0) that holds `from`: only pieces that differ are touched. */
void image_write(const struct image *to, const struct image *from, uint8_t *host);

bool image_equal(const struct image *a, const struct image *b);

#endif
