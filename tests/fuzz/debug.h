/* A debugger for fuzz targets: it does not read the user's files, writes none, and what one session runs is bounded. */
#ifndef TESTS_FUZZ_DEBUG_H
#define TESTS_FUZZ_DEBUG_H

#include "debugger/command.h"

/* A session, to be freed with session_free, that owns the program from now on. One at a time. */
struct session *debug_open(struct program *program);

/* Executes a line. What is an error has a message, and every message an end. */
enum command_status debug_execute(struct session *s, const char *line);

#endif
