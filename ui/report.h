/* What one run came to, as text for people and as JSON for programs. Pure functions from machine to text. */
#ifndef UI_REPORT_H
#define UI_REPORT_H

#include "sim/engine.h"
#include "ui/target.h"

/* A run that has ended; everything is borrowed. */
struct run {
    const struct target *target;
    struct machine *machine;  /* after the run */
    struct machine *pristine; /* the same program before any run: what maps are compared with */
    struct stop stop;
};

/* "exit", "fault", "budget", "interrupt". */
const char *report_stop_name(uint32_t reasons);

/* The report in words, several lines. */
void report_text(const struct run *run, struct buf *out);

/* One JSON object on one line: "program", "type", "engine", "stop", "r0" (hex), "verdict", "packet" (hex, null when the type has none), "insns",
 * "cycles"; after a fault "fault" with "pc", "text" and, when known, "file" and "line"; "output" (list) and "maps" (what changed) when there
 * are any. */
void report_json(const struct run *run, struct buf *out);

#endif
