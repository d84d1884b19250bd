/* The kernel for a stream of subjects. See kernel_lane.h. bpf(2) is called directly: what libbpf does around a load takes longer than the
 * verifier needs for 50 instructions. */
#include "config.h"

#include "jit/diff/kernel_lane.h"

#include "jit/diff/kernel.h"
#include "jit/diff/kernel_private.h"
#include "jit/diff/known.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"

#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    N_WORLD_VALUES = 64, /* a power of two, and more than the generator calls a helper of the world in one run */
    STUB_SLOTS = 11,
    LOG_BYTES = 64 << 10,
    LOG_STATS = 4,
    PAGE_BYTES = 4096,
    MAX_LOADED = 1 + SUBJECT_MAX_TARGETS,
    CTX_OUT_BYTES = 192,
};

/* Helpers that are replaced. */
static const uint8_t world_helpers[] = { BPF_FUNC_ktime_get_ns, BPF_FUNC_get_prandom_u32, BPF_FUNC_get_smp_processor_id };

/* What the world map holds for each of them: how often it was called, and what it gives. */
struct world {
    uint64_t n_calls;
    uint64_t values[N_WORLD_VALUES];
};

struct kernel_lane {
    int fds[N_SUBJECT_MAPS]; /* PROGS: the one of progs_fds that fits the subject's type */
    int progs_fds[2];        /* a program array takes programs of one type, for ever: XDP, others */
    int world_fd;
    int progs[MAX_LOADED]; /* file descriptors of what is loaded; progs[0] is the main program */
    uint32_t n_progs;
    bool uses_hash;        /* the subject refers to it */
    /* maps' values as we see them: no system call to set or read them */
    uint8_t *state, *array;
    struct world *world;

    uint32_t retval;
    uint32_t packet_bytes, ctx_bytes;
    uint8_t packet[SUBJECT_MAX_INPUT + 512];
    uint8_t ctx[CTX_OUT_BYTES];
    struct bpf_insn insns[SUBJECT_MAX_SLOTS + ARRAY_LEN(world_helpers) * STUB_SLOTS];
    char log[LOG_BYTES];
    char reason[80];
};

static int
bpf(int command, union bpf_attr *attr, size_t bytes)
{
    return (int)syscall(SYS_bpf, command, attr, bytes);
}

/* ---------------------------------------------------------------- maps */

static int
create_map(uint32_t type, uint32_t value_bytes, uint32_t max_entries, uint32_t flags)
{
    union bpf_attr attr = { .map_type = type, .key_size = 4, .value_size = value_bytes, .max_entries = max_entries, .map_flags = flags };
    return bpf(BPF_MAP_CREATE, &attr, sizeof attr);
}

