/* Definitions, hooks and commands of breakpoints: how their lines are collected, and when they run. See script.h. */
#include "config.h"

#include "debugger/script.h"

#include "debugger/body.h"
#include "debugger/breakpoints.h"
#include "debugger/call.h"
#include "debugger/logging.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 100000 };

static struct user_command *
find(const struct session *s, const char *word, size_t len)
{
    for (uint32_t i = 0; len && i < s->n_user_commands; i++) {
        if (strlen(s->user_commands[i].name) == len && memcmp(s->user_commands[i].name, word, len) == 0)
            return &s->user_commands[i];
    }
    return NULL;
}

const struct user_command *
script_find(const struct session *s, const char *word, size_t len)
{
    return find(s, word, len);
}

enum err
script_call(struct session *s, const struct user_command *user, const char *text, struct buf *out, struct errinfo *e)
{
    struct body_args args = { .n = 0 };
    while (args.n < BODY_ARGS_MAX) {
        text += strspn(text, " \t");
        size_t len = strcspn(text, " \t");
        if (!len)
            break;
        args.words[args.n++] = xstrndup(text, len);
        text += len;
    }
    /* the command may redefine itself while it runs */
    uint32_t n_lines = user->n_lines;
    char **lines = xcalloc(n_lines + 1, sizeof *lines);
    for (uint32_t i = 0; i < n_lines; i++)
        lines[i] = xstrdup(user->lines[i]);
    enum err err = body_run(s, lines, n_lines, &args, false, out, e);
    body_free(lines, n_lines);
    for (unsigned i = 0; i < args.n; i++)
        free(args.words[i]);
    return err;
}

enum err
script_hook(struct session *s, const char *prefix, const char *name, struct buf *out, struct errinfo *e)
{
    char word[128];
    int len = snprintf(word, sizeof word, "%s%s", prefix, name);
    struct user_command *hook = len > 0 && (size_t)len < sizeof word ? find(s, word, (size_t)len) : NULL;
    if (!hook || hook->is_hooked)
        return OK;
    hook->is_hooked = true;
    enum err err = script_call(s, hook, "", out, e);
    hook = find(s, word, (size_t)len); /* it may have moved */
    hook->is_hooked = false;
    return err;
}

enum err
script_stop_hook(struct session *s, struct buf *out, struct errinfo *e)
{
    bool was = s->is_in_commands;
    s->is_in_commands = true;
    enum err err = script_hook(s, "hook-", "stop", out, e);
    s->is_in_commands = was;
    return err;
}

void
script_begin(struct session *s, enum collecting what, const char *text)
{
    struct collection *c = &s->collection;
    *c = (struct collection){ .what = what, .name = xstrdup(text) };
    if (what == COLLECT_CONTROL) {
        c->lines = grow(c->lines, c->n_lines, &c->cap_lines, sizeof *c->lines);
        c->lines[c->n_lines++] = xstrdup(text);
    }
}

void
script_begin_commands(struct session *s, const uint32_t *points, uint32_t n)
{
    script_begin(s, COLLECT_COMMANDS, "");
    s->collection.points = xcalloc(n + 1, sizeof *points);
    memcpy(s->collection.points, points, n * sizeof *points);
    s->collection.n_points = n;
}

static struct user_command *
user_named(struct session *s, const char *name)
{
    for (uint32_t i = 0; i < s->n_user_commands; i++) {
        if (strcmp(s->user_commands[i].name, name) == 0)
            return &s->user_commands[i];
    }
    s->user_commands = grow(s->user_commands, s->n_user_commands, &s->cap_user_commands, sizeof *s->user_commands);
    s->user_commands[s->n_user_commands] = (struct user_command){ .name = xstrdup(name) };
    return &s->user_commands[s->n_user_commands++];
}

/* Each of the breakpoints gets a copy. */
static void
give_commands(struct session *s, const struct collection *body)
{
    for (uint32_t i = 0; i < body->n_points; i++) {
        struct breakpoint *b = breakpoint_numbered(s, body->points[i]);
        if (!b)
            continue;
        body_free(b->commands, b->n_commands);
        b->commands = xcalloc(body->n_lines + 1, sizeof *b->commands);
        b->n_commands = body->n_lines;
        for (uint32_t k = 0; k < body->n_lines; k++)
            b->commands[k] = xstrdup(body->lines[k]);
    }
}

