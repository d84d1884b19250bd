/* Scripts, definitions and commands of breakpoints. Nesting is bounded, so that a command that calls itself ends. See script.h. */
#include "config.h"

#include "debugger/script.h"

#include "debugger/call.h"
#include "debugger/breakpoints.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 10, SCRIPT_MAX_BYTES = 16 << 20, LINES_MAX = 100000 };

const struct user_command *
script_find(const struct session *s, const char *word, size_t len)
{
    for (uint32_t i = 0; len && i < s->n_user_commands; i++) {
        if (strlen(s->user_commands[i].name) == len && memcmp(s->user_commands[i].name, word, len) == 0)
            return &s->user_commands[i];
    }
    return NULL;
}

static void
free_lines(char **lines, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        free(lines[i]);
    free(lines);
}

/* One line of a body or file; its text, error included, goes to out. */
static enum err
run_line(struct session *s, const char *line, struct buf *out, struct errinfo *e)
{
    if (s->call_depth >= SESSION_MAX_CALL_DEPTH)
        return err_set(e, ERR_DEBUGGER, "Max user call depth exceeded -- command aborted.", 0, 0, 0);
    s->call_depth++;
    struct buf text = BUF_EMPTY;
    enum command_status status = command_execute(s, line, false, &text);
    s->call_depth--;
    enum err err = OK;
    if (status == COMMAND_ERROR) { /* its message is the last line: it becomes the caller's error */
        size_t start = text.len ? text.len - 1 : 0;
        while (start && text.text[start - 1] != '\n')
            start--;
        text.text[text.len - 1] = '\0';
        const char *message = text.text + start;
        size_t head = strnlen(message, sizeof e->subject - 1);
        err = err_set_detail(e, ERR_DEBUGGER, message, message + head);
        text.len = start;
    }
    buf_write(out, buf_text(&text), text.len);
    buf_free(&text);
    return err;
}

/* The line with $arg0, $arg1... and $argc replaced. */
static void
expand(const char *line, char *const *args, unsigned n_args, struct buf *out)
{
    for (const char *p = line; *p; p++) {
        if (strncmp(p, "$argc", 5) == 0 && !isalnum((unsigned char)p[5]) && p[5] != '_') {
            buf_printf(out, "%u", n_args);
            p += 4;
        } else if (strncmp(p, "$arg", 4) == 0 && isdigit((unsigned char)p[4]) && (unsigned)(p[4] - '0') < n_args) {
            buf_puts(out, args[p[4] - '0']);
            p += 4;
        } else {
            buf_putc(out, *p);
        }
    }
}

enum err
script_call(struct session *s, const struct user_command *user, const char *args, bool interactive, struct buf *out, struct errinfo *e)
{
    char *words[ARGS_MAX];
    unsigned n = 0;
    (void)interactive;
    while (n < ARGS_MAX) {
        args += strspn(args, " \t");
        size_t len = strcspn(args, " \t");
        if (!len)
            break;
        words[n++] = xstrndup(args, len);
        args += len;
    }
    /* the command may redefine itself while it runs */
    uint32_t n_lines = user->n_lines;
    char **lines = xcalloc(n_lines + 1, sizeof *lines);
    for (uint32_t i = 0; i < n_lines; i++)
        lines[i] = xstrdup(user->lines[i]);
    enum err err = OK;
    for (uint32_t i = 0; i < n_lines && !err && !s->quit; i++) {
        struct buf line = BUF_EMPTY;
        expand(lines[i], words, n, &line);
        err = run_line(s, buf_text(&line), out, e);
        buf_free(&line);
    }
    free_lines(lines, n_lines);
    for (unsigned i = 0; i < n; i++)
        free(words[i]);
    return err;
}

void
script_begin(struct session *s, enum collecting what, const char *name, uint32_t point)
{
    s->collection = (struct collection){ .what = what, .name = xstrdup(name), .point = point };
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

/* The body is complete: gives it to whom it belongs. */
static void
finish_collection(struct session *s)
{
    struct collection body = s->collection;
    s->collection = (struct collection){ .what = COLLECT_NOTHING };
    struct breakpoint *point = body.what == COLLECT_COMMANDS ? breakpoint_numbered(s, body.point) : NULL;
    if (point) {
        free_lines(point->commands, point->n_commands);
        point->commands = body.lines;
        point->n_commands = body.n_lines;
    } else if (body.what == COLLECT_DEFINE) {
        struct user_command *user = user_named(s, body.name);
        free_lines(user->lines, user->n_lines);
        user->lines = body.lines;
        user->n_lines = body.n_lines;
    } else if (body.what == COLLECT_DOCUMENT) {
        struct user_command *user = user_named(s, body.name);
        struct buf text = BUF_EMPTY;
        for (uint32_t i = 0; i < body.n_lines; i++)
            buf_printf(&text, "%s%s", i ? "\n" : "", body.lines[i]);
        free(user->document);
        user->document = xstrdup(buf_text(&text));
        buf_free(&text);
        free_lines(body.lines, body.n_lines);
    } else {
        free_lines(body.lines, body.n_lines);
    }
    free(body.name);
}

static bool
opens_body(const char *line)
{
    static const char *const words[] = { "define", "document", "commands" };
    size_t len = command_word(line);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strlen(words[i]) == len && memcmp(words[i], line, len) == 0)
            return true;
    }
    return false;
}

