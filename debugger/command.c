/* The command table and its dispatch: words, abbreviations, argument grammar, repetition. See command.h and command.def. */
#include "config.h"

#include "debugger/command.h"

#include "debugger/alias.h"
#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/history.h"
#include "debugger/logging.h"
#include "debugger/render.h"
#include "debugger/script.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The flags as command.def writes them. */
enum {
    REPEAT = COMMAND_REPEAT, REPEAT_BARE = COMMAND_REPEAT_BARE, RUNNING = COMMAND_RUNNING, STACK = COMMAND_STACK,
    REGISTERS = COMMAND_REGISTERS, PROGRAM = COMMAND_PROGRAM, PREFIX = COMMAND_PREFIX, LINES = COMMAND_LINES, PAST = COMMAND_PAST,
};

#define INFO(parent, name, aliases, class, usage, help) { name, parent, aliases, #class, usage, help }

const struct command_row command_rows[] = {
#define COMMAND(parent, name, aliases, class, flags, args, complete, function, usage, help) \
    { INFO(parent, name, aliases, class, usage, help), CLASS_##class, flags, ARGS_##args, COMPLETE_##complete, cmd_##function },
#include "debugger/command.def"
};
const uint32_t n_command_rows = ARRAY_LEN(command_rows);

const struct command_info command_infos[] = {
#define COMMAND(parent, name, aliases, class, flags, args, complete, function, usage, help) INFO(parent, name, aliases, class, usage, help),
#include "debugger/command.def"
};
const uint32_t n_command_infos = ARRAY_LEN(command_infos);

size_t
command_word(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '-')
        n++;
    return n;
}

bool
command_is_child(const struct command_row *row, const struct command_row *parent)
{
    if (!parent)
        return !row->info.parent;
    return row->info.parent && !parent->info.parent && strcmp(row->info.parent, parent->info.name) == 0;
}

