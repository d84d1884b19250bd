/* What a session is made of. Private to debugger/: front ends see session.h only. Each part belongs to one file, named beside it. */
#ifndef DEBUGGER_STATE_H
#define DEBUGGER_STATE_H

#include "debugger/expr.h"
#include "debugger/moment.h"
#include "debugger/session.h"
#include "debugger/value.h"

#include "sim/condition.h"
#include "sim/machine/helper.h"
#include "sim/machine/map.h"

/* watch.c: what a watchpoint looks at. The engine watches `reads`. When the value is just what is there (is_direct) it decides by itself;
 * any other expression is evaluated by the session whenever something that it depends on has changed. */
struct watch {
    struct expr *expr;
    bool is_in_map;   /* it has an element of a map, which may not be there */
    bool is_location; /* stays at the address that it had when it was set */
    bool is_direct;
    bool is_stepped;  /* depends on what no engine watches ($pc, $icount, $cycles): looked at after every instruction */
    struct reads reads;
    struct vtype type;  /* is_direct: of what is there */
    struct value value; /* else: the value last known, its bytes owned... */
    bool has_value;     /* ...if it could be read */
};

/* watch.c: what `old` and `new` mean in a watchpoint's condition. While it is parsed or translated only the type is known. */
struct sides {
    const struct watch *watch;
    struct vtype type;
    const struct value *old, *now; /* NULL: it had no value */
};

/* catch.c: what a catchpoint is about. */
struct catch {
    uint32_t kind;  /* enum catch_kind */
    char *argument; /* as the user named it; NULL: any */
    int32_t helper; /* HELPER with an argument: its id */
    uint32_t map;   /* MAP_UPDATE with an argument: its index */
    bool has_callx; /* some of its places call through a register */
};

/* breakpoints.c: a breakpoint and the slots where it is set, or a watchpoint. */
struct breakpoint {
    uint32_t number;
    enum breakpoint_type type;
    bool is_temporary, is_enabled;
    bool is_once;         /* `enable once`, `enable count`: disabled when... */
    uint64_t n_left;      /* ...so many hits are over */
    bool is_gone;         /* its place, or a name in its expressions, is not in this program: it can't be enabled */
    char *format;         /* DPRINTF: the arguments of printf */
    char *spec;           /* INSN, DPRINTF: location as the user wrote it, for re-setting it after `file` */
    uint32_t *pcs;        /* CATCH: where it can happen; INSN, DPRINTF: at least one, unless it is gone */
    uint32_t n_pcs;
    struct moment moment; /* MOMENT */
    bool is_ahead;        /* MOMENT: it has not come, as of the engine's last start */
    struct catch *catch;  /* CATCH */
    struct watch *watch;  /* the other types */
    struct expr *condition; /* NULL: none */
    struct condition *translated; /* the same for engines; NULL when they can't have it */
    uint64_t n_hits, n_ignore;
    uint64_t kept_hits, kept_ignore; /* hits.c: what they are while the past is searched */
    char **commands;      /* lines to execute when it stops the program; NULL: none */
    uint32_t n_commands;
};

/* data.c: convenience variables and values printed so far. */
struct variable {
    char *name; /* without "$" */
    struct value value; /* type void: unset. Arrays: owned copy */
};

/* format.c: what `x` and `print` use when nothing is said. */
struct fmt {
    int64_t count;
    char letter; /* one of xduotzacfsir; 0: natural */
    char size;   /* b h w g; 0: natural */
    bool is_raw; /* /r */
};

/* display.c */
struct display {
    uint32_t number;
    bool is_enabled;
    struct fmt fmt;
    struct expr *expr;
};

/* settings.c: one row of setting.def each. */
struct settings {
#define SETTING_BOOL(id, name, initial, doc, shown) bool id;
#define SETTING_UINT(id, name, initial, doc, shown) uint64_t id;
#define SETTING_ENUM(id, name, initial, values, doc, shown) uint32_t id;
#include "debugger/setting.def"
};

/* script.c: a user-defined command, and lines that are being collected for one, or for a breakpoint's commands. */
struct user_command {
    char *name;
    char *document;
    char **lines;
    uint32_t n_lines;
    bool is_hooked; /* it runs as a hook: what it executes does not run it again */
};

/* alias.c: another name for a command and what stands in front of its arguments. */
struct alias {
    char *name;
    char *text;
};

/* body.c: where a line stands among nested bodies. Starts from { 0 }. */
struct nesting {
    uint32_t depth;
    uint32_t document_depth; /* depth inside of a `document`, whose text is no command; 0: in none */
};

enum collecting { COLLECT_NOTHING, COLLECT_DEFINE, COLLECT_DOCUMENT, COLLECT_COMMANDS, COLLECT_CONTROL };

struct collection {
    enum collecting what;
    char *name;       /* DEFINE, DOCUMENT */
    uint32_t *points; /* COMMANDS: whose, by number */
    uint32_t n_points;
    char **lines;     /* CONTROL: the `if` or `while` itself is the first one */
    uint32_t n_lines;
    size_t cap_lines;
    struct nesting nesting;
};

/* logging.c: `set logging`. */
struct logging {
    char *path;
    void *file;      /* FILE; NULL: off */
    bool overwrites, redirects;
    size_t n_logged; /* bytes of the output being built that are in the file already */
};

