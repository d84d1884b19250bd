/* Executing bodies. They stay lists of lines, as they were typed: `if` and `while` find their ends when they are come by, so that
 * $arg0 can stand for any part of any line. See body.h. */
#include "config.h"

#include "debugger/body.h"

#include "debugger/command.h"
#include "debugger/call.h"
#include "debugger/logging.h"
#include "debugger/script.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum flow { FLOW_ON, FLOW_BREAK, FLOW_CONTINUE, FLOW_END };

struct running {
    struct session *s;
    char *const *lines;
    const struct body_args *args;
    bool ends_at_stop;
    uint64_t n_stops; /* when it began */
    struct buf *out;
    struct errinfo *e;
};

void
body_free(char **lines, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        free(lines[i]);
    free(lines);
}

/* ---- nesting */

static bool
is_word(const char *line, const char *word)
{
    size_t len = command_word(line);
    return strlen(word) == len && memcmp(word, line, len) == 0;
}

static bool
opens(const char *line)
{
    static const char *const words[] = { "define", "document", "commands", "if", "while" };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (is_word(line, words[i]))
            return true;
    }
    return false;
}

static bool
is_end(const char *line)
{
    return is_word(line, "end") && line[3 + strspn(line + 3, " \t")] == '\0';
}

bool
nesting_ends(struct nesting *n, const char *line)
{
    line += strspn(line, " \t");
    if (is_end(line)) {
        if (!n->depth)
            return true;
        if (n->document_depth == n->depth)
            n->document_depth = 0;
        n->depth--;
    } else if (!n->document_depth && opens(line)) {
        n->depth++;
        if (is_word(line, "document"))
            n->document_depth = n->depth;
    }
    return false;
}

/* The "end" of the block that line `at` opens, and its "else" (the same when there is none). */
static uint32_t
block_end(const struct running *r, uint32_t at, uint32_t end, uint32_t *other)
{
    struct nesting n = { 0 };
    uint32_t i = at + 1;
    bool has_else = false;
    for (; i < end; i++) {
        const char *line = r->lines[i];
        if (!n.depth && !has_else && is_word(line, "else")) {
            *other = i;
            has_else = true;
        }
        if (nesting_ends(&n, line))
            break;
    }
    if (!has_else)
        *other = i;
    return i;
}

/* ---- lines */

enum err
body_run_line(struct session *s, const char *line, struct buf *out, struct errinfo *e)
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
expand(const char *line, const struct body_args *args, struct buf *out)
{
    for (const char *p = line; *p; p++) {
        if (args && strncmp(p, "$argc", 5) == 0 && !isalnum((unsigned char)p[5]) && p[5] != '_') {
            buf_printf(out, "%u", args->n);
            p += 4;
        } else if (args && strncmp(p, "$arg", 4) == 0 && isdigit((unsigned char)p[4]) && (unsigned)(p[4] - '0') < args->n) {
            buf_puts(out, args->words[p[4] - '0']);
            p += 4;
        } else {
            buf_putc(out, *p);
        }
    }
}

static enum err
run_simple(struct running *r, const char *line)
{
    struct buf text = BUF_EMPTY;
    expand(line, r->args, &text);
    enum err err = body_run_line(r->s, buf_text(&text), r->out, r->e);
    buf_free(&text);
    logging_flush(r->s, r->out);
    return err;
}

/* Whether the condition of an if or while, the rest of the line behind that word, is true. */
static enum err
test(struct running *r, const char *line, bool *is_true)
{
    struct session *s = r->s;
    struct buf text = BUF_EMPTY;
    struct expr *x = NULL;
    struct value v = { 0 };
    uint32_t mark = s->n_scratch;
    expand(line + command_word(line), r->args, &text);
    enum err err = expr_parse(s, buf_text(&text), &x, r->e);
    if (!err)
        err = expr_eval(s, x, &v, r->out, r->e);
    *is_true = !err && value_is_true(&v);
    session_scratch_release(s, mark);
    expr_free(x);
    buf_free(&text);
    return err;
}

/* Ctrl-C ends loops, whether it stopped the program or came between two commands. */
static bool
is_interrupted(struct running *r, uint64_t n_stops)
{
    struct session *s = r->s;
    bool was_program = s->n_stops != n_stops && s->event.kind == EVENT_INTERRUPT;
    bool is = *s->config.interrupt || was_program;
    *s->config.interrupt = 0;
    return is;
}

static enum err run_range(struct running *r, uint32_t first, uint32_t end, enum flow *flow);

static enum err
run_while(struct running *r, uint32_t at, uint32_t end, enum flow *flow)
{
    bool goes_on = true;
    while (goes_on) {
        uint64_t n_stops = r->s->n_stops;
        enum err err = test(r, r->lines[at], &goes_on);
        if (!err && goes_on)
            err = run_range(r, at + 1, end, flow);
        if (err)
            return err;
        if (is_interrupted(r, n_stops))
            return err_set(r->e, ERR_DEBUGGER, "Quit", 0, 0, 0);
        goes_on &= *flow == FLOW_ON || *flow == FLOW_CONTINUE;
    }
    if (*flow != FLOW_END)
        *flow = FLOW_ON;
    return OK;
}

static enum err
run_block(struct running *r, uint32_t at, uint32_t end, uint32_t other, enum flow *flow)
{
    bool is_true;
    if (is_word(r->lines[at], "while"))
        return run_while(r, at, end, flow);
    enum err err = test(r, r->lines[at], &is_true);
    if (err)
        return err;
    if (is_true)
        return run_range(r, at + 1, other, flow);
    return other == end ? OK : run_range(r, other + 1, end, flow);
}

static enum err
run_range(struct running *r, uint32_t first, uint32_t end, enum flow *flow)
{
    enum err err = OK;
    *flow = FLOW_ON;
    for (uint32_t i = first; i < end && !err && *flow == FLOW_ON; i++) {
        const char *line = r->lines[i];
        /* a body that is being collected takes all lines up to its end */
        bool is_control = r->s->collection.what == COLLECT_NOTHING;
        if (is_control && is_word(line, "loop_break")) {
            *flow = FLOW_BREAK;
        } else if (is_control && is_word(line, "loop_continue")) {
            *flow = FLOW_CONTINUE;
        } else if (is_control && (is_word(line, "if") || is_word(line, "while"))) {
            uint32_t other, last = block_end(r, i, end, &other);
            err = run_block(r, i, last, other, flow);
            i = last;
        } else {
            err = run_simple(r, line);
        }
        if (r->s->quit || (r->ends_at_stop && r->s->n_stops != r->n_stops))
            *flow = FLOW_END;
    }
    return err;
}

enum err
body_run(struct session *s, char *const *lines, uint32_t n, const struct body_args *args, bool ends_at_stop, struct buf *out,
         struct errinfo *e)
{
    struct running r = {
        .s = s, .lines = lines, .args = args, .ends_at_stop = ends_at_stop, .n_stops = s->n_stops, .out = out, .e = e,
    };
    enum flow flow;
    return run_range(&r, 0, n, &flow);
}

static enum err
begin_control(struct call *c)
{
    struct buf line = BUF_EMPTY;
    if (!*c->text)
        return err_set(c->e, ERR_DEBUGGER, "if/while commands require arguments.", 0, 0, 0);
    buf_printf(&line, "%s %s", c->row->info.name, c->text);
    script_begin(c->s, COLLECT_CONTROL, buf_text(&line));
    buf_free(&line);
    return OK;
}

enum err
cmd_if(struct call *c)
{
    return begin_control(c);
}

enum err
cmd_while(struct call *c)
{
    return begin_control(c);
}
