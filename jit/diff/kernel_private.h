/* What the files of the kernel family share and nobody else needs. */
#ifndef JIT_DIFF_KERNEL_PRIVATE_H
#define JIT_DIFF_KERNEL_PRIVATE_H

#include "jit/diff/kernel_map.h"
#include "sim/machine/map.h"

/* How user space sees what is in a map. */
enum map_content {
    CONTENT_PLAIN,   /* one value per key */
    CONTENT_PER_CPU, /* a value per possible CPU, each rounded up to 8 bytes */
    CONTENT_RECORDS, /* a ring buffer */
    CONTENT_OPAQUE,  /* programs, maps, sockets, events: not readable as bytes */
};
enum map_content kernel_map_content(uint32_t map_type);

/* Bytes of one value as bpf(2) passes it. */
size_t kernel_map_value_bytes(const struct kernel_maps *maps, const struct map_def *def);

/* The machine's value of `key` in that form; CPUs that the machine does not have stay as they are in *out. False when absent. */
bool kernel_map_machine_value(const struct kernel_maps *maps, struct machine *m, struct map *map, const void *key, uint8_t *out);

/* ---- kernel_log.c */
/* The line of the verifier's log that says what is wrong: the last one that is not a statistic; NULL when there is none. Cuts the log up. */
const char *kernel_log_reason(char *log);

/* Writes a line without what differs from program to program, for counting: "R3 min value is -8" becomes "RN min value is N". Cut to
 * `bytes`, the NUL included. */
void kernel_log_pattern(const char *line, char *out, size_t bytes);

#endif
