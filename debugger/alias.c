/* Aliases. A name stands for a command and what is put in front of its arguments; another alias in it is resolved at once, so that
 * none can lead to itself. See alias.h. */
#include "config.h"

#include "debugger/alias.h"

#include "debugger/call.h"
#include "debugger/script.h"
#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

const struct alias *
alias_find(const struct session *s, const char *word, size_t len)
{
    for (uint32_t i = 0; len && i < s->n_aliases; i++) {
        if (strlen(s->aliases[i].name) == len && memcmp(s->aliases[i].name, word, len) == 0)
            return &s->aliases[i];
    }
    return NULL;
}

void
alias_free_all(struct session *s)
{
    for (uint32_t i = 0; i < s->n_aliases; i++) {
        free(s->aliases[i].name);
        free(s->aliases[i].text);
    }
    free(s->aliases);
}

static bool
is_taken(const struct session *s, const char *name, size_t len)
{
    for (uint32_t i = 0; i < n_command_rows; i++) {
        if (command_is_child(&command_rows[i], NULL) && command_is_named(&command_rows[i], name, len))
            return true;
    }
    return alias_find(s, name, len) || script_find(s, name, len);
}

/* Whether the text begins with a command; what an alias stands for is put in its place. */
static enum err
check_command(struct call *c, const char *text, struct buf *full)
{
    struct session *s = c->s;
    struct errinfo ignored;
    size_t len = command_word(text);
    const char *rest = text;
    const struct alias *other = alias_find(s, text, len);
    if (!other && !script_find(s, text, len) && (!len || !command_lookup(NULL, &rest, &ignored)))
        return err_set_detail(c->e, ERR_DEBUGGER, "Invalid command to alias to: ", text);
    buf_printf(full, "%s%s", other ? other->text : "", other ? text + len : text);
    return OK;
}

/* "alias [-a] [--] NAME = COMMAND [DEFAULT-ARGUMENTS]" */
enum err
cmd_alias(struct call *c)
{
    static const char usage[] = "Usage: alias [-a] [--] ALIAS = COMMAND [DEFAULT-ARGS...]";
    struct session *s = c->s;
    const char *text = c->text;
    while (*text == '-') {
        size_t n = strcspn(text, " \t");
        if (!(n == 2 && (text[1] == 'a' || text[1] == '-')))
            return err_set(c->e, ERR_DEBUGGER, usage, 0, 0, 0);
        text += n + strspn(text + n, " \t");
    }
    size_t len = command_word(text);
    const char *rest = text + len + strspn(text + len, " \t");
    if (!len || *rest != '=')
        return err_set(c->e, ERR_DEBUGGER, usage, 0, 0, 0);
    rest += 1 + strspn(rest + 1, " \t");
    struct buf full = BUF_EMPTY;
    char *name = xstrndup(text, len);
    enum err err = check_command(c, rest, &full);
    if (!err && is_taken(s, text, len))
        err = err_set_detail(c->e, ERR_DEBUGGER, "Alias already exists: ", name);
    if (err) {
        free(name);
        buf_free(&full);
        return err;
    }
    s->aliases = grow(s->aliases, s->n_aliases, &s->cap_aliases, sizeof *s->aliases);
    s->aliases[s->n_aliases++] = (struct alias){ .name = name, .text = full.text };
    return OK;
}
