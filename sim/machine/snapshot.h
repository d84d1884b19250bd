/* Snapshots: what a machine was at moments of its life, to which it can be put back. Everything that changes while it runs is in them;
 * what they have in common is kept once. Not for telling which moments are worth one: that is the debugger's history. */
#ifndef SIM_MACHINE_SNAPSHOT_H
#define SIM_MACHINE_SNAPSHOT_H

#include "sim/machine/machine.h"

struct snapshot;

/* The snapshots of one machine, which must outlive them. */
struct snapshots;
struct snapshots *snapshots_new(struct machine *m);
/* After the last snapshot was dropped. NULL is allowed. */
void snapshots_free(struct snapshots *all);

/* The machine as it is now. O(pages in use) comparisons, and copies of what has changed since the last snapshot or return to one. */
struct snapshot *snapshot_take(struct snapshots *all);
void snapshot_drop(struct snapshots *all, struct snapshot *shot);

/* Puts the machine back, outputs included. Where its interrupts come from, what is watched in it and the input that it was started on stay.
 * Costs as much as snapshot_take, and copies of what differs. */
void snapshot_restore(struct snapshots *all, const struct snapshot *shot);

/* Whether the machine is what it was then, in everything but outputs. Costs as much as snapshot_take. */
bool snapshot_is_now(struct snapshots *all, const struct snapshot *shot);
/* The same without memory: registers, frames, counters, environment. O(1). */
bool snapshot_has_registers_of_now(const struct snapshots *all, const struct snapshot *shot);

uint64_t snapshot_n_insns(const struct snapshot *shot);
uint64_t snapshot_n_cycles(const struct snapshot *shot);

/* Outputs that were taken back are kept for the way forward. From now on there is another way: forgets them. */
void snapshots_forget_outputs(struct snapshots *all);

/* What all of it takes, roughly: without outputs and malloc's own share. */
uint64_t snapshots_bytes(const struct snapshots *all);

#endif
