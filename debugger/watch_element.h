/* Watching an element of a map by its key, whether it is there or not. */
#ifndef DEBUGGER_WATCH_ELEMENT_H
#define DEBUGGER_WATCH_ELEMENT_H

#include "debugger/state.h"

/* Reads "MAP[KEY]", the key as `map lookup` takes it. *out is NULL when the text is something else, else the caller's to free with
 * watch_element_free. ERR_NO_KEYS, errors of bytes_parse_exact. */
enum err watch_element_parse(struct session *s, const char *text, struct watch_element **out, struct errinfo *e);
void watch_element_free(struct watch_element *x);

struct vtype watch_element_type(const struct session *s, const struct watch_element *x);

/* The value, its bytes being the guest's own; false when there is no such element. *reads gets what has to change before the answer can be
 * another one: the element, and what of the map changes when elements come, go or move. */
bool watch_element_value(const struct session *s, const struct watch_element *x, struct value *out, struct reads *reads);

#endif
