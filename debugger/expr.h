/* Expressions: text -> tree -> value. The tree holds resolved names and C operators only; types (the program's own included) follow from it alone (expr_type), so a
 * breakpoint's condition can be compiled by an engine instead of being evaluated here. Text may be hostile. */
#ifndef DEBUGGER_EXPR_H
#define DEBUGGER_EXPR_H

#include "debugger/session.h"
#include "debugger/value.h"

enum expr_op {
    /* leaves */
    EXPR_CONST,    /* value */
    EXPR_REGISTER, /* id: enum reg_id */
    EXPR_VARIABLE, /* id: index of the convenience variable */
    EXPR_WATCHED,  /* `old` (id 0) and `new` (id 1) in a watchpoint's condition; type */
    EXPR_HISTORY,  /* id: number, counted from the end when is_relative */
    EXPR_LOCAL,    /* id: index into the program's variables */
    EXPR_MAP,      /* id: index of the map */
    EXPR_PACKET,   /* the packet's bytes; its headers are its members */
    /* one operand */
    EXPR_NEG, EXPR_PLUS, EXPR_NOT, EXPR_COMPL, EXPR_DEREF, EXPR_ADDRESS, EXPR_SIZEOF, EXPR_CAST, EXPR_AT_ADDRESS, /* {type} a */
    EXPR_MEMBER, /* a.name, a->name */
    EXPR_PREINC, EXPR_PREDEC, EXPR_POSTINC, EXPR_POSTDEC,
    /* two operands */
    EXPR_MUL, EXPR_DIV, EXPR_MOD, EXPR_ADD, EXPR_SUB, EXPR_LSH, EXPR_RSH, EXPR_LT, EXPR_GT, EXPR_LE, EXPR_GE, EXPR_EQ, EXPR_NE,
    EXPR_AND, EXPR_XOR, EXPR_OR, EXPR_LOGAND, EXPR_LOGOR, EXPR_REPEAT, EXPR_INDEX, EXPR_COMMA,
    EXPR_ASSIGN,   /* with `compound` (0: plain) the operator of a compound assignment */
    /* three */
    EXPR_COND,
    EXPR_FUNCTION, /* id: of expr_function.def; a, b, c its arguments */
    /* of a key in braces: the value b for the member `name`, or for the next one; behind those of a. Only in an INDEX of a MAP */
    EXPR_INIT,
};

/* Registers by number: r0-r10 and their low halves w0-w10, then what is no register of the machine but reads like one. */
enum reg_id { REG_ID_W0 = N_REGS, REG_ID_PC = 2 * N_REGS, REG_ID_ICOUNT, REG_ID_CYCLES, N_REG_IDS };

struct node {
    enum expr_op op;
    int compound;
    int32_t a, b, c; /* operands: indices of nodes, -1 none */
    struct vtype type; /* CAST, AT_ADDRESS, SIZEOF of a type (a == -1) */
    struct value value;
    uint32_t id;
    const char *name; /* MEMBER; one of the expression's strings */
    uint32_t depth; /* of the tree below it, itself included */
    bool is_relative;
};

/* A parsed expression. Nodes refer to each other by index; operands stand before their operator. */
struct expr {
    char *text; /* as written, trimmed */
    struct node *nodes;
    uint32_t n_nodes;
    size_t cap_nodes;
    int32_t root;
    bool has_side_effects;
    uint8_t **strings; /* bytes of string literals, names of members */
    uint32_t n_strings;
    size_t cap_strings;
};

enum { EXPR_MAX_DEPTH = 500 };

/* Parses all of `text`. On OK the caller frees *out with expr_free. ERR_EXPR_*, ERR_NO_SYMBOL, ERR_NO_SYMBOL_TABLE. */
enum err expr_parse(struct session *s, const char *text, struct expr **out, struct errinfo *e);
/* The same with the variables that are visible at a slot, not in the selected frame: for conditions. */
enum err expr_parse_at(struct session *s, const char *text, uint32_t pc, struct expr **out, struct errinfo *e);
/* The same up to a comma outside of parentheses (or the end); *end is where it stopped. */
enum err expr_parse_arg(struct session *s, const char *text, const char **end, struct expr **out, struct errinfo *e);
void expr_free(struct expr *x);

/* Evaluates. Memory and registers are those of the selected frame. `warnings` may be NULL. Arrays in *out live until the next command. */
enum err expr_eval(struct session *s, const struct expr *x, struct value *out, struct buf *warnings, struct errinfo *e);
/* The type that expr_eval would give, without reading memory and without side effects; *out's contents are zero. */
enum err expr_type(struct session *s, const struct expr *x, struct value *out, struct errinfo *e);
/* The same for one node of it. */
enum err expr_node_type(struct session *s, const struct expr *x, int32_t index, struct value *out, struct errinfo *e);

/* What an evaluation has looked at: MEMORY: where is an address; REGISTER: an enum reg_id. */
struct read {
    enum place place;
    uint64_t where;
    uint32_t n_bytes;
};
struct reads {
    struct read *list; /* the caller frees it */
    uint32_t n;
    size_t cap;
};

/* Evaluates and says in *reads, in order, what the value depends on (of an element of a map also what changes when elements come, go or
 * move: map_presence); what could not be read is the last of them. An lvalue's own place is
 * the last, too. */
enum err expr_eval_reads(struct session *s, const struct expr *x, struct value *out, struct reads *reads, struct errinfo *e);

/* Parse and evaluate in one: for commands that want a number. Pointers and code are numbers, too. */
enum err expr_number(struct session *s, const char *text, uint64_t *out, struct errinfo *e);

/* "r0".."r10", "w3", "fp", "sp", "pc", "icount", "cycles" -> enum reg_id, -1 when it is none. */
int reg_id_named(const char *name, size_t len);
const char *reg_id_name(int id);

#endif
