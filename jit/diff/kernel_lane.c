/* The kernel for a stream of subjects: running and comparing. See kernel_lane.h. */
#include "config.h"

#include "jit/diff/kernel_lane_private.h"

#include "jit/diff/kernel.h"
#include "jit/diff/known.h"
#include "sim/base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- running */

static bool
run(struct kernel_lane *lane, const struct seat *seat)
{
    const struct subject *s = seat->subject;
    struct input input = subject_input(s);
    union bpf_attr attr = { .test = { .prog_fd = (uint32_t)seat->fd, .data_in = (uintptr_t)input.packet,
                                      .data_size_in = input.packet_bytes, .data_out = (uintptr_t)lane->packet,
                                      .data_size_out = sizeof lane->packet } };
    if (input.ctx) {
        attr.test.ctx_in = (uintptr_t)input.ctx;
        attr.test.ctx_size_in = input.ctx_bytes;
        attr.test.ctx_out = (uintptr_t)lane->ctx;
        attr.test.ctx_size_out = sizeof lane->ctx;
    }
    if (lane_bpf(BPF_PROG_TEST_RUN, &attr, sizeof attr)) {
        lane_keep_reason(lane, strerror(errno));
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
    const struct seat *seat = lane_prepared_seat(lane, s);
    *reason = seat ? NULL : why_not_ask(p, s); /* what is known to differ has not been prepared */
    if (*reason)
        return KERNEL_WITHHELD;
    bool is_good = true;
    if (!seat) {
        is_good = lane_load_alone(lane, s);
        seat = &lane->alone;
    }
    if (is_good) {
        lane->uses_hash = seat->maps & 1u << SUBJECT_HASH;
        lane->desk->piece = seat->piece;
        lane_clear_maps(lane);
        is_good = run(lane, seat);
    }
    lane_close_alone(lane);
    *reason = lane->reason;
    return is_good ? KERNEL_RAN : KERNEL_REFUSED;
}

/* ---------------------------------------------------------------- comparing */

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
    return lane_maps_differ(lane, m, d);
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
    lane->alone.fd = lane->fds.maps[SUBJECT_PROGS] = -1;
    if (!lane_create_maps(lane, env)) {
        err_set_detail(e, ERR_KERNEL_LOAD, "fuzz", strerror(errno));
        kernel_lane_free(lane);
        return NULL;
    }
    return lane;
}

void
kernel_lane_free(struct kernel_lane *lane)
{
    if (!lane)
        return;
    lane_drop_prepared(lane);
    lane_close_alone(lane);
    lane_close_maps(lane);
    free(lane);
}
