/* Catchpoints. An event that belongs to instructions is a breakpoint on all of them, which costs nothing anywhere else. See catch.h. */
#include "config.h"

#include "debugger/catch.h"

#include "debugger/uninit.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELPER_TAIL_CALL = 12 };

const struct catch_row catch_rows[N_CATCHES] = {
#define CATCH(id, name, argument, help) [CATCH_##id] = { name, argument, help },
#include "debugger/catch.def"
};

/* ---- what is meant */

/* The row whose name begins with the word; N_CATCHES: none, or several. */
static uint32_t
row_named(const char *word, size_t len)
{
    uint32_t found = N_CATCHES, n = 0;
    for (uint32_t i = 0; i < N_CATCHES && len; i++) {
        if (strncmp(catch_rows[i].name, word, len) != 0)
            continue;
        if (strlen(catch_rows[i].name) == len)
            return i;
        found = i;
        n++;
    }
    return n == 1 ? found : N_CATCHES;
}

static size_t
word_length(const char *text, const char *end)
{
    size_t n = 0;
    while (text + n < end && !isspace((unsigned char)text[n]))
        n++;
    return n;
}

enum err
catch_parse(struct session *s, const char *text, size_t len, struct catch *out, struct errinfo *e)
{
    const char *end = text + len;
    size_t n = word_length(text, end);
    char word[64];
    uint32_t row = row_named(text, n);
    *out = (struct catch){ .kind = row };
    snprintf(word, sizeof word, "%.*s", n > 60 ? 60 : (int)n, text);
    if (row == N_CATCHES)
        return err_set_detail(e, ERR_SUBCOMMAND, word, "catch");
    for (text += n; text < end && isspace((unsigned char)*text); text++)
        ;
    if (text < end && !*catch_rows[row].argument)
        return err_set(e, ERR_JUNK, NULL, 0, 0, 0);
    if (text < end)
        out->argument = xstrndup(text, (size_t)(end - text));
    uint32_t *pcs = NULL, n_pcs = 0;
    enum err err = catch_resolve(s, out, &pcs, &n_pcs, e);
    free(pcs);
    if (err)
        catch_free(out);
    return err;
}

void
catch_free(struct catch *c)
{
    free(c->argument);
    c->argument = NULL;
}

static enum err
resolve_helper(struct catch *c, struct errinfo *e)
{
    char *end;
    long id = strtol(c->argument, &end, 0);
    c->helper = end != c->argument && !*end && id >= 0 && id <= INT32_MAX ? (int32_t)id : helper_id(c->argument);
    return helper_row(c->helper) ? OK : err_set(e, ERR_NO_HELPER, c->argument, 0, 0, 0);
}

static enum err
resolve_map(const struct session *s, struct catch *c, struct errinfo *e)
{
    const struct map_def *def = program_map_named(s->program, c->argument);
    if (!def)
        return err_set(e, ERR_NO_MAP, c->argument, 0, 0, 0);
    c->map = (uint32_t)(def - s->program->maps);
    return OK;
}

/* ---- where it happens */

