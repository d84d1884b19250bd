/* Counting what the program executes, for `profile` and `info coverage`. Off at first, and then it costs nothing.
 *
 * Counted is what runs in the foreground, each moment of a run once: run.c executes through profile_run, which leaves alone what was
 * counted already when the program goes on from a moment in the past. Who executes the past again for reasons of its own does so with code
 * that counts nothing (history_code), or between profile_hold and profile_release. */
#ifndef DEBUGGER_PROFILE_H
#define DEBUGGER_PROFILE_H

#include "debugger/state.h"

/* Counts from now on; what was counted before stays. ERR_NO_COUNTS: the engine can't. Requires a program. */
enum err profile_on(struct session *s, struct errinfo *e);
void profile_off(struct session *s);
void profile_reset(struct session *s);

/* The program goes: what was counted is lost, that it is counted stays. */
void profile_forget(struct session *s);
/* Its code was opened: by another engine, or of another program. */
void profile_follow(struct session *s);
/* Whether an engine may take over. ERR_NO_COUNTS. */
enum err profile_check_engine(const struct session *s, const struct engine *engine, struct errinfo *e);

/* A run was started. */
void profile_begin(struct session *s);

/* s->engine->run on s->code and s->machine, at most profile_room instructions. */
struct stop profile_run(struct session *s, uint64_t budget, uint32_t how);
uint64_t profile_room(const struct session *s);

void profile_hold(struct session *s);
void profile_release(struct session *s);

#endif
