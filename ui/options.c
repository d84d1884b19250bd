/* The command line parser and the --help texts, both derived from options.def and subcommand.def. See options.h. */
#include "config.h"

#include "ui/options.h"

#include "sim/base/base.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_SCRIPT, OPTION_CHOICE };

struct option_row {
    const char *name;
    char letter;
    enum option_kind kind;
    const char *argument;
    uint32_t where;
    const char *help; /* NULL: not for users, not shown */
    size_t member;    /* offset in struct options */
};

enum option_id {
#define OPTION(field, ...) ID_##field,
#define ALIAS(...)
#include "ui/options.def"
    N_OPTIONS
};

static const struct option_row rows[N_OPTIONS] = {
#define OPTION(field, kind, name, letter, argument, where, help)                                                                          \
    [ID_##field] = { name, letter, OPTION_##kind, argument, where, help, offsetof(struct options, field) },
#define ALIAS(...)
#include "ui/options.def"
};

static const struct {
    const char *name;
    char letter;
    enum option_id id;
} aliases[] = {
#define OPTION(...)
#define ALIAS(name, letter, field) { name, letter, ID_##field },
#include "ui/options.def"
};

static const struct {
    const char *name, *operands, *summary;
    int n_min, n_max;
} subcommands[N_SUBCOMMANDS] = {
#define SUBCOMMAND(name, operands, n_min, n_max, summary) { #name, operands, summary, n_min, n_max },
#include "ui/subcommand.def"
};

/* "ebpfdbg" or "ebpfdbg run": how the user calls it. */
static void
put_call(enum subcommand_id id, struct buf *out)
{
    buf_puts(out, "ebpfdbg");
    if (id != SUBCOMMAND_debug)
        buf_printf(out, " %s", subcommands[id].name);
}

/* Fills *e with what is wrong and where to read how it is done. */
static enum err __attribute__((format(printf, 3, 4)))
usage_error(enum subcommand_id id, struct errinfo *e, const char *format, ...)
{
    struct buf what = BUF_EMPTY, next = BUF_EMPTY;
    va_list args;
    va_start(args, format);
    buf_vprintf(&what, format, args);
    va_end(args);
    buf_puts(&next, "see '");
    put_call(id, &next);
    buf_puts(&next, " --help'");
    err_set_detail(e, ERR_USAGE, buf_text(&what), buf_text(&next));
    buf_free(&what);
    buf_free(&next);
    return ERR_USAGE;
}

/* The row that `name` (len bytes, without dashes) spells or unambiguously begins, among those that subcommand `id` takes; -1 none, -2
 * several. */
static int
find_long(enum subcommand_id id, const char *name, size_t len)
{
    int found = -1;
    for (int i = 0; i < (int)(N_OPTIONS + ARRAY_LEN(aliases)); i++) {
        int row = i < N_OPTIONS ? i : (int)aliases[i - N_OPTIONS].id;
        const char *spelling = i < N_OPTIONS ? rows[i].name : aliases[i - N_OPTIONS].name;
        if (!(rows[row].where & 1u << id) || strncmp(spelling, name, len))
            continue;
        if (!spelling[len])
            return row;
        found = found == -1 || found == row ? row : -2;
    }
    return found;
}

static int
find_letter(enum subcommand_id id, char letter)
{
    for (int i = 0; i < N_OPTIONS; i++)
        if (rows[i].letter == letter && rows[i].where & 1u << id)
            return i;
    return -1;
}

static enum err
parse_number(enum subcommand_id id, const char *name, const char *text, uint64_t *out, struct errinfo *e)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-')
        return usage_error(id, e, "--%s wants a number, not '%s'", name, text);
    return OK;
}

static enum err
store(struct options *o, int id, const char *value, struct errinfo *e)
{
    const struct option_row *row = &rows[id];
    void *member = (char *)o + row->member;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)member = true;
        return OK;
    case OPTION_TEXT:
    case OPTION_CHOICE:
        *(const char **)member = value;
        return OK;
    case OPTION_NUMBER:
        o->has_max_insns |= id == ID_max_insns;
        return parse_number(o->subcommand, row->name, value, member, e);
    case OPTION_SCRIPT:
        o->scripts = grow(o->scripts, o->n_scripts, &o->cap_scripts, sizeof *o->scripts);
        o->scripts[o->n_scripts++] = (struct script){ .is_file = id == ID_command, .text = value };
        ++*(uint32_t *)member;
        return OK;
    }
    return OK;
}

/* One argument that starts with a dash; *i moves on when the option's value is the next argument. */
static enum err
parse_option(int argc, char **argv, int *i, struct options *o, struct errinfo *e)
{
    const char *arg = argv[*i];
    const char *name = arg + (arg[1] == '-' ? 2 : 1);
    size_t len = strcspn(name, "=");
    int id = arg[1] != '-' && len == 1 ? find_letter(o->subcommand, name[0]) : -1;
    if (id < 0)
        id = find_long(o->subcommand, name, len);
    if (id == -2)
        return usage_error(o->subcommand, e, "option %.*s is ambiguous", (int)(name + len - arg), arg);
    if (id < 0)
        return usage_error(o->subcommand, e, "there is no option %.*s", (int)(name + len - arg), arg);
    const char *value = name[len] ? name + len + 1 : NULL;
    if (!rows[id].argument) {
        if (value)
            return usage_error(o->subcommand, e, "--%s takes no value", rows[id].name);
    } else if (!value && rows[id].kind == OPTION_CHOICE) {
        value = "";
    } else if (!value) {
        if (*i + 1 >= argc)
            return usage_error(o->subcommand, e, "--%s wants a value: %s", rows[id].name, rows[id].argument);
        value = argv[++*i];
    }
    return store(o, id, value, e);
}

