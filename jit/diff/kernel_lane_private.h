/* What the files of the lane share. Private to jit/diff/kernel_lane*.c. */
#ifndef JIT_DIFF_KERNEL_LANE_PRIVATE_H
#define JIT_DIFF_KERNEL_LANE_PRIVATE_H

#include "jit/diff/fuzz.h"
#include "jit/diff/kernel_lane.h"
#include "jit/diff/kernel_pack.h"

#include <sys/syscall.h>
#include <unistd.h>

enum {
    LANE_LOG_BYTES = 64 << 10,
    LANE_CTX_BYTES = 192, /* of the context that comes out */
};

/* A subject that is loaded ahead. */
struct seat {
    const struct subject *subject;
    int fd;
    uint32_t piece; /* its number among those of the program */
    uint32_t maps;  /* that it refers to */
};

struct kernel_lane {
    struct kernel_fds fds;    /* SUBJECT_PROGS: of the subject that is loaded alone, -1 while it has none */
    struct seat alone;        /* the one that is running, when it was not prepared */
    int targets[SUBJECT_MAX_TARGETS]; /* file descriptors of what it may jump to */
    uint32_t n_targets;
    struct seat seats[KERNEL_MAX_AHEAD];
    uint32_t n_seats;
    int packs[KERNEL_MAX_AHEAD]; /* file descriptors of programs that seats are in */
    uint32_t n_packs;
    /* maps' values as we see them: no system call to set or read them */
    uint8_t *state, *array;
    struct kernel_desk *desk;

    bool uses_hash; /* the subject that ran last */
    uint32_t retval;
    uint32_t packet_bytes, ctx_bytes;
    uint8_t packet[SUBJECT_MAX_INPUT + 512];
    uint8_t ctx[LANE_CTX_BYTES];
    struct bpf_insn insns[PACK_MAX_INSNS];
    struct insn decoded[SUBJECT_MAX_SLOTS];
    char log[LANE_LOG_BYTES];
    char reason[FUZZ_REASON_BYTES];
};

static inline int
lane_bpf(int command, union bpf_attr *attr, size_t bytes)
{
    return (int)syscall(SYS_bpf, command, attr, bytes);
}

/* ---- kernel_lane_map.c */
int lane_create_map(uint32_t type, uint32_t value_bytes, uint32_t max_entries, uint32_t flags);
int lane_element(int command, int fd, const void *key, void *value); /* BPF_MAP_*_ELEM */
bool lane_create_maps(struct kernel_lane *lane, const struct env *env);
void lane_close_maps(struct kernel_lane *lane);
void lane_clear_maps(struct kernel_lane *lane);
bool lane_maps_differ(struct kernel_lane *lane, struct machine *m, struct difference *d);

/* ---- kernel_lane_load.c */
/* Loads a subject alone, as lane->alone. False with lane->reason when the verifier refuses. */
bool lane_load_alone(struct kernel_lane *lane, const struct subject *s);
void lane_close_alone(struct kernel_lane *lane);
void lane_drop_prepared(struct kernel_lane *lane);
/* Where the subject is loaded; NULL: nowhere. */
const struct seat *lane_prepared_seat(const struct kernel_lane *lane, const struct subject *s);
/* Keeps a line in lane->reason, see kernel_log_pattern. */
void lane_keep_reason(struct kernel_lane *lane, const char *line);

#endif