static void
give_document(struct session *s, const struct collection *body)
{
    struct user_command *user = user_named(s, body->name);
    struct buf text = BUF_EMPTY;
    for (uint32_t i = 0; i < body->n_lines; i++)
        buf_printf(&text, "%s%s", i ? "\n" : "", body->lines[i]);
    free(user->document);
    user->document = xstrdup(buf_text(&text));
    buf_free(&text);
}

static void
free_collection(struct collection *body)
{
    body_free(body->lines, body->n_lines);
    free(body->points);
    free(body->name);
    *body = (struct collection){ .what = COLLECT_NOTHING };
}

/* The body is complete: gives it to whom it belongs, or executes it. */
static enum err
finish_collection(struct session *s, struct buf *out, struct errinfo *e)
{
    struct collection body = s->collection;
    enum err err = OK;
    s->collection = (struct collection){ .what = COLLECT_NOTHING };
    if (body.what == COLLECT_COMMANDS) {
        give_commands(s, &body);
    } else if (body.what == COLLECT_DOCUMENT) {
        give_document(s, &body);
    } else if (body.what == COLLECT_CONTROL) {
        err = body_run(s, body.lines, body.n_lines, NULL, false, out, e);
    } else {
        struct user_command *user = user_named(s, body.name);
        body_free(user->lines, user->n_lines);
        user->lines = body.lines;
        user->n_lines = body.n_lines;
        body.lines = NULL;
        body.n_lines = 0;
    }
    free_collection(&body);
    return err;
}

enum err
script_collect(struct session *s, const char *line, struct buf *out, struct errinfo *e)
{
    struct collection *c = &s->collection;
    line += strspn(line, " \t");
    size_t len = strlen(line);
    while (len && isspace((unsigned char)line[len - 1]))
        len--;
    if (c->what == COLLECT_DOCUMENT)
        c->nesting.document_depth = UINT32_MAX; /* all of it is text */
    bool ends = nesting_ends(&c->nesting, line);
    if (ends && c->what != COLLECT_CONTROL)
        return finish_collection(s, out, e);
    if (c->n_lines >= LINES_MAX || c->nesting.depth > BODY_MAX_DEPTH) {
        bool is_deep = c->nesting.depth > BODY_MAX_DEPTH;
        free_collection(c);
        return err_set(e, ERR_DEBUGGER, is_deep ? "Control nesting too deep!" : "The definition is too long.", 0, 0, 0);
    }
    c->lines = grow(c->lines, c->n_lines, &c->cap_lines, sizeof *c->lines);
    c->lines[c->n_lines++] = xstrndup(line, len);
    return ends ? finish_collection(s, out, e) : OK;
}

bool
script_abandon(struct session *s)
{
    bool was_open = s->collection.what != COLLECT_NOTHING;
    free_collection(&s->collection);
    return was_open;
}

static void
forget_commands(struct session *s)
{
    body_free(s->stop_commands, s->n_stop_commands);
    s->stop_commands = NULL;
    s->n_stop_commands = 0;
}

/* Copies: the commands may delete the breakpoint, which may have been a temporary one. */
void
script_plan(struct session *s)
{
    size_t cap = 0;
    forget_commands(s);
    s->stop_is_silent = s->event.n_hits != 0;
    for (uint32_t i = 0; i < s->event.n_hits; i++) {
        const struct breakpoint *b = breakpoint_numbered(s, s->event.hits[i].number);
        bool is_silent = b->n_commands && strcmp(b->commands[0], "silent") == 0;
        s->stop_is_silent &= is_silent;
        for (uint32_t k = is_silent; k < b->n_commands; k++) {
            s->stop_commands = grow(s->stop_commands, s->n_stop_commands, &cap, sizeof *s->stop_commands);
            s->stop_commands[s->n_stop_commands++] = xstrdup(b->commands[k]);
        }
    }
}

