/* The maps of a program in the kernel: created like libbpf creates them, filled from a machine, compared with it.
 * Not for programs in PROG_ARRAYs: who loads programs puts them there (kernel.c). */
#ifndef JIT_DIFF_KERNEL_MAP_H
#define JIT_DIFF_KERNEL_MAP_H

#include "sim/machine/machine.h"

struct kernel_maps {
    const struct program *program;
    struct machine *machine;  /* contents and sizes are copied from it; must outlive this */
    int *fds;                 /* per map of the program, -1: not created (the program does not refer to it) */
    uint64_t *ring_positions; /* per map: where a ring buffer's producer stood at the last kernel_maps_mark */
    uint32_t n_cpus;          /* possible CPUs of the kernel: copies in a per-CPU value */
};

void kernel_maps_init(struct kernel_maps *maps, const struct program *p, struct machine *m);
void kernel_maps_close(struct kernel_maps *maps);

/* The file descriptor of map `index`, which is created and filled first when this is the first time. -1 with *e filled
 * (ERR_KERNEL_LOAD, subject = the map) when the kernel refuses it. */
int kernel_map_fd(struct kernel_maps *maps, uint32_t index, struct errinfo *e);

/* Remembers where every ring buffer stands: kernel_maps_compare looks at what came later, as a machine keeps one run's records. */
void kernel_maps_mark(struct kernel_maps *maps);

/* See kernel_compare_maps. */
uint32_t kernel_maps_compare(struct kernel_maps *maps, struct machine *m, struct buf *out);

/* "jenkins hash" -> "jenkins_hash": the kernel takes 15 letters, digits, '_' and '.'. */
void kernel_name(const char *name, char out[16]);

#endif