static bool
changes_maps(const struct helper_row *row)
{
    static const char *const names[] = { "bpf_map_update_elem", "bpf_map_delete_elem", "bpf_map_push_elem", "bpf_map_pop_elem" };
    for (size_t i = 0; row && i < ARRAY_LEN(names); i++) {
        if (strcmp(row->name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool
calls_what_is_meant(const struct catch *c, int64_t id)
{
    if (c->kind == CATCH_TAIL_CALL)
        return id == HELPER_TAIL_CALL;
    if (c->kind == CATCH_MAP_UPDATE)
        return changes_maps(helper_row((int32_t)id));
    return c->kind == CATCH_HELPER && (!c->argument || id == c->helper);
}

static bool
is_about_helpers(const struct catch *c)
{
    return c->kind == CATCH_HELPER || c->kind == CATCH_TAIL_CALL || c->kind == CATCH_MAP_UPDATE;
}

static bool
happens_at(const struct catch *c, const struct insn *insn)
{
    switch (insn_kind(insn)) {
    case KIND_CALL:
        return calls_what_is_meant(c, insn->imm);
    case KIND_CALLX: /* to a function or a helper: known when it is come by */
        return c->kind == CATCH_CALL || is_about_helpers(c);
    case KIND_CALLL:
        return c->kind == CATCH_CALL;
    case KIND_EXIT:
        return c->kind == CATCH_EXIT;
    case KIND_JCC:
    case KIND_MAYGOTO:
        return c->kind == CATCH_BRANCH;
    default:
        return false;
    }
}

enum err
catch_resolve(struct session *s, struct catch *c, uint32_t **pcs, uint32_t *n_pcs, struct errinfo *e)
{
    const struct program *p = s->program;
    size_t cap = 0;
    enum err err = OK;
    *pcs = NULL;
    *n_pcs = 0;
    if (!p)
        return err_set(e, ERR_NO_SYMBOL_TABLE, NULL, 0, 0, 0);
    if (c->argument)
        err = c->kind == CATCH_HELPER ? resolve_helper(c, e) : resolve_map(s, c, e);
    c->has_callx = false;
    for (uint32_t pc = 0; !err && pc < p->n_slots; pc++) {
        if (!happens_at(c, &p->insns[pc]))
            continue;
        c->has_callx |= insn_kind(&p->insns[pc]) == KIND_CALLX;
        *pcs = grow(*pcs, *n_pcs, &cap, sizeof **pcs);
        (*pcs)[(*n_pcs)++] = pc;
    }
    return err;
}

/* ---- whether it happens now */

bool
catch_is_filtered(const struct catch *c)
{
    return c->kind == CATCH_FAULT || c->kind == CATCH_UNINIT || c->kind == CATCH_EXIT || c->has_callx || (c->kind == CATCH_MAP_UPDATE && c->argument);
}

/* The id of the helper that the instruction at pc calls; -1: none. */
static int64_t
helper_called(const struct session *s)
{
    const struct machine *m = s->machine;
    const struct insn *insn = &s->program->insns[m->pc];
    if (insn_kind(insn) == KIND_CALL)
        return insn->imm;
    if (insn_kind(insn) == KIND_CALLX && m->regs[insn->dst] <= INT32_MAX && helper_row((int32_t)m->regs[insn->dst]))
        return (int64_t)m->regs[insn->dst];
    return -1;
}

bool
catch_applies(const struct session *s, const struct catch *c)
{
    const struct map *map = c->kind == CATCH_MAP_UPDATE ? map_of_handle(s->machine, s->machine->regs[REG_1]) : NULL;
    if (c->kind == CATCH_EXIT)
        return s->machine->depth == 0;
    if (c->kind == CATCH_CALL)
        return helper_called(s) < 0;
    if (is_about_helpers(c) && !calls_what_is_meant(c, helper_called(s)))
        return false;
    return c->kind != CATCH_MAP_UPDATE || !c->argument || (map && map->index == c->map);
}

/* ---- words */

void
catch_text(const struct catch *c, bool is_row, struct buf *out)
{
    const struct helper_row *row = c->kind == CATCH_HELPER && c->argument ? helper_row(c->helper) : NULL;
    const char *name = catch_rows[c->kind].name, *argument = row ? row->name : c->argument;
    if (!*catch_rows[c->kind].argument)
        buf_puts(out, name);
    else if (is_row)
        buf_printf(out, argument ? "%s \"%s\"" : "<any %s>", argument ? name : name, argument);
    else if (argument)
        buf_printf(out, "%s '%s'", name, argument);
    else
        buf_printf(out, "any %s", name);
    if (!is_row && row)
        buf_printf(out, " [%" PRId32 "]", row->id);
}

static void
call_text(const struct session *s, struct buf *out)
{
    const struct machine *m = s->machine;
    const struct insn *insn = &s->program->insns[m->pc];
    int64_t target = insn_kind(insn) == KIND_CALLL ? insn_target(insn, m->pc) : (int64_t)(m->regs[insn->dst] / SLOT_BYTES);
    const struct function *f = insn_kind(insn) == KIND_CALLL ? program_function_at(s->program, (uint32_t)target) : NULL;
    if (f)
        buf_printf(out, "call to %s", f->name);
    else
        buf_puts(out, "call through a pointer");
}

void
catch_event_text(const struct session *s, const struct catch *c, struct buf *out)
{
    const struct machine *m = s->machine;
    const struct map *map = map_of_handle(s->machine, m->regs[REG_1]);
    const char *helper = helper_name((int32_t)helper_called(s));
    const struct function *f = program_function_at(s->program, m->pc);
    switch ((enum catch_kind)c->kind) {
    case CATCH_HELPER:
        buf_printf(out, "call to %s", helper ? helper : "helper");
        return;
    case CATCH_MAP_UPDATE:
        buf_printf(out, "%s of map %s", helper ? helper : "change", map ? map->def->name : "?");
        return;
    case CATCH_CALL:
        call_text(s, out);
        return;
    case CATCH_EXIT:
        buf_printf(out, "exit of %s", f ? f->name : "??");
        return;
    case CATCH_UNINIT:
        uninit_text(s, out);
        return;
    default:
        buf_puts(out, catch_rows[c->kind].name);
        return;
    }
}
