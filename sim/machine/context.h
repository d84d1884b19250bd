/* Contexts: what r1 points to when a program starts, and what comes back when it ends. Private to sim/machine; one file per family.
 * Source for every rule: Linux 6.18 net/bpf/test_run.c, checked against the running kernel. */
#ifndef SIM_MACHINE_CONTEXT_H
#define SIM_MACHINE_CONTEXT_H

#include "sim/machine/machine.h"
#include "sim/machine/progtype.h"

/* The regions that a context needs, in any order. */
struct region_list {
    struct region regions[64];
    uint32_t n;
};

/* ERR_INPUT with the reason when the kernel would refuse to run a program of this type on this input. */
enum err context_check(const struct prog_type *type, const struct input *input, struct errinfo *e);

/* Builds context and packet for m->type and m->input, which context_check has accepted, and sets r1 (generic: r2 too). */
void context_build(struct machine *m);

/* After a helper moved the ends of m->packet: adapts region and context fields. */
void context_packet_moved(struct machine *m);

void context_result(struct machine *m, struct result *out);

/* ---- the families, used by context.c */
enum err context_check_xdp(const struct prog_type *type, const struct input *input, struct errinfo *e);
enum err context_check_flow(const struct prog_type *type, const struct input *input, struct errinfo *e);
enum err context_check_skb(const struct prog_type *type, const struct input *input, struct errinfo *e);
void context_build_xdp(struct machine *m, struct region_list *list);
void context_build_flow(struct machine *m, struct region_list *list);
void context_build_skb(struct machine *m, struct region_list *list);
void context_moved_xdp(struct machine *m);
void context_moved_skb(struct machine *m);
void context_result_xdp(struct machine *m, struct result *out);
void context_result_flow(struct machine *m, struct result *out);
void context_result_skb(struct machine *m, struct result *out);

/* ---- for the families */
/* ERR_INPUT: "what: reason". */
enum err context_refuse(struct errinfo *e, const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* ERR_INPUT unless ctx bytes from `bytes` on are zero, as bpf_check_uarg_tail_zero() wants it. */
enum err context_check_tail(const struct input *input, uint32_t bytes, struct errinfo *e);
/* A u32 of ctx_in, 0 when it is not given that far. */
uint32_t context_in_u32(const struct input *input, uint32_t off);
uint64_t context_in_u64(const struct input *input, uint32_t off);
void context_add_region(struct region_list *list, const struct region *r);
/* One region per run of fields with equal access. */
void context_add_fields(const struct prog_type *type, struct region_list *list);
/* The packet as a region; access is what the guest may do to it. */
void context_add_packet(struct machine *m, struct region_list *list, enum access access);

#endif
