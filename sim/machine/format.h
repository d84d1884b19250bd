/* The kernel's bpf_bprintf: the formats that BPF programs may use, checked and expanded as bpf_bprintf_prepare and vsnprintf of Linux 6.18
 * do it. Private to sim/machine. */
#ifndef SIM_MACHINE_FORMAT_H
#define SIM_MACHINE_FORMAT_H

#include "sim/machine/machine.h"

/* Expands into `to`, at most `room` bytes with a final NUL, when room is not 0. `format` has n_format bytes and must contain a NUL. Returns
 * the length that the whole text has, as snprintf does, or -EINVAL. %p prints the plain address. */
int64_t format_expand(struct machine *m, const char *format, uint64_t n_format, const uint64_t *args, uint32_t n_args, char *to,
                      uint32_t room);

#endif
