/* `--replay FILE`: a find of the fuzzer in the debugger. */
#ifndef UI_REPLAY_H
#define UI_REPLAY_H

#include "debugger/session.h"

/* Loads a find (jit/diff/findfile.h), asks the engines that it names whether they still differ on it, appends what they say, both states when
 * they do, and stops the session right before the first instruction that differs: the one that is found now, else the one that the file
 * names, else the first one. What engines do wrong here happens in processes of their own. ERR_OPEN, ERR_TOO_LARGE, ERR_SYNTAX, ERR_INPUT. */
enum err replay_open(struct session *session, const char *path, struct buf *out, struct errinfo *e);

#endif
