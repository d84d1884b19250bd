/* RINGBUF, for its helpers. Nobody consumes while a program runs, and nothing is consumed between runs either, as under
 * BPF_PROG_TEST_RUN: a full ring stays full until machine_reset_maps(). Private to sim/machine. */
#ifndef SIM_MACHINE_MAP_RINGBUF_H
#define SIM_MACHINE_MAP_RINGBUF_H

#include "sim/machine/map_ops.h"

/* Guest address of a record of `bytes`, a region until it is submitted or discarded; 0 when there is no room. */
uint64_t ringbuf_reserve(struct machine *m, struct map *map, uint64_t bytes);
/* Ends the record; submitted ones become an output. addr is a record (ringbuf_is_record). */
void ringbuf_commit(struct machine *m, uint64_t addr, bool is_discard);
/* True for what ringbuf_reserve returned and was not committed yet. */
bool ringbuf_is_record(struct machine *m, uint64_t addr);

uint64_t ringbuf_producer(struct machine *m, struct map *map); /* bytes ever produced, headers and rounding included */
uint64_t ringbuf_bytes(const struct map *map);                 /* size of the data area */

#endif
