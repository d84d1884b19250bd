/* rbreak: breakpoints on every function that a regular expression finds. */
#include "config.h"

#include "debugger/breakpoints.h"
#include "debugger/call.h"
#include "debugger/source.h"
#include "sim/base/base.h"
#include "sim/object/types.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "int main(struct xdp_md *ctx);", or what gdb says without debugging information. */
static void
put_function(const struct session *s, const struct function *f, struct buf *out)
{
    if (f->btf_id && s->program->btf)
        type_print_prototype(s->program->btf, f->btf_id, f->name, out);
    else
        buf_printf(out, "<function, no debug info> %s", f->name);
    buf_puts(out, ";\n");
}

static enum err
set_on(struct call *c, const struct function *f)
{
    struct session *s = c->s;
    struct location place;
    char spec[16];
    snprintf(spec, sizeof spec, "*%" PRIu32, f->pc);
    enum err err = location_parse(s, spec, &place, c->e);
    if (err)
        return err;
    const struct breakpoint *b = breakpoint_add(s, &place, program_function_named(s->program, f->name) == f ? f->name : spec, NULL, false);
    breakpoint_announce(s, b, &place, c->out);
    put_function(s, f, c->out);
    return OK;
}

static bool
is_in_file(const struct session *s, const struct function *f, int64_t file)
{
    const struct line *l = program_line_at(s->program, f->pc);
    return file < 0 || (l && l->file == file);
}

/* "rbreak [FILE:]REGEX": without REGEX every function. */
enum err
cmd_rbreak(struct call *c)
{
    struct session *s = c->s;
    const char *pattern = c->text, *colon = strchr(pattern, ':');
    int64_t file = colon ? source_named(s, pattern, (size_t)(colon - pattern)) : -1;
    uint32_t first = s->next_breakpoint;
    regex_t regex;
    if (file >= 0)
        pattern = colon + 1 + strspn(colon + 1, " \t");
    int bad = regcomp(&regex, *pattern ? pattern : ".", REG_NOSUB);
    if (bad) {
        char why[128];
        regerror(bad, &regex, why, sizeof why);
        return err_set_detail(c->e, ERR_DEBUGGER, "Invalid regexp: ", why);
    }
    enum err err = OK;
    for (uint32_t i = 0; i < s->program->n_functions && !err; i++) {
        const struct function *f = &s->program->functions[i];
        if (is_in_file(s, f, file) && regexec(&regex, f->name, 0, NULL, 0) == 0)
            err = set_on(c, f);
    }
    regfree(&regex);
    s->last_set = first;
    return err;
}
