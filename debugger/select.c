/* Which program of the object runs, as what type. See select.h. */
#include "config.h"

#include "debugger/select.h"

#include "sim/base/base.h"

#include <stdio.h>
#include <string.h>

const struct prog_type *
select_type(const struct session *s)
{
    return s->type ? s->type : prog_type_of_section(s->program->functions[s->entry].section);
}

enum err
select_check(const struct session *s, const struct prog_type **type, struct errinfo *e)
{
    if (!s->program)
        return err_set(e, ERR_DEBUGGER, "No executable file specified.\nUse the \"file\" command.", 0, 0, 0);
    if (s->entry < 0)
        return err_set(e, ERR_DEBUGGER, "The object has no function that could be started.", 0, 0, 0);
    *type = select_type(s);
    return OK;
}

/* The function of that name, or the first program of that section; -1: none. */
static int64_t
entry_named(const struct program *p, const char *name)
{
    for (uint32_t i = 0; i < p->n_functions; i++) {
        if (strcmp(p->functions[i].name, name) == 0)
            return i;
    }
    for (uint32_t i = 0; i < p->n_functions; i++) {
        if (p->functions[i].is_program && strcmp(p->functions[i].section, name) == 0)
            return i;
    }
    return -1;
}

enum err
session_select(struct session *s, const char *entry, const char *type, struct errinfo *e)
{
    char text[96];
    const struct prog_type *row = type ? prog_type_named(type) : NULL;
    if (type && !row) {
        snprintf(text, sizeof text, "There is no program type \"%.60s\".", type);
        return err_set(e, ERR_DEBUGGER, text, 0, 0, 0);
    }
    if (entry) {
        int64_t found = s->program ? entry_named(s->program, entry) : -1;
        if (!s->program)
            return err_set(e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
        if (found < 0)
            return err_set(e, ERR_NO_FUNCTION, entry, 0, 0, 0);
        s->entry = found;
    }
    s->type = row;
    return OK;
}

enum err
session_use_engine(struct session *s, const char *name, struct errinfo *e)
{
    char text[96];
    for (const struct engine *const *engine = s->config.engines; *engine; engine++) {
        if (strcmp((*engine)->name, name) != 0)
            continue;
        return session_open_code(s, *engine, e);
    }
    snprintf(text, sizeof text, "There is no engine \"%.60s\".", name);
    return err_set(e, ERR_DEBUGGER, text, 0, 0, 0);
}
