/* The history of a run: where it has been, and going back there. The machine is deterministic, so the past is a list of checkpoints (snapshots)
 * and what follows from them; in between, instructions are executed again. A moment is a number of instructions since the run began.
 *
 * What a user changes is not a consequence of anything: an edit is a checkpoint that is passed by going over to it. A moment at which there was
 * an edit means what was after it. An edit in the past begins a new branch: what came after it is forgotten.
 *
 * Nothing has to be switched on. Memory is bounded by `set history size`: checkpoints get sparse with the distance, then the oldest go. */
#ifndef DEBUGGER_HISTORY_H
#define DEBUGGER_HISTORY_H

#include "debugger/state.h"

/* A machine is there, or goes: before machine_free. */
void history_open(struct session *s);
void history_close(struct session *s);

/* A run was started: a new history. Or it was killed: there is none, but what is edited can still be undone. */
void history_begin(struct session *s);
void history_kill(struct session *s);

/* Before another engine takes over. */
void history_forget_code(struct session *s);

/* ---- for run.c: what executes instructions on the user's behalf */

/* Before running, also within a command that has edited registers (jump). Text as history_settle. */
void history_before_run(struct session *s, struct buf *out);
/* How many instructions may be executed until history_ran has to look; not 0. */
uint64_t history_room(const struct session *s);
/* After each run of an engine, which took so long. */
void history_ran(struct session *s, uint64_t n_insns, uint64_t ns);
/* When an edit was made at this moment it is made again; then true, and s->at_trap is what it was. */
bool history_replay_edit(struct session *s);

/* ---- edits: after each command, the one place where they are noticed */

/* Notes what the command has changed. Appends a sentence when that began a new branch. O(pages in use). */
void history_settle(struct session *s, struct buf *out);

/* Makes the machine again what it was at the last history_settle. */
void history_take_back(struct session *s);

/* Takes back the last edit: the machine is what it was right before. *moment is when that was. ERR_NO_EDIT. */
enum err history_undo(struct session *s, uint64_t *moment, struct errinfo *e);

/* ---- travelling */

bool history_has_run(const struct session *s);          /* there is a past: a run goes on, or has ended */
uint64_t history_first(const struct session *s);        /* the earliest moment that can be gone to */
uint64_t history_last(const struct session *s);         /* the latest one that has been reached */
uint64_t history_before(const struct session *s, uint64_t moment); /* of the checkpoint before it; history_first when there is none */
bool history_is_unseen(const struct session *s);        /* breakpoints at pc have not been looked at: run starts here, or was led here */

/* Goes to a moment from history_first on, also one that has not been yet, silently; breakpoints don't count. False when it can't be reached,
 * with the machine where that turned out: exit, fault, interrupt. */
bool history_go(struct session *s, uint64_t moment, struct stop *stop);

/* The first moment at which so many cycles are over, or the nearest one known: from there on one has to look. */
uint64_t history_of_cycles(const struct session *s, uint64_t cycles);

/* "12 checkpoints, 340 KiB" and so on, lines for people. */
void history_text(const struct session *s, struct buf *out);

/* Code of the program without traps and points, for who executes the past again on its own. NULL: no memory. */
struct code *history_code(struct session *s, const struct engine **engine);

#endif
