/* The running kernel as an engine of last resort: the same program, loaded with bpf(2), run with BPF_PROG_TEST_RUN. It can't stop in
 * the middle and counts nothing, so it is not a struct engine; it is the judge. The only file family that calls bpf(2). */
#ifndef JIT_DIFF_KERNEL_H
#define JIT_DIFF_KERNEL_H

#include "sim/machine/machine.h"
#include "sim/machine/progtype.h"

struct kernel_prog;

/* True when bpf(2) may be used here: loading a trivial program works. Otherwise *why (static text) says what is missing. */
bool kernel_available(const char **why);

/* Creates the maps of the program (initial contents copied from machine `m`), links functions[entry] and all that it calls, loads it as
 * `type`. Tail-call targets among the presets are loaded too. ERR_KERNEL_LOAD: subject = program, detail = last line of the verifier's
 * log; the whole log is appended to *log when not NULL. */
enum err kernel_load(const struct program *p, uint32_t entry, const struct prog_type *type, struct machine *m, struct kernel_prog **out,
                     struct buf *log, struct errinfo *e);
void kernel_close(struct kernel_prog *k);

struct kernel_result {
    uint32_t retval;
    uint32_t duration_ns; /* mean per repetition, as the kernel measured it */
    uint8_t *packet;      /* data_out; owned, free with kernel_result_free */
    uint32_t packet_bytes;
    uint8_t ctx[192];
    uint32_t ctx_bytes;
};

/* One BPF_PROG_TEST_RUN on `input`. ERR_KERNEL_RUN with errno's text. */
enum err kernel_run(struct kernel_prog *k, const struct input *input, uint32_t repeat, struct kernel_result *out, struct errinfo *e);
void kernel_result_free(struct kernel_result *r);

/* Compares the contents of all maps with those of `m`. Appends one line per difference ("flows[0a000001]: interp ..., kernel ...") and
 * returns their number. */
uint32_t kernel_compare_maps(struct kernel_prog *k, struct machine *m, struct buf *out);

#endif