static void *
map_values(int fd, size_t bytes)
{
    void *at = mmap(NULL, ROUND_UP(bytes, PAGE_BYTES), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

static void
unmap_values(void *at, size_t bytes)
{
    if (at)
        munmap(at, ROUND_UP(bytes, PAGE_BYTES));
}

static int
element(int command, int fd, const void *key, void *value)
{
    union bpf_attr attr = { .map_fd = (uint32_t)fd, .key = (uintptr_t)key, .value = (uintptr_t)value };
    return bpf(command, &attr, sizeof attr);
}

static bool
create_maps(struct kernel_lane *lane)
{
    lane->fds[SUBJECT_STATE] = create_map(BPF_MAP_TYPE_ARRAY, SUBJECT_STATE_BYTES, 1, BPF_F_MMAPABLE);
    lane->fds[SUBJECT_ARRAY] = create_map(BPF_MAP_TYPE_ARRAY, SUBJECT_VALUE_BYTES, SUBJECT_ENTRIES, BPF_F_MMAPABLE);
    lane->fds[SUBJECT_HASH] = create_map(BPF_MAP_TYPE_HASH, SUBJECT_VALUE_BYTES, SUBJECT_ENTRIES, 0);
    for (uint32_t i = 0; i < ARRAY_LEN(lane->progs_fds); i++)
        if ((lane->progs_fds[i] = create_map(BPF_MAP_TYPE_PROG_ARRAY, 4, SUBJECT_MAX_TARGETS, 0)) < 0)
            return false;
    lane->world_fd = create_map(BPF_MAP_TYPE_ARRAY, ARRAY_LEN(world_helpers) * sizeof *lane->world, 1, BPF_F_MMAPABLE);
    if (lane->fds[SUBJECT_STATE] < 0 || lane->fds[SUBJECT_ARRAY] < 0 || lane->fds[SUBJECT_HASH] < 0 || lane->world_fd < 0)
        return false;
    lane->state = map_values(lane->fds[SUBJECT_STATE], SUBJECT_STATE_BYTES);
    lane->array = map_values(lane->fds[SUBJECT_ARRAY], SUBJECT_VALUE_BYTES * SUBJECT_ENTRIES);
    lane->world = map_values(lane->world_fd, ARRAY_LEN(world_helpers) * sizeof *lane->world);
    return lane->state && lane->array && lane->world;
}

/* What our own helpers give, one call after the other. */
static void
fill_world(struct kernel_lane *lane, const struct env *env)
{
    struct machine *m = xcalloc(1, sizeof *m);
    const uint64_t args[5] = { 0 };
    struct fault fault;
    for (uint32_t i = 0; i < ARRAY_LEN(world_helpers); i++) {
        m->env = *env;
        for (uint32_t k = 0; k < N_WORLD_VALUES; k++)
            lane->world[i].values[k] = helper_row(world_helpers[i])->fn(m, args, &fault);
    }
    free(m);
}

static void
clear_hash(struct kernel_lane *lane)
{
    uint32_t key;
    union bpf_attr attr = { .map_fd = (uint32_t)lane->fds[SUBJECT_HASH], .next_key = (uintptr_t)&key };
    while (!bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr))
        element(BPF_MAP_DELETE_ELEM, lane->fds[SUBJECT_HASH], &key, NULL);
}

static void
clear_maps(struct kernel_lane *lane)
{
    memset(lane->state, 0, SUBJECT_STATE_BYTES);
    memset(lane->array, 0, SUBJECT_VALUE_BYTES * SUBJECT_ENTRIES);
    for (uint32_t i = 0; i < ARRAY_LEN(world_helpers); i++)
        lane->world[i].n_calls = 0;
    if (lane->uses_hash)
        clear_hash(lane);
}

/* ---------------------------------------------------------------- code */

/* Which helper of the world the instruction calls, -1: none. */
static int
world_call(const struct bpf_insn *insn)
{
    if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg)
        return -1;
    for (uint32_t i = 0; i < ARRAY_LEN(world_helpers); i++)
        if (insn->imm == world_helpers[i])
            return (int)i;
    return -1;
}

/* A function that gives the next value of a helper and counts. */
static uint32_t
put_stub(const struct kernel_lane *lane, uint32_t helper, struct bpf_insn *out)
{
    const struct bpf_insn stub[STUB_SLOTS] = {
        { .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = lane->world_fd },
        { .imm = (int32_t)(helper * sizeof(struct world)) },
        { .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 2, .src_reg = 1 },
        { .code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = 2, .imm = N_WORLD_VALUES - 1 },
        { .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 3, .src_reg = 2 },
        { .code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = 3, .imm = 3 },
        { .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = 3, .src_reg = 1 },
        { .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 0, .src_reg = 3, .off = offsetof(struct world, values) },
        { .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = 1 },
        { .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 2 },
        { .code = BPF_JMP | BPF_EXIT },
    };
    memcpy(out, stub, sizeof stub);
    return STUB_SLOTS;
}

/* The slots [from, to) as the kernel takes them, in lane->insns. Returns their number. */
static uint32_t
copy_code(struct kernel_lane *lane, const struct subject *s, uint32_t from, uint32_t to)
{
    uint32_t n = to - from, end = n, stubs[ARRAY_LEN(world_helpers)] = { 0 };
    memcpy(lane->insns, &s->code[(size_t)from * SLOT_BYTES], (size_t)n * SLOT_BYTES);
    for (uint32_t i = 0; i < n; i++) {
        struct bpf_insn *insn = &lane->insns[i];
        if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) {
            bool is_map = insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE;
            if (is_map && (uint32_t)insn->imm < N_SUBJECT_MAPS) {
                lane->uses_hash |= insn->imm == SUBJECT_HASH;
                insn->imm = lane->fds[insn->imm];
            }
            i++;
            continue;
        }
        int helper = world_call(insn);
        if (helper < 0)
            continue;
        if (!stubs[helper]) {
            stubs[helper] = end;
            end += put_stub(lane, (uint32_t)helper, &lane->insns[end]);
        }
        *insn = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (int32_t)(stubs[helper] - i - 1) };
    }
    return end;
}

/* Keeps a line without what differs from program to program: "R3 min value" -> "R* min value". */
static void
keep_reason(struct kernel_lane *lane, const char *line)
{
    size_t n = 0;
    for (; *line && n + 1 < sizeof lane->reason; line++) {
        bool is_digit = isdigit((unsigned char)*line);
        if (is_digit && n > 0 && lane->reason[n - 1] == '*')
            continue;
        lane->reason[n++] = is_digit ? '*' : *line;
    }
    lane->reason[n] = '\0';
}

