/* What `make bench` measures. Each part prints for people and adds its figures for BENCH_JSON; parts are called one after the other
 * by bench.c. A part returns false when something is wrong, not when it is slow. */
#ifndef TESTS_BENCH_FIGURES_H
#define TESTS_BENCH_FIGURES_H

#include "sim/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Adds a figure to the array: {"figure", "value", "unit", "beside": {name: value}}. beside is stolen; NULL: nothing beside it. */
void add_figure(json_t *figures, const char *name, double value, const char *unit, json_t *beside);

void complain(const char *what, const struct errinfo *e);

/* race.c: the programs at paths, PROG.bpf.o with PROG.so beside it, under everything that can run them. */
bool race_programs(char **paths, uint32_t n, json_t *figures);

/* compile.c: how long the JIT takes to make code. */
bool time_compilation(json_t *figures);

/* points.c: what breakpoints and watches cost that never fire, and a session around a run. */
bool time_points(json_t *figures);
bool time_idle_debugger(json_t *figures);

/* history.c: going forward with history, and back. */
bool time_travel(json_t *figures);

/* fuzz.c: how many programs the fuzzer compares. */
bool time_fuzzing(json_t *figures);

/* mutants.c: how many corruptions fuzzing finds. */
bool count_mutants(json_t *figures);

#endif
