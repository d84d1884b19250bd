/* Both worlds. See lab.h. */
#include "config.h"

#include "tests/kernel/lab.h"

#include "sim/base/base.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
lab_open(struct lab *lab, const struct program *p, uint32_t entry, const struct prog_type *type, uint32_t flags, struct buf *why)
{
    struct errinfo e;
    *lab = (struct lab){ .program = p, .entry = entry, .type = type, .flags = flags, .budget = UINT64_C(100000000) };
    cost_model_unit(&lab->costs);
    lab->m = machine_new(p, &lab->costs, NULL);
    lab->m->interrupt = &lab->interrupt;
    if (kernel_load(p, entry, type, lab->m, flags, &lab->k, NULL, &e) != OK) {
        err_text(&e, why);
        machine_free(lab->m);
        return false;
    }
    lab->code = LAB_ENGINE.open(p, &lab->costs, &e);
    assert(lab->code); /* an interpreter takes every program */
    return true;
}

void
lab_close(struct lab *lab)
{
    LAB_ENGINE.close(lab->code);
    kernel_close(lab->k);
    machine_free(lab->m);
}

static uint32_t
compare_bytes(struct buf *out, const char *what, const uint8_t *ours, uint32_t n_ours, const uint8_t *theirs, uint32_t n_theirs)
{
    uint32_t at = 0;
    if (n_ours != n_theirs) {
        buf_printf(out, "%s: interp %u bytes, kernel %u\n", what, n_ours, n_theirs);
        return 1;
    }
    while (at < n_ours && ours[at] == theirs[at])
        at++;
    if (at == n_ours)
        return 0;
    buf_printf(out, "%s+%u: interp ", what, at);
    for (uint32_t i = at; i < n_ours && i < at + 8; i++)
        buf_printf(out, "%02x", ours[i]);
    buf_puts(out, ", kernel ");
    for (uint32_t i = at; i < n_ours && i < at + 8; i++)
        buf_printf(out, "%02x", theirs[i]);
    buf_putc(out, '\n');
    return 1;
}

static uint32_t
compare_results(struct lab *lab, const struct kernel_result *theirs, struct buf *out)
{
    struct result ours;
    uint32_t n = 0;
    machine_result(lab->m, &ours);
    if (lab->by_shape) {
        n = theirs->packet && ours.packet_bytes != theirs->packet_bytes;
        if (n)
            buf_printf(out, "packet: interp %u bytes, kernel %u\n", ours.packet_bytes, theirs->packet_bytes);
        return n;
    }
    uint64_t mask = lab->flags & KERNEL_CAPTURE_R0 ? UINT64_MAX : UINT32_MAX;
    if ((lab->m->regs[REG_0] ^ theirs->r0) & mask) {
        buf_printf(out, "r0: interp 0x%" PRIx64 ", kernel 0x%" PRIx64 "\n", lab->m->regs[REG_0] & mask, theirs->r0);
        n++;
    }
    if (theirs->packet)
        n += compare_bytes(out, "packet", ours.packet, ours.packet_bytes, theirs->packet, theirs->packet_bytes);
    if (theirs->ctx_bytes)
        n += compare_bytes(out, "ctx_out", ours.ctx, ours.ctx_bytes, theirs->ctx, theirs->ctx_bytes);
    return n + kernel_compare_maps(lab->k, lab->m, out);
}

uint32_t
lab_run(struct lab *lab, const struct input *input, struct buf *out)
{
    struct kernel_result theirs;
    struct errinfo e;
    bool ours_refused = machine_start(lab->m, lab->entry, lab->type, input, &e) != OK;
    struct errinfo kernel_error;
    bool theirs_refused = kernel_run(lab->k, input, 1, &theirs, &kernel_error) != OK;
    if (ours_refused || theirs_refused) {
        if (ours_refused != theirs_refused) {
            buf_puts(out, ours_refused ? "input: the kernel takes it, we say: " : "input: we take it, the kernel says: ");
            err_text(ours_refused ? &e : &kernel_error, out);
            buf_putc(out, '\n');
        }
        kernel_result_free(&theirs);
        return ours_refused != theirs_refused;
    }
    struct stop stop = LAB_ENGINE.run(lab->code, lab->m, lab->budget, false);
    uint32_t n = 1;
    if (stop.reasons & STOP_EXIT) {
        n = compare_results(lab, &theirs, out);
    } else {
        buf_printf(out, "interp stops at insn %u (reasons %u): ", stop.pc, stop.reasons);
        lab->unmodelled |= stop.reasons & STOP_FAULT && stop.fault.kind == FAULT_NO_HELPER;
        if (stop.reasons & STOP_FAULT)
            fault_text(lab->m, &stop.fault, out);
        buf_printf(out, "; kernel returns 0x%" PRIx64 "\n", theirs.r0);
    }
    kernel_result_free(&theirs);
    return n;
}

struct dice
dice_new(void)
{
    const char *seed = getenv("EBPFDBG_SEED");
    struct dice d = { seed ? strtoull(seed, NULL, 0) : 1 };
    return d;
}

uint64_t
dice_roll(struct dice *d)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t
dice_below(struct dice *d, uint32_t n)
{
    return (uint32_t)(dice_roll(d) % n);
}

uint64_t
dice_operand(struct dice *d)
{
    static const uint8_t edges[] = { 0, 0, 7, 8, 15, 16, 31, 32, 63, 63 };
    uint64_t value = dice_roll(d);
    switch (dice_below(d, 5)) {
    case 0: return value;
    case 1: return value >> dice_below(d, 64);
    case 2: return (uint64_t)((int64_t)value >> dice_below(d, 64));
    case 3: return (uint64_t)-(int64_t)dice_below(d, 3) + (value & 1 ? 0 : UINT64_C(0xffffffff) << (value & 32));
    default: return (UINT64_C(1) << edges[dice_below(d, ARRAY_LEN(edges))]) - 1 + dice_below(d, 3);
    }
}

uint32_t
lab_rounds(void)
{
    const char *rounds = getenv("EBPFDBG_ROUNDS");
    return rounds ? (uint32_t)strtoul(rounds, NULL, 0) : 1;
}
