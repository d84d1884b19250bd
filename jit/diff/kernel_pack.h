/* Subjects' code in the form that bpf(2) takes. One program of the kernel holds one piece of code, or several of which it executes one:
 * what the kernel does for a program, however short, takes as long as verifying 40 instructions.
 * Not for loading: that is kernel_lane.c. */
#ifndef JIT_DIFF_KERNEL_PACK_H
#define JIT_DIFF_KERNEL_PACK_H

#include "jit/diff/subject.h"

#include <linux/bpf.h>

/* Helpers whose result comes from the world. In the kernel's copy calls of functions that read prepared values stand in for them. */
enum { N_WORLD_HELPERS = 3 };
extern const uint8_t kernel_world_helpers[N_WORLD_HELPERS]; /* BPF_FUNC_* */

enum {
    N_WORLD_VALUES = 64, /* a power of two, and more than the generator calls a helper of the world in one run */
    PACK_MAX_PIECES = 16,
    PACK_MAX_SLOTS = 400, /* of several pieces together; more is slower, for every rewritten instruction moves what follows */
    PACK_MAX_INSNS = SUBJECT_MAX_SLOTS + 64, /* of what kernel_pack writes */
};

/* The value of a map of one element that the code reads and we write. */
struct kernel_desk {
    uint64_t piece; /* the one to execute, when there are several */
    struct world {
        uint64_t n_calls;
        uint64_t values[N_WORLD_VALUES];
    } worlds[N_WORLD_HELPERS];
};

/* A program and, behind it, the functions that it calls. */
struct piece {
    const uint8_t *code;
    uint32_t n; /* slots */
};

/* File descriptors of maps. Those that no piece refers to don't matter. */
struct kernel_fds {
    int maps[N_SUBJECT_MAPS];
    int desk;
};

/* Which maps the piece refers to: bit n for SUBJECT_* n. */
uint32_t piece_maps(const struct piece *piece);

/* Whether the piece may be one of several: its calls lead forward, to functions behind it, as those of generated programs do. */
bool piece_may_share(const struct piece *piece);

/* Writes a program that executes one of n pieces into `out`. 1 <= n <= PACK_MAX_PIECES; either n is 1, or the pieces may share and have
 * PACK_MAX_SLOTS at most. Returns the number of instructions. O(slots). */
uint32_t kernel_pack(const struct piece *pieces, uint32_t n, const struct kernel_fds *fds, struct bpf_insn out[PACK_MAX_INSNS]);

#endif
