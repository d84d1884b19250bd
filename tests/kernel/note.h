/* For test programs: note(x) appends x to `results`, a data section that the test compares with the rest of the maps. */
#ifndef TESTS_KERNEL_NOTE_H
#define TESTS_KERNEL_NOTE_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define N_RESULTS 512

__u64 results[N_RESULTS];
__u32 n_results;

/* Unknown to the compiler and to the verifier, so that nothing is decided before the call. */
volatile __u64 zero;

static __always_inline void
note(__u64 value)
{
    __u32 n = n_results;
    if (n < N_RESULTS) {
        results[n] = value;
        n_results = n + 1;
    }
}

#endif
