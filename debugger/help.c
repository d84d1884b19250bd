/* help, apropos: everything is read from the command table. See help.h. */
#include "config.h"

#include "debugger/help.h"

#include "debugger/alias.h"
#include "debugger/call.h"
#include "debugger/script.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

static const struct class_row {
    const char *name, *doc;
} classes[N_CLASSES] = {
    [CLASS_RUNNING] = { "running", "Running the program." },
    [CLASS_BREAKPOINTS] = { "breakpoints", "Making program stop at certain points." },
    [CLASS_DATA] = { "data", "Examining data." },
    [CLASS_STACK] = { "stack", "Examining the stack." },
    [CLASS_FILES] = { "files", "Specifying and examining files." },
    [CLASS_STATUS] = { "status", "Status inquiries." },
    [CLASS_SUPPORT] = { "support", "Support facilities." },
};

static void
put_summary(const char *help, struct buf *out)
{
    buf_write(out, help, strcspn(help, "\n"));
    buf_putc(out, '\n');
}

/* "info line -- ...", "step, s -- ..." */
static void
put_row(const struct command_row *row, struct buf *out)
{
    const struct command_info *info = &row->info;
    if (info->parent)
        buf_printf(out, "%s ", info->parent);
    buf_puts(out, info->name);
    for (const char *a = info->aliases; *a;) {
        size_t n = strcspn(a, " ");
        buf_puts(out, ", ");
        if (info->parent)
            buf_printf(out, "%s ", info->parent);
        buf_write(out, a, n);
        a += n + (a[n] == ' ');
    }
    buf_puts(out, " -- ");
    put_summary(info->help, out);
}

static int
by_name(const void *a, const void *b)
{
    const struct command_row *x = *(const struct command_row *const *)a, *y = *(const struct command_row *const *)b;
    const char *x_first = x->info.parent ? x->info.parent : x->info.name, *y_first = y->info.parent ? y->info.parent : y->info.name;
    int order = strcmp(x_first, y_first);
    return order ? order : !x->info.parent ? -1 : !y->info.parent ? 1 : strcmp(x->info.name, y->info.name);
}

/* Rows for which `wanted` holds, by name. */
static void
put_rows(bool (*wanted)(const struct command_row *row, const void *arg), const void *arg, struct buf *out)
{
    const struct command_row **rows = xcalloc(n_command_rows, sizeof *rows);
    size_t n = 0;
    for (uint32_t i = 0; i < n_command_rows; i++) {
        if (wanted(&command_rows[i], arg))
            rows[n++] = &command_rows[i];
    }
    qsort(rows, n, sizeof *rows, by_name);
    for (size_t i = 0; i < n; i++)
        put_row(rows[i], out);
    free(rows);
}

static bool
is_in_class(const struct command_row *row, const void *arg)
{
    return !row->info.parent && row->class == *(const enum command_class *)arg;
}

static bool
is_subcommand(const struct command_row *row, const void *arg)
{
    return row->info.parent && strcmp(row->info.parent, arg) == 0;
}

static bool
matches(const char *text, const regex_t *regex)
{
    return regexec(regex, text, 0, NULL, 0) == 0;
}

static bool
mentions(const struct command_row *row, const void *regex)
{
    return matches(row->info.name, regex) || matches(row->info.aliases, regex) || matches(row->info.help, regex);
}

static void
put_footer(struct buf *out)
{
    buf_puts(out, "\nType \"help\" followed by command name for full documentation.\n"
                  "Type \"apropos word\" to search for commands related to \"word\".\n"
                  "Command name abbreviations are allowed if unambiguous.\n");
}

void
help_subcommands(const char *parent, struct buf *out)
{
    buf_printf(out, "List of %s subcommands:\n\n", parent);
    put_rows(is_subcommand, parent, out);
    buf_printf(out, "\nType \"help %s\" followed by %s subcommand name for full documentation.\n"
                    "Command name abbreviations are allowed if unambiguous.\n", parent, parent);
}

static void
help_class(enum command_class class, struct buf *out)
{
    buf_printf(out, "%s\n\nList of commands:\n\n", classes[class].doc);
    put_rows(is_in_class, &class, out);
    put_footer(out);
}

static void
help_classes(struct buf *out)
{
    buf_puts(out, "List of classes of commands:\n\n");
    for (int i = 0; i < N_CLASSES; i++)
        buf_printf(out, "%s -- %s\n", classes[i].name, classes[i].doc);
    buf_puts(out, "user-defined -- User-defined commands.\n\nType \"help\" followed by a class name for a list of commands in that class.\n"
                  "Type \"help all\" for the list of all commands.");
    put_footer(out);
}

