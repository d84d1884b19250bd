/* The machine: everything that changes while a program runs. Registers, frames, memory, maps, context, packet, environment, counters.
 * One producer (machine_new), driven by an engine (sim/engine.h); a program and a cost model are shared and const. */
#ifndef SIM_MACHINE_MACHINE_H
#define SIM_MACHINE_MACHINE_H

#include "sim/machine/input.h"
#include "sim/machine/memory.h"
#include "sim/object/program.h"
#include "sim/timing/timing.h"

#include <signal.h>

struct map;       /* map.h */
struct pages;     /* pages.h */
struct prog_type; /* progtype.h */

/* What r1-r5 hold after any call (helper, kfunc, and the return of a local call) and after LDABS/LDIND: they are unreadable in the
 * kernel; here they have this value in every engine. */
#define REG_CLOBBERED UINT64_C(0xdeadbeefdeadbeef)

/* What a local call leaves behind for its return: frames[d] belongs to the function at depth d >= 1; frames[0] is unused. */
struct frame {
    uint64_t saved[4];   /* caller's r6-r9 */
    uint32_t return_pc;  /* slot after the call */
};

/* A helper that calls back (bpf_loop), running in the frame of the same index. */
struct loop {
    bool is_active;
    uint32_t pc;       /* of the CALL, to which the callback returns */
    uint32_t callback; /* slot */
    uint32_t n, limit; /* turns begun, turns wanted */
    uint64_t ctx;      /* the caller's argument for the callback */
    uint64_t map;      /* bpf_for_each_map_elem: handle of the map, else 0 */
};

/* The world around the guest: deterministic unless told otherwise. All settable. */
struct env {
    uint64_t clock_ns;      /* what the next clock helper returns */
    uint64_t clock_step_ns; /* added after each reading; default 1000 */
    uint64_t random;        /* state of the generator behind get_prandom_u32 */
    uint32_t cpu;           /* current CPU, < n_cpus */
    uint32_t n_cpus;        /* per-CPU maps have as many values as this was when the machine was made */
    uint64_t pid_tgid, uid_gid;
    char comm[16];
    uint32_t may_goto_limit; /* iterations per program run; kernel before timers: 8388608 */
};

/* Text and records that the guest produced, in order. Grows up to OUTPUT_MAX_BYTES; what comes after is counted, not kept. */
enum output_kind { OUTPUT_TRACE_PRINTK, OUTPUT_PERF_EVENT, OUTPUT_RINGBUF, OUTPUT_REDIRECT };
enum { OUTPUT_MAX_BYTES = 64 << 20 };
struct output {
    enum output_kind kind;
    uint32_t map;        /* PERF_EVENT, RINGBUF: map index */
    uint64_t n_insns;    /* when */
    uint32_t pc;
    uint8_t *bytes;
    uint32_t n_bytes;
};

bool output_equal(const struct output *a, const struct output *b);

/* A result that the user gave for a helper that is not modelled (or overrides one that is). */
struct scripted_result {
    int32_t id;          /* helper id; kfuncs: ~index of the extern */
    uint64_t value;
};

struct machine {
    const struct program *program;
    const struct cost_model *costs;
    const struct prog_type *type;
    uint32_t entry; /* function index of the running program */

    uint64_t regs[N_REGS];
    uint32_t pc;
    uint32_t depth; /* 0: in the entry program */
    struct frame frames[MAX_FRAMES];
    struct loop loops[MAX_FRAMES];
    uint32_t n_tail_calls;
    uint32_t n_may_goto;
    bool has_exited;

    uint64_t n_insns;  /* executed since machine_start; a fused or 16-byte instruction counts as what it is: 1 each */
    uint64_t n_cycles; /* 1/1000 cycle */

    struct memory mem;
    struct map *maps; /* one per program->maps, same index */
    struct packet packet;
    uint64_t ctx;       /* what r1 was at the start: what helpers and tail calls take for the context */
    struct input input; /* copy of what it was started on */
    struct env env;
    struct output *outputs;
    uint32_t n_outputs;
    size_t cap_outputs;
    uint64_t output_bytes, n_outputs_lost;
    struct scripted_result *scripted;
    uint32_t n_scripted;
    size_t cap_scripted;

    /* Set by a signal handler or another thread; engines look at every backward branch and call. Owned by the front end, never NULL. */
    volatile sig_atomic_t *interrupt;
    volatile sig_atomic_t no_interrupt; /* what interrupt points to until a front end sets it */
};

/* A machine for `program` with maps created and filled with their initial contents. Reports what had to be cut (a map larger than
 * guest memory) by appending lines to `notes` (may be NULL). costs may be NULL: unit. Never fails. */
struct machine *machine_new(const struct program *program, const struct cost_model *costs, struct buf *notes);
void machine_free(struct machine *m);

/* Prepares a run of functions[entry] as a program of `type` on `input` (copied): registers zero but r1 = context and r10 = frame 0, context
 * and packet built as BPF_PROG_TEST_RUN builds them, counters zero, outputs dropped. Maps keep their contents. ERR_INPUT with the
 * reason when the kernel would refuse the input (packet too short, context field not settable...). */
enum err machine_start(struct machine *m, uint32_t entry, const struct prog_type *type, const struct input *input, struct errinfo *e);

/* Makes `to` what `from` is: every register, counter, setting and byte of memory, outputs included. Both were made for the same program
 * and number of CPUs; their memories have been noted in `pages` since they were used. Only where interrupts come from stays `to`'s own. */
void machine_copy(struct machine *to, const struct machine *from, const struct pages *pages);

/* Puts all maps back to their initial contents. */
void machine_reset_maps(struct machine *m);

/* Gives helper `id` a result: from now on it is not called, this value is returned. */
void machine_script_helper(struct machine *m, int32_t id, uint64_t value);

/* What the kernel hands back from BPF_PROG_TEST_RUN after the program ended. Pointers are valid until the machine changes. */
struct result {
    uint32_t retval;          /* low half of r0 */
    const uint8_t *packet;    /* from data_meta on; NULL when the type has no packet */
    uint32_t packet_bytes;
    uint8_t ctx[192];         /* ctx_out as the kernel fills it */
    uint32_t ctx_bytes;
};
void machine_result(struct machine *m, struct result *out);

/* A hash of all guest-visible state: registers, pc, frames, counters, memory of all regions. Equal machines have equal digests. */
uint64_t machine_digest(const struct machine *m);

/* "xdp_md+4", "pkt+62", "pkt+64, its end", "fp-8" and "fp" (frame of the machine's depth), "flows[3]+8" or a bare hex address. */
void machine_describe_addr(const struct machine *m, uint64_t addr, struct buf *out);

/* The sentence of a fault at m->pc: "read of 4 bytes at pkt+62, 2 bytes past the end of the 64-byte packet". No newline. */
void fault_text(const struct machine *m, const struct fault *fault, struct buf *out);

#endif
