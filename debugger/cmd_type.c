/* Commands about types: whatis, ptype, info types. */
#include "config.h"

#include "debugger/call.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

static const struct btf *
btf_of(const struct session *s)
{
    return s->program ? s->program->btf : NULL;
}

/* The type of an expression or of a type's name, which is no expression: a cast to it is. *is_name tells which. */
static enum err
type_of_text(struct call *c, struct value *out, bool *is_name)
{
    struct buf text = BUF_EMPTY;
    struct errinfo ignored;
    if (!*c->text)
        return err_set(c->e, ERR_ARGUMENT, "type or expression", 0, 0, 0);
    enum err err = expr_parse(c->s, c->text, &c->expr, c->e);
    *is_name = err != OK;
    buf_printf(&text, "*(%s *)0", c->text);
    if (err && expr_parse(c->s, buf_text(&text), &c->expr, &ignored) == OK)
        err = OK;
    buf_free(&text);
    return err ? err : expr_type(c->s, c->expr, out, c->e);
}

enum err
cmd_whatis(struct call *c)
{
    struct value v;
    bool is_name;
    enum err err = type_of_text(c, &v, &is_name);
    if (err)
        return err;
    uint32_t named = is_name && btf_of(c->s) ? type_named(btf_of(c->s), c->text) : 0, behind = named ? type_behind(btf_of(c->s), named) : 0;
    buf_puts(c->out, "type = ");
    vtype_text(btf_of(c->s), behind ? vtype_of_btf(btf_of(c->s), behind) : v.type, c->out);
    buf_putc(c->out, '\n');
    return OK;
}

enum err
cmd_ptype(struct call *c)
{
    struct value v;
    bool is_name;
    const struct btf *btf = btf_of(c->s);
    enum err err = type_of_text(c, &v, &is_name);
    if (err)
        return err;
    if (strchr(c->letters, 'o') && btf && v.type.id && !v.type.n && !v.type.n_ptr && type_print_offsets(btf, v.type.id, c->out))
        return OK;
    buf_puts(c->out, "type = ");
    if (v.type.id && btf && !v.type.n) {
        type_print_definition(btf, v.type.id, c->out);
        buf_puts(c->out, v.type.n_ptr ? " " : "");
        for (unsigned i = 0; i < v.type.n_ptr; i++)
            buf_putc(c->out, '*');
    } else {
        vtype_text(btf, v.type, c->out);
    }
    buf_putc(c->out, '\n');
    return OK;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum err
cmd_info_types(struct call *c)
{
    const struct btf *btf = btf_of(c->s);
    regex_t regex;
    char **names = NULL;
    uint32_t n = 0, n_types = btf ? type_count(btf) : 0;
    int failure = regcomp(&regex, c->text, REG_EXTENDED | REG_NOSUB);
    if (failure) {
        char why[128] = "Invalid regexp: ";
        regerror(failure, &regex, why + strlen(why), sizeof why - strlen(why));
        return err_set(c->e, ERR_DEBUGGER, why, 0, 0, 0);
    }
    names = calloc(n_types ? n_types : 1, sizeof *names);
    for (uint32_t id = 1; names && id < n_types; id++) {
        struct buf name = BUF_EMPTY;
        if (type_has_name(btf, id))
            type_print_name(btf, id, &name);
        if (name.len && regexec(&regex, name.text, 0, NULL, 0) == 0)
            names[n++] = name.text;
        else
            buf_free(&name);
    }
    regfree(&regex);
    if (n)
        qsort(names, n, sizeof *names, compare_names);
    buf_printf(c->out, *c->text ? "All types matching regular expression \"%s\":\n" : "All defined types:\n", c->text);
    for (uint32_t i = 0; i < n; i++) {
        if (!i || strcmp(names[i - 1], names[i]))
            buf_printf(c->out, "        %s;\n", names[i]);
    }
    for (uint32_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return OK;
}
