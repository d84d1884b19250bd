/* What a user says a program shall run on, made into bytes: hex on the command line, files of hex text, raw bytes or captures, and
 * context fields by name. Everything read is bounded. */
#ifndef UI_INPUT_H
#define UI_INPUT_H

#include "sim/base/error.h"
#include "sim/machine/progtype.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data; /* owned; never NULL after success */
    uint32_t n;
};

void bytes_free(struct bytes *b);

/* All bytes of a file. ERR_OPEN, ERR_TOO_LARGE. */
enum err input_read_file(const char *path, struct bytes *out, struct errinfo *e);

/* Reads `text` (len bytes, any bytes) as hex: pairs of digits, apart by blanks, newlines, commas, colons or nothing. A 0x before them,
 * offsets at the start of a line ("0010:", "0x0010:") and comments from # to the end of the line are skipped. At most `max` bytes.
 * ERR_INPUT with `name`, line and column. */
enum err input_hex(const char *name, const char *text, size_t len, uint32_t max, struct bytes *out, struct errinfo *e);

/* A packet from FILE or HEX. A file of that name wins; it may be a pcap or pcapng capture (FILE:N takes packet N, default 1), text
 * that input_hex reads, or, when it holds any byte that is not text, the packet itself. ERR_OPEN, ERR_INPUT, ERR_TOO_LARGE. */
enum err input_packet(const char *spec, struct bytes *out, struct errinfo *e);

/* A context from FILE, HEX or NAME=VALUE[,NAME=VALUE...] with the settable fields of the type; NAME[I]=VALUE is word I of an array.
 * packet_bytes is the length of the packet that goes with it: xdp_md.data_end is that unless given. ERR_OPEN, ERR_INPUT. */
enum err input_ctx(const char *spec, const struct prog_type *type, uint32_t packet_bytes, struct bytes *out, struct errinfo *e);

/* Splits "FILE:N" when there is no file of the whole name. False when spec does not end in a colon and a number; *number is then 1. */
bool input_split_number(const char *spec, char *path, size_t path_bytes, uint32_t *number);

#endif
