/* The one style of error messages on standard error: "ebpfdbg: what happened, where; what to do next". */
#ifndef UI_MESSAGE_H
#define UI_MESSAGE_H

#include "sim/base/error.h"

/* Prints the error and, when next is not NULL, "; NEXT". */
void message_error(const struct errinfo *e, const char *next);

/* The same for what has no error record. */
void message_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
