/* The kernel for a stream of subjects: maps and buffers stay, and a subject costs one run and its part of a load. For single programs with
 * everything that an object may hold there is kernel.h.
 *
 * Helpers whose result comes from the world (time, random numbers, the CPU) are replaced in the kernel's copy by a function that reads
 * what our own give: both sides see the same. */
#ifndef JIT_DIFF_KERNEL_LANE_H
#define JIT_DIFF_KERNEL_LANE_H

#include "jit/diff/difference.h"
#include "jit/diff/subject.h"
#include "sim/machine/machine.h"

struct kernel_lane;

/* env: what machines begin with. NULL with *e filled (ERR_KERNEL_LOAD) when bpf(2) may not be used. */
struct kernel_lane *kernel_lane_new(const struct env *env, struct errinfo *e);
void kernel_lane_free(struct kernel_lane *lane);

/* Loads subjects ahead, several in one program of the kernel (kernel_pack.h), so that running them costs no load of their own; what the
 * kernel refuses in this form is loaded alone when it runs. They must stay where and as they are until the next call, or until they are
 * dropped by one with n = 0. Up to KERNEL_MAX_AHEAD. Only code that reads no register before it has written it: something stands before it.
 * Returns how many were loaded. */
enum { KERNEL_MAX_AHEAD = 32 };
uint32_t kernel_lane_prepare(struct kernel_lane *lane, const struct subject *const *subjects, uint32_t n);

enum kernel_outcome {
    KERNEL_RAN,
    KERNEL_REFUSED,  /* by the verifier, or the input by BPF_PROG_TEST_RUN */
    KERNEL_WITHHELD, /* a known difference (known.h): it was not asked */
};

/* Runs the subject, whose linked form is `p`; loads it when it is not one of those that were prepared, told by their address. Other than
 * KERNEL_RAN: *reason, valid until the next call, without the numbers that make every program's different. */
enum kernel_outcome kernel_lane_run(struct kernel_lane *lane, const struct program *p, const struct subject *s, const char **reason);

/* Compares what the last run left with a machine that ran the same to its exit: r0, packet, context, maps. Left is the machine. */
bool kernel_lane_differs(struct kernel_lane *lane, struct machine *m, struct difference *d);

#endif
