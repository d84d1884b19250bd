/* One execution of a command: its row, its arguments as the row's grammar reads them, where its text goes. What command functions
 * get; private to debugger/. */
#ifndef DEBUGGER_CALL_H
#define DEBUGGER_CALL_H

#include "debugger/command.h"
#include "debugger/location.h"
#include "debugger/state.h"

enum args_kind {
    ARGS_NONE,         /* none allowed */
    ARGS_TEXT,         /* text as it is, trimmed; may be "" */
    ARGS_RAW,          /* not even trimmed */
    ARGS_COUNT,        /* optional expression -> count (1), has_count */
    ARGS_EXPR,         /* required expression -> expr */
    ARGS_OPT_EXPR,     /* optional expression -> expr or NULL */
    ARGS_FMT_EXPR,     /* optional /FMT -> fmt, optional expression -> expr or NULL */
    ARGS_FMT_TEXT,     /* optional /LETTERS -> letters, then text */
    ARGS_LOCATION,     /* optional location -> place, has_place */
    ARGS_GOAL,         /* the same, or a moment -> moment */
    ARGS_BREAK,        /* the same with "if CONDITION" -> expr */
    ARGS_NUMBERS,      /* numbers and ranges -> numbers */
    ARGS_NUMBERS_TEXT, /* the same, but the text stays, for other wordings */
};

enum complete_kind {
    COMPLETE_NOTHING, COMPLETE_COMMAND, COMPLETE_LOCATION, COMPLETE_EXPR, COMPLETE_POINTS, COMPLETE_DISPLAYS, COMPLETE_FILE,
    COMPLETE_SETTING, COMPLETE_PROGRAM, COMPLETE_TYPE, COMPLETE_ENGINE, COMPLETE_ENV, COMPLETE_USER, COMPLETE_REGISTERS, COMPLETE_MAP,
    COMPLETE_CTX_FIELD, COMPLETE_HELPER, COMPLETE_LOGGING, COMPLETE_CATCH,
};

enum command_flags {
    COMMAND_REPEAT = 1, COMMAND_REPEAT_BARE = 2, COMMAND_RUNNING = 4, COMMAND_STACK = 8, COMMAND_REGISTERS = 16, COMMAND_PROGRAM = 32,
    COMMAND_PREFIX = 64, COMMAND_LINES = 128, COMMAND_PAST = 256,
};

enum command_class { CLASS_RUNNING, CLASS_BREAKPOINTS, CLASS_DATA, CLASS_STACK, CLASS_FILES, CLASS_STATUS, CLASS_SUPPORT, N_CLASSES };

struct call {
    struct session *s;
    const struct command_row *row;
    const char *text;
    struct fmt fmt;
    bool has_fmt;
    char letters[8];
    uint64_t count;
    bool has_count;
    struct expr *expr;
    struct location place;
    bool has_place;
    struct moment moment;
    uint32_t *numbers;
    uint32_t n_numbers;
    size_t cap_numbers;
    bool is_interactive;
    struct buf *out;
    struct errinfo *e;
};

struct command_row {
    struct command_info info;
    enum command_class class;
    unsigned flags;
    enum args_kind args;
    enum complete_kind complete;
    enum err (*function)(struct call *c);
};

extern const struct command_row command_rows[];
extern const uint32_t n_command_rows;

/* Reads the arguments of c->row from `text` into *c. */
enum err args_read(struct call *c, const char *text);
void args_free(struct call *c);
enum err args_numbers(struct call *c, const char *text); /* as ARGS_NUMBERS does */
/* Reads the number of a breakpoint, or a convenience variable with one; moves *text on. ERR_BAD_POINT. */
enum err args_point(struct session *s, const char **text, uint32_t *out, struct errinfo *e);
/* Reads one more list element: "3" or "3-5"; moves *text on. OK with *first 0 at the end, ERR_BAD_POINT for anything else. */
enum err args_range(struct session *s, const char **text, uint32_t *first, uint32_t *last, struct errinfo *e);

/* Finds the command that the first word of *text means, under `parent` (NULL: top level), and moves *text behind the word. NULL when
 * there is none: then *e says so (undefined or ambiguous), or, under a parent, when there is no word: *e is OK. */
const struct command_row *command_lookup(const struct command_row *parent, const char **text, struct errinfo *e);

/* Executes a row with arguments, after checking that the session is in the state that it needs. */
enum err command_call(struct session *s, const struct command_row *row, const char *text, bool is_interactive, struct buf *out,
                      struct errinfo *e);

/* Length of the command word at text. */
size_t command_word(const char *text);
bool command_is_child(const struct command_row *row, const struct command_row *parent);
/* True when the word, in full, is the row's name or one of its aliases. */
bool command_is_named(const struct command_row *row, const char *word, size_t len);

/* Asks the user, unless `set confirm off` or not interactive. */
bool call_confirm(struct call *c, const char *question);

/* The i-th name that `set env` knows; NULL behind the last one. */
const char *env_name(size_t i);

#define COMMAND(parent, name, aliases, class, flags, args, complete, function, ...) enum err cmd_##function(struct call *c);
#include "debugger/command.def"

#endif
