/* Completion: what may stand where the cursor is. Candidates come from the command table and from the session. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/catch.h"
#include "debugger/settings.h"
#include "debugger/source.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct words {
    char **list;
    size_t n, cap;
    const char *prefix;
    size_t prefix_len;
};

static void
offer_len(struct words *w, const char *word, size_t len)
{
    if (len < w->prefix_len || memcmp(word, w->prefix, w->prefix_len) != 0)
        return;
    w->list = grow(w->list, w->n, &w->cap, sizeof *w->list);
    w->list[w->n++] = xstrndup(word, len);
}

static void
offer(struct words *w, const char *word)
{
    offer_len(w, word, strlen(word));
}

/* Each word of a list separated by blanks. */
static void
offer_each(struct words *w, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        offer_len(w, words, n);
        words += n + (words[n] == ' ');
    }
}

static void
offer_commands(const struct session *s, const struct command_row *parent, struct words *w)
{
    for (uint32_t i = 0; i < n_command_rows; i++) {
        if (command_is_child(&command_rows[i], parent))
            offer(w, command_rows[i].info.name);
    }
    for (uint32_t i = 0; !parent && i < s->n_user_commands; i++)
        offer(w, s->user_commands[i].name);
    for (uint32_t i = 0; !parent && i < s->n_aliases; i++)
        offer(w, s->aliases[i].name);
}

static void
offer_functions(const struct session *s, bool programs_only, struct words *w)
{
    for (uint32_t i = 0; s->program && i < s->program->n_functions; i++) {
        if (!programs_only || s->program->functions[i].is_program)
            offer(w, s->program->functions[i].name);
    }
}

static void
offer_maps(const struct session *s, struct words *w)
{
    for (uint32_t i = 0; s->program && i < s->program->n_maps; i++)
        offer(w, s->program->maps[i].name);
}

static void
offer_files(const struct session *s, struct words *w)
{
    for (uint32_t i = 0; s->program && i < s->program->n_files; i++) {
        struct buf name = BUF_EMPTY;
        buf_printf(&name, "%s:", source_name(s, i));
        offer(w, buf_text(&name));
        buf_free(&name);
    }
}

static void
offer_registers(struct words *w, bool with_dollar)
{
    for (int i = 0; i < N_REG_IDS; i++) {
        char name[16];
        snprintf(name, sizeof name, "%s%s", with_dollar ? "$" : "", reg_id_name(i));
        offer(w, name);
    }
}

static void
offer_symbols(const struct session *s, struct words *w)
{
    offer_functions(s, false, w);
    offer_maps(s, w);
    if (w->prefix_len && *w->prefix == '$') {
        offer_registers(w, true);
        for (uint32_t i = 0; i < s->n_variables; i++) {
            struct buf name = BUF_EMPTY;
            buf_printf(&name, "$%s", s->variables[i].name);
            offer(w, buf_text(&name));
            buf_free(&name);
        }
    }
}

static void
offer_number(struct words *w, uint32_t number)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    offer(w, text);
}

static void
offer_fields(const struct session *s, struct words *w)
{
    const struct prog_type *type = s->machine ? s->machine->type : NULL;
    for (uint32_t i = 0; type && i < type->n_fields; i++)
        offer(w, type->fields[i].name);
}

static void
offer_helpers(struct words *w)
{
    for (int32_t id = 0; id < 512; id++) {
        if (helper_name(id))
            offer(w, helper_name(id));
    }
}

static void
offer_settings(struct words *w)
{
    for (uint32_t i = 0; i < n_setting_infos; i++)
        offer(w, setting_infos[i].name);
}

static void
offer_engines(const struct session *s, struct words *w)
{
    for (const struct engine *const *engine = s->config.engines; *engine; engine++)
        offer(w, (*engine)->name);
}

static void
offer_types(struct words *w)
{
    for (uint32_t i = 0; i < n_prog_types; i++)
        offer(w, prog_types[i].name);
}

/* Names in the folder that the word has got to; a folder ends with "/". */
static void
offer_paths(struct words *w)
{
    const char *slash = strrchr(w->prefix, '/');
    char *folder = slash ? xstrndup(w->prefix, (size_t)(slash - w->prefix) + 1) : xstrdup("");
    DIR *dir = opendir(*folder ? folder : ".");
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        struct buf path = BUF_EMPTY;
        struct stat about;
        bool is_hidden = *entry->d_name == '.' && (slash ? slash[1] : *w->prefix) != '.';
        buf_printf(&path, "%s%s", folder, entry->d_name);
        if (stat(buf_text(&path), &about) == 0 && S_ISDIR(about.st_mode))
            buf_putc(&path, '/');
        if (!is_hidden && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            offer(w, buf_text(&path));
        buf_free(&path);
    }
    if (dir)
        closedir(dir);
    free(folder);
}