enum err
options_parse(int argc, char **argv, struct options *out, struct errinfo *e)
{
    *out = (struct options){ .subcommand = SUBCOMMAND_debug };
    int first = 1;
    for (enum subcommand_id id = SUBCOMMAND_debug + 1; argc > 1 && id < N_SUBCOMMANDS; id++) {
        if (!strcmp(argv[1], subcommands[id].name)) {
            out->subcommand = id;
            first = 2;
        }
    }
    int n_operands = 0;
    bool only_operands = false;
    for (int i = first; i < argc; i++) {
        if (!only_operands && !strcmp(argv[i], "--")) {
            only_operands = true;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
            enum err err = parse_option(argc, argv, &i, out, e);
            if (err)
                return err;
        } else if (n_operands++ < subcommands[out->subcommand].n_max) {
            out->operand = argv[i];
        } else {
            return usage_error(out->subcommand, e, "one argument too many: '%s'", argv[i]);
        }
    }
    if (!out->help && !out->version && n_operands < subcommands[out->subcommand].n_min)
        return usage_error(out->subcommand, e, "no %s given", subcommands[out->subcommand].operands);
    return OK;
}

void
options_free(struct options *o)
{
    free(o->scripts);
    o->scripts = NULL;
}

static void
put_option_help(const struct option_row *row, struct buf *out)
{
    buf_puts(out, "  ");
    if (row->letter)
        buf_printf(out, "-%c, ", row->letter);
    buf_printf(out, "--%s", row->name);
    if (row->argument)
        buf_printf(out, row->kind == OPTION_CHOICE ? "[=%s]" : " %s", row->argument);
    enum { HELP_COLUMN = 26 };
    struct buf line = BUF_EMPTY; /* only to know whether the option is too long for the column */
    buf_printf(&line, "%s%s", row->name, row->argument ? row->argument : "");
    if (line.len + 5 + (row->letter ? 4 : 0) >= HELP_COLUMN)
        buf_putc(out, '\n');
    buf_free(&line);
    buf_pad(out, HELP_COLUMN);
    buf_printf(out, "%s\n", row->help);
}

void
options_help(enum subcommand_id id, struct buf *out)
{
    buf_puts(out, "Usage: ");
    put_call(id, out);
    buf_printf(out, " [options] %s\n\n%c%s.\n", subcommands[id].operands, toupper(*subcommands[id].summary), subcommands[id].summary + 1);
    if (id == SUBCOMMAND_debug) {
        buf_puts(out, "\nNot debugging (each has its own --help):\n");
        for (int i = SUBCOMMAND_debug + 1; i < N_SUBCOMMANDS; i++) {
            buf_printf(out, "  ebpfdbg %s", subcommands[i].name);
            buf_pad(out, 26);
            buf_printf(out, "%s\n", subcommands[i].summary);
        }
    }
    buf_puts(out, "\nOptions:\n");
    for (int i = 0; i < N_OPTIONS; i++)
        if (rows[i].help && rows[i].where & 1u << id)
            put_option_help(&rows[i], out);
}

void
options_put_roff(const char *text, struct buf *out)
{
    bool at_line_start = true;
    for (; *text; text++) {
        if (at_line_start && (*text == '.' || *text == '\''))
            buf_puts(out, "\\&");
        if (*text == '\\')
            buf_puts(out, "\\e");
        else if (*text == '-')
            buf_puts(out, "\\-");
        else
            buf_putc(out, *text);
        at_line_start = *text == '\n';
    }
}

void
options_man(struct buf *out)
{
    for (int i = 0; i < N_OPTIONS; i++) {
        if (!rows[i].help)
            continue;
        buf_puts(out, ".TP\n.B ");
        if (rows[i].letter)
            buf_printf(out, "\\-%c, ", rows[i].letter);
        buf_puts(out, "\\-\\-");
        options_put_roff(rows[i].name, out);
        if (rows[i].argument) {
            bool is_choice = rows[i].kind == OPTION_CHOICE;
            buf_puts(out, is_choice ? "[=\\fI" : " \\fI");
            options_put_roff(rows[i].argument, out);
            buf_puts(out, is_choice ? "\\fR]" : "\\fR");
        }
        buf_putc(out, '\n');
        options_put_roff(rows[i].help, out);
        buf_puts(out, ".\n");
        if (rows[i].where == IN_ALL)
            continue;
        buf_puts(out, "(");
        const char *comma = "";
        for (int id = 0; id < N_SUBCOMMANDS; id++) {
            if (rows[i].where & 1u << id) {
                buf_printf(out, "%s%s", comma, subcommands[id].name);
                comma = ", ";
            }
        }
        buf_puts(out, ")\n");
    }
}
