/* The packet as helpers see it: offsets, linear part and fragments, checksums. Private to sim/machine. */
#ifndef SIM_MACHINE_PACKET_H
#define SIM_MACHINE_PACKET_H

#include "sim/machine/machine.h"

/* LDABS and LDIND: the big-endian number of 1, 2 or 4 bytes at off, which may be one of the negative bases. False: outside. */
bool packet_load(const struct machine *m, int32_t off, uint32_t bytes, uint64_t *value);

uint32_t packet_bytes(const struct packet *p); /* linear part from data on, and fragments */
/* Copies between the packet (offset from data, over linear part and fragments, which hold off + bytes) and host memory. */
void packet_copy_out(struct machine *m, uint32_t off, void *to, uint32_t bytes);
void packet_copy_in(struct machine *m, uint32_t off, const void *from, uint32_t bytes);

/* The Internet checksum's arithmetic: 32-bit ones' complement sums, folded to 16 bits. */
uint32_t csum_bytes(const uint8_t *bytes, uint64_t n, uint32_t sum);
uint32_t csum_add(uint32_t a, uint32_t b);
uint16_t csum_fold16(uint32_t sum); /* not complemented */

#endif
