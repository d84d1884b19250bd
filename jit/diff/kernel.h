/* The running kernel as an engine of last resort: the same program, loaded with bpf(2), run with BPF_PROG_TEST_RUN. It can't stop in
 * the middle and counts nothing, so it is not a struct engine; it is the judge. The only file family that calls bpf(2). */
#ifndef JIT_DIFF_KERNEL_H
#define JIT_DIFF_KERNEL_H

#include "sim/machine/machine.h"
#include "sim/machine/progtype.h"

struct kernel_prog;

/* True when bpf(2) may be used here: loading a trivial program works. Otherwise *why (static text) says what is missing. */
bool kernel_available(const char **why);

/* What kernel_load does beyond loading. */
enum {
    KERNEL_CAPTURE_R0 = 1, /* the program's exits, and those of tail-call targets, store all 64 bits of r0 in a map: kernel_result.r0 */
};

/* Creates the maps that functions[entry] refers to (initial contents copied from machine `m`, sizes as `m` has them), links it with all that
 * it calls, loads it as `type`. Tail-call targets among the presets are loaded too. `m` and `p` must outlive *out. A program without a
 * license is loaded as GPL: what it may call is not the question here. All functions get the BTF of a static
 * `int f(void *)` when the kernel wants types (callbacks), none otherwise, so the verifier walks into every one of them.
 * ERR_KERNEL_LOAD: subject = function or map, detail = last line of the verifier's log; the whole log is appended to *log when not NULL. */
enum err kernel_load(const struct program *p, uint32_t entry, const struct prog_type *type, struct machine *m, uint32_t flags,
                     struct kernel_prog **out, struct buf *log, struct errinfo *e);
void kernel_close(struct kernel_prog *k);

struct kernel_result {
    uint32_t retval;
    uint64_t r0;          /* KERNEL_CAPTURE_R0; otherwise retval */
    uint32_t duration_ns; /* mean per repetition, as the kernel measured it */
    uint8_t *packet;      /* data_out; owned, free with kernel_result_free; NULL when the type has none */
    uint32_t packet_bytes;
    uint8_t ctx[192];     /* ctx_out; ctx_bytes 0 when the input had no context (asking for it would give the program a zero one) */
    uint32_t ctx_bytes;
    int error;            /* ERR_KERNEL_RUN: errno */
};

/* One BPF_PROG_TEST_RUN on `input`, on the machine's CPU number where there is one. ERR_KERNEL_RUN with errno's text. */
enum err kernel_run(struct kernel_prog *k, const struct input *input, uint32_t repeat, struct kernel_result *out, struct errinfo *e);
void kernel_result_free(struct kernel_result *r);

/* Compares the contents of all maps with those of `m`: arrays, hashes, LPM tries and their per-CPU forms element by element, ring buffers by
 * the records since the last kernel_run; what user space can't read (programs, inner maps, sockets, queues) is left out. Appends
 * one line per difference ("flows[0a000001]+8: interp 01, kernel 02") and returns their number. */
uint32_t kernel_compare_maps(struct kernel_prog *k, struct machine *m, struct buf *out);

#endif
