/* set and show: assignments, settings, the environment of the machine. */
#include "config.h"

#include "debugger/call.h"
#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/settings.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the program learns about the world, one row each: a number in struct env. */
static const struct env_row {
    const char *name;
    size_t off;
    uint8_t bytes;
    const char *doc;
} env_rows[] = {
    { "clock", offsetof(struct env, clock_ns), 8, "nanoseconds that the next clock helper returns" },
    { "clock-step", offsetof(struct env, clock_step_ns), 8, "added to the clock after each reading" },
    { "random", offsetof(struct env, random), 8, "state of the generator behind bpf_get_prandom_u32" },
    { "cpu", offsetof(struct env, cpu), 4, "the current CPU" },
    { "pid-tgid", offsetof(struct env, pid_tgid), 8, "what bpf_get_current_pid_tgid returns" },
    { "uid-gid", offsetof(struct env, uid_gid), 8, "what bpf_get_current_uid_gid returns" },
    { "may-goto-limit", offsetof(struct env, may_goto_limit), 4, "iterations of may_goto loops per run" },
};

const char *
env_name(size_t i)
{
    return i < ARRAY_LEN(env_rows) ? env_rows[i].name : NULL;
}

static uint64_t
env_get(const struct env *env, const struct env_row *row)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)env + row->off, row->bytes);
    return value;
}

enum err
cmd_set_env(struct call *c)
{
    struct env *env = &c->s->machine->env;
    uint64_t value;
    size_t len = strcspn(c->text, " \t=");
    for (size_t i = 0; i < ARRAY_LEN(env_rows); i++) {
        const struct env_row *row = &env_rows[i];
        if (strlen(row->name) != len || strncmp(row->name, c->text, len) != 0)
            continue;
        const char *text = c->text + len + strspn(c->text + len, " \t=");
        enum err err = *text ? expr_number(c->s, text, &value, c->e) : err_set(c->e, ERR_ARGUMENT, "number to set it to", 0, 0, 0);
        if (!err && row->bytes < 8 && value >> 8 * row->bytes)
            err = err_set(c->e, ERR_FIT, text, 0, row->bytes, 0);
        if (!err && strcmp(row->name, "cpu") == 0 && value >= env->n_cpus)
            err = err_set(c->e, ERR_CPU, NULL, 0, value, env->n_cpus);
        if (!err)
            memcpy((char *)env + row->off, &value, row->bytes);
        return err;
    }
    return err_set(c->e, ERR_ARGUMENT, "a name that \"show env\" lists", 0, 0, 0);
}

enum err
cmd_show_env(struct call *c)
{
    const struct env *env = &c->s->machine->env;
    for (size_t i = 0; i < ARRAY_LEN(env_rows); i++)
        buf_printf(c->out, "%-15s %-20" PRIu64 " %s\n", env_rows[i].name, env_get(env, &env_rows[i]), env_rows[i].doc);
    return OK;
}

enum err
cmd_set_variable(struct call *c)
{
    struct value ignored;
    if (!c->expr->has_side_effects)
        buf_puts(c->out, "warning: Expression is not an assignment (and might have no effect)\n");
    return expr_eval(c->s, c->expr, &ignored, c->out, c->e);
}

/* Executes a subcommand when the first word is one, in full or abbreviated, and no assignment to something of that name. */
static const struct command_row *
subcommand(struct call *c, const char **text)
{
    struct errinfo ignored;
    const char *rest = *text;
    const struct command_row *row = command_lookup(c->row, &rest, &ignored);
    const char *behind = rest + strspn(rest, " \t");
    if (!row || (*behind == '=' && behind[1] != '='))
        return NULL;
    *text = rest;
    return row;
}

/* Of a setting's two words only the first one is right. */
static enum err
unknown_part(struct call *c, int setting, const char *word)
{
    char command[64];
    const char *name = setting_infos[setting].name;
    snprintf(command, sizeof command, "set %.*s", (int)strcspn(name, " "), name);
    return err_set_detail(c->e, ERR_SUBCOMMAND, word, command);
}

enum err
cmd_set(struct call *c)
{
    const char *text = c->text;
    if (!*text)
        return err_set(c->e, ERR_ARGUMENT, "expression to compute", 0, 0, 0);
    size_t len = command_word(text);
    const char *behind = text + len + strspn(text + len, " \t");
    bool is_assignment = *behind == '=' && behind[1] != '=';
    int setting = is_assignment ? -1 : settings_find_words(text, &len);
    behind = text + len + strspn(text + len, " \t");
    const struct command_row *row = subcommand(c, &text);
    if (row && (setting < 0 || command_is_named(row, c->text, len)))
        return command_call(c->s, row, text, c->is_interactive, c->out, c->e);
    if (setting >= 0 && strcspn(setting_infos[setting].name, " ") != strlen(setting_infos[setting].name) && !memchr(c->text, ' ', len))
        return unknown_part(c, setting, behind);
    if (setting >= 0)
        return settings_set(c->s, setting, behind, c->e);
    enum err err = expr_parse(c->s, c->text, &c->expr, c->e);
    return err ? err : cmd_set_variable(c);
}

enum err
cmd_show(struct call *c)
{
    const char *text = c->text;
    size_t len = command_word(text);
    if (!*text) {
        for (uint32_t i = 0; i < n_setting_infos; i++) {
            buf_printf(c->out, "%s:  ", setting_infos[i].name);
            settings_show(c->s, (int)i, c->out);
        }
        return OK;
    }
    int setting = settings_find_words(text, &len);
    const struct command_row *row = subcommand(c, &text);
    if (row && (setting < 0 || command_is_named(row, c->text, len)))
        return command_call(c->s, row, text, c->is_interactive, c->out, c->e);
    if (setting < 0) {
        char word[64];
        snprintf(word, sizeof word, "%.*s", len ? (int)len : (int)strcspn(c->text, " \t"), c->text);
        return err_set_detail(c->e, setting == -2 ? ERR_AMBIGUOUS_SETTING : ERR_SUBCOMMAND, word, "show");
    }
    for (; setting >= 0; setting = settings_next(setting))
        settings_show(c->s, setting, c->out);
    return OK;
}

enum err
cmd_show_values(struct call *c)
{
    struct session *s = c->s;
    uint32_t first = s->n_history > 10 ? s->n_history - 10 : 0;
    for (uint32_t i = first; i < s->n_history; i++) {
        buf_printf(c->out, "$%u = ", i + 1);
        format_value(s, &s->history[i], 0, c->out);
        buf_putc(c->out, '\n');
    }
    return OK;
}

enum err
cmd_show_convenience(struct call *c)
{
    struct session *s = c->s;
    if (!s->n_variables)
        buf_puts(c->out, "No debugger convenience values now defined.\n"
                         "Convenience variables have prefix characters, e.g. \"$foo\".\n");
    for (uint32_t i = s->n_variables; i-- > 0;) {
        buf_printf(c->out, "$%s = ", s->variables[i].name);
        format_value(s, &s->variables[i].value, 0, c->out);
        buf_putc(c->out, '\n');
    }
    return OK;
}

enum err
cmd_show_version(struct call *c)
{
    buf_puts(c->out, PACKAGE_STRING "\n");
    return OK;
}