enum err
script_collect(struct session *s, const char *line, struct buf *out, struct errinfo *e)
{
    struct collection *c = &s->collection;
    (void)out;
    line += strspn(line, " \t");
    size_t len = strlen(line);
    while (len && isspace((unsigned char)line[len - 1]))
        len--;
    bool ends = len == 3 && memcmp(line, "end", 3) == 0;
    if (ends && !c->depth) {
        finish_collection(s);
        return OK;
    }
    if (c->n_lines >= LINES_MAX)
        return err_set(e, ERR_DEBUGGER, "The definition is too long.", 0, 0, 0);
    c->depth += c->what != COLLECT_DOCUMENT && opens_body(line);
    c->depth -= ends;
    c->lines = grow(c->lines, c->n_lines, &c->cap_lines, sizeof *c->lines);
    c->lines[c->n_lines++] = xstrndup(line, len);
    return OK;
}

static void
forget_commands(struct session *s)
{
    free_lines(s->stop_commands, s->n_stop_commands);
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
    uint64_t n_stops = s->n_stops;
    enum err err = OK;
    s->stop_commands = NULL;
    s->n_stop_commands = 0;
    for (uint32_t i = 0; i < n && !err && !s->quit && s->n_stops == n_stops; i++)
        err = run_line(s, lines[i], out, e);
    free_lines(lines, n);
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
        if (s->config.flush && out->len && !s->call_depth)
            s->config.flush(s->config.arg, out);
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
        free_lines(s->user_commands[i].lines, s->user_commands[i].n_lines);
    }
    free(s->user_commands);
    free_lines(s->collection.lines, s->collection.n_lines);
    free(s->collection.name);
}

/* All of a file; NULL with *e when it can't be read. */
static char *
read_file(const char *path, struct errinfo *e)
{
    struct buf text = BUF_EMPTY;
    char piece[4096];
    size_t n;
    FILE *file = fopen(path, "re");
    if (!file) {
        err_set_detail(e, ERR_OPEN, path, strerror(errno));
        return NULL;
    }
    while (text.len <= SCRIPT_MAX_BYTES && (n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_write(&text, piece, n);
    bool failed = ferror(file);
    fclose(file);
    if (failed || text.len > SCRIPT_MAX_BYTES) {
        if (failed)
            err_set_detail(e, ERR_OPEN, path, "read error");
        else
            err_set(e, ERR_TOO_LARGE, path, 0, text.len, SCRIPT_MAX_BYTES);
        buf_free(&text);
        return NULL;
    }
    buf_putc(&text, '\0');
    return text.text;
}

/* Lines until the first error, whose place is put before its message as gdb does. */
static enum err
source_text(struct session *s, const char *path, char *text, struct buf *out, struct errinfo *e)
{
    enum err err = OK;
    uint32_t number = 0;
    for (char *line = text; *line && !err && !s->quit;) {
        char *end = line + strcspn(line, "\n");
        bool is_last = !*end;
        *end = '\0';
        number++;
        if (*s->config.interrupt) {
            *s->config.interrupt = 0;
            return err_set(e, ERR_DEBUGGER, "Quit", 0, 0, 0);
        }
        if ((err = run_line(s, line, out, e)))
            buf_printf(out, "%s:%" PRIu32 ": Error in sourced command file:\n", path, number);
        line = is_last ? end : end + 1;
        if (s->config.flush && out->len && !s->call_depth)
            s->config.flush(s->config.arg, out);
    }
    return err;
}

static enum err
source(struct session *s, const char *path, struct buf *out, struct errinfo *e)
{
    char *text = read_file(path, e);
    if (!text)
        return e->code;
    enum err err = source_text(s, path, text, out, e);
    free(text);
    return err;
}

enum command_status
command_source(struct session *s, const char *path, bool is_optional, struct buf *out)
{
    struct errinfo e;
    enum err err = source(s, path, out, &e);
    if (err == ERR_OPEN && is_optional)
        return COMMAND_OK;
    if (!s->call_depth)
        session_scratch_free(s);
    if (err) {
        err_text(&e, out);
        buf_putc(out, '\n');
        return COMMAND_ERROR;
    }
    return s->quit ? COMMAND_QUIT : COMMAND_OK;
}

enum err
cmd_source(struct call *c)
{
    if (!*c->text)
        return err_set(c->e, ERR_DEBUGGER, "source command requires file name of file to source.", 0, 0, 0);
    return source(c->s, c->text, c->out, c->e);
}

static enum err
check_name(const char *name, struct errinfo *e)
{
    size_t len = command_word(name);
    if (!len || name[len] || isdigit((unsigned char)*name))
        return err_set(e, ERR_DEBUGGER, len ? "Junk in argument list: the name of one command is expected." : "Argument required (name of command to define).", 0, 0, 0);
    return OK;
}

enum err
cmd_define(struct call *c)
{
    enum err err = check_name(c->text, c->e);
    if (err)
        return err;
    for (uint32_t i = 0; i < n_command_rows; i++) {
        if (command_is_child(&command_rows[i], NULL) && strcmp(command_rows[i].info.name, c->text) == 0 &&
            !call_confirm(c, "Really redefine built-in command?"))
            return err_set(c->e, ERR_DEBUGGER, "Command was not redefined.", 0, 0, 0);
    }
    if (c->is_interactive)
        buf_printf(c->out, "Type commands for definition of \"%s\".\nEnd with a line saying just \"end\".\n", c->text);
    script_begin(c->s, COLLECT_DEFINE, c->text, 0);
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
    script_begin(c->s, COLLECT_DOCUMENT, c->text, 0);
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
