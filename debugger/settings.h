/* `set NAME VALUE` and `show NAME`, from setting.def. */
#ifndef DEBUGGER_SETTINGS_H
#define DEBUGGER_SETTINGS_H

#include "debugger/state.h"

struct setting_info {
    const char *name, *doc;
    const char *values; /* ENUM: separated by blanks; BOOL: "on off"; UINT: NULL */
};
extern const struct setting_info setting_infos[];
extern const uint32_t n_setting_infos;

void settings_init(struct settings *settings);

/* The row that `name` (an unambiguous prefix) means, the first one of that name; -1: none, -2: several names. */
int settings_find(const char *name, size_t len);
/* The same for a name that `text` begins with; *len is its first word's length and becomes the whole name's, which may be two: "print pretty".
 * When only the first word is known *len stays. */
int settings_find_words(const char *text, size_t *len);
int settings_next(int row); /* the next one of the same name; -1: none */
/* Sets the row, or that of the same name whose word `text` is. */
enum err settings_set(struct session *s, int row, const char *text, struct errinfo *e);
void settings_show(const struct session *s, int row, struct buf *out); /* the sentence and a newline */

#endif
