/* Settings, one row of setting.def each. See settings.h. */
#include "config.h"

#include "debugger/settings.h"

#include "sim/base/base.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum setting_kind { SETTING_IS_BOOL, SETTING_IS_UINT, SETTING_IS_ENUM };

static const struct setting {
    enum setting_kind kind;
    size_t off; /* in struct settings */
    const char *shown;
} settings_rows[] = {
#define SETTING_BOOL(id, name, initial, doc, shown) { SETTING_IS_BOOL, offsetof(struct settings, id), shown },
#define SETTING_UINT(id, name, initial, doc, shown) { SETTING_IS_UINT, offsetof(struct settings, id), shown },
#define SETTING_ENUM(id, name, initial, values, doc, shown) { SETTING_IS_ENUM, offsetof(struct settings, id), shown },
#include "debugger/setting.def"
};

const struct setting_info setting_infos[] = {
#define SETTING_BOOL(id, name, initial, doc, shown) { name, doc, "on off" },
#define SETTING_UINT(id, name, initial, doc, shown) { name, doc, NULL },
#define SETTING_ENUM(id, name, initial, values, doc, shown) { name, doc, values },
#include "debugger/setting.def"
};
const uint32_t n_setting_infos = ARRAY_LEN(setting_infos);

void
settings_init(struct settings *settings)
{
#define SETTING_BOOL(id, name, initial, doc, shown) settings->id = initial;
#define SETTING_UINT(id, name, initial, doc, shown) settings->id = initial;
#define SETTING_ENUM(id, name, initial, values, doc, shown) settings->id = initial;
#include "debugger/setting.def"
}

int
settings_find(const char *name, size_t len)
{
    int found = -1;
    for (uint32_t i = 0; i < n_setting_infos; i++) {
        if (!len || strncmp(setting_infos[i].name, name, len) != 0)
            continue;
        if (strlen(setting_infos[i].name) == len)
            return (int)i;
        bool is_same = found >= 0 && strcmp(setting_infos[found].name, setting_infos[i].name) == 0;
        found = found == -1 ? (int)i : is_same ? found : -2;
    }
    return found;
}

int
settings_find_words(const char *text, size_t *len)
{
    int found = -1;
    size_t first = *len, gap = strspn(text + first, " \t"), second = strcspn(text + first + gap, " \t=");
    for (uint32_t i = 0; i < n_setting_infos && first && second; i++) {
        const char *name = setting_infos[i].name, *blank = strchr(name, ' ');
        if (!blank || (size_t)(blank - name) < first || strncmp(name, text, first) || strncmp(blank + 1, text + first + gap, second))
            continue;
        found = found == -1 ? (int)i : -2;
    }
    if (found == -1)
        return settings_find(text, first);
    *len = first + gap + second;
    return found;
}

int
settings_next(int row)
{
    for (uint32_t i = (uint32_t)row + 1; i < n_setting_infos; i++)
        if (strcmp(setting_infos[i].name, setting_infos[row].name) == 0)
            return (int)i;
    return -1;
}

/* Number of the word in a list separated by blanks that `text` abbreviates; -1: none or several. */
static int
word_index(const char *words, const char *text)
{
    int found = -1, i = 0;
    size_t len = strlen(text);
    for (const char *w = words; *w; i++) {
        size_t n = strcspn(w, " ");
        if (n == len && strncmp(w, text, n) == 0)
            return i;
        if (len && n > len && strncmp(w, text, len) == 0)
            found = found == -1 ? i : -2;
        w += n + (w[n] == ' ');
    }
    return found < 0 ? -1 : found;
}

static enum err
set_bool(bool *place, const char *text, struct errinfo *e)
{
    int i = *text ? word_index("on 1 yes enable off 0 no disable", text) : 0; /* nothing is "on", as in gdb */
    if (i < 0)
        return err_set(e, ERR_DEBUGGER, "\"on\" or \"off\" expected.", 0, 0, 0);
    *place = i < 4;
    return OK;
}

static enum err
set_uint(struct session *s, uint64_t *place, const char *text, struct errinfo *e)
{
    if (!*text)
        return err_set(e, ERR_ARGUMENT, "integer to set it to, or \"unlimited\"", 0, 0, 0);
    if (strlen(text) <= 9 && strncmp("unlimited", text, strlen(text)) == 0) {
        *place = 0;
        return OK;
    }
    return expr_number(s, text, place, e);
}

/* One of the words of this row, or of another one of the same name. */
static enum err
set_enum(struct session *s, int first, const char *text, struct errinfo *e)
{
    struct buf message = BUF_EMPTY;
    buf_puts(&message, "Requires an argument. Valid arguments are");
    for (int row = first; row >= 0; row = settings_next(row)) {
        int i = *text ? word_index(setting_infos[row].values, text) : -1;
        if (i >= 0) {
            *(uint32_t *)((char *)&s->settings + settings_rows[row].off) = (uint32_t)i;
            buf_free(&message);
            return OK;
        }
        buf_printf(&message, " %s", setting_infos[row].values);
    }
    buf_putc(&message, '.');
    if (*text) {
        buf_clear(&message);
        buf_printf(&message, "Undefined item: \"%.60s\".", text);
    }
    err_set(e, ERR_DEBUGGER, buf_text(&message), 0, 0, 0);
    buf_free(&message);
    return ERR_DEBUGGER;
}

enum err
settings_set(struct session *s, int row, const char *text, struct errinfo *e)
{
    void *place = (char *)&s->settings + settings_rows[row].off;
    switch (settings_rows[row].kind) {
    case SETTING_IS_BOOL:
        return set_bool(place, text, e);
    case SETTING_IS_UINT:
        return set_uint(s, place, text, e);
    default:
        return set_enum(s, row, text, e);
    }
}

static void
value_text(const struct session *s, int row, struct buf *out)
{
    const void *place = (const char *)&s->settings + settings_rows[row].off;
    if (settings_rows[row].kind == SETTING_IS_BOOL) {
        buf_puts(out, *(const bool *)place ? "on" : "off");
    } else if (settings_rows[row].kind == SETTING_IS_UINT) {
        uint64_t n = *(const uint64_t *)place;
        if (n)
            buf_printf(out, "%" PRIu64, n);
        else
            buf_puts(out, "unlimited");
    } else {
        const char *word = setting_infos[row].values;
        for (uint32_t i = *(const uint32_t *)place; i; i--)
            word += strcspn(word, " ") + 1;
        buf_write(out, word, strcspn(word, " "));
    }
}

void
settings_show(const struct session *s, int row, struct buf *out)
{
    const char *shown = settings_rows[row].shown, *gap = strstr(shown, "%s");
    buf_write(out, shown, (size_t)(gap - shown));
    value_text(s, row, out);
    buf_printf(out, "%s\n", gap + 2);
}
