/* Running: from where the program is to the next thing that the user must hear of. What the user follows is
 * executed here; what is executed again in search of the past, in history.c and search.c. */
#ifndef DEBUGGER_RUN_H
#define DEBUGGER_RUN_H

#include "debugger/state.h"

/* What ends a run besides breakpoints, faults, exit and interrupts. */
struct goal {
    uint64_t budget;       /* instructions; UINT64_MAX: none */
    const uint32_t *pcs;   /* slots to stop at... */
    uint32_t n_pcs;
    uint32_t max_depth;    /* ...when the depth is at most this; MAX_FRAMES: any */
    struct moment moment;  /* unit NONE: none */
};

/* Starts the entry program on the session's input; the machine stands at its first instruction. ERR_DEBUGGER, ERR_INPUT. */
enum err run_start(struct session *s, struct errinfo *e);

/* Goes on until the goal or something else stops it: s->event says what. What the guest prints is appended to `out`, which is given to
 * config.flush now and then. Requires s->is_running. */
void run_resume(struct session *s, const struct goal *goal, struct buf *out);

/* The program stands still: what is seen of it from now on. With hits: what was hit is the reason, the first one is $_hit_bpnum. */
void run_set_event(struct session *s, enum event_kind kind, const struct stop *stop);
void run_set_hits(struct session *s, const struct stop *stop);

/* Appends what the guest has printed since the last time. */
void run_show_outputs(struct session *s, struct buf *out);

#endif