static void
help_all(struct buf *out)
{
    for (enum command_class i = 0; i < N_CLASSES; i++) {
        buf_printf(out, "%sCommand class: %s\n\n", i ? "\n" : "", classes[i].name);
        put_rows(is_in_class, &i, out);
    }
    put_footer(out);
}

/* "step, s", the summary, the usage, the rest; a prefix lists its subcommands. */
static void
help_command(const struct command_row *row, struct buf *out)
{
    const struct command_info *info = &row->info;
    size_t summary = strcspn(info->help, "\n");
    if (*info->aliases) {
        if (info->parent)
            buf_printf(out, "%s ", info->parent);
        buf_puts(out, info->name);
        for (const char *a = info->aliases; *a;) {
            size_t n = strcspn(a, " ");
            buf_printf(out, ", %.*s", (int)n, a);
            a += n + (a[n] == ' ');
        }
        buf_putc(out, '\n');
    }
    put_summary(info->help, out);
    buf_printf(out, "Usage: %s\n", info->usage);
    if (info->help[summary])
        buf_printf(out, "%s\n", info->help + summary + 1);
    if (row->flags & COMMAND_PREFIX) {
        buf_putc(out, '\n');
        help_subcommands(info->name, out);
    }
}

static void
help_user_commands(const struct session *s, struct buf *out)
{
    buf_puts(out, "User-defined commands.\nThe commands in this class are those defined by the user.\n\nList of commands:\n\n");
    for (uint32_t i = 0; i < s->n_user_commands; i++) {
        const struct user_command *user = &s->user_commands[i];
        buf_printf(out, "%s -- ", user->name);
        put_summary(user->document ? user->document : "User-defined.", out);
    }
}

static void
help_aliases(const struct session *s, struct buf *out)
{
    buf_puts(out, "User-defined aliases of other commands.\n\nList of commands:\n\n");
    for (uint32_t i = 0; i < s->n_aliases; i++)
        buf_printf(out, "%s -- %s\n", s->aliases[i].name, s->aliases[i].text);
    put_footer(out);
}

enum err
cmd_help(struct call *c)
{
    const char *text = c->text;
    const struct user_command *user = script_find(c->s, text, strlen(text));
    if (!*text) {
        help_classes(c->out);
        return OK;
    }
    const struct alias *alias = alias_find(c->s, text, strlen(text));
    if (alias)
        text = alias->text;
    if (user) {
        buf_printf(c->out, "%s\n", user->document ? user->document : "User-defined.");
        return OK;
    }
    if (strcmp(text, "aliases") == 0) {
        help_aliases(c->s, c->out);
        return OK;
    }
    if (strcmp(text, "user-defined") == 0) {
        help_user_commands(c->s, c->out);
        return OK;
    }
    const struct command_row *row = command_lookup(NULL, &text, c->e);
    enum err unknown = row ? OK : c->e->code;
    for (int i = 0; i < N_CLASSES; i++) { /* a command named like its class comes first, as in gdb */
        if (strcmp(c->text, classes[i].name) == 0 && !row) {
            help_class((enum command_class)i, c->out);
            return OK;
        }
    }
    if (!row && strcmp(c->text, "all") == 0) {
        help_all(c->out);
        return OK;
    }
    if (!row)
        return unknown;
    text += strspn(text, " \t");
    if (*text && (row->flags & COMMAND_PREFIX)) {
        row = command_lookup(row, &text, c->e);
        if (!row)
            return c->e->code;
    }
    help_command(row, c->out);
    return OK;
}

enum err
cmd_apropos(struct call *c)
{
    if (!*c->text)
        return err_set(c->e, ERR_DEBUGGER, "REGEXP string is empty", 0, 0, 0);
    regex_t regex;
    int bad = regcomp(&regex, c->text, REG_NOSUB | REG_ICASE);
    if (bad) {
        char why[128];
        regerror(bad, &regex, why, sizeof why);
        return err_set_detail(c->e, ERR_DEBUGGER, "Error in regular expression: ", why);
    }
    put_rows(mentions, &regex, c->out);
    for (uint32_t i = 0; i < c->s->n_user_commands; i++) {
        const struct user_command *user = &c->s->user_commands[i];
        if (!matches(user->name, &regex) && !(user->document && matches(user->document, &regex)))
            continue;
        buf_printf(c->out, "%s -- ", user->name);
        put_summary(user->document ? user->document : "User-defined.", c->out);
    }
    regfree(&regex);
    return OK;
}

enum err
cmd_complete(struct call *c)
{
    size_t start, len = strlen(c->text);
    char **list = command_complete(c->s, c->text, len, &start);
    for (char **word = list; *word; word++)
        buf_printf(c->out, "%.*s%s\n", (int)start, c->text, *word);
    command_free_completions(list);
    return OK;
}