/* Loads lane->insns. Returns the file descriptor; -1 with lane->reason when the verifier refuses. */
static int
load(struct kernel_lane *lane, const struct prog_type *type, uint32_t n)
{
    union bpf_attr attr = { .prog_type = type->kernel_type, .insns = (uintptr_t)lane->insns, .insn_cnt = n, .license = (uintptr_t) "GPL" };
    int fd = -1;
    for (int tries = 0; tries < 5 && fd < 0; tries++) {
        fd = bpf(BPF_PROG_LOAD, &attr, sizeof attr);
        if (fd < 0 && errno != EAGAIN) /* a signal */
            break;
    }
    if (fd >= 0)
        return fd;
    int error = errno;
    attr.log_level = LOG_STATS;
    attr.log_buf = (uintptr_t)lane->log;
    attr.log_size = sizeof lane->log;
    lane->log[0] = '\0';
    fd = bpf(BPF_PROG_LOAD, &attr, sizeof attr);
    if (fd >= 0)
        return fd;
    const char *line = kernel_log_reason(lane->log);
    keep_reason(lane, line ? line : strerror(error));
    return -1;
}

static void
close_progs(struct kernel_lane *lane)
{
    for (uint32_t key = 0; key + 1 < lane->n_progs; key++)
        element(BPF_MAP_DELETE_ELEM, lane->fds[SUBJECT_PROGS], &key, NULL);
    for (uint32_t i = 0; i < lane->n_progs; i++)
        close(lane->progs[i]);
    lane->n_progs = 0;
}

