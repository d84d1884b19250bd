/* Commands about the past: bookmarks, and who wrote this. */
#include "config.h"

#include "debugger/back.h"
#include "debugger/bookmark.h"
#include "debugger/call.h"
#include "debugger/format.h"
#include "debugger/history.h"
#include "debugger/render.h"
#include "debugger/run.h"
#include "debugger/writer.h"
#include "sim/base/base.h"
#include "sim/machine/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- bookmarks */

enum err
cmd_bookmark(struct call *c)
{
    uint32_t number = bookmark_add(c->s);
    const struct bookmark *b = bookmark_numbered(c->s, number);
    buf_printf(c->out, "Saved bookmark %u at icount %" PRIu64 ", insn %u", number, b->moment, b->pc);
    format_code_name(c->s, b->pc, c->out);
    buf_putc(c->out, '\n');
    return OK;
}

enum err
cmd_goto_bookmark(struct call *c)
{
    struct session *s = c->s;
    uint64_t number, moment;
    if (!*c->text)
        return err_set(c->e, ERR_DEBUGGER, "Command requires an argument.", 0, 0, 0);
    if (strcmp(c->text, "start") == 0 || strcmp(c->text, "begin") == 0) {
        moment = history_first(s);
    } else if (strcmp(c->text, "end") == 0) {
        moment = history_last(s);
    } else {
        enum err err = expr_number(s, c->text, &number, c->e);
        if (err)
            return err;
        const struct bookmark *b = bookmark_numbered(s, number);
        if (!b)
            return err_set(c->e, ERR_NO_BOOKMARK, NULL, 0, number, 0);
        moment = b->moment;
    }
    if (moment < history_first(s))
        return err_set(c->e, ERR_MOMENT_FORGOTTEN, NULL, 0, moment, history_first(s));
    back_or_forth(s, moment, c->out);
    render_stop(s, NULL, c->out);
    return OK;
}

enum err
cmd_delete_bookmark(struct call *c)
{
    struct session *s = c->s;
    if (!c->n_numbers && s->n_bookmarks && call_confirm(c, "Delete all bookmarks?"))
        bookmarks_forget(s);
    for (uint32_t i = 0; i < c->n_numbers; i++) {
        if (!bookmark_numbered(s, c->numbers[i]))
            return err_set(c->e, ERR_NO_BOOKMARK, NULL, 0, c->numbers[i], 0);
        bookmark_delete(s, c->numbers[i]);
    }
    return OK;
}

enum err
cmd_info_bookmarks(struct call *c)
{
    const struct session *s = c->s;
    if (!s->n_bookmarks)
        buf_puts(c->out, "No bookmarks.\n");
    for (uint32_t i = 0; i < s->n_bookmarks; i++)
        buf_printf(c->out, "   %u       insn %u       'icount %" PRIu64 "'\n", s->bookmarks[i].number, s->bookmarks[i].pc, s->bookmarks[i].moment);
    return OK;
}

/* ---------------------------------------------------------------- who wrote this */

enum err
cmd_last(struct call *c)
{
    return err_set(c->e, ERR_DEBUGGER, "\"last\" must be followed by \"write\" and an expression.", 0, 0, 0);
}

static void
put_place(struct session *s, uint32_t pc, struct buf *out)
{
    buf_printf(out, "insn %u", pc);
    format_code_name(s, pc, out);
}

enum err
cmd_last_write(struct call *c)
{
    struct session *s = c->s;
    struct change change;
    struct stop stop;
    enum search_result result;
    uint64_t start = s->machine->n_insns;
    uint32_t frame = s->frame;
    char *name = xstrdup(c->expr->text);
    struct expr *x = c->expr;
    c->expr = NULL;
    enum err err = writer_last(s, x, &change, &result, c->e);
    if (!err && result == SEARCH_NOTHING) {
        history_go(s, start, &stop);
        s->frame = frame;
        err = err_set(c->e, ERR_NO_WRITE, name, 0, 0, 0);
    } else if (!err && result == SEARCH_INTERRUPTED) {
        back_give_up(s, start);
        render_stop(s, NULL, c->out);
    } else if (!err) {
        uint64_t ago = start - change.moment;
        buf_printf(c->out, "%s was written by ", name);
        put_place(s, change.pc, c->out);
        buf_printf(c->out, " at icount %" PRIu64 ", %" PRIu64 " instruction%s ago.\n\nOld value = %s\nNew value = %s\n", change.moment, ago,
                   ago == 1 ? "" : "s", change.before, change.now);
        back_or_forth(s, change.moment, c->out);
        render_stop(s, NULL, c->out);
    }
    if (!err)
        change_free(&change);
    free(name);
    return err;
}

static void
put_change(struct session *s, const struct change *change, struct buf *out)
{
    struct buf place = BUF_EMPTY, values = BUF_EMPTY;
    put_place(s, change->pc, &place);
    buf_printf(&values, "%s -> %s", change->before, change->now);
    buf_printf(out, "%12" PRIu64 "  %-28s %-28s ", change->moment, buf_text(&place), buf_text(&values));
    listing_insn(s->program, change->pc, s->settings.syntax ? SYNTAX_MNEMONIC : SYNTAX_KERNEL, out);
    buf_putc(out, '\n');
    buf_free(&place);
    buf_free(&values);
}

enum err
cmd_history(struct call *c)
{
    enum { DEFAULT = 10, MOST = 10000 };
    struct session *s = c->s;
    struct stop stop;
    enum search_result result;
    uint64_t start = s->machine->n_insns;
    uint32_t n, frame = s->frame;
    bool was_running = s->is_running;
    if (!c->expr)
        return err_set(c->e, ERR_ARGUMENT, "expression to compute", 0, 0, 0);
    if (c->has_fmt && (c->fmt.letter || c->fmt.size || c->fmt.count < 1 || c->fmt.count > MOST))
        return err_set(c->e, ERR_DEBUGGER, "A count from 1 to 10000 may stand behind the slash.", 0, 0, 0);
    uint32_t cap = c->has_fmt ? (uint32_t)c->fmt.count : DEFAULT;
    struct change *changes = xcalloc(cap, sizeof *changes);
    char *name = xstrdup(c->expr->text);
    struct expr *x = c->expr;
    c->expr = NULL;
    enum err err = writer_changes(s, x, changes, cap, &n, &result, c->e);
    if (!err && result == SEARCH_INTERRUPTED)
        buf_puts(c->out, "It was interrupted; these are the latest:\n");
    for (uint32_t i = 0; !err && i < n; i++) {
        put_change(s, &changes[i], c->out);
        change_free(&changes[i]);
    }
    if (!err) {
        history_go(s, start, &stop);
        s->frame = frame;
        s->is_running = was_running;
    }
    if (!err && !n && result != SEARCH_INTERRUPTED)
        buf_printf(c->out, "%s has not changed in the history, which begins at icount %" PRIu64 ".\n", name, history_first(s));
    free(changes);
    free(name);
    return err;
}
