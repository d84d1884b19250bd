/* Logging. The file gets each byte of output once, when the command ends or when the front end is to show it. See logging.h. */
#include "config.h"

#include "debugger/logging.h"

#include "debugger/call.h"
#include "sim/base/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char default_path[] = "ebpfdbg.txt";

static const char *
path_of(const struct session *s)
{
    return s->logging.path ? s->logging.path : default_path;
}

static void
write_new(struct session *s, struct buf *out)
{
    struct logging *l = &s->logging;
    if (l->file && l->n_logged < out->len) {
        fwrite(out->text + l->n_logged, 1, out->len - l->n_logged, l->file);
        fflush(l->file);
        if (l->redirects) {
            out->len = l->n_logged;
            out->text[out->len] = '\0';
        }
    }
    l->n_logged = out->len;
}

void
logging_begin(struct session *s, const struct buf *out)
{
    s->logging.n_logged = out->len;
}

void
logging_end(struct session *s, struct buf *out)
{
    write_new(s, out);
}

void
logging_show(struct session *s, struct buf *out)
{
    size_t n_logged = s->logging.n_logged;
    if (!s->config.flush || !out->len)
        return;
    if (s->call_depth)
        s->logging.n_logged = 0; /* a text of its own */
    write_new(s, out);
    if (out->len)
        s->config.flush(s->config.arg, out);
    s->logging.n_logged = s->call_depth ? n_logged : out->len;
}

void
logging_flush(struct session *s, struct buf *out)
{
    if (!s->call_depth)
        logging_show(s, out);
}

static void
stop(struct session *s)
{
    if (s->logging.file)
        fclose(s->logging.file);
    s->logging.file = NULL;
}

void
logging_free(struct session *s)
{
    stop(s);
    free(s->logging.path);
}

/* ---- commands */

static enum err
start(struct call *c)
{
    struct logging *l = &c->s->logging;
    if (l->file)
        return err_set_detail(c->e, ERR_DEBUGGER, "Already logging to ", path_of(c->s));
    enum err err = session_may_write(c->s, path_of(c->s), c->e);
    if (err)
        return err;
    l->file = fopen(path_of(c->s), l->overwrites ? "we" : "ae");
    if (!l->file)
        return err_set_detail(c->e, ERR_OPEN, path_of(c->s), strerror(errno));
    buf_printf(c->out, "%s output to %s.\n", l->redirects ? "Redirecting" : "Copying", path_of(c->s));
    l->n_logged = c->out->len; /* this line is not for the file */
    return OK;
}

static enum err
enable(struct call *c, bool on)
{
    if (on)
        return start(c);
    if (!c->s->logging.file)
        return err_set(c->e, ERR_DEBUGGER, "You aren't set up for logging.", 0, 0, 0);
    write_new(c->s, c->out);
    stop(c->s);
    buf_printf(c->out, "Done logging to %s.\n", path_of(c->s));
    return OK;
}

/* "on" (also when there is nothing, as for every boolean) or "off". */
static enum err
read_switch(struct call *c, bool *on)
{
    *on = !*c->text || strcmp(c->text, "on") == 0;
    if (*on || strcmp(c->text, "off") == 0)
        return OK;
    return err_set(c->e, ERR_DEBUGGER, "\"on\" or \"off\" expected.", 0, 0, 0);
}

static enum err
set_enabled(struct call *c)
{
    bool on;
    enum err err = read_switch(c, &on);
    return err ? err : enable(c, on);
}

static enum err
set_file(struct call *c)
{
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "filename to set it to.", 0, 0, 0);
    if (c->s->logging.file)
        return err_set_detail(c->e, ERR_DEBUGGER, "Already logging to ", path_of(c->s));
    free(c->s->logging.path);
    c->s->logging.path = xstrdup(c->text);
    return OK;
}

static const char already[] = "warning: Currently logging to %s.  Turn the logging off and on to make the new setting effective.\n";

static enum err
set_overwrite(struct call *c)
{
    enum err err = read_switch(c, &c->s->logging.overwrites);
    if (!err && c->s->logging.file)
        buf_printf(c->out, already, path_of(c->s));
    return err;
}

static enum err
set_redirect(struct call *c)
{
    return read_switch(c, &c->s->logging.redirects);
}

/* `set logging on [FILE]`, as older gdb has it, and the rest of its subcommands. */
enum err
cmd_set_logging(struct call *c)
{
    static const struct {
        const char *name;
        enum err (*set)(struct call *c);
    } rows[] = {
        { "enabled", set_enabled },     { "file", set_file },
        { "overwrite", set_overwrite }, { "redirect", set_redirect },
    };
    size_t len = command_word(c->text);
    const char *rest = c->text + len + strspn(c->text + len, " \t");
    bool is_on = len == 2 && memcmp(c->text, "on", 2) == 0, is_off = len == 3 && memcmp(c->text, "off", 3) == 0;
    for (size_t i = 0; i < ARRAY_LEN(rows) && len && !is_on && !is_off; i++) {
        if (strncmp(rows[i].name, c->text, len) == 0) {
            c->text = rest;
            return rows[i].set(c);
        }
    }
    if (!is_on && !is_off && len)
        return err_set_detail(c->e, ERR_SUBCOMMAND, c->text, "set logging");
    c->text = rest;
    enum err err = is_off || !*rest ? OK : set_file(c);
    return err ? err : enable(c, !is_off);
}

enum err
cmd_show_logging(struct call *c)
{
    const struct logging *l = &c->s->logging;
    buf_printf(c->out, "enabled:  Logging is %s.\n", l->file ? "enabled" : "disabled");
    buf_printf(c->out, "file:  The current logfile is \"%s\".\n", path_of(c->s));
    buf_printf(c->out, "overwrite:  Whether logging overwrites or appends to the log file is %s.\n", l->overwrites ? "on" : "off");
    buf_printf(c->out, "redirect:  The logging output mode is %s.\n", l->redirects ? "on" : "off");
    return OK;
}
