/* The session: the debugger's whole API. A front end (command line, TUI, server) calls it and renders the text and events that come
 * back; it never touches a machine itself. Engines arrive as values; the command language on top is command.h.
 * One session holds at most one program, one machine and one run. Not thread-safe: only *config.interrupt may be set from outside. */
#ifndef DEBUGGER_SESSION_H
#define DEBUGGER_SESSION_H

#include "sim/engine.h"
#include "sim/machine/progtype.h"

struct session;

/* What the command `lockstep` asks for. */
struct session_lockstep {
    bool by_block;   /* compared after each block of the code that production uses, else after each instruction */
    uint64_t budget; /* instructions; UINT64_MAX: to the end */
    volatile sig_atomic_t *interrupt;
};

struct session_config {
    const struct engine *const *engines; /* NULL-terminated; the first one is the default. Outlives the session */
    const struct cost_model *costs;      /* NULL: unit. Outlives the session */
    bool writes_files;                   /* commands may: save, log, trace, export; else they are refused */
    volatile sig_atomic_t *interrupt;    /* never NULL; set by the front end's SIGINT handler, cleared when the stop is reported */
    /* Asks the user a yes/no question ("Delete all breakpoints?"), without "(y or n)". NULL: not interactive, everything is yes. */
    bool (*confirm)(void *arg, const char *question);
    /* Called now and then during a long command with the text so far: the front end may print and buf_clear() it. NULL: nobody
     * looks before the command ends. */
    void (*flush)(void *arg, struct buf *out);
    /* Reads what `packet load` names, in every form that the front end knows (captures...). The bytes are the caller's to free. NULL: hex
     * digits and files of raw bytes only. */
    enum err (*read_packet)(void *arg, const char *spec, uint8_t **bytes, uint32_t *n_bytes, struct errinfo *e);
    /* Called whenever an engine's code of a program was opened; a front end may follow what native code it makes. NULL: nobody wants to
     * know. */
    void (*code_opened)(void *arg, const struct program *program, const struct engine *engine, struct code *code);
    /* Runs a copy of the machine on two engines at once and compares them as it goes; appends what came of it. m stays as it is. ERR_*
     * when it can't be done. NULL: there is no second engine. */
    enum err (*lockstep)(void *arg, const struct machine *m, const struct session_lockstep *how, struct buf *out, struct errinfo *e);
    void *arg; /* for all of them */
};

struct session *session_new(const struct session_config *config);
void session_free(struct session *s);

/* Replaces the program by the one in `path` (options NULL: defaults; its strings are copied). Appends to `out` what the loader
 * has to report, one line each. On error the old program stays. ERR_OPEN, ERR_TOO_LARGE, ERR_ELF*, ERR_SYNTAX. */
enum err session_load(struct session *s, const char *path, const struct load_options *options, struct buf *out, struct errinfo *e);

/* The same for a program that exists already; the session owns it from now on. path of the program is what is shown. */
void session_adopt(struct session *s, struct program *program, struct buf *out);

/* Chooses the entry program (a function's or a section's name; NULL: keep) and the program type (NULL: as the section says).
 * Takes effect at the next `run`. ERR_DEBUGGER with the sentence, ERR_NO_FUNCTION. */
enum err session_select(struct session *s, const char *entry, const char *type, struct errinfo *e);

/* What the next `run` runs on; bytes are copied. ERR_TOO_LARGE. */
enum err session_set_input(struct session *s, const struct input *input, struct errinfo *e);
const struct input *session_input(const struct session *s); /* never NULL; valid until it is set again */

/* Chooses the engine by name; a run that is in progress goes on with it. ERR_DEBUGGER when there is none of that name. */
enum err session_use_engine(struct session *s, const char *name, struct errinfo *e);

/* Read-only views for front ends. NULL when there is none. Valid until the next command. */
const struct program *session_program(const struct session *s);
const struct machine *session_machine(const struct session *s); /* also after the run ended: maps, packet and counters stay */

bool session_is_running(const struct session *s); /* a run was started and has not ended: stopped at a breakpoint, fault... */
const char *session_prompt(const struct session *s); /* "(ebpfdbg) "; ">" while lines of a definition are collected */
int session_exit_code(const struct session *s);      /* of `quit EXPR`; 0 otherwise */

/* Why the guest stopped last, as data; the text is in the commands' output. */
enum event_kind {
    EVENT_NONE,       /* nothing has run yet */
    EVENT_BREAKPOINT, /* hits, at least one of them a breakpoint */
    EVENT_WATCH,      /* hits, all of them watchpoints */
    EVENT_STEP,       /* the end of a step, finish, until, advance or of a counted run */
    EVENT_FAULT,      /* stop.fault */
    EVENT_EXIT,       /* the entry program returned */
    EVENT_INTERRUPT,
    EVENT_HISTORY,    /* going back, the beginning of history was reached */
    EVENT_DIFFERENCE, /* the engine runs two of them, and they disagree about what comes next */
};

enum breakpoint_type {
    BREAKPOINT_INSN,   /* before an instruction */
    BREAKPOINT_MOMENT, /* when so many instructions or cycles are over */
    BREAKPOINT_DPRINTF, /* before an instruction, to print and go on: never a reason to stop */
    BREAKPOINT_CATCH,  /* at an event: see catch.def */
    BREAKPOINT_WATCH,  /* after the value of an expression has changed */
    BREAKPOINT_READ,   /* after memory was read */
    BREAKPOINT_ACCESS, /* after memory was read or written */
};

static inline bool
breakpoint_is_watch(enum breakpoint_type type)
{
    return type >= BREAKPOINT_WATCH;
}

/* A break- or watchpoint that stopped the program. */
struct hit {
    uint32_t number;
    enum breakpoint_type type;
    bool is_temporary;
    char *before, *now; /* watchpoints: the value as text, "<unreadable>" when it has none. before is NULL when nothing has changed */
};

struct event {
    enum event_kind kind;
    const struct hit *hits; /* all that coincided, by number; valid until the program runs again */
    uint32_t n_hits;
    struct stop stop;
    uint32_t pc;
    uint64_t n_insns; /* since the run began */
};

const struct event *session_event(const struct session *s); /* never NULL */

#endif
