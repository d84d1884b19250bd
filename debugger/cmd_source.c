/* `source`: files of commands. */
#include "config.h"

#include "debugger/body.h"
#include "debugger/call.h"
#include "debugger/logging.h"
#include "debugger/script.h"
#include "sim/base/base.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_MAX_BYTES = 16 << 20 };

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
    bool was_collecting = s->collection.what != COLLECT_NOTHING;
    for (char *line = text; *line && !err && !s->quit;) {
        char *end = line + strcspn(line, "\n");
        bool is_last = !*end;
        *end = '\0';
        number++;
        if (*s->config.interrupt) {
            *s->config.interrupt = 0;
            return err_set(e, ERR_DEBUGGER, "Quit", 0, 0, 0);
        }
        if ((err = body_run_line(s, line, out, e)))
            buf_printf(out, "%s:%" PRIu32 ": Error in sourced command file:\n", path, number);
        line = is_last ? end : end + 1;
        logging_flush(s, out);
    }
    if (!err && !was_collecting && script_abandon(s)) {
        err = err_set(e, ERR_DEBUGGER, "The file ends within a body: \"end\" is missing.", 0, 0, 0);
        buf_printf(out, "%s:%" PRIu32 ": Error in sourced command file:\n", path, number);
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
    logging_begin(s, out);
    enum err err = source(s, path, out, &e);
    if (err == ERR_OPEN && is_optional)
        return COMMAND_OK;
    session_scratch_free(s);
    if (err) {
        err_text(&e, out);
        buf_putc(out, '\n');
    }
    logging_end(s, out);
    if (err)
        return COMMAND_ERROR;
    return s->quit ? COMMAND_QUIT : COMMAND_OK;
}

enum err
cmd_source(struct call *c)
{
    struct session *s = c->s;
    const char *path = c->text;
    bool traced = s->settings.trace_commands;
    bool is_verbose = strncmp(path, "-v", 2) == 0 && (!path[2] || path[2] == ' ' || path[2] == '\t');
    if (is_verbose)
        path += 2 + strspn(path + 2, " \t");
    if (!*path)
        return err_set(c->e, ERR_DEBUGGER, "source command requires file name of file to source.", 0, 0, 0);
    s->settings.trace_commands |= is_verbose;
    enum err err = source(s, path, c->out, c->e);
    if (is_verbose)
        s->settings.trace_commands = traced;
    return err;
}
