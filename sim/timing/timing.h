/* Cycle models behind one small interface: what one execution of an instruction costs. Costs are static per instruction, so that
 * engines can add them per block. Counted in 1/1000 cycle, so that tables may hold fractions. */
#ifndef SIM_TIMING_TIMING_H
#define SIM_TIMING_TIMING_H

#include "sim/base/error.h"
#include "sim/isa/isa.h"

#define CYCLE_SCALE 1000u

struct cost_model {
    char name[32];               /* "unit", "table", or the [meta] name of the file */
    uint32_t insn[N_OPS_ALL];    /* 1/1000 cycle per execution */
    uint32_t helper[512];        /* added to a call of helper id */
    uint32_t helper_default;     /* ids from 512 on, kfuncs */
};

void cost_model_unit(struct cost_model *model);  /* 1 cycle per instruction: exact, portable, the default */
void cost_model_table(struct cost_model *model); /* built-in per-opcode table (see HACKING.md on what it is not) */

/* Reads a user's .ebpfcost file on top of the built-in table (format: ebpfdbg(1), "COST FILES"). Every unknown key, bad number or
 * unknown row is an error with its line. ERR_OPEN, ERR_COST_FILE. */
enum err cost_model_load(const char *path, struct cost_model *model, struct errinfo *e);

uint32_t cost_of(const struct cost_model *model, const struct insn *insn);

#endif
