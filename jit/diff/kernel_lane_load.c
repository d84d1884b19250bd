/* Loading subjects into the kernel, one alone or several at once. bpf(2) is called directly: what libbpf does around a load takes longer
 * than the verifier needs for 50 instructions. */
#include "config.h"

#include "jit/diff/kernel_lane_private.h"

#include "jit/diff/kernel_private.h"
#include "jit/diff/known.h"

#include <assert.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

enum { LOG_STATS = 4, MAX_TRIES = 5 };

void
lane_keep_reason(struct kernel_lane *lane, const char *line)
{
    kernel_log_pattern(line, lane->reason, sizeof lane->reason);
}

/* Loads n of lane->insns. Returns the file descriptor, or -1 with errno. */
static int
load_insns(struct kernel_lane *lane, const struct prog_type *type, uint32_t n, bool has_log)
{
    union bpf_attr attr = { .prog_type = type->kernel_type, .insns = (uintptr_t)lane->insns, .insn_cnt = n, .license = (uintptr_t) "GPL" };
    int fd = -1;
    if (has_log) {
        attr.log_level = LOG_STATS;
        attr.log_buf = (uintptr_t)lane->log;
        attr.log_size = sizeof lane->log;
        lane->log[0] = '\0';
    }
    for (int tries = 0; tries < MAX_TRIES && fd < 0; tries++) {
        fd = lane_bpf(BPF_PROG_LOAD, &attr, sizeof attr);
        if (fd < 0 && errno != EAGAIN) /* a signal */
            break;
    }
    return fd;
}

/* Loads one piece. -1 with lane->reason when the verifier refuses; only then a log is asked for, and not for what took it a second. */
static int
load_piece(struct kernel_lane *lane, const struct prog_type *type, const struct piece *piece)
{
    uint32_t n = kernel_pack(piece, 1, &lane->fds, lane->insns);
    int fd = load_insns(lane, type, n, false);
    if (fd >= 0)
        return fd;
    int error = errno;
    if (error == E2BIG) {
        lane_keep_reason(lane, "BPF program is too large");
        return -1;
    }
    fd = load_insns(lane, type, n, true);
    if (fd >= 0)
        return fd;
    const char *line = kernel_log_reason(lane->log);
    lane_keep_reason(lane, line ? line : strerror(error));
    return -1;
}

/* Part 0 of a subject is the main program, the others are what it may jump to. */
static struct piece
part_of(const struct subject *s, uint32_t i)
{
    uint32_t from = i ? s->targets[i - 1] : 0, to = i < s->n_targets ? s->targets[i] : s->n_slots;
    return (struct piece){ .code = &s->code[(size_t)from * SLOT_BYTES], .n = to - from };
}

/* ---------------------------------------------------------------- one alone */

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
lane_close_alone(struct kernel_lane *lane)
{
    close_fd(&lane->alone.fd);
    while (lane->n_targets > 0)
        close_fd(&lane->targets[--lane->n_targets]);
    close_fd(&lane->fds.maps[SUBJECT_PROGS]);
}

static bool
load_targets(struct kernel_lane *lane, const struct subject *s)
{
    for (uint32_t i = 0; i < s->n_targets; i++) {
        struct piece piece = part_of(s, i + 1);
        int fd = load_piece(lane, s->type, &piece);
        if (fd < 0)
            return false;
        lane->targets[lane->n_targets++] = fd;
        if (lane_element(BPF_MAP_UPDATE_ELEM, lane->fds.maps[SUBJECT_PROGS], &i, &fd)) {
            lane_keep_reason(lane, strerror(errno));
            return false;
        }
    }
    return true;
}

/* Every subject with tail calls gets a program array of its own. A program array takes programs of one type, for ever; above all, changing
 * an entry that loaded code jumps to makes the kernel patch that code and wait until no CPU executes it, which takes milliseconds. So it
 * is filled before the main program is loaded, and given up whole. */
bool
lane_load_alone(struct kernel_lane *lane, const struct subject *s)
{
    const struct piece all = { s->code, s->n_slots };
    struct piece piece = part_of(s, 0);
    lane->alone = (struct seat){ .subject = s, .fd = -1, .maps = piece_maps(&all) };
    if (s->n_targets || lane->alone.maps & 1u << SUBJECT_PROGS)
        lane->fds.maps[SUBJECT_PROGS] = lane_create_map(BPF_MAP_TYPE_PROG_ARRAY, 4, SUBJECT_MAX_TARGETS, 0);
    if (load_targets(lane, s))
        lane->alone.fd = load_piece(lane, s->type, &piece);
    return lane->alone.fd >= 0;
}

/* ---------------------------------------------------------------- several ahead */

void
lane_drop_prepared(struct kernel_lane *lane)
{
    while (lane->n_packs > 0)
        close_fd(&lane->packs[--lane->n_packs]);
    lane->n_seats = 0;
}

/* Subjects that will be one program. */
struct pack {
    struct piece pieces[PACK_MAX_PIECES];
    uint32_t n, n_slots;
    const struct prog_type *type;
};

static bool
fits(struct kernel_lane *lane, const struct pack *pack, const struct subject *s)
{
    const struct piece piece = part_of(s, 0);
    if ((pack->n > 0 && pack->type != s->type) || pack->n == PACK_MAX_PIECES || pack->n_slots + s->n_slots > PACK_MAX_SLOTS ||
        s->n_targets || !s->type->test_run || piece_maps(&piece) & 1u << SUBJECT_PROGS || !piece_may_share(&piece))
        return false;
    insn_decode_all(s->code, s->n_slots, lane->decoded);
    return !known_differences(lane->decoded, s->n_slots, s->longest_path <= KNOWN_MAX_PATH);
}

/* Makes one program of subjects[from] and those behind it that fit, and takes them out of the list. */
static void
load_pack(struct kernel_lane *lane, const struct subject **subjects, uint32_t n, uint32_t from)
{
    struct pack pack = { .n = 0 };
    struct seat *seats = &lane->seats[lane->n_seats];
    for (uint32_t i = from; i < n; i++) {
        const struct subject *s = subjects[i];
        if (!s || !fits(lane, &pack, s))
            continue;
        struct piece piece = part_of(s, 0);
        seats[pack.n] = (struct seat){ .subject = s, .piece = pack.n, .maps = piece_maps(&piece) };
        pack.pieces[pack.n++] = piece;
        pack.n_slots += s->n_slots;
        pack.type = s->type;
        subjects[i] = NULL;
    }
    if (!pack.n)
        return;
    int fd = load_insns(lane, pack.type, kernel_pack(pack.pieces, pack.n, &lane->fds, lane->insns), false);
    if (fd < 0)
        return;
    lane->packs[lane->n_packs++] = fd;
    for (uint32_t i = 0; i < pack.n; i++)
        seats[i].fd = fd;
    lane->n_seats += pack.n;
}

uint32_t
kernel_lane_prepare(struct kernel_lane *lane, const struct subject *const *subjects, uint32_t n)
{
    const struct subject *left[KERNEL_MAX_AHEAD];
    assert(n <= KERNEL_MAX_AHEAD);
    lane_drop_prepared(lane);
    if (n)
        memcpy(left, subjects, n * sizeof *subjects);
    for (uint32_t i = 0; i < n; i++)
        if (left[i])
            load_pack(lane, left, n, i);
    return lane->n_seats;
}

const struct seat *
lane_prepared_seat(const struct kernel_lane *lane, const struct subject *s)
{
    for (uint32_t i = 0; i < lane->n_seats; i++)
        if (lane->seats[i].subject == s)
            return &lane->seats[i];
    return NULL;
}