/* The main program first, then what it may jump to. */
static bool
load_all(struct kernel_lane *lane, const struct subject *s)
{
    for (uint32_t i = 0; i <= s->n_targets; i++) {
        uint32_t from = i ? s->targets[i - 1] : 0, to = i < s->n_targets ? s->targets[i] : s->n_slots;
        int fd = load(lane, s->type, copy_code(lane, s, from, to));
        if (fd < 0)
            return false;
        lane->progs[lane->n_progs++] = fd;
        uint32_t key = i - 1;
        if (i && element(BPF_MAP_UPDATE_ELEM, lane->fds[SUBJECT_PROGS], &key, &fd)) {
            keep_reason(lane, strerror(errno));
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- running */

static bool
run(struct kernel_lane *lane, const struct subject *s)
{
    struct input input = subject_input(s);
    union bpf_attr attr = { .test = { .prog_fd = (uint32_t)lane->progs[0], .data_in = (uintptr_t)input.packet,
                                      .data_size_in = input.packet_bytes, .data_out = (uintptr_t)lane->packet,
                                      .data_size_out = sizeof lane->packet } };
    if (input.ctx) {
        attr.test.ctx_in = (uintptr_t)input.ctx;
        attr.test.ctx_size_in = input.ctx_bytes;
        attr.test.ctx_out = (uintptr_t)lane->ctx;
        attr.test.ctx_size_out = sizeof lane->ctx;
    }
    if (bpf(BPF_PROG_TEST_RUN, &attr, sizeof attr)) {
        keep_reason(lane, strerror(errno));
        return false;
    }
    lane->retval = attr.test.retval;
    lane->packet_bytes = attr.test.data_size_out;
    lane->ctx_bytes = input.ctx ? attr.test.ctx_size_out : 0;
    return true;
}

static const char *
why_not_ask(const struct program *p, const struct subject *s)
{
    const char *reason = known_differences(p->insns, p->n_slots, s->longest_path <= KNOWN_MAX_PATH);
    return reason || s->type->test_run ? reason : "BPF_PROG_TEST_RUN does not run programs of this type";
}

enum kernel_outcome
kernel_lane_run(struct kernel_lane *lane, const struct program *p, const struct subject *s, const char **reason)
{
    *reason = why_not_ask(p, s);
    if (*reason)
        return KERNEL_WITHHELD;
    lane->uses_hash = false;
    lane->fds[SUBJECT_PROGS] = lane->progs_fds[s->type->family == CTX_XDP ? 0 : 1];
    bool is_good = load_all(lane, s);
    if (is_good) {
        clear_maps(lane);
        is_good = run(lane, s);
    }
    close_progs(lane);
    *reason = lane->reason;
    return is_good ? KERNEL_RAN : KERNEL_REFUSED;
}

/* ---------------------------------------------------------------- comparing */

static bool
hashes_differ(struct kernel_lane *lane, struct machine *m, struct difference *d)
{
    struct map *map = &m->maps[SUBJECT_HASH];
    uint8_t value[SUBJECT_VALUE_BYTES];
    char name[24];
    uint32_t key, next;
    for (int more = map_next_key(m, map, NULL, &key); more == 0; more = map_next_key(m, map, &key, &key)) {
        snprintf(name, sizeof name, "hash[%u]", key);
        bool is_there = !element(BPF_MAP_LOOKUP_ELEM, lane->fds[SUBJECT_HASH], &key, value);
        if (!is_there) {
            differ(d, DIFFERENCE_MAP, name, 1, 0);
            d->addr = UINT64_MAX;
            return true;
        }
        if (bytes_differ(d, DIFFERENCE_MAP, name, 0, memory_host(&m->mem, map_lookup(m, map, &key)), value, sizeof value))
            return true;
    }
    union bpf_attr attr = { .map_fd = (uint32_t)lane->fds[SUBJECT_HASH], .next_key = (uintptr_t)&next };
    for (; !bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr); key = next, attr.key = (uintptr_t)&key) {
        snprintf(name, sizeof name, "hash[%u]", next);
        if (differ(d, DIFFERENCE_MAP, name, map_lookup(m, map, &next) != 0, 1)) {
            d->addr = UINT64_MAX;
            return true;
        }
    }
    return false;
}

static bool
maps_differ(struct kernel_lane *lane, struct machine *m, struct difference *d)
{
    const struct map *state = &m->maps[SUBJECT_STATE], *array = &m->maps[SUBJECT_ARRAY];
    char name[24];
    if (bytes_differ(d, DIFFERENCE_MAP, "state", 0, memory_host(&m->mem, state->values), lane->state, SUBJECT_STATE_BYTES))
        return true;
    for (uint32_t i = 0; i < SUBJECT_ENTRIES; i++) {
        const uint8_t *ours = memory_host(&m->mem, array->values + (uint64_t)i * array->value_stride);
        if (!memcmp(ours, &lane->array[i * SUBJECT_VALUE_BYTES], SUBJECT_VALUE_BYTES))
            continue;
        snprintf(name, sizeof name, "array[%u]", i);
        return bytes_differ(d, DIFFERENCE_MAP, name, 0, ours, &lane->array[i * SUBJECT_VALUE_BYTES], SUBJECT_VALUE_BYTES);
    }
    return lane->uses_hash && hashes_differ(lane, m, d);
}

bool
kernel_lane_differs(struct kernel_lane *lane, struct machine *m, struct difference *d)
{
    struct result ours;
    machine_result(m, &ours);
    if (differ(d, DIFFERENCE_R0, "r0", ours.retval, lane->retval) ||
        differ(d, DIFFERENCE_PACKET, "length", ours.packet_bytes, lane->packet_bytes) ||
        bytes_differ(d, DIFFERENCE_PACKET, "", 0, ours.packet, lane->packet, lane->packet_bytes))
        return true;
    if (lane->ctx_bytes && (differ(d, DIFFERENCE_CONTEXT, "length", ours.ctx_bytes, lane->ctx_bytes) ||
                            bytes_differ(d, DIFFERENCE_CONTEXT, "", 0, ours.ctx, lane->ctx, lane->ctx_bytes)))
        return true;
    return maps_differ(lane, m, d);
}

/* ---------------------------------------------------------------- the lane */

struct kernel_lane *
kernel_lane_new(const struct env *env, struct errinfo *e)
{
    const char *why;
    if (!kernel_available(&why)) {
        err_set_detail(e, ERR_KERNEL_LOAD, "fuzz", why);
        return NULL;
    }
    struct kernel_lane *lane = xcalloc(1, sizeof *lane);
    if (!create_maps(lane)) {
        err_set_detail(e, ERR_KERNEL_LOAD, "fuzz", strerror(errno));
        kernel_lane_free(lane);
        return NULL;
    }
    fill_world(lane, env);
    return lane;
}

void
kernel_lane_free(struct kernel_lane *lane)
{
    if (!lane)
        return;
    close_progs(lane);
    unmap_values(lane->state, SUBJECT_STATE_BYTES);
    unmap_values(lane->array, SUBJECT_VALUE_BYTES * SUBJECT_ENTRIES);
    unmap_values(lane->world, ARRAY_LEN(world_helpers) * sizeof *lane->world);
    const int fds[] = { lane->fds[SUBJECT_STATE], lane->fds[SUBJECT_ARRAY], lane->fds[SUBJECT_HASH],
                        lane->progs_fds[0], lane->progs_fds[1], lane->world_fd };
    for (uint32_t i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] > 0) /* 0: not created */
            close(fds[i]);
    free(lane);
}
