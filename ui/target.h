/* What a command line asks to run: the program, its entry and type, the input, the engine and the cost model. One way to read these
 * options for all subcommands. */
#ifndef UI_TARGET_H
#define UI_TARGET_H

#include "sim/machine/input.h"
#include "sim/machine/machine.h"
#include "sim/machine/progtype.h"
#include "ui/engines.h"
#include "ui/input.h"
#include "ui/options.h"
#include "ui/perfmap.h"

struct target {
    struct program *program;
    uint32_t entry; /* function index */
    const struct prog_type *type;
    const struct engine *engine;
    struct cost_model costs;
    struct bytes packet, ctx; /* data NULL when not given */
    struct perfmap *perfmap;  /* NULL: not wanted */
};

/* How the options want a file to be read. */
struct load_options target_load_options(const struct options *o);

/* The cost model that --cost names: "unit" (or NULL), "table", or a file. ERR_OPEN, ERR_COST_FILE. */
enum err target_costs(const char *name, struct cost_model *costs, struct errinfo *e);

/* The function to run: the one named (also by its section), else program_default_entry(). ERR_USAGE when the name is unknown, ERR_INPUT
 * when there is no code. */
enum err target_entry(const struct program *p, const char *name, uint32_t *entry, struct errinfo *e);

/* The program type: the one named, or what the section of the entry says. ERR_USAGE. */
enum err target_type(const struct program *p, uint32_t entry, const char *name, const struct prog_type **type, struct errinfo *e);

/* --packet, --pcap and --ctx. A type that needs a packet and is given none gets DEFAULT_PACKET_BYTES zeros. ERR_USAGE, ERR_OPEN,
 * ERR_INPUT, ERR_TOO_LARGE. */
enum { DEFAULT_PACKET_BYTES = 64 };
enum err target_input(const struct options *o, const struct prog_type *type, struct bytes *packet, struct bytes *ctx, struct errinfo *e);

/* All of these for a program that is to run without a debugger, and --perf-map. Prints what the loader had to note. On an error everything
 * is freed. All code must be closed before target_close. */
enum err target_open(const struct options *o, struct target *t, struct errinfo *e);
void target_close(struct target *t);

/* A machine for it; what the maps had to be cut to is printed. Ctrl-C interrupts it. */
struct machine *target_machine(const struct target *t);

/* --max-insns: UINT64_MAX for 0; some seconds of the interpreter unless it is given: an end to endless loops. */
uint64_t target_max_insns(const struct options *o);

/* Appends " PROG.o --packet ..." as a shell takes it: the options that say what to run and on what, so that another command line can be
 * told to the user. */
void target_put_options(const struct options *o, struct buf *out);

/* The bytes as machine_start and session_set_input want them. */
static inline struct input
target_as_input(const struct bytes *packet, const struct bytes *ctx)
{
    return (struct input){ .packet = packet->data, .packet_bytes = packet->n, .ctx = ctx->data, .ctx_bytes = ctx->n };
}

#endif
