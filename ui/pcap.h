/* Packets out of captures, through libpcap. */
#ifndef UI_PCAP_H
#define UI_PCAP_H

#include "ui/input.h"

#include <stdbool.h>

/* True when the first bytes of a file say that it is a pcap or pcapng capture. */
bool pcap_is_capture(const uint8_t *head, size_t n);

/* Packet `number` (from 1) of the capture in `path`. ERR_OPEN with libpcap's reason, ERR_INPUT when there are fewer packets,
 * ERR_TOO_LARGE when it is longer than PACKET_MAX_BYTES. */
enum err pcap_read(const char *path, uint32_t number, struct bytes *out, struct errinfo *e);

/* The same from "FILE[:N]". A file whose own name ends in :N is found too. */
enum err pcap_read_spec(const char *spec, struct bytes *out, struct errinfo *e);

#endif