static void
offer_argument(const struct session *s, const struct command_row *row, struct words *w)
{
    switch (row->complete) {
    case COMPLETE_NOTHING:
        return;
    case COMPLETE_FILE:
        offer_paths(w);
        return;
    case COMPLETE_CATCH:
        for (uint32_t i = 0; i < N_CATCHES; i++)
            offer(w, catch_rows[i].name);
        offer_helpers(w);
        offer_maps(s, w);
        return;
    case COMPLETE_LOGGING:
        offer_each(w, "enabled file overwrite redirect");
        return;
    case COMPLETE_COMMAND:
        offer_commands(s, NULL, w);
        return;
    case COMPLETE_LOCATION:
        offer_functions(s, false, w);
        offer_files(s, w);
        return;
    case COMPLETE_EXPR:
        offer_symbols(s, w);
        return;
    case COMPLETE_POINTS:
        for (uint32_t i = 0; i < s->n_breakpoints; i++)
            offer_number(w, s->breakpoints[i].number);
        return;
    case COMPLETE_DISPLAYS:
        for (uint32_t i = 0; i < s->n_displays; i++)
            offer_number(w, s->displays[i].number);
        return;
    case COMPLETE_SETTING:
        offer_settings(w);
        if (strcmp(row->info.name, "set") == 0)
            offer_symbols(s, w);
        return;
    case COMPLETE_PROGRAM:
        offer_functions(s, true, w);
        return;
    case COMPLETE_TYPE:
        offer_types(w);
        return;
    case COMPLETE_ENGINE:
        offer_engines(s, w);
        return;
    case COMPLETE_ENV:
        for (size_t i = 0; env_name(i); i++)
            offer(w, env_name(i));
        return;
    case COMPLETE_USER:
        for (uint32_t i = 0; i < s->n_user_commands; i++)
            offer(w, s->user_commands[i].name);
        return;
    case COMPLETE_REGISTERS:
        offer_registers(w, w->prefix_len && *w->prefix == '$');
        return;
    case COMPLETE_MAP:
        offer_maps(s, w);
        return;
    case COMPLETE_CTX_FIELD:
        offer_fields(s, w);
        return;
    case COMPLETE_HELPER:
        offer_helpers(w);
        return;
    }
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once, NULL at the end. */
static char **
finish(struct words *w)
{
    size_t n = 0;
    if (w->n)
        qsort(w->list, w->n, sizeof *w->list, by_text);
    for (size_t i = 0; i < w->n; i++) {
        if (n && strcmp(w->list[n - 1], w->list[i]) == 0)
            free(w->list[i]);
        else
            w->list[n++] = w->list[i];
    }
    w->list = grow(w->list, n, &w->cap, sizeof *w->list);
    w->list[n] = NULL;
    return w->list;
}

static bool
is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '-' || c == '.';
}

/* The command whose argument is being completed: walks the full words before the cursor. NULL while a command's name itself is
 * (then *parent is its prefix) or when there is no such command (then *is_lost). */
static const struct command_row *
command_before(const char *text, const char *word, const struct command_row **parent, bool *is_lost)
{
    struct errinfo e;
    *parent = NULL;
    *is_lost = false;
    if (text == word)
        return NULL;
    const struct command_row *row = command_lookup(NULL, &text, &e);
    if (!row || text > word) {
        *is_lost = true;
        return NULL;
    }
    if (!(row->flags & COMMAND_PREFIX))
        return row;
    const char *rest = text + strspn(text, " \t");
    *parent = row;
    if (rest >= word)
        return row->args == ARGS_TEXT || row->args == ARGS_NUMBERS ? row : NULL;
    const struct command_row *child = command_lookup(row, &rest, &e);
    *parent = NULL;
    return child && rest <= word ? child : row;
}

/* The values of the setting that the words before the cursor name. */
static bool
offer_setting_values(const char *line, const char *word, struct words *w)
{
    const char *p = line + strspn(line, " \t");
    p += command_word(p);
    p += strspn(p, " \t");
    size_t len = command_word(p);
    int row = p < word && p + len <= word ? settings_find(p, len) : -1;
    if (row < 0)
        return false;
    for (; row >= 0; row = settings_next(row))
        if (setting_infos[row].values)
            offer_each(w, setting_infos[row].values);
    return true;
}

char **
command_complete(struct session *s, const char *line, size_t cursor, size_t *start)
{
    struct words w = { 0 };
    const struct command_row *parent;
    bool is_lost;
    char *text = xstrndup(line, cursor);
    size_t len = strlen(text), at = len, indent = strspn(text, " \t");
    while (at > indent && is_word_char(text[at - 1]))
        at--;
    const char *word = text + at;
    const struct command_row *row = command_before(text + (indent < at ? indent : at), word, &parent, &is_lost);
    while (row && !parent && row->complete == COMPLETE_FILE && at > indent && !isspace((unsigned char)text[at - 1]))
        at--;
    w.prefix = text + at;
    w.prefix_len = len - at;
    bool is_set = row && !row->info.parent && strcmp(row->info.name, "set") == 0;
    if (!is_lost && (!row || parent))
        offer_commands(s, parent, &w);
    if (row && !(is_set && !parent && offer_setting_values(text, word, &w)))
        offer_argument(s, row, &w);
    *start = at;
    char **list = finish(&w);
    free(text);
    return list;
}

void
command_free_completions(char **list)
{
    for (char **word = list; *word; word++)
        free(*word);
    free(list);
}