/* The lines of one stop, until one of them leads to the next one, which plans its own. */
static enum err
run_planned(struct session *s, struct buf *out, struct errinfo *e)
{
    char **lines = s->stop_commands;
    uint32_t n = s->n_stop_commands;
    s->stop_commands = NULL;
    s->n_stop_commands = 0;
    enum err err = body_run(s, lines, n, NULL, true, out, e);
    body_free(lines, n);
    return err;
}

enum err
script_run_commands(struct session *s, struct buf *out, struct errinfo *e)
{
    enum err err = OK;
    if (s->is_in_commands)
        return OK;
    s->is_in_commands = true;
    while (!err && !s->quit && s->stop_commands) {
        err = run_planned(s, out, e);
        logging_flush(s, out);
    }
    s->is_in_commands = false;
    return err;
}

void
script_free(struct session *s)
{
    forget_commands(s);
    for (uint32_t i = 0; i < s->n_user_commands; i++) {
        free(s->user_commands[i].name);
        free(s->user_commands[i].document);
        body_free(s->user_commands[i].lines, s->user_commands[i].n_lines);
    }
    free(s->user_commands);
    free_collection(&s->collection);
}

static enum err
check_name(const char *name, struct errinfo *e)
{
    size_t len = command_word(name);
    if (!len || name[len] || isdigit((unsigned char)*name))
        return err_set(e, ERR_DEBUGGER, len ? "Junk in argument list: the name of one command is expected." : "Argument required (name of command to define).", 0, 0, 0);
    return OK;
}

static bool
is_builtin(const char *name, size_t len)
{
    for (uint32_t i = 0; i < n_command_rows; i++) {
        if (command_is_child(&command_rows[i], NULL) && strlen(command_rows[i].info.name) == len &&
            memcmp(command_rows[i].info.name, name, len) == 0)
            return true;
    }
    return false;
}

/* A hook of what is no command is worth a question. "stop" is none, but has one. */
static enum err
check_hook(struct call *c)
{
    static const char *const prefixes[] = { "hook-", "hookpost-" };
    char question[160];
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        size_t len = strlen(prefixes[i]);
        const char *name = c->text + len;
        if (strncmp(c->text, prefixes[i], len) != 0)
            continue;
        if (strcmp(name, "stop") == 0 || is_builtin(name, strlen(name)) || find(c->s, name, strlen(name)))
            return OK;
        snprintf(question, sizeof question, "Your new `%.60s' command does not hook any existing command.\nProceed?", c->text);
        return call_confirm(c, question) ? OK : err_set(c->e, ERR_DEBUGGER, "Not confirmed.", 0, 0, 0);
    }
    return OK;
}

enum err
cmd_define(struct call *c)
{
    enum err err = check_name(c->text, c->e);
    if (err)
        return err;
    if (is_builtin(c->text, strlen(c->text)) && !call_confirm(c, "Really redefine built-in command?"))
        return err_set(c->e, ERR_DEBUGGER, "Command was not redefined.", 0, 0, 0);
    if ((err = check_hook(c)))
        return err;
    if (c->is_interactive)
        buf_printf(c->out, "Type commands for definition of \"%s\".\nEnd with a line saying just \"end\".\n", c->text);
    script_begin(c->s, COLLECT_DEFINE, c->text);
    return OK;
}

enum err
cmd_document(struct call *c)
{
    enum err err = check_name(c->text, c->e);
    if (err)
        return err;
    if (!script_find(c->s, c->text, strlen(c->text)))
        return err_set_detail(c->e, ERR_DEBUGGER, "You can only document user-defined commands.", NULL);
    if (c->is_interactive)
        buf_printf(c->out, "Type documentation for \"%s\".\nEnd with a line saying just \"end\".\n", c->text);
    script_begin(c->s, COLLECT_DOCUMENT, c->text);
    return OK;
}

enum err
cmd_show_user(struct call *c)
{
    const struct session *s = c->s;
    for (uint32_t i = 0; i < s->n_user_commands; i++) {
        const struct user_command *user = &s->user_commands[i];
        if (*c->text && strcmp(c->text, user->name) != 0)
            continue;
        buf_printf(c->out, "User command \"%s\":\n", user->name);
        for (uint32_t k = 0; k < user->n_lines; k++)
            buf_printf(c->out, "  %s\n", user->lines[k]);
        buf_putc(c->out, '\n');
    }
    return OK;
}
