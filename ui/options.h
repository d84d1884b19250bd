/* The command line as data: one table of options (options.def), one of subcommands (subcommand.def), one parser. */
#ifndef UI_OPTIONS_H
#define UI_OPTIONS_H

#include "sim/base/buf.h"
#include "sim/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum subcommand_id {
#define SUBCOMMAND(name, ...) SUBCOMMAND_##name,
#include "ui/subcommand.def"
    N_SUBCOMMANDS
};

/* Masks for options.def: which subcommands take an option. */
enum {
#define SUBCOMMAND(name, ...) IN_##name = 1 << SUBCOMMAND_##name,
#include "ui/subcommand.def"
    IN_ALL = (1 << N_SUBCOMMANDS) - 1
};

/* Exit statuses of all subcommands. A `quit N` of the debugger may give any other. */
enum exit_status {
    EXIT_DONE = 0,        /* did what was asked; run: the program reached its exit */
    EXIT_FAILED = 1,      /* a file can't be read or loaded, an input is refused, a debugger command failed */
    EXIT_USAGE = 2,       /* the command line makes no sense */
    EXIT_FAULT = 3,       /* run: the program did something that it must not; the report says what and where */
    EXIT_BUDGET = 4,      /* run: stopped after --max-insns */
    EXIT_INTERRUPTED = 5, /* Ctrl-C stopped a run, or a script between two commands */
    EXIT_FIND = 6,        /* fuzz, lockstep: engines disagree */
};

/* A -ex COMMAND or -x FILE, in the order of the command line. */
struct script {
    bool is_file;
    const char *text; /* command or path */
};

#define OPTION_TYPE_FLAG bool
#define OPTION_TYPE_TEXT const char *
#define OPTION_TYPE_NUMBER uint64_t
#define OPTION_TYPE_SCRIPT uint32_t
#define OPTION_TYPE_CHOICE const char *

/* What the command line says. Texts point into argv. Options that were not given are false, NULL and 0. */
struct options {
    enum subcommand_id subcommand;
#define OPTION(field, kind, ...) OPTION_TYPE_##kind field;
#define ALIAS(...)
#include "ui/options.def"
    bool has_max_insns; /* so that 0 can be told from "not given" */
    struct script *scripts;
    size_t n_scripts, cap_scripts;
    const char *operand; /* PROG.o, MEM; NULL when not given */
};

/* Parses argv. On ERR_USAGE *e says what is wrong and what to do. *out needs options_free in either case. */
enum err options_parse(int argc, char **argv, struct options *out, struct errinfo *e);
void options_free(struct options *o);

/* The --help text of a subcommand. */
void options_help(enum subcommand_id id, struct buf *out);

/* The options of all subcommands in man(7) markup, for the OPTIONS section of ebpfdbg.1. */
void options_man(struct buf *out);

/* Appends text so that man(7) shows it as it is: dashes are dashes, a leading dot is no request. */
void options_put_roff(const char *text, struct buf *out);

/* What the subcommands do; each returns an exit status. */
#define SUBCOMMAND(name, ...) int name##_main(const struct options *o);
#include "ui/subcommand.def"

#endif
