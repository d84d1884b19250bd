/* `trace` and `graph`. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/export.h"
#include "debugger/graph.h"
#include "debugger/trace.h"

#include <string.h>

enum err
cmd_trace(struct call *c)
{
    trace_text(c->s, c->out);
    return OK;
}

enum err
cmd_trace_on(struct call *c)
{
    static const char json[] = "--json";
    const char *text = c->text;
    bool is_json = strncmp(text, json, strlen(json)) == 0 && (!text[strlen(json)] || text[strlen(json)] == ' ');
    if (is_json)
        text += strlen(json) + strspn(text + strlen(json), " ");
    return trace_on(c->s, text, is_json, c->e);
}

enum err
cmd_trace_off(struct call *c)
{
    return trace_off(c->s, c->e);
}

/* [FUNCTION] [FILE]: one word that is no function is a file. */
static enum err
read_graph(struct call *c, int64_t *function, const char **path)
{
    const struct program *p = c->s->program;
    char name[256];
    size_t len = strcspn(c->text, " ");
    *function = -1;
    *path = c->text;
    if (!len)
        return OK;
    memcpy(name, c->text, len < sizeof name ? len : sizeof name - 1);
    name[len < sizeof name ? len : sizeof name - 1] = '\0';
    const struct function *f = program_function_named(p, name);
    const char *rest = c->text + len + strspn(c->text + len, " ");
    if (!f)
        return *rest ? err_set(c->e, ERR_NO_FUNCTION, name, 0, 0, 0) : OK;
    *function = f - p->functions;
    *path = rest;
    return OK;
}

enum err
cmd_graph(struct call *c)
{
    int64_t function;
    const char *path, *end;
    struct summary summary = { 0 };
    struct buf text = BUF_EMPTY;
    enum err err = read_graph(c, &function, &path);
    if (!err && *path)
        err = session_may_write(c->s, path, c->e);
    if (err)
        return err;
    if (c->s->counts)
        summary_make(c->s->counts, &summary);
    graph_text(c->s->program, function, summary.total.insns ? &summary : NULL, c->s->settings.syntax, &text);
    end = path + strlen(path);
    if (!*path)
        buf_puts(c->out, buf_text(&text));
    else if (end - path > 4 && strcmp(end - 4, ".svg") == 0)
        err = graph_draw(&text, path, c->e);
    else
        err = export_write(path, &text, c->e);
    buf_free(&text);
    summary_free(&summary);
    return err;
}
