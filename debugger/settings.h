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

/* The row that `name` (an unambiguous prefix) means; -1: none, -2: several. */
int settings_find(const char *name, size_t len);
enum err settings_set(struct session *s, int row, const char *text, struct errinfo *e);
void settings_show(const struct session *s, int row, struct buf *out); /* the sentence and a newline */

#endif