bool
command_is_named(const struct command_row *row, const char *word, size_t len)
{
    if (strlen(row->info.name) == len && memcmp(row->info.name, word, len) == 0)
        return true;
    for (const char *a = row->info.aliases; *a;) {
        size_t n = strcspn(a, " ");
        if (n == len && memcmp(a, word, n) == 0)
            return true;
        a += n + (a[n] == ' ');
    }
    return false;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "Ambiguous command "in": info, inspect." */
static void
ambiguous(const struct command_row *parent, const char *word, size_t len, struct errinfo *e)
{
    const char *names[ARRAY_LEN(command_rows)];
    size_t n = 0;
    for (uint32_t i = 0; i < n_command_rows; i++) {
        const struct command_row *row = &command_rows[i];
        if (command_is_child(row, parent) && strncmp(row->info.name, word, len) == 0)
            names[n++] = row->info.name;
    }
    qsort(names, n, sizeof *names, by_text);
    struct buf list = BUF_EMPTY;
    for (size_t i = 0; i < n; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    char subject[96];
    snprintf(subject, sizeof subject, "%s%scommand \"%.*s\"", parent ? parent->info.name : "", parent ? " " : "", (int)len, word);
    err_set_detail(e, ERR_AMBIGUOUS, subject, buf_text(&list));
    buf_free(&list);
}

const struct command_row *
command_lookup(const struct command_row *parent, const char **text, struct errinfo *e)
{
    const struct command_row *found = NULL;
    size_t len = command_word(*text), n = 0;
    *e = (struct errinfo){ .code = OK };
    if (!len && parent)
        return NULL;
    for (uint32_t i = 0; i < n_command_rows; i++) {
        const struct command_row *row = &command_rows[i];
        if (!command_is_child(row, parent))
            continue;
        if (command_is_named(row, *text, len)) {
            *text += len;
            return row;
        }
        if (len && strncmp(row->info.name, *text, len) == 0) {
            found = row;
            n++;
        }
    }
    if (n == 1) {
        *text += len;
        return found;
    }
    char word[64];
    snprintf(word, sizeof word, "%.*s", len ? (int)len : (int)strcspn(*text, " \t"), *text);
    if (n)
        ambiguous(parent, word, strlen(word), e);
    else if (parent)
        err_set_detail(e, ERR_SUBCOMMAND, word, parent->info.name);
    else
        err_set(e, ERR_COMMAND, word, 0, 0, 0);
    return NULL;
}

static enum err
check_state(const struct session *s, unsigned flags, struct errinfo *e)
{
    if ((flags & COMMAND_PROGRAM) && !s->program)
        return err_set(e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
    if (s->is_running || ((flags & COMMAND_PAST) && history_has_run(s)))
        return OK;
    if (flags & (COMMAND_RUNNING | COMMAND_PAST))
        return err_set(e, ERR_NOT_RUNNING, NULL, 0, 0, 0);
    if (flags & COMMAND_STACK)
        return err_set(e, ERR_NO_STACK, NULL, 0, 0, 0);
    if (flags & COMMAND_REGISTERS)
        return err_set(e, ERR_NO_REGISTERS_NOW, NULL, 0, 0, 0);
    return OK;
}

/* The row that the line means: the command, or its subcommand. *text is moved to the arguments. For a prefix whose next word is no
 * subcommand the prefix itself takes all of it when its arguments are free text, otherwise that is an error. */
static const struct command_row *
resolve(const char **text, struct errinfo *e)
{
    const struct command_row *row = command_lookup(NULL, text, e);
    if (!row || !(row->flags & COMMAND_PREFIX))
        return row;
    const char *rest = *text;
    while (isspace((unsigned char)*rest))
        rest++;
    if (strcmp(row->info.name, "set") == 0 || strcmp(row->info.name, "show") == 0) /* they choose between settings and rows */
        return row;
    const struct command_row *child = command_lookup(row, &rest, e);
    if (child) {
        *text = rest;
        return child;
    }
    bool takes_numbers = row->args == ARGS_NUMBERS;
    if (e->code == OK || takes_numbers)
        return row;
    return NULL;
}

enum err
command_call(struct session *s, const struct command_row *row, const char *text, bool is_interactive, struct buf *out, struct errinfo *e)
{
    struct call c = { .s = s, .row = row, .is_interactive = is_interactive, .out = out, .e = e };
    size_t len = strlen(text);
    while (row->args != ARGS_RAW && len && isspace((unsigned char)text[len - 1]))
        len--;
    char *args = xstrndup(text, len);
    enum err err = check_state(s, row->flags, e);
    if (!err)
        err = args_read(&c, args);
    if (!err)
        err = row->function(&c);
    history_settle(s, out);
    args_free(&c);
    free(args);
    return err;
}

static void
remember(struct session *s, const struct command_row *row, const char *line, const char *args)
{
    free(s->repeat);
    s->repeat = NULL;
    if (row->flags & COMMAND_REPEAT)
        s->repeat = xstrdup(line);
    else if (row->flags & COMMAND_REPEAT_BARE)
        s->repeat = xstrndup(line, (size_t)(args - line));
}

static enum err
call_hooked(struct session *s, const struct command_row *row, const char *args, bool interactive, struct buf *out, struct errinfo *e)
{
    const char *name = row->info.parent ? row->info.parent : row->info.name;
    enum err err = script_hook(s, "hook-", name, out, e);
    if (!err)
        err = command_call(s, row, args, interactive, out, e);
    return err ? err : script_hook(s, "hookpost-", name, out, e);
}

/* A line that has no alias in front. */
static enum err
execute_plain(struct session *s, const char *line, bool interactive, struct buf *out, struct errinfo *e)
{
    const char *args = line;
    size_t len = command_word(line);
    const struct user_command *user = script_find(s, line, len);
    if (user) {
        char *name = xstrndup(line, len);
        enum err err = script_hook(s, "hook-", name, out, e);
        user = script_find(s, line, len); /* the hook may have defined others */
        if (!err && user)
            err = script_call(s, user, line + len, out, e);
        if (!err)
            err = script_hook(s, "hookpost-", name, out, e);
        free(name);
        return err;
    }
    const struct command_row *row = resolve(&args, e);
    if (!row)
        return e->code;
    if (interactive)
        remember(s, row, line, args);
    return call_hooked(s, row, args, interactive, out, e);
}

static enum err
execute_words(struct session *s, const char *line, bool interactive, struct buf *out, struct errinfo *e)
{
    size_t len = command_word(line);
    const struct alias *alias = alias_find(s, line, len);
    if (!alias)
        return execute_plain(s, line, interactive, out, e);
    struct buf full = BUF_EMPTY;
    buf_printf(&full, "%s%s", alias->text, line + len);
    enum err err = execute_plain(s, buf_text(&full), interactive, out, e);
    buf_free(&full);
    return err;
}

/* `set trace-commands`: the line, with a plus sign for each level of scripts. */
static void
trace(const struct session *s, const char *line, struct buf *out)
{
    if (!s->settings.trace_commands)
        return;
    for (uint32_t i = 0; i <= (s->call_depth ? s->call_depth - 1 : 0); i++)
        buf_putc(out, '+');
    buf_printf(out, "%s\n", line);
}

static enum err
execute(struct session *s, const char *line, bool interactive, struct buf *out, struct errinfo *e)
{
    char *copy = NULL;
    while (isspace((unsigned char)*line))
        line++;
    if (!*line && interactive && s->repeat)
        line = copy = xstrdup(s->repeat);
    enum err err = OK;
    if (*line && *line != '#') {
        trace(s, line, out);
        err = execute_words(s, line, interactive, out, e);
    }
    free(copy);
    return err;
}

enum command_status
command_execute(struct session *s, const char *line, bool interactive, struct buf *out)
{
    struct errinfo e = { .code = OK };
    enum err err;
    size_t len = strnlen(line, COMMAND_MAX_LINE + 1);
    if (!s->call_depth)
        logging_begin(s, out);
    if (len > COMMAND_MAX_LINE) {
        err = err_set(&e, ERR_LINE_LENGTH, NULL, 0, COMMAND_MAX_LINE, 0);
    } else if (s->collection.what != COLLECT_NOTHING) {
        err = script_collect(s, line, out, &e);
    } else {
        err = execute(s, line, interactive, out, &e);
        if (!err && !s->quit)
            err = script_run_commands(s, out, &e);
    }
    if (!s->call_depth)
        session_scratch_free(s);
    if (err) {
        err_text(&e, out);
        buf_putc(out, '\n');
    }
    if (!s->call_depth)
        logging_end(s, out);
    return err ? COMMAND_ERROR : s->quit ? COMMAND_QUIT : COMMAND_OK;
}

bool
call_confirm(struct call *c, const char *question)
{
    const struct session_config *config = &c->s->config;
    if (!c->is_interactive || !config->confirm || !c->s->settings.confirm)
        return true;
    return config->confirm(config->arg, question);
}
