/* Commands that set catchpoints. */
#include "config.h"

#include "debugger/breakpoints.h"
#include "debugger/call.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

static void
list_events(struct buf *out)
{
    buf_puts(out, "List of catch subcommands:\n\n");
    for (uint32_t i = 0; i < N_CATCHES; i++)
        buf_printf(out, "catch %s%s%s -- %s\n", catch_rows[i].name, *catch_rows[i].argument ? " " : "", catch_rows[i].argument,
                   catch_rows[i].help);
}

static enum err
set_catch(struct call *c, bool is_temporary)
{
    struct session *s = c->s;
    struct value ignored;
    struct catch what;
    uint32_t *pcs = NULL, n_pcs = 0;
    size_t len;
    if (!*c->text) {
        list_events(c->out);
        return OK;
    }
    const char *condition = location_split_condition(c->text, &len);
    enum err err = catch_parse(s, c->text, len, &what, c->e);
    if (err)
        return err;
    if (condition)
        err = expr_parse(s, condition, &c->expr, c->e);
    if (!err && c->expr)
        err = expr_type(s, c->expr, &ignored, c->e);
    if (!err)
        err = catch_resolve(s, &what, &pcs, &n_pcs, c->e);
    if (err) {
        catch_free(&what);
        return err;
    }
    breakpoint_announce(s, breakpoint_add_catch(s, &what, pcs, n_pcs, c->expr, is_temporary), NULL, c->out);
    c->expr = NULL; /* the catchpoint's now */
    return OK;
}

enum err
cmd_catch(struct call *c)
{
    return set_catch(c, false);
}

enum err
cmd_tcatch(struct call *c)
{
    return set_catch(c, true);
}
