/* What was counted, in the formats of other tools. */
#ifndef DEBUGGER_EXPORT_H
#define DEBUGGER_EXPORT_H

#include "debugger/summary.h"
#include "sim/base/error.h"

enum export_format {
    EXPORT_LCOV,      /* coverage by line, function and branch: genhtml draws it */
    EXPORT_CALLGRIND, /* cost by instruction and line, calls: KCachegrind and callgrind_annotate show it */
    EXPORT_FOLDED,    /* "f;g;h 12" per stack, in cycles: what flame graphs are drawn from */
    N_EXPORTS
};

extern const char *const export_names[N_EXPORTS]; /* "lcov", "callgrind", "folded" */

/* Appends the text of the file. */
void export_text(enum export_format format, const struct summary *summary, struct buf *out);

/* What the end of a file's name asks for: .info lcov, .folded folded, all others callgrind. */
enum export_format export_format_of(const char *path);

/* Writes text to a file, which is made anew. ERR_OPEN with the system's reason. */
enum err export_write(const char *path, const struct buf *text, struct errinfo *e);

/* export_callgrind.c, export_folded.c */
void export_callgrind(const struct summary *summary, struct buf *out);
void export_folded(const struct summary *summary, struct buf *out);

#endif
