/* Catchpoints: stops at kinds of events, each of which is a set of instructions or something that the session finds out. */
#ifndef DEBUGGER_CATCH_H
#define DEBUGGER_CATCH_H

#include "debugger/state.h"

enum catch_kind {
#define CATCH(id, name, argument, help) CATCH_##id,
#include "debugger/catch.def"
    N_CATCHES
};

struct catch_row {
    const char *name, *argument, *help;
};
extern const struct catch_row catch_rows[N_CATCHES];

/* Reads "helper bpf_map_lookup_elem" and the like, without a condition. ERR_DEBUGGER, ERR_NO_HELPER, ERR_NO_MAP. */
enum err catch_parse(struct session *s, const char *text, size_t len, struct catch *out, struct errinfo *e);
void catch_free(struct catch *c);

/* Finds helper and map by name and appends the instructions where it can happen, in order, to *pcs, which the caller frees; none for what
 * the session finds out by itself. Errors as catch_parse. */
enum err catch_resolve(struct session *s, struct catch *c, uint32_t **pcs, uint32_t *n_pcs, struct errinfo *e);

/* Whether no place alone decides: the session finds out, or catch_applies has to be asked there. */
bool catch_is_filtered(const struct catch *c);
bool catch_applies(const struct session *s, const struct catch *c);

/* "helper 'bpf_ktime_get_ns'", "any helper", "fault": when it is set. "helper \"bpf_ktime_get_ns\"": in the table. */
void catch_text(const struct catch *c, bool is_row, struct buf *out);
/* "call to bpf_ktime_get_ns", "r3 was never written": when it has happened, at the present pc. */
void catch_event_text(const struct session *s, const struct catch *c, struct buf *out);

#endif
