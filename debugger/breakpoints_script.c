/* Breakpoints as the commands that set them: what `save breakpoints` writes and `source` reads. */
#include "config.h"

#include "debugger/breakpoints.h"
#include "debugger/call.h"
#include "debugger/help.h"
#include "debugger/watch.h"
#include "sim/base/base.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "tbreak main", "watch -location *p" */
static void
put_command(const struct breakpoint *b, struct buf *out)
{
    switch (b->type) {
    case BREAKPOINT_INSN:
        buf_printf(out, "%s %s", b->is_temporary ? "tbreak" : "break", b->spec);
        return;
    case BREAKPOINT_MOMENT:
        buf_printf(out, "%s -", b->is_temporary ? "tbreak" : "break");
        moment_text(&b->moment, out);
        return;
    case BREAKPOINT_DPRINTF:
        buf_printf(out, "dprintf %s,%s", b->spec, b->format);
        return;
    case BREAKPOINT_CATCH:
        buf_printf(out, "%s %s", b->is_temporary ? "tcatch" : "catch", catch_rows[b->catch->kind].name);
        if (b->catch->argument)
            buf_printf(out, " %s", b->catch->argument);
        return;
    case BREAKPOINT_WATCH:
    case BREAKPOINT_READ:
    case BREAKPOINT_ACCESS:
        buf_puts(out, b->type == BREAKPOINT_WATCH ? "watch " : b->type == BREAKPOINT_READ ? "rwatch " : "awatch ");
        watch_text(b->watch, out);
        return;
    }
}

/* The lines of a body are kept as they were typed, without indent. */
static void
put_body(const struct breakpoint *b, struct buf *out)
{
    if (!b->n_commands)
        return;
    buf_puts(out, "  commands\n");
    for (uint32_t i = 0; i < b->n_commands; i++)
        buf_printf(out, "    %s\n", b->commands[i]);
    buf_puts(out, "  end\n");
}

void
breakpoints_script(const struct session *s, struct buf *out)
{
    for (uint32_t i = 0; i < s->n_breakpoints; i++) {
        const struct breakpoint *b = &s->breakpoints[i];
        put_command(b, out);
        if (breakpoint_is_watch(b->type) && b->condition) /* may use `old` and `new`, which only its own command knows */
            buf_printf(out, " if %s", b->condition->text);
        buf_putc(out, '\n');
        if (b->condition && !breakpoint_is_watch(b->type))
            buf_printf(out, "  condition $bpnum %s\n", b->condition->text);
        if (b->n_ignore)
            buf_printf(out, "  ignore $bpnum %" PRIu64 "\n", b->n_ignore);
        if (b->is_once && b->n_left <= 1)
            buf_puts(out, "  enable once $bpnum\n");
        else if (b->is_once)
            buf_printf(out, "  enable count %" PRIu64 " $bpnum\n", b->n_left);
        put_body(b, out);
        if (!b->is_enabled)
            buf_puts(out, "disable $bpnum\n");
    }
}

enum err
cmd_save(struct call *c)
{
    if (*c->text)
        return err_set_detail(c->e, ERR_SUBCOMMAND, c->text, "save");
    help_subcommands("save", c->out);
    return OK;
}

enum err
cmd_save_breakpoints(struct call *c)
{
    if (!*c->text)
        return err_set(c->e, ERR_DEBUGGER, "Argument required (file name in which to save)", 0, 0, 0);
    if (!c->s->n_breakpoints) {
        buf_puts(c->out, "Nothing to save.\n");
        return OK;
    }
    enum err err = session_may_write(c->s, c->text, c->e);
    if (err)
        return err;
    struct buf text = BUF_EMPTY;
    FILE *file = fopen(c->text, "we");
    breakpoints_script(c->s, &text);
    bool is_written = file && fwrite(text.text, 1, text.len, file) == text.len;
    int error = errno;
    if (file && fclose(file) != 0) {
        is_written = false;
        error = errno;
    }
    buf_free(&text);
    if (!is_written) {
        struct buf subject = BUF_EMPTY;
        buf_printf(&subject, "Unable to open file '%s' for saving", c->text);
        err = err_set_detail(c->e, ERR_OPEN, buf_text(&subject), strerror(error));
        buf_free(&subject);
        return err;
    }
    buf_printf(c->out, "Saved to file '%s'.\n", c->text);
    return OK;
}
