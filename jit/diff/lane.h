/* A lane: one engine at work on subjects, one after the other. Machines and code memory stay, so that a subject costs what its
 * instructions cost. */
#ifndef JIT_DIFF_LANE_H
#define JIT_DIFF_LANE_H

#include "jit/diff/difference.h"
#include "jit/diff/subject.h"
#include "sim/engine.h"

/* What all lanes that are compared have in common. */
struct lane_world {
    struct program *program;     /* the subject, linked */
    struct cost_model table, unit;
    struct env env;              /* in which every run begins, but for the subject's own may_goto_limit */
    bool has_points;             /* all engines know points: those of subjects are set */
};

struct lane {
    const struct engine *engine;
    struct code *code;       /* NULL: not opened */
    struct machine *machine;
    struct points *points;   /* the subject's, with this lane's counts; NULL: none are set */
    struct stop stop;        /* of the last run */
};

/* The model that the subject asks for. */
const struct cost_model *lane_costs(const struct lane_world *w, const struct subject *s);

/* Starts the machine on the subject, which w->program is linked to. False: it takes no such input. */
bool lane_start(struct lane *lane, const struct lane_world *w, const struct subject *s);

/* Opens the program, starts the machine and sets the subject's points. False: the engine can't. */
bool lane_open(struct lane *lane, const struct lane_world *w, const struct subject *s);

/* Clears the points. To be called when the comparison is over, at the latest. */
void lane_clear_points(struct lane *lane);

/* Forgets the code and the machine. */
void lane_close(struct lane *lane);

/* What the two have after the same run: the stop, the state, the points, memory with its gaps. True with *d filled when it is not the same. */
bool lanes_differ(const struct lane *a, const struct lane *b, struct difference *d);

#endif