/* bookmark.c */
struct bookmark {
    uint32_t number, pc;
    uint64_t moment;
};

/* source.c: the lines of one source file. */
struct source {
    char **lines; /* [0] is line 1; NULL where the text is not known */
    uint32_t n_lines;
    bool is_loaded;
    bool is_from_file; /* else from the line table, which has only the lines with code */
};

struct session {
    struct session_config config;
    const struct engine *engine;
    struct cost_model unit;
    const struct cost_model *costs;

    struct program *program; /* NULL: none loaded; then code, machine and sources are NULL, too */
    struct load_options load_options;
    char *btf_path;
    struct code *code;
    struct machine *machine;
    struct source *sources; /* one per program->files */

    int64_t entry;  /* function index of what `run` starts; -1: the program has none */
    const struct prog_type *type; /* chosen by the user; NULL: as the section says */
    struct input input;
    uint8_t *input_packet, *input_ctx; /* owned bytes of input */

    bool is_running;
    bool input_is_newer; /* the input was changed since the machine was started on it */
    bool at_trap; /* pc's trap has been reported: resume past it */
    uint32_t n_outputs_shown;
    uint64_t *engine_insns; /* of the run, by each of config.engines before the present one was set */
    struct history *past; /* history.c: NULL while there is no machine */
    struct bookmark *bookmarks;
    uint32_t n_bookmarks, last_bookmark;
    size_t cap_bookmarks;
    struct event event;
    uint64_t n_stops; /* events so far */
    uint32_t frame; /* selected, 0: innermost */
    int64_t parse_pc; /* slot whose variables names mean; -1: those of the selected frame */

    struct counts *counts, *counts_aside; /* profile.c: NULL: none yet; aside: what they were before a detour */
    bool is_profiling;
    uint64_t counted_until; /* moment of the run up to which it was counted */

    struct trace *trace; /* trace.c: NULL when off */

    struct breakpoint *breakpoints;
    uint32_t n_breakpoints;
    size_t cap_breakpoints;
    uint32_t next_breakpoint, last_set; /* last_set: the first one that the last command has set */
    const struct sides *watched; /* of the condition at hand; NULL: it is no watchpoint's */
    struct points *points;  /* hits.c: what the engine has of them; NULL: nothing */
    uint32_t *point_owners; /* per point: index of its breakpoint; ascending */
    bool points_are_stale;  /* the breakpoints have changed since */
    struct hit *hits;       /* hits.c: of the last stop */
    uint32_t n_hits;
    size_t cap_hits;
    struct uninit *uninit;  /* uninit.c: NULL: nobody wanted to know in this run */
    bool is_searching;      /* the past is searched: what is hit has no consequences */

    struct variable *variables;
    uint32_t n_variables;
    size_t cap_variables;
    struct value *history;
    uint32_t n_history;
    size_t cap_history;
    struct display *displays;
    uint32_t n_displays;
    size_t cap_displays;
    uint32_t next_display;
    uint8_t **scratch; /* bytes of arrays that live until the command ends */
    uint32_t n_scratch;
    size_t cap_scratch;

    struct fmt x_fmt;    /* last one used by x */
    struct vtype x_type;
    uint64_t x_next;     /* address after the last thing examined */
    bool x_is_code;      /* that address is a slot */
    uint32_t list_file;  /* index into program->files */
    int64_t list_first, list_last; /* lines shown last; 0: nothing yet */

    struct settings settings;
    struct user_command *user_commands;
    uint32_t n_user_commands;
    size_t cap_user_commands;
    struct alias *aliases;
    uint32_t n_aliases;
    size_t cap_aliases;
    struct collection collection;
    struct logging logging;
    char **stop_commands;    /* script.c: of what has stopped the program, to be executed; NULL: none, or begun */
    uint32_t n_stop_commands;
    bool stop_is_silent;     /* nothing is said about the stop */
    bool is_in_commands;     /* such commands are being executed */
    char *repeat;        /* the line that an empty line repeats; NULL: none */
    uint32_t call_depth; /* nested source, define, commands */
    bool quit;
    int exit_code;
};

enum { SESSION_MAX_CALL_DEPTH = 32 };

/* Opens the program's code with another engine and sets the traps in it. At any stop: the machine is whole there. */
enum err session_open_code(struct session *s, const struct engine *engine, struct errinfo *e);

/* Other code of the program, which the caller closes. NULL with *e filled. */
struct code *session_new_code(const struct session *s, const struct engine *engine, struct errinfo *e);

/* Index of an engine in config.engines; their number for NULL. */
uint32_t session_engine_index(const struct session *s, const struct engine *engine);

/* Instructions of the run that the code that is open has executed. */
uint64_t session_code_insns(const struct session *s);

/* Before a command writes a file: ERR_OPEN when this session writes none. */
enum err session_may_write(const struct session *s, const char *path, struct errinfo *e);

/* Bytes that live until the current command ends. */
uint8_t *session_scratch(struct session *s, size_t n_bytes);
void session_scratch_free(struct session *s);
/* Frees what was added since s->n_scratch was `mark`: for what evaluates many times within a command. */
void session_scratch_release(struct session *s, uint32_t mark);

#endif
