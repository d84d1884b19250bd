/* The list of engines: with main.c's list of subcommands, the composition root. A program for tests has a list of its own. */
#include "config.h"

#include "jit/auto.h"
#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "ui/engines.h"

const struct engine *const engines[] = { &auto_engine, &interp_engine, &jit_engine, &lockstep_engine, &lockstep_block_engine, NULL };
